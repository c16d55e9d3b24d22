"""Refusals of the wallet."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class PayoutNotFound(NotFound):
    """There is no such payout, or it is somebody else's."""

    code = "wallet.payout_not_found"
    message = N_("We could not find this payout.")


class PayoutWaiting(Conflict):
    """Another payout of the person waits to be decided."""

    code = "wallet.payout_waiting"
    message = N_("You have already asked for a payout. It has to be decided first.")


class PayoutDecided(Conflict):
    """It was decided, or taken back."""

    code = "wallet.payout_decided"
    message = N_("This payout is decided already.")


class NotEnough(Conflict):
    """More than may go out."""

    code = "wallet.not_enough"
    message = N_("That is more than you have available.")


class PayoutInvalid(Invalid):
    """Too little to send, or it does not say where to."""

    code = "wallet.payout_invalid"
    message = N_("Please say how much and where to.")


class OwnPayout(Forbidden):
    """Nobody decides about their own money."""

    code = "wallet.own_payout"
    message = N_("Somebody else has to decide about your own payout.")
