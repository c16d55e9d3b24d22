"""A desk for things that exist only here, so that moderation is tested without any one kind of content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.trust.moderation import ports
from jishi.trust.moderation.contracts import Subject


@dataclass
class PaperDesk:
    """Things on paper: their states change, and what was asked of the desk is noted."""

    kind: str = "note"
    can_hide: bool = True
    things: dict[str, Subject] = field(default_factory=dict)
    secret: set[str] = field(default_factory=set)

    def find(self, code: str) -> Subject | None:
        return self.things.get(code)

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        return code in self.things and code not in self.secret

    def list_held(self, *, limit: int) -> Sequence[str]:
        return [code for code, thing in self.things.items() if thing.state == "in_review"][:limit]

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        self._turn(code, "hidden")

    def restore(self, code: str, *, at: datetime) -> None:
        self._turn(code, "published")

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        self._turn(code, "rejected")

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        self._turn(code, "removed")

    def _turn(self, code: str, state: str) -> None:
        self.things[code] = replace(self.things[code], state=state)

    def put(
        self, author_id: int, *, text: str = "便宜柿子", state: str = "published", community: str = ""
    ) -> str:
        code = uuid4().hex[:12]
        self.things[code] = Subject(
            kind=self.kind,
            code=code,
            author_id=author_id,
            title="",
            text=text,
            url=f"/notes/{code}/",
            state=state,
            community=community,
        )
        return code

    def state(self, code: str) -> str:
        return self.things[code].state


class House:
    """Follows suspensions and names the moderators of a community."""

    def __init__(self) -> None:
        self.hidden: set[int] = set()
        self.moderators: dict[str, set[int]] = {}

    def hide_author(self, person_id: int, *, reason: str, at: datetime) -> None:
        self.hidden.add(person_id)

    def restore_author(self, person_id: int, *, at: datetime) -> None:
        self.hidden.discard(person_id)

    def can_moderate(self, slug: str, *, person_id: int) -> bool:
        return person_id in self.moderators.get(slug, set())


@pytest.fixture
def desk() -> Iterator[PaperDesk]:
    kept = dict(ports._desks)
    paper = PaperDesk()
    ports._desks.clear()
    ports.register_desk(paper)
    ports.register_desk(PaperDesk(kind="person", can_hide=False))
    yield paper
    ports._desks.clear()
    ports._desks.update(kept)


@pytest.fixture
def house() -> Iterator[House]:
    authors, moderators = dict(ports._authors), dict(ports._moderators)
    house = House()
    ports._authors.clear()
    ports._moderators.clear()
    ports.register_authors("paper", house)
    ports.register_moderators("paper", house)
    yield house
    for registry, before in ((ports._authors, authors), (ports._moderators, moderators)):
        registry.clear()
        registry.update(before)  # type: ignore[arg-type]


def person(*, days: int = 30, is_operator: bool = False) -> int:
    """Somebody who has been here for some days."""
    return accounts.register(
        nickname="阿柿",
        email=f"{uuid4().hex[:12]}@example.org",
        is_operator=is_operator,
        at=clock.now() - timedelta(days=days),
    ).id
