"""What is due by the clock, for the wiring to register."""

from jishi.growth.onboarding import operations as onboarding
from jishi.kernel import sweeps


def register() -> None:
    """Take whoever joined onto the path."""
    sweeps.register("onboarding.enrol_new", onboarding.enrol_new, every_s=10)
