"""Personal columns of the pipeline, and the events in the files: what is exported, and how it is forgotten.

Files are rewritten by the heavy process after the transaction that asks for it; new events are refused from
then on.
"""

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries, rules
from jishi.insight.behavior.models import File
from jishi.people.accounts.contracts import PersonalField

EXPORT_WITHIN_S = 120


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("behavior_identity", "one person's browsers", "delete", "visitor", "linked_at", "applied_at"),
    *_fields("behavior_deadletter", "events to be tried again", "delete", "row", "visitor", "detail"),
    *_fields("behavior_inbox", "events on their way into files", "delete", "body"),
    *_fields("behavior_erasure", "refusing late events of a forgotten person", "keep", "user_ids"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "behavior_inbox": frozenset({"id", "batch_id", "received_at", "source", "count"}),
    "behavior_deadletter": frozenset({"id", "reason", "source", "batch_id", "person_id", "at"}),
    "behavior_file": frozenset(
        {
            "id", "path", "dt", "rows", "min_ts", "max_ts", "min_user", "max_user", "level", "bytes",
            "created_at", "replaced_at",
        }
    ),
    "behavior_identity": frozenset({"id", "person_id"}),
    "behavior_dirtyday": frozenset({"id", "day", "user_id", "marked_at"}),
    "behavior_seen": frozenset({"event_id", "on_day"}),
    "behavior_erasure": frozenset({"person_id", "asked_at", "done_at", "rows", "files"}),
    "behavior_cursor": frozenset({"name", "last_id"}),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person's browsers did and what the shop noted about them."""
    visitors = queries.visitors_of(person_id)
    users = [person_id, *(rules.visitor_number(visitor) for visitor in visitors)]
    return {"browsers": list(visitors), "events": _events(users)}


def _events(users: list[int]) -> list[dict[str, Any]]:
    live = File.objects.filter(replaced_at=None, min_user__lte=max(users), max_user__gte=min(users))
    files = [str(queries.root() / name) for name in live.order_by("dt", "pk").values_list("path", flat=True)]
    if not files:
        return []
    done = subprocess.run(
        [sys.executable, "-m", "jishi.insight.behavior.scan"],
        input=json.dumps({"files": files, "users": users}),
        capture_output=True,
        text=True,
        timeout=EXPORT_WITHIN_S,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def erase_person(*, person_id: int, at: datetime) -> None:
    """Refuse what comes from now on, and have the files rewritten."""
    behavior.ask_erasure(person_id=person_id, at=at)
