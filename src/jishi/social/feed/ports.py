"""What the mixed feed asks others: in which order should this reader meet things?

The recommender registers a `Ranker`; until then the built-in one of `queries.home` answers.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from jishi.social.feed.contracts import Reader, Slate


@runtime_checkable
class Ranker(Protocol):
    """Orders the mixed feed.

    It keeps its place in `state`, plain values that travel in a signed cursor. Going on from a state must
    not repeat anything, whatever was written meanwhile. A reader without a number and without a browser
    gets what every such reader gets.
    """

    name: str

    def slate(self, reader: Reader, *, state: Mapping[str, Any] | None, limit: int, at: datetime) -> Slate:
        """Return up to `limit` things and the state to go on with."""
        ...


_rankers: list[Ranker] = []


def register_ranker(ranker: Ranker) -> None:
    """Let a ranker order the mixed feed; the last registration stands.

    :raises TypeError: when the object does not implement the port.
    """
    if not isinstance(ranker, Ranker):
        raise TypeError(f"{ranker!r} is not a Ranker")
    _rankers[:] = [ranker]


def find_ranker() -> Ranker | None:
    """Return the registered ranker, if one is."""
    return _rankers[0] if _rankers else None


def forget_ranker() -> None:
    """Go back to the built-in order."""
    _rankers.clear()
