"""What others may plug into recommending: a contest of two mixes, shown interleaved to the same reader."""

from collections.abc import Callable
from dataclasses import dataclass

from jishi.insight.recommendation.contracts import Asker, Surface
from jishi.insight.recommendation.rules import Mix


@dataclass(frozen=True, slots=True)
class Contest:
    """Two ways to weigh the sources, compared on the same page. Teams are called a and b."""

    code: str
    one: Mix
    two: Mix


Organiser = Callable[[Surface, Asker], Contest | None]
"""Says which contest, if any, a reader takes part in at a place."""

_organisers: list[Organiser] = []


def register_contests(organiser: Organiser) -> None:
    """Let experiments run contests; the last registration stands."""
    _organisers[:] = [organiser]


def find_contest(surface: Surface, asker: Asker) -> Contest | None:
    """Return the contest this reader takes part in, if any."""
    return _organisers[0](surface, asker) if _organisers else None


def forget_contests() -> None:
    """No contest runs any more."""
    _organisers.clear()
