"""Work that is due by the clock, for the wiring to register."""

from jishi.kernel import sweeps
from jishi.promotions.presales import operations as presales


def register() -> None:
    """Add the sweeps of this domain. Unpaid deposits end before their units are counted as free."""
    sweeps.register("presales.release_due", presales.release_due, every_s=5)
    sweeps.register("presales.free_due", presales.free_due, every_s=10)
    sweeps.register("presales.remind_due", presales.remind_due, every_s=30)
    sweeps.register("presales.close_due", presales.close_due, every_s=5)
