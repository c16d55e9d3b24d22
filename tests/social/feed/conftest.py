"""A small social world written straight into the tables, so that a thousand notes cost a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from jishi.kernel import clock, ids
from jishi.people.accounts.models import User
from jishi.social.graph.models import Block, Follow, Mute, Profile
from jishi.social.notes.models import Comment, Favourite, Like, Note, NoteTopic, Topic

_numbers = count(1)


@dataclass
class World:
    """Makes people, edges and notes; keeps the notes in the order of their publication."""

    at: datetime = field(default_factory=clock.now)
    notes: list[Note] = field(default_factory=list)

    def people(self, how_many: int, *, days_old: int = 100) -> list[int]:
        """Register people."""
        users = [
            User(
                code=ids.new_code(),
                nickname=f"人{next(_numbers)}",
                joined_at=self.at - timedelta(days=days_old),
            )
            for _ in range(how_many)
        ]
        return [user.pk for user in User.objects.bulk_create(users)]

    def follow(self, follower: int, *followees: int, state: str = "active") -> None:
        """One person follows others."""
        Follow.objects.bulk_create(
            [
                Follow(follower_id=follower, followee_id=one, state=state, created_at=self.at)
                for one in followees
            ]
        )

    def block(self, blocker: int, blocked: int) -> None:
        """One person blocks another."""
        Block.objects.create(blocker_id=blocker, blocked_id=blocked, created_at=self.at)

    def mute(self, muter: int, muted: int) -> None:
        """One person mutes another."""
        Mute.objects.create(muter_id=muter, muted_id=muted, created_at=self.at)

    def profile(self, person: int, **values: Any) -> None:
        """Say something on somebody's page."""
        Profile.objects.update_or_create(
            person_id=person,
            defaults={
                "bio": "", "place": "", "is_private": False, "note_visibility": "public", "follower_count": 0,
                "following_count": 0, **values,
            },
        )  # fmt: skip

    def note(self, author: int, *topics: str, ago: timedelta = timedelta(minutes=1), **values: Any) -> int:
        """Publish a note."""
        number = next(_numbers) + 1000
        state = values.pop("state", "published")
        row = Note.objects.create(
            author_id=author, state=state, published_no=number, published_at=self.at - ago,
            created_at=self.at - ago, **values,
        )  # fmt: skip
        for name in topics:
            topic, _ = Topic.objects.get_or_create(slug=name, defaults={"name": name, "created_at": self.at})
            NoteTopic.objects.create(note=row, topic=topic)
        self.notes.append(row)
        return row.pk

    def like(self, person: int, *notes: int, ago: timedelta = timedelta(hours=1)) -> None:
        """Somebody likes notes."""
        Like.objects.bulk_create(
            [Like(person_id=person, note_id=note, created_at=self.at - ago) for note in notes]
        )

    def favourite(self, person: int, note: int) -> None:
        """Somebody keeps a note."""
        Favourite.objects.create(person_id=person, note_id=note, created_at=self.at - timedelta(hours=1))

    def comment(self, person: int, note: int) -> None:
        """Somebody writes under a note."""
        Comment.objects.create(
            author_id=person, note_id=note, text="好", created_at=self.at - timedelta(hours=1)
        )


@pytest.fixture
def world(db: None) -> World:
    return World()
