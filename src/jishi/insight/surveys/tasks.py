"""Work of surveys that is due by the clock, for the wiring to register."""

from jishi.insight.surveys import operations as surveys
from jishi.kernel import sweeps


def register() -> None:
    """Ask after receipt, close at the end."""
    sweeps.register("surveys.tell", surveys.tell_due, every_s=30)
    sweeps.register("surveys.close", surveys.close_due, every_s=30)
