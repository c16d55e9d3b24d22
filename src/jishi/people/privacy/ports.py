"""What the higher domains must know and do so that a person can take their data along or leave.

The `privacy.py` of a domain is the eraser itself: a module with an inventory of columns and two functions.
The wiring registers it. Erasing goes from the newest domain down to the account, exporting the other way.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from jishi.kernel.errors import InvariantBroken
from jishi.people.accounts.contracts import PersonalField
from jishi.people.privacy.contracts import Obstacle


@runtime_checkable
class Eraser(Protocol):
    """One domain's answer to "what do you hold about me" and "forget me"."""

    @property
    def PERSONAL_FIELDS(self) -> tuple[PersonalField, ...]:
        """Every personal column of the domain's tables."""
        ...

    @property
    def IMPERSONAL(self) -> Mapping[str, frozenset[str]]:
        """By table, every column that is about the record and not about a person."""
        ...

    def export_person(self, *, person_id: int) -> Mapping[str, Any]:
        """Return everything the domain holds about a person, as plain values."""
        ...

    def erase_person(self, *, person_id: int, at: datetime) -> None:
        """Forget the person in the caller's transaction; what the law makes us keep is sealed."""
        ...


FindObstacle = Callable[[int], Obstacle | None]

_erasers: dict[str, Eraser] = {}
_obstacles: list[FindObstacle] = []


def register_eraser(name: str, eraser: Eraser) -> None:
    """Make a domain's eraser known, lower domains first. Called by the wiring only.

    :raises TypeError: the object does not implement the port.
    :raises InvariantBroken: the name is taken.
    """
    if not isinstance(eraser, Eraser):
        raise TypeError(f"{eraser!r} is not an Eraser")
    if _erasers.get(name, eraser) is not eraser:
        raise InvariantBroken(f"two erasers are called {name}")
    _erasers[name] = eraser


def register_obstacle(find: FindObstacle) -> None:
    """Ask this before an account goes. Called by the wiring only."""
    _obstacles.append(find)


def erasers() -> Iterator[tuple[str, Eraser]]:
    """Every domain's eraser, lower domains first."""
    yield from _erasers.items()


def find_obstacles(person_id: int) -> tuple[Obstacle, ...]:
    """What stands in the way of deleting this account."""
    return tuple(found for find in _obstacles if (found := find(person_id)) is not None)
