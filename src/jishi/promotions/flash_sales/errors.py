"""States of a flash sale in which a request is refused; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class SlotNotFound(NotFound):
    """No such slot."""

    code = "flash.slot_not_found"
    message = N_("We could not find this flash sale.")


class SlotInvalid(Invalid):
    """A slot's times contradict each other."""

    code = "flash.slot_invalid"
    message = N_("A slot starts in the future, ends after it starts, and closes for enrolment before that.")


class ItemNotFound(NotFound):
    """No such item, or not this shop's."""

    code = "flash.item_not_found"
    message = N_("We could not find this flash sale item.")


class EnrolmentClosed(Conflict):
    """The slot takes no enrolments any more."""

    code = "flash.enrolment_closed"
    message = N_("Enrolment for this slot is closed. Please choose a later one.")


class AlreadyEnrolled(Conflict):
    """The variant is enrolled for a slot of the same time."""

    code = "flash.already_enrolled"
    message = N_("This choice is already enrolled for that time.")


class WishInvalid(Invalid):
    """Price, allocation or limit make no sense."""

    code = "flash.wish_invalid"
    message = N_("Please check the price, the number of units and the limit per person.")


class PriceTooHigh(Invalid):
    """The flash price is not below the ordinary one."""

    code = "flash.price_too_high"
    message = N_("A flash price must be above zero and below the ordinary price.")


class ReasonMissing(Invalid):
    """A refusal says why."""

    code = "flash.reason_missing"
    message = N_("Please tell the shop why.")


class NotPossibleNow(Conflict):
    """The item is in another state by now."""

    code = "flash.not_possible_now"
    message = N_("That is not possible any more. Please look at the list again.")


class NotStarted(Conflict):
    """The slot lies ahead."""

    code = "flash.not_started"
    message = N_("This flash sale has not started yet.")


class SaleEnded(Conflict):
    """The slot is over, or it was stopped."""

    code = "flash.ended"
    message = N_("This flash sale is over.")


class FlashSoldOut(Conflict):
    """Nothing is free; `held` units are unpaid and may return."""

    code = "flash.sold_out"
    message = N_("Somebody was faster: everything at the flash price is taken.")


class TooManyUnits(Conflict):
    """More units than one person may have."""

    code = "flash.too_many"
    message = N_("At most %(limit)s per person at the flash price.")


class AlreadyYours(Conflict):
    """The person has units of this item already."""

    code = "flash.already_yours"
    message = N_("You already have this at the flash price. See your orders.")


class ClaimGone(Conflict):
    """A payment came after the claim had lapsed and its units were gone; the money goes back by itself."""

    code = "flash.claim_gone"
    message = N_("Your payment arrived after the flash price was gone. The full amount is on its way back.")
