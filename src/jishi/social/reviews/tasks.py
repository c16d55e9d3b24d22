"""Work that is due by the clock, for the wiring to register."""

from jishi.kernel import sweeps
from jishi.social.reviews import operations as reviews


def register() -> None:
    """Ask for reviews, count silence, compute ratings."""
    sweeps.register("reviews.ask", reviews.ask_due, every_s=30)
    sweeps.register("reviews.count_silent", reviews.count_silent, every_s=300)
    sweeps.register("reviews.rate", reviews.recompute_due, every_s=3)
