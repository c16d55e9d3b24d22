"""Work that is due by the clock, for the wiring to register."""

from jishi.kernel import sweeps
from jishi.promotions.community_buys import operations as community


def register() -> None:
    """Add the sweeps of this domain."""
    sweeps.register("community_buys.cut_due", community.cut_due, every_s=5)
    sweeps.register("community_buys.open_next_due", community.open_next_due, every_s=5)
    sweeps.register("community_buys.settle_due", community.settle_due, every_s=3)
    sweeps.register("community_buys.remind_due", community.remind_due, every_s=60)
    sweeps.register("community_buys.close_due", community.close_due, every_s=10)
