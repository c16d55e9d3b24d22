"""Everything at once: senders, lane, compactor and a database of our own, each killed in turn."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pyarrow.parquet as parquet
import pytest
from tests import cluster as throw_away
from tests.insight.behavior import killing, kit

from jishi.cli.backup import call
from jishi.cli.postgres import APP, OWNER, THROW_AWAY, Cluster

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("JISHI_FAULT_ROUNDS", "1"))
DURABLE = {name: value for name, value in THROW_AWAY.items() if name not in ("fsync", "synchronous_commit")}
SENDERS = 3
BETWEEN = 25


class Platform:
    """The three parts, and what our senders were told."""

    def __init__(self, root: Path, lake: Path) -> None:
        self.lake = lake
        self.cluster = Cluster(root, options={**DURABLE, "fsync": "on", "synchronous_commit": "on"})
        self.cluster.start()
        dump = root / "schema.dump"
        source = throw_away.cluster.url(OWNER, throw_away.DATABASE)
        call(["pg_dump", "--format=custom", "--schema-only", f"--file={dump}", "--no-password"], source)
        restore = ["pg_restore", "--no-owner", "--exit-on-error", "--no-password", str(dump)]
        call(restore, self.cluster.url(OWNER))
        self.port = killing.free_port()
        self.lane = self._start_lane()
        self.heavy = self._start_heavy()
        self.told: list[list[str]] = []
        self.stop = threading.Event()

    def _start_lane(self):  # type: ignore[no-untyped-def]
        return killing.start(
            "serve", "lane", "--port", str(self.port), lake=self.lake, url=self.cluster.url(APP)
        )

    def _start_heavy(self):  # type: ignore[no-untyped-def]
        return killing.start("work", "--heavy", lake=self.lake, url=self.cluster.url(APP))

    def kill_lane(self) -> None:
        """SIGKILL, and a new one."""
        killing.kill(self.lane)
        self.lane = self._start_lane()

    def kill_heavy(self) -> None:
        """SIGKILL, and a new one."""
        killing.kill(self.heavy)
        self.heavy = self._start_heavy()

    def kill_database(self) -> None:
        """SIGKILL of the server; the others notice by themselves."""
        assert self.cluster.process is not None
        killing.kill(self.cluster.process)
        self.cluster.start()

    def send(self, visitor: str) -> None:
        """Send batch after batch; each until it is acknowledged, however often that takes."""
        number = 0
        while not self.stop.is_set():
            events = [kit.event() for _ in range(5)]
            raw = kit.batch(*events, batch_id=f"{visitor}-{number:06d}")
            number += 1
            while not self.stop.is_set():
                if killing.post(self.port, raw, visitor):
                    self.told.append([one["id"] for one in events])
                    break
                time.sleep(0.1)
            time.sleep(0.05)

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the database itself."""
        with psycopg.connect(self.cluster.url(OWNER), autocommit=True) as owner:
            return owner.execute(statement).fetchall()

    def end(self) -> None:
        """Stop everything that is left."""
        self.stop.set()
        for process in (self.lane, self.heavy):
            killing.kill(process)
        self.cluster.stop()


@pytest.fixture
def platform(lake_root: Path) -> Iterator[Platform]:
    root = Path(tempfile.mkdtemp(prefix="jishi-fault-"))
    root.chmod(0o711)
    running = Platform(root, lake_root)
    try:
        yield running
    finally:
        running.end()
        shutil.rmtree(root, ignore_errors=True)


def test_lane_compactor_and_database_killed_in_turn_lose_and_double_nothing(platform: Platform) -> None:
    senders = [
        threading.Thread(target=platform.send, args=("abcdefghjkmn" + "pqr"[n] * 8,)) for n in range(SENDERS)
    ]
    victims: list[Callable[[], None]] = [platform.kill_lane, platform.kill_heavy, platform.kill_database]
    for sender in senders:
        sender.start()
    try:
        for _ in range(ROUNDS):
            for kill in victims:
                wanted = len(platform.told) + BETWEEN
                killing.until(lambda wanted=wanted: len(platform.told) >= wanted)
                kill()
        wanted = len(platform.told) + BETWEEN
        killing.until(lambda: len(platform.told) >= wanted)
    finally:
        platform.stop.set()
        for sender in senders:
            sender.join()

    killing.until(lambda: platform.ask("SELECT count(*) FROM behavior_inbox") == [(0,)])

    paths = platform.ask("SELECT path FROM behavior_file WHERE replaced_at IS NULL")
    found: list[str] = []
    for (path,) in paths:
        table = parquet.read_table(
            platform.lake / "events" / str(path), columns=["event_id"], partitioning=None
        )
        found.extend(table.column(0).to_pylist())
    told = {one for ids in platform.told for one in ids}
    assert len(told) >= BETWEEN * 5 * (3 * ROUNDS + 1)
    assert told - set(found) == set()
    assert len(found) == len(set(found))
    assert platform.ask("SELECT count(*) FROM behavior_deadletter") == [(0,)]
