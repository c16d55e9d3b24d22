"""Live notices to open pages: a channel and a number, nothing else, sent after the fact was committed.

Sent by the relay, never inside a business transaction (NOTIFY takes a lock at commit that serialises
writers). A listener that missed some re-reads the state.
"""

import json
from collections.abc import Iterable

from django.db import connection

PG_CHANNEL = "jishi_notices"


def send(channels: Iterable[tuple[str, int]]) -> None:
    """Tell the listeners of each channel that its state has reached a number (an ever growing one)."""
    payloads = [json.dumps([channel, number]) for channel, number in channels]
    if payloads:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, p) FROM unnest(%s::text[]) AS p", [PG_CHANNEL, payloads])
