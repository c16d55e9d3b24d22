"""Batches as browsers send them, and a look into the lake."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries
from jishi.insight.behavior.contracts import COLUMNS, Sender
from jishi.kernel.ids import uuid7

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
VISITOR = "abcdefghjkmnpqrstuvw"


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def event(kind: str = "page_viewed", *, at: datetime | None = None, **more: Any) -> dict[str, Any]:
    moment = at or datetime.now(UTC)
    made = {"id": str(uuid7()), "at": ms(moment), "kind": kind, **more}
    return {"page": "home", **made} if kind == "page_viewed" else made


def batch(*events: Any, batch_id: str = "", **more: Any) -> bytes:
    head = {"batch": batch_id or uuid.uuid4().hex, "session": "sitting-1", **more}
    return json.dumps({**head, "events": list(events)}).encode()


def send(
    *events: Any,
    visitor: str = VISITOR,
    person_id: int | None = None,
    agent: str = AGENT,
    source: str = "web",
    at: datetime | None = None,
    **more: Any,
) -> bool:
    sender = Sender(source=source, visitor=visitor, person_id=person_id, agent=agent)
    return behavior.accept(raw=batch(*events, **more), sender=sender, at=at)


def rows(where: str = "true", columns: str = "*") -> list[dict[str, Any]]:
    """The rows of the lake now, by moment."""
    import duckdb

    files = list(queries.lake().files)
    if not files:
        return []
    source = f"read_parquet({files!r}, hive_partitioning=false)"
    sql = f"SELECT {columns} FROM {source} WHERE {where} ORDER BY ts, event_id"
    with duckdb.connect() as lake:
        cursor = lake.execute(sql)
        names = [one[0] for one in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def same_columns() -> bool:
    found = rows()
    return bool(found) and tuple(found[0]) == COLUMNS
