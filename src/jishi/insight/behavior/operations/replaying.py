"""Dead letters tried again, and marks of dirty days taken away by whoever made the aggregates anew."""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from jishi.insight.behavior import settle
from jishi.insight.behavior.contracts import DirtyDay, Sender
from jishi.insight.behavior.errors import DeadLetterNotFound
from jishi.insight.behavior.models import DeadLetter
from jishi.insight.behavior.operations import accepting

_CLEAR = """
DELETE FROM behavior_dirtyday d
USING unnest(%s::date[], %s::bigint[], %s::timestamptz[]) AS t(day, user_id, marked_at)
WHERE d.day = t.day AND d.user_id = t.user_id AND d.marked_at = t.marked_at
"""


def replay(*, letter_id: int) -> None:
    """Put a dead letter back into the inbox; if it is still wrong it becomes a new one.

    :raises DeadLetterNotFound: there is none, or it was replayed already.
    """
    with transaction.atomic():
        row = DeadLetter.objects.select_for_update().filter(pk=letter_id).first()
        if row is None:
            raise DeadLetterNotFound()
        _put_back([row])


def replay_all(*, reason: str, limit: int = 1000) -> int:
    """Put the dead letters of one reason back, oldest first; returns how many."""
    with transaction.atomic():
        rows = DeadLetter.objects.select_for_update(skip_locked=True).filter(reason=reason)
        return _put_back(list(rows.order_by("pk")[:limit]))


def discard(*, letter_id: int) -> None:
    """Throw a dead letter away.

    :raises DeadLetterNotFound: there is none.
    """
    if not DeadLetter.objects.filter(pk=letter_id).delete()[0]:
        raise DeadLetterNotFound()


def clear_dirty(days: Iterable[DirtyDay]) -> int:
    """Take marks away that were worked off; one that was set again since stays. Returns how many went."""
    rows = list(days)
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _CLEAR, [[r.day for r in rows], [r.user_id for r in rows], [r.marked_at for r in rows]]
        )
        return int(cursor.rowcount)


def _put_back(rows: list[DeadLetter]) -> int:
    for row in rows:
        meta = row.row.get("meta", {})
        sender = Sender(
            source=row.source,
            visitor=str(meta.get("visitor") or ""),
            person_id=meta.get("person"),
            agent=str(meta.get("agent") or ""),
            language=str(meta.get("language") or ""),
        )
        data = {"batch": f"replay-{row.pk}", "sent_at": meta.get("sent_at"), "events": [row.row["event"]]}
        received = meta.get("received_at")
        batch = settle.pack(sender, f"replay-{row.pk}", json.dumps(data).encode(), 1)
        accepting.store([batch], at=datetime.fromisoformat(received) if received else row.at)
    DeadLetter.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
