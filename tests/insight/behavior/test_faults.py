"""Killed without warning: nothing that was acknowledged is lost, nothing is there twice.

`make test-faults` runs the same with many more rounds (JISHI_FAULT_ROUNDS), and then everything together: see
`faults/`.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from tests.insight.behavior import killing, kit, steps

from jishi.cli.postgres import OWNER, THROW_AWAY, Cluster
from jishi.insight.behavior import settle
from jishi.insight.behavior.contracts import Sender

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("JISHI_FAULT_ROUNDS", "1"))


def test_a_compactor_killed_between_the_disk_and_the_commit_loses_and_doubles_nothing(
    lake_root, owner_connection
):
    for _ in range(ROUNDS):
        steps.kill_and_recover("behavior_file", strays=1, lake=lake_root, owner=owner_connection)


def test_a_lane_killed_in_mid_flight_has_kept_everything_it_acknowledged(lake_root):
    port = killing.free_port()
    acked: list[list[str]] = []
    stop = threading.Event()

    def writer(name: str) -> None:
        number = 0
        while not stop.is_set():
            events = [kit.event() for _ in range(5)]
            raw = kit.batch(*events, batch_id=f"{name}-{number:06d}")
            number += 1
            while not stop.is_set():
                if killing.post(port, raw, name):
                    acked.append([one["id"] for one in events])
                    break
                time.sleep(0.05)

    lane = killing.start("serve", "lane", "--port", str(port), lake=lake_root)
    threads = [threading.Thread(target=writer, args=("abcdefghjkmn" + "pqr"[n] * 8,)) for n in range(3)]
    try:
        for thread in threads:
            thread.start()
        for round_number in range(ROUNDS):
            wanted = len(acked) + 15 * (round_number + 1)
            killing.until(lambda wanted=wanted: len(acked) >= wanted)
            killing.kill(lane)
            lane = killing.start("serve", "lane", "--port", str(port), lake=lake_root)
        wanted_last = len(acked) + 15
        killing.until(lambda: len(acked) >= wanted_last)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        killing.kill(lane)
    killing.drain()

    found = killing.lake_ids()
    told = {one for ids in acked for one in ids}
    assert len(told) >= 150 and told <= set(found)
    assert len(found) == len(set(found))


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
