"""Who else may have a say on how far a review is believed. Fraud detection registers itself here.

A scorer sees the signals and never the stars, so that nobody can be believed more for praising.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from jishi.social.reviews.rules import Signals


@dataclass(frozen=True, slots=True)
class Subject:
    """Which review is asked about."""

    author_id: int
    product_id: int
    shop_id: int
    order_code: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """Points to add or take (basis points), and a stable code that says why."""

    code: str
    points: int


@runtime_checkable
class AuthenticityScorer(Protocol):
    """Knows something about people or deals that the house's own rules do not."""

    name: str

    def opine(self, subject: Subject, signals: Signals, *, at: datetime) -> Iterable[Opinion]:
        """Say what speaks for or against believing the review; nothing is an answer too."""
        ...


_scorers: dict[str, AuthenticityScorer] = {}


def register_scorer(scorer: AuthenticityScorer) -> None:
    """Add a scorer; the last registration of a name stands.

    :raises TypeError: the object does not implement the port.
    """
    if not isinstance(scorer, AuthenticityScorer):
        raise TypeError(f"{scorer!r} is not an AuthenticityScorer")
    _scorers[scorer.name] = scorer


def forget_scorer(name: str) -> None:
    """Take a scorer away again."""
    _scorers.pop(name, None)


def opinions(subject: Subject, signals: Signals, *, at: datetime) -> list[Opinion]:
    """What all scorers say."""
    return [one for scorer in _scorers.values() for one in scorer.opine(subject, signals, at=at)]
