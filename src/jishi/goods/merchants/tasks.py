"""Work that is due by the clock, for the wiring to register."""

from jishi.goods.merchants import operations as merchants
from jishi.kernel import sweeps


def register() -> None:
    """Tell shops' people what happened."""
    sweeps.register("merchants.tell_due", merchants.tell_due, every_s=15)
