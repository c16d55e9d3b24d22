"""Killed without warning: nothing that was acknowledged is lost, nothing is there twice.

`make test-faults` runs the same with many more rounds (JISHI_FAULT_ROUNDS).
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from tests import cluster as throw_away
from tests.insight.behavior import kit

from jishi.cli.postgres import APP, OWNER, THROW_AWAY, Cluster
from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries, settle
from jishi.insight.behavior.contracts import Sender
from jishi.insight.behavior.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("JISHI_FAULT_ROUNDS", "1"))
READY_S = 60.0


def start(*command: str, lake: Path) -> subprocess.Popen[bytes]:
    url = throw_away.cluster.url(APP, throw_away.DATABASE)
    return subprocess.Popen(
        [sys.executable, "-m", "jishi.cli", *command],
        env={**os.environ, "DATABASE_URL": url, "JISHI_LAKE_ROOT": str(lake), "JISHI_DB_POOL": "0"},
    )


def until(condition, seconds: float = READY_S) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def lake_ids() -> list[str]:
    return [row["event_id"] for row in kit.rows(columns="event_id, ts")]


def test_a_compactor_killed_between_the_disk_and_the_commit_loses_and_doubles_nothing(
    lake_root, owner_connection
):
    for _ in range(ROUNDS):
        before = len(lake_ids())
        events = [kit.event() for _ in range(40)]
        for number in range(4):
            kit.send(*events[number * 10 : number * 10 + 10])
        files = set(lake_root.rglob("*.parquet"))
        with throw_away.cluster.connect(OWNER, throw_away.DATABASE) as blocker, blocker.transaction():
            # It can write its file, but not tell the manifest.
            blocker.execute("LOCK TABLE behavior_file IN EXCLUSIVE MODE")
            heavy = start("work", "--heavy", lake=lake_root)
            try:
                until(lambda files=files: set(lake_root.rglob("*.parquet")) - files)
            finally:
                heavy.send_signal(signal.SIGKILL)
                heavy.wait()
        until(lambda: _free(owner_connection))

        assert Inbox.objects.count() == 4 and len(lake_ids()) == before
        while behavior.compact().batches:
            pass

        found = lake_ids()
        assert len(found) == len(set(found)) == before + 40
        assert {one["id"] for one in events} <= set(found)
        stray = set(lake_root.rglob("*.parquet")) - {Path(name) for name in queries.lake().files}
        assert len(stray) == 1
        for path in stray:
            os.utime(path, (0, 0))
        behavior.forget_old()
        assert {str(path) for path in lake_root.rglob("*.parquet")} == set(queries.lake().files)


def _free(owner: psycopg.Connection) -> bool:
    """Whether the killed process's backend is gone and its locks with it."""
    row = owner.execute(
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE l.locktype = 'advisory' AND a.datname = current_database()"
    ).fetchone()
    return row is not None and row[0] == 0


def test_a_lane_killed_in_mid_flight_has_kept_everything_it_acknowledged(lake_root):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    acked: list[list[str]] = []
    stop = threading.Event()

    def writer(name: str) -> None:
        number = 0
        while not stop.is_set():
            events = [kit.event() for _ in range(5)]
            raw = kit.batch(*events, batch_id=f"{name}-{number:06d}")
            number += 1
            while not stop.is_set():
                if _post(port, raw, name):
                    acked.append([one["id"] for one in events])
                    break
                time.sleep(0.05)

    lane = start("serve", "lane", "--port", str(port), lake=lake_root)
    threads = [threading.Thread(target=writer, args=("abcdefghjkmn" + "pqr"[n] * 8,)) for n in range(3)]
    try:
        for thread in threads:
            thread.start()
        for round_number in range(ROUNDS):
            wanted = len(acked) + 15 * (round_number + 1)
            until(lambda wanted=wanted: len(acked) >= wanted)
            lane.send_signal(signal.SIGKILL)
            lane.wait()
            lane = start("serve", "lane", "--port", str(port), lake=lake_root)
        wanted_last = len(acked) + 15
        until(lambda: len(acked) >= wanted_last)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        lane.send_signal(signal.SIGKILL)
        lane.wait()
    while behavior.compact().batches:
        pass

    found = lake_ids()
    told = {one for ids in acked for one in ids}
    assert len(told) >= 150 and told <= set(found)
    assert len(found) == len(set(found))


def _post(port: int, raw: bytes, visitor: str) -> bool:
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


def test_a_database_killed_in_mid_flight_has_kept_every_acknowledged_batch():
    root = Path(tempfile.mkdtemp(prefix="jishi-fault-"))  # the server's user must be able to enter
    root.chmod(0o711)
    durable = {
        name: value for name, value in THROW_AWAY.items() if name not in ("fsync", "synchronous_commit")
    }
    cluster = Cluster(root, options={**durable, "fsync": "on", "synchronous_commit": "on"})
    cluster.start()
    try:
        with cluster.connect(OWNER) as owner:
            for statement in _inbox_statements():
                owner.execute(statement)
        for _ in range(ROUNDS):
            acked = asyncio.run(_accept_until_killed(cluster))
            cluster.start()
            with cluster.connect(OWNER) as owner:
                kept = {row[0] for row in owner.execute("SELECT batch_id FROM behavior_inbox").fetchall()}
            assert len(acked) >= 50 and acked <= kept
    finally:
        cluster.stop()
        shutil.rmtree(root, ignore_errors=True)


def _inbox_statements() -> list[str]:
    """The statements of our own migration that make the inbox."""
    text = io.StringIO()
    call_command("sqlmigrate", "behavior", "0001", stdout=text)
    statements = [one.strip() for one in text.getvalue().split(";")]
    return [one for one in statements if '"behavior_inbox"' in one]


async def _accept_until_killed(cluster: Cluster) -> set[str]:
    """Acknowledge batches on several connections; kill the server under them."""
    acked: set[str] = set()

    async def accept(name: str) -> None:
        connection = await psycopg.AsyncConnection.connect(cluster.url(OWNER), autocommit=True)
        number = 0
        while True:
            raw = kit.batch(kit.event(), batch_id=f"{name}-{os.urandom(4).hex()}-{number}")
            batch = settle.read(raw, Sender(source="web", visitor=name))
            try:
                await settle.accept(connection, batch=batch)
            except psycopg.Error:
                return
            acked.add(batch.batch_id)
            number += 1

    async def kill() -> None:
        while len(acked) < 50:
            await asyncio.sleep(0.01)
        assert cluster.process is not None
        cluster.process.kill()
        cluster.process.wait()

    await asyncio.gather(kill(), *(accept(f"writer{n:06d}") for n in range(4)))
    return acked
