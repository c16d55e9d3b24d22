"""Taking a batch of events in: one insert, durable before anybody is told so. No Django: the lane uses it.

Invariant: a batch that was acknowledged is in `behavior_inbox` until the compactor has put its events into a
file of the manifest. The same batch twice is taken once.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from jishi.insight.behavior.contracts import Sender

MOST_EVENTS = 500
MOST_BYTES = 512 * 1024
BATCH = re.compile(r"^[0-9A-Za-z_-]{8,64}$")
ACCEPT = """
INSERT INTO behavior_inbox (batch_id, source, count, body, received_at)
VALUES (%(batch_id)s, %(source)s, %(count)s, %(body)s, coalesce(%(received_at)s, clock_timestamp()))
ON CONFLICT (batch_id) DO NOTHING
"""


class Malformed(ValueError):
    """What came is no batch of events."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that may be stored."""

    batch_id: str
    source: str
    count: int
    body: bytes


def read(raw: bytes, sender: Sender) -> Batch:
    """Check the form of a batch and pack it; what is inside each event is checked by the compactor.

    :raises Malformed: it is no JSON, has no good id, no events or too many.
    """
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed("no JSON") from error
    if not isinstance(data, dict) or not isinstance(data.get("batch"), str) or not BATCH.match(data["batch"]):
        raise Malformed("no batch id")
    events = data.get("events")
    if not isinstance(events, list) or not events or len(events) > MOST_EVENTS:
        raise Malformed("no events, or too many")
    sent_at = data.get("sent_at")
    if sent_at is not None and (isinstance(sent_at, bool) or not isinstance(sent_at, int | float)):
        raise Malformed("sent_at is no number")
    return pack(sender, data["batch"], raw, len(events))


def pack(sender: Sender, batch: str, raw: bytes, count: int) -> Batch:
    """Put what we know about the sender beside what was sent, deflated.

    Ids of batches are the senders' own, so each sender has a space of its own.
    """
    meta = {
        "source": sender.source,
        "visitor": sender.visitor[:64],
        "person": sender.person_id,
        "agent": sender.agent[:300],
        "language": sender.language[:16],
    }
    owner = sender.visitor or f"person:{sender.person_id}"
    digest = hashlib.sha256(f"{sender.source}|{owner}|{batch}".encode()).hexdigest()[:48]
    body = b'{"meta":' + json.dumps(meta).encode() + b',"data":' + raw + b"}"
    return Batch(digest, sender.source, count, zlib.compress(body, 1))


def unpack(body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (what we know about the sender, what was sent)."""
    both = json.loads(zlib.decompress(body))
    return both["meta"], both["data"]


def values(batch: Batch, received_at: datetime | None) -> dict[str, Any]:
    """Return the parameters of :data:`ACCEPT`; without a moment the database's own clock counts."""
    return {
        "batch_id": batch.batch_id,
        "source": batch.source,
        "count": batch.count,
        "body": batch.body,
        "received_at": received_at,
    }


async def accept(
    connection: psycopg.AsyncConnection[Any], *, batch: Batch, received_at: datetime | None = None
) -> bool:
    """Store a batch; false when it was there already. Durable when this returns (autocommit)."""
    cursor = await connection.execute(ACCEPT, values(batch, received_at))
    return cursor.rowcount == 1
