"""Work that is due by the clock, for the wiring to register."""

from jishi.kernel import sweeps
from jishi.social.challenges import operations as challenges


def register() -> None:
    """End challenges whose time is over."""
    sweeps.register("challenges.end_due", challenges.end_due, every_s=15)
