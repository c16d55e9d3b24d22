"""What must hold after a compactor was killed at one of its steps."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
from tests.insight.behavior import killing, kit

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior.models import Inbox


def kill_and_recover(table: str, *, strays: int, lake: Path, owner: psycopg.Connection) -> None:
    """Kill the compactor before it writes to `table`; its batches must be there still, and once afterwards.

    `strays` is how many files it leaves that no manifest names.
    """
    before = len(killing.lake_ids())
    events = [kit.event() for _ in range(40)]
    for number in range(4):
        kit.send(*events[number * 10 : number * 10 + 10])
    with killing.killed_before(table, "EXCLUSIVE", lake, owner):
        assert Inbox.objects.count() == 4 and len(killing.lake_ids()) == before
        assert len(killing.strays(lake)) == strays
    killing.drain()
    found = killing.lake_ids()
    assert len(found) == len(set(found)) == before + 40
    assert {one["id"] for one in events} <= set(found)
    for path in killing.strays(lake):
        os.utime(path, (0, 0))
    behavior.forget_old()
    assert not killing.strays(lake)
