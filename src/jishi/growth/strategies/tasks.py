"""Work of strategies in the heavy process, for the wiring to register."""

from jishi.growth.strategies import operations as strategies
from jishi.kernel import heavy


def register_heavy() -> None:
    """Take the people of new beginnings and measure running strategies."""
    heavy.register("strategies.measure", lambda at: strategies.measure_due(at=at), every_s=20)
