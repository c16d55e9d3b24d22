"""Facts that nobody publishes: accounts and share links, read by their growing ids.

Ids are handed out before their transactions commit, so each round looks back over the last ones again; an
event that is there already is not kept twice.
"""

from typing import Any

from django.db import connection, transaction

from jishi.insight.behavior import rules
from jishi.insight.behavior.models import Cursor, Seen
from jishi.insight.behavior.operations import accepting
from jishi.insight.behavior.settle import MOST_EVENTS
from jishi.kernel import crypto

BATCH = 400
LOOK_BACK = 200

_PEOPLE = """
SELECT u.id, u.joined_at, u.id AS person FROM accounts_user u
WHERE u.id > %(last)s OR (u.id > %(back)s AND u.joined_at > clock_timestamp() - interval '1 hour')
ORDER BY u.id LIMIT %(most)s
"""
_LINKS = """
SELECT l.id, l.created_at, l.sharer_id, l.code, l.kind, l.key, l.channel, l.depth, p.sharer_id
FROM shares_sharelink l LEFT JOIN shares_sharelink p ON p.id = l.parent_id
WHERE l.id > %(last)s OR (l.id > %(back)s AND l.created_at > clock_timestamp() - interval '1 hour')
ORDER BY l.id LIMIT %(most)s
"""


def gather() -> int:
    """Note new accounts and share links; returns how many there were."""
    return _gather("signed_up", _PEOPLE, _account) + _gather("share_created", _LINKS, _link)


def _account(row: tuple[Any, ...]) -> dict[str, Any]:
    return {"key": str(row[0]), "person": row[2]}


def _link(row: tuple[Any, ...]) -> dict[str, Any]:
    _, _, sharer, code, kind, key, channel, depth, parent = row
    thing = {kind: key} if kind in ("product", "note", "shop") else {}
    made = {"key": code, "person": sharer, "share": code, "from_user_id": parent, "channel": "share"}
    return {**made, "props": {"depth": depth, "by": channel} if channel else {"depth": depth}, **thing}


def _gather(kind: str, statement: str, fact: Any) -> int:
    with transaction.atomic():
        Cursor.objects.bulk_create([Cursor(name=kind)], ignore_conflicts=True)
        at = Cursor.objects.select_for_update(skip_locked=True).filter(name=kind).first()
        if at is None:
            return 0  # another process is at it
        with connection.cursor() as cursor:
            back = max(0, at.last_id - LOOK_BACK)
            cursor.execute(statement, {"last": at.last_id, "back": back, "most": BATCH + LOOK_BACK})
            found = cursor.fetchall()
        ids = {row[0]: _id(kind, fact(row)["key"], row[1]) for row in found}
        seen = set(Seen.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
        fresh = [row for row in found if row[0] > at.last_id or ids[row[0]] not in seen]
        rows = [{**fact(row), "at": row[1]} for row in fresh]
        for start in range(0, len(rows), MOST_EVENTS):
            accepting.record_many(kind=kind, rows=rows[start : start + MOST_EVENTS])
        if found and found[-1][0] > at.last_id:
            Cursor.objects.filter(pk=kind).update(last_id=found[-1][0])
    return sum(row[0] > at.last_id for row in found)


def _id(kind: str, key: str, at: Any) -> Any:
    return rules.fact_id(crypto.blind_index(f"{kind}|{key}", purpose="behavior.fact"), at)
