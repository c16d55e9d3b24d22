"""What can be wrong with a timed price; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class TimedPriceNotFound(NotFound):
    """There is none."""

    code = "timed_prices.not_found"
    message = N_("This timed price is not there.")


class TimedPriceInvalid(Invalid):
    """Something about it cannot be; `field` says what."""

    code = "timed_prices.invalid"
    message = N_("Please check: %(field)s.")


class TimedPriceWrongState(Conflict):
    """It is not in a state for this."""

    code = "timed_prices.wrong_state"
    message = N_("This is not possible any more. Please load the page again.")


class GoodsTaken(Conflict):
    """Another timed price has one of the goods at that time."""

    code = "timed_prices.goods_taken"
    message = N_("Another timed price has one of these goods at that time.")


class NotBelowCost(Invalid):
    """The shop has to say that it does not sell below cost."""

    code = "timed_prices.cost_unsaid"
    message = N_("Please confirm that you do not sell below cost.")
