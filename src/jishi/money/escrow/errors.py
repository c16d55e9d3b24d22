"""Refusals of escrow."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class HoldingNotFound(NotFound):
    """No money is held for this order."""

    code = "escrow.holding_not_found"
    message = N_("No payment is held for this order.")


class HoldingConflict(Conflict):
    """The order's money is held already, with another amount or other shares."""

    code = "escrow.holding_conflict"
    message = N_("The payment of this order is already held differently.")


class SplitsDisagree(Invalid):
    """The shares do not add up to the amount, or one of them makes no sense."""

    code = "escrow.splits_disagree"
    message = N_("The shares of this order do not add up to its amount.")


class HoldingClosed(Conflict):
    """All money of this order has left escrow."""

    code = "escrow.holding_closed"
    message = N_("The payment of this order has already been settled.")


class NothingToRefund(Conflict):
    """Less is left of the order's money than shall go back."""

    code = "escrow.nothing_to_refund"
    message = N_("This is more than can still be refunded.")
