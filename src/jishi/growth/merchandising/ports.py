"""What others may ask a page's one statement to bring along.

A page that shows slots asks the database once. Whoever has a small thing to show beside them (how far a
newcomer is) registers a scalar SQL expression in the wiring, instead of costing the page a statement of its
own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rider:
    """A scalar expression that gives jsonb or null; it may use `%(person)s` and `%(at)s`."""

    name: str
    sql: str


_riders: dict[str, dict[str, Rider]] = {}


def register_rider(page: str, rider: Rider) -> None:
    """Let a page's statement answer one more question; the last registration of a name stands."""
    _riders.setdefault(page, {})[rider.name] = rider


def riders_of(page: str) -> tuple[Rider, ...]:
    """What rides along on a page."""
    return tuple(_riders.get(page, {}).values())
