"""Taking events in: batches of browsers and apps, facts of the shop, and who signed in with which browser."""

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jishi.insight.behavior import rules, settle
from jishi.insight.behavior.contracts import Sender
from jishi.insight.behavior.errors import BatchMalformed, BatchTooLarge
from jishi.kernel import clock, crypto

_LINK = """
INSERT INTO behavior_identity (visitor, person_id, linked_at) VALUES (%s, %s, %s)
ON CONFLICT (visitor, person_id) DO NOTHING
"""


def accept(*, raw: bytes, sender: Sender, at: datetime | None = None) -> bool:
    """Store a batch as it came; false when the same batch is there already. Durable with the transaction.

    :raises BatchMalformed: it is no JSON of the right shape.
    :raises BatchTooLarge: it holds more than a batch may.
    """
    if len(raw) > settle.MOST_BYTES:
        raise BatchTooLarge()
    try:
        batch = settle.read(raw, sender)
    except settle.Malformed as error:
        raise BatchMalformed() from error
    return store([batch], at=at) == 1


def store(batches: list[settle.Batch], *, at: datetime | None = None) -> int:
    """Put packed batches into the inbox with the caller's transaction; returns how many were new."""
    stored = 0
    with connection.cursor() as cursor:
        for batch in batches:
            cursor.execute(settle.ACCEPT, settle.values(batch, at))
            stored += cursor.rowcount
    return stored


def record(
    *, kind: str, key: str, at: datetime, person_id: int | None = None, visitor: str = "", **columns: Any
) -> None:
    """Note a fact of the shop, in the transaction that makes it true or in that of its handler.

    `key` names the fact for ever (the order's code, "note:person"): told twice, it is kept once. `columns`
    are columns of the lake, or `product`, `note` and `shop` as public codes.
    """
    row = {"key": key, "at": at, "person": person_id, "visitor": visitor, **columns}
    record_many(kind=kind, rows=[row])


def record_many(*, kind: str, rows: list[dict[str, Any]]) -> None:
    """Note several facts of one kind as one batch, each with its `key` and its moment `at`. See
    :func:`record`.
    """
    if not rows:
        return
    events = []
    for row in rows:
        at: datetime = row["at"]
        event_id = rules.fact_id(crypto.blind_index(f"{kind}|{row['key']}", purpose="behavior.fact"), at)
        fact = {
            name: value
            for name, value in row.items()
            if name not in ("key", "at") and value not in (None, "")
        }
        events.append({"id": str(event_id), "at": at.timestamp() * 1000, "kind": kind, **fact})
    batch = events[0]["id"]
    raw = json.dumps({"batch": batch, "events": events}, ensure_ascii=False).encode()
    store([settle.pack(Sender(source="server", visitor=""), batch, raw, len(events))])


def link(*, visitor: str, person_id: int, at: datetime | None = None) -> bool:
    """Note that a person signed in with a browser; true when that was the first time.

    What the browser did before without a name is given to them by the next nightly merge.
    """
    if not visitor:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_LINK, [visitor[:64], person_id, clock.at_or_now(at)])
        return bool(cursor.rowcount == 1)


def sign_in(*, person_id: int, visitor: str, at: datetime | None = None) -> None:
    """Note that a person came in with a browser: the fact, and whose browser it is."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        link(visitor=visitor, person_id=person_id, at=now)
        record(
            kind="signed_in",
            key=f"{visitor}:{person_id}:{now:%Y%m%d%H%M}",
            at=now,
            person_id=person_id,
            visitor=visitor,
        )
