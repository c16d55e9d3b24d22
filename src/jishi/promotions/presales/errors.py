"""States of a presale in which a request is refused; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class PresaleNotFound(NotFound):
    """No such presale, or not this shop's."""

    code = "presales.not_found"
    message = N_("We could not find this presale.")


class PlanInvalid(Invalid):
    """Prices, windows or numbers contradict each other."""

    code = "presales.plan_invalid"
    message = N_("Please check the prices, the deposit, the units and the order of the times.")


class VariantUnknown(NotFound):
    """The variant is not this shop's, or cannot be sold."""

    code = "presales.variant_unknown"
    message = N_("This cannot be sold in advance.")


class AlreadyPlanned(Conflict):
    """The variant has a presale."""

    code = "presales.already_planned"
    message = N_("This choice has a presale already.")


class ReasonMissing(Invalid):
    """Buyers learn why."""

    code = "presales.reason_missing"
    message = N_("Please say why.")


class DepositClosed(Conflict):
    """Deposits are not taken now."""

    code = "presales.deposit_closed"
    message = N_("Deposits for this presale are not taken at present.")


class PresaleSoldOut(Conflict):
    """Every unit is reserved."""

    code = "presales.sold_out"
    message = N_("Every unit of this presale is reserved.")


class TooManyUnits(Conflict):
    """More units than one person may reserve."""

    code = "presales.too_many"
    message = N_("At most %(limit)s per person.")


class AlreadyReserved(Conflict):
    """One reservation per person."""

    code = "presales.already_reserved"
    message = N_("You have reserved this already.")


class ReservationNotFound(NotFound):
    """The person has no such reservation."""

    code = "presales.reservation_not_found"
    message = N_("We could not find your reservation.")


class BalanceClosed(Conflict):
    """The balance cannot be paid now."""

    code = "presales.balance_closed"
    message = N_("The balance can only be paid in its time.")


class BalanceAlone(Invalid):
    """Other goods, or another number of them, are in the order."""

    code = "presales.balance_alone"
    message = N_("The balance is paid for exactly what was reserved, in an order of its own.")


class BalanceGone(Conflict):
    """Money for the balance came when the reservation had ended; it goes back by itself."""

    code = "presales.balance_gone"
    message = N_("Your payment came after the reservation had ended. It is on its way back in full.")


class NotPossibleNow(Conflict):
    """It is in another state by now."""

    code = "presales.not_possible_now"
    message = N_("That is not possible any more. Please look again.")
