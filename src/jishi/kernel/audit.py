"""The trail of what staff did. Append-only by trigger and by role; sealed so that a silent edit shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jishi.kernel.models import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditView:
    """One entry of the trail."""

    id: int
    actor_id: int | None
    action: str
    subject: str
    detail: dict[str, Any]
    at: datetime


def record(*, actor_id: int | None, action: str, subject: str, detail: dict[str, Any] | None = None) -> None:
    """Write down, in the transaction of the act itself, that ``actor_id`` did ``action`` to ``subject``.

    ``detail`` holds ids and plain values only, never personal data.
    """
    AuditEntry.objects.create(actor_id=actor_id, action=action, subject=subject, detail=detail or {})


def list_entries(
    *,
    subject: str | None = None,
    actor_id: int | None = None,
    action: str | None = None,
    before_id: int | None = None,
    limit: int = 100,
) -> list[AuditView]:
    """The newest entries, of one subject, actor or kind of act; ``before_id`` goes on from a page."""
    rows = AuditEntry.objects.order_by("-id")
    if action is not None:
        rows = rows.filter(action=action)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    if subject is not None:
        rows = rows.filter(subject=subject)
    if actor_id is not None:
        rows = rows.filter(actor_id=actor_id)
    return [AuditView(r.pk, r.actor_id, r.action, r.subject, r.detail, r.at) for r in rows[:limit]]
