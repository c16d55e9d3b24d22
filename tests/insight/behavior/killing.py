"""Processes of ours that are started to be killed, and what is looked at afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from tests import cluster as throw_away
from tests.insight.behavior import kit

from jishi.cli.postgres import APP, OWNER
from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior.models import File

READY_S = 120.0


def start(*command: str, lake: Path, url: str = "") -> subprocess.Popen[bytes]:
    """Start a part of the platform on the tests' database, or on another one."""
    address = url or throw_away.cluster.url(APP, throw_away.DATABASE)
    return subprocess.Popen(
        [sys.executable, "-m", "jishi.cli", *command],
        env={**os.environ, "DATABASE_URL": address, "JISHI_LAKE_ROOT": str(lake), "JISHI_DB_POOL": "0"},
    )


def until(condition: Callable[[], object], seconds: float = READY_S) -> None:
    """Wait for something that must happen."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, and see it gone."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def kill_forked(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL of what a process forked to do its work, and see another one in its place."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    (child,) = map(int, children.read_text().split())
    os.kill(child, signal.SIGKILL)
    until(lambda: children.read_text().split() not in ([], [str(child)]))


@contextmanager
def killed_before(table: str, mode: str, lake: Path, owner: psycopg.Connection) -> Iterator[None]:
    """Start the heavy process, let it come as far as a table that we hold, and kill it there."""
    with throw_away.cluster.connect(OWNER, throw_away.DATABASE) as blocker, blocker.transaction():
        blocker.execute(f"LOCK TABLE {table} IN {mode} MODE")
        heavy = start("work", "--heavy", lake=lake)
        try:
            until(lambda: waits_for(owner, table))
        finally:
            kill(heavy)
    until(lambda: free(owner))
    yield


def lake_ids() -> list[str]:
    """The ids of all events in the lake."""
    return [row["event_id"] for row in kit.rows(columns="event_id, ts")]


def waits_for(owner: psycopg.Connection, table: str) -> bool:
    """Whether somebody stands before a table that we hold."""
    row = owner.execute(
        "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table]
    ).fetchone()
    return row is not None and row[0] > 0


def strays(lake: Path) -> set[Path]:
    """Files of events on the disk that were written whole and that no manifest names."""
    named = {lake / "events" / path for path in File.objects.values_list("path", flat=True)}
    return set((lake / "events").rglob("*.parquet")) - named


def drain() -> None:
    while behavior.compact().batches:
        pass


def free(owner: psycopg.Connection) -> bool:
    """Whether the killed process's backend is gone and its locks with it."""
    row = owner.execute(
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE l.locktype = 'advisory' AND a.datname = current_database()"
    ).fetchone()
    return row is not None and row[0] == 0


def post(port: int, raw: bytes, visitor: str) -> bool:
    """Send a batch; true when it was acknowledged."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/lane/events",
        data=raw,
        headers={"Cookie": f"jishi_visitor={visitor}", "User-Agent": kit.AGENT},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status in (200, 202)
    except (OSError, urllib.error.HTTPError):
        return False
