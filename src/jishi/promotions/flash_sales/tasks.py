"""Work that is due by the clock, for the wiring to register."""

from jishi.kernel import sweeps
from jishi.promotions.flash_sales import operations as flash


def register() -> None:
    """Add the sweeps of this domain."""
    sweeps.register("flash_sales.open_due", flash.open_due, every_s=2)
    sweeps.register("flash_sales.reprice_open", flash.reprice_open, every_s=5)
    sweeps.register("flash_sales.close_due", flash.close_due, every_s=5)
    sweeps.register("flash_sales.tell_due", flash.tell_due, every_s=10)
