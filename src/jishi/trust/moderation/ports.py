"""What moderation asks of each kind of content: show it, hide it, bring it back. One desk per kind.

Moderation stands above all of social; a desk translates its few verbs into the operations of one lower domain
and is registered by the wiring, so that a new kind of content is one new file.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from jishi.trust.moderation.contracts import Subject
from jishi.trust.moderation.errors import SubjectNotFound


@runtime_checkable
class Desk(Protocol):
    """Handles one kind of content."""

    kind: str
    can_hide: bool

    def find(self, code: str) -> Subject | None:
        """The thing as it is, whatever its state; None when it is gone for good."""
        ...

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether this person can see it, and so report it."""
        ...

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Codes of what waits for review, the oldest first."""
        ...

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it out of everybody's sight but the author's."""
        ...

    def restore(self, code: str, *, at: datetime) -> None:
        """Show it again, or let it be published if it was held."""
        ...

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse what was held for review."""
        ...

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it away so that only moderators still find it."""
        ...


@runtime_checkable
class Authors(Protocol):
    """Whoever can take a person's content out of sight while they are suspended."""

    def hide_author(self, person_id: int, *, reason: str, at: datetime) -> None:
        """Hide everything this person published."""
        ...

    def restore_author(self, person_id: int, *, at: datetime) -> None:
        """Show it again."""
        ...


@runtime_checkable
class Moderators(Protocol):
    """Who moderates a community."""

    def can_moderate(self, slug: str, *, person_id: int) -> bool:
        """Whether this person may decide about posts of this community."""
        ...


_desks: dict[str, Desk] = {}
_authors: dict[str, Authors] = {}
_moderators: dict[str, Moderators] = {}


def register_desk(desk: Desk) -> None:
    """Take reports about one more kind; the last registration of a kind stands.

    :raises TypeError: the object does not implement the port.
    """
    if not isinstance(desk, Desk):
        raise TypeError(f"{desk!r} is not a Desk")
    _desks[desk.kind] = desk


def register_authors(name: str, authors: Authors) -> None:
    """Have a domain follow suspensions."""
    _authors[name] = authors


def register_moderators(name: str, moderators: Moderators) -> None:
    """Let a domain name moderators of its own."""
    _moderators[name] = moderators


def desk_of(kind: str) -> Desk:
    """The desk of a kind.

    :raises SubjectNotFound: nothing of this kind can be reported.
    """
    desk = _desks.get(kind)
    if desk is None:
        raise SubjectNotFound
    return desk


def desks() -> tuple[Desk, ...]:
    """Every desk."""
    return tuple(_desks.values())


def authors() -> tuple[Authors, ...]:
    """Everybody who follows suspensions."""
    return tuple(_authors.values())


def is_community_moderator(slug: str, *, person_id: int) -> bool:
    """Whether a person moderates a community."""
    return bool(slug) and any(m.can_moderate(slug, person_id=person_id) for m in _moderators.values())
