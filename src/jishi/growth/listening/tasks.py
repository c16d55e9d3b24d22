"""Work of listening that is due by the clock, for the wiring to register."""

from jishi.growth.listening import operations as listening
from jishi.kernel import heavy, sweeps


def register() -> None:
    """The themes that ship are there from the first hour."""
    sweeps.register("listening.open_ready", lambda at: listening.open_ready(), every_s=3600)


def register_heavy() -> None:
    """Look for changed words in earlier items, and measure changes."""
    heavy.register("listening.tag", lambda at: listening.tag_due(), every_s=5)
    heavy.register("listening.measure", lambda at: listening.measure_due(at=at), every_s=60)
