"""What others may plug in: things a journey can give to a person.

`give` runs in the transaction that marks the step as done, so it makes rows and never talks to a network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jishi.kernel.errors import InvariantBroken


class Give(Protocol):
    """Give something to one person, once per natural key."""

    def __call__(self, *, key: str, person_id: int, natural_key: str, at: datetime) -> None:
        """Give it.

        :raises DomainError: it cannot be given; the journey notes so and goes on.
        """


@dataclass(frozen=True, slots=True)
class Grant:
    """A kind of thing: its name, and what there is of it now, as (key, name)."""

    kind: str
    name: str
    give: Give
    choices: Callable[[], tuple[tuple[str, str], ...]]


_grants: dict[str, Grant] = {}


def register_grant(grant: Grant) -> None:
    """Make a kind of thing known.

    :raises InvariantBroken: it cannot be called.
    """
    if not callable(grant.give) or not callable(grant.choices):
        raise InvariantBroken(f"the grant {grant.kind} cannot be given")
    _grants[grant.kind] = grant


def forget_grant(kind: str) -> None:
    """Take a kind of thing away again."""
    _grants.pop(kind, None)


def grants() -> dict[str, Grant]:
    """Everything that can be given."""
    return dict(_grants)
