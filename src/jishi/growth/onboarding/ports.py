"""What others plug in: the things that can be given for a step.

`give` runs in the transaction that marks the step as done, so it makes rows and never talks to a network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jishi.kernel.errors import InvariantBroken

Choices = tuple[tuple[str, str], ...]
"""What there is of a kind now, as (key, name)."""


class Give(Protocol):
    """Give something to one person, once per natural key."""

    def __call__(self, *, kind: str, key: str, person_id: int, natural_key: str, at: datetime) -> None:
        """Give it.

        :raises DomainError: it cannot be given now.
        """


@dataclass(frozen=True, slots=True)
class Gifts:
    """The kinds of things with their names (English) and what there is of each, and how one is given."""

    kinds: Callable[[], Mapping[str, tuple[str, Callable[[], Choices]]]]
    give: Give


_gifts: list[Gifts] = []


def connect_gifts(gifts: Gifts) -> None:
    """Say what can be given; the last word counts.

    :raises InvariantBroken: it cannot be called.
    """
    if not callable(gifts.kinds) or not callable(gifts.give):
        raise InvariantBroken("gifts for first steps cannot be given")
    _gifts[:] = [gifts]


def find_gifts() -> Gifts | None:
    """What can be given, if anything is connected."""
    return _gifts[0] if _gifts else None
