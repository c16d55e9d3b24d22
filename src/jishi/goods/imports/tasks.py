"""Work of imports that is due by the clock, for the wiring to register."""

from jishi.goods.imports import operations
from jishi.kernel import heavy, sweeps


def register() -> None:
    """Forget old files."""
    sweeps.register("imports.forget", operations.forget_due, every_s=1800)


def register_heavy() -> None:
    """Check and write files, one after the other on a line of their own."""
    heavy.register("imports.work", operations.work_due, every_s=0.5, line="imports")
