"""A published note, written straight into its table: for tests of what stands on notes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.social.notes.models import Note, NoteTopic, Topic


def person(*, days: int = 30, is_operator: bool = False) -> int:
    """Somebody who has been here for some days."""
    return accounts.register(
        nickname="阿柿",
        email=f"{uuid4().hex[:12]}@example.org",
        is_operator=is_operator,
        at=clock.now() - timedelta(days=days),
    ).id


def note(author_id: int, *, topic: str = "", visibility: str = "public", at: datetime | None = None) -> str:
    """A published note of somebody's; returns its code."""
    moment = at or clock.now()
    number = Note.objects.count() + 1
    row = Note.objects.create(
        author_id=author_id,
        text="今天的柿子",
        state="published",
        visibility=visibility,
        published_no=number,
        published_at=moment,
        created_at=moment,
    )
    if topic:
        known, _ = Topic.objects.get_or_create(slug=topic, defaults={"name": topic, "created_at": moment})
        NoteTopic.objects.create(note=row, topic=known)
    return row.code


def hide(code: str) -> None:
    """Take a note out of sight, as moderation does."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notes_note SET state = 'hidden' WHERE code = %s", [code])
