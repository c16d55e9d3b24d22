"""What the wiring plugs in: the audience `landing`, and what is due by the clock."""

from jishi.growth.merchandising import operations as merchandising
from jishi.kernel import sweeps


def register() -> None:
    """Forget who saw what ended long ago."""
    sweeps.register("merchandising.forget_old", merchandising.forget_old, every_s=3600)
