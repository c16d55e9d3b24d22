"""Reads of the demo inbox and of a person's notices."""

from typing import Any

from jishi.people.notifications import rules
from jishi.people.notifications.contracts import InboxView, NoticeView
from jishi.people.notifications.models import InboxMessage, Notice
from jishi.people.notifications.providers import recipient_index


def list_inbox(*, limit: int = 50, recipient: str | None = None) -> tuple[InboxView, ...]:
    """Return the newest caught messages, of one recipient if given."""
    rows = InboxMessage.objects.order_by("-sent_at", "-pk")
    if recipient is not None:
        rows = rows.filter(recipient_index=recipient_index(recipient))
    return tuple(
        InboxView(
            id=row.pk,
            channel=row.channel,
            recipient=row.recipient,
            subject=row.subject,
            text=row.text,
            code=rules.find_code(row.text),
            sent_at=row.sent_at,
        )
        for row in rows[:limit]
    )


def list_notices(*, person_id: int, limit: int = 50) -> tuple[NoticeView, ...]:
    """Return what a person was told, newest first."""
    rows = Notice.objects.filter(person_id=person_id).order_by("-created_at", "-pk")[:limit]
    return tuple(
        NoticeView(
            id=row.pk,
            kind=row.kind,
            message=rules.wording(row.kind),
            params={"kind": row.kind, **row.params},
            url=row.url,
            created_at=row.created_at,
            is_read=row.read_at is not None,
        )
        for row in rows
    )


def count_unread(*, person_id: int) -> int:
    """Count what a person has not seen yet."""
    return Notice.objects.filter(person_id=person_id, read_at__isnull=True).count()


def export_notices(*, person_id: int) -> dict[str, Any]:
    """Return what a person was told."""
    rows = Notice.objects.filter(person_id=person_id).order_by("pk")
    return {"notices": [{"kind": r.kind, "params": r.params, "at": r.created_at.isoformat()} for r in rows]}
