"""What can be wrong with an order; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class OrderNotFound(NotFound):
    """No such order, or the viewer has no part in it; both look the same from outside."""

    code = "orders.not_found"
    message = N_("We could not find this order.")


class NotPossibleNow(Conflict):
    """The state machine has no such move from the order's present state."""

    code = "orders.not_possible_now"
    message = N_("This is no longer possible: the order has moved on. Please look at it again.")


class NotYourOrder(Forbidden):
    """The order is visible to the caller, but this move belongs to the other party."""

    code = "orders.not_yours"
    message = N_("Only the other party of this order can do that.")


class DraftRefused(Invalid):
    """The sums of a draft do not add up, or it has no lines."""

    code = "orders.draft_refused"
    message = N_("This order does not add up (%(problem)s).")


class StateUnknown(Invalid):
    """A list was asked for in a state that does not exist."""

    code = "orders.state_unknown"
    message = N_("There is no order state called %(state)s.")
