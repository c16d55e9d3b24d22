"""Work that is due by the clock, for the wiring to register."""

from jishi.kernel import sweeps
from jishi.social.polls import operations as polls


def register() -> None:
    """Close polls whose time is over."""
    sweeps.register("polls.close_due", polls.close_due, every_s=5)
