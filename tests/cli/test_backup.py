"""A backup holds the lake of the database's moment; what is restored can be read, forgotten and goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests import cluster as throw_away
from tests.factories import trade
from tests.insight.behavior import killing, kit

from jishi.cli.postgres import APP, OWNER, SUPERUSER
from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries
from jishi.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)
RESTORED = f"jishi_restored_{throw_away.WORKER}"
Jishi = Callable[..., str]


@pytest.fixture
def second() -> Iterator[str]:
    """An empty database beside the tests' own."""
    with throw_away.cluster.connect(SUPERUSER, "postgres") as root:
        root.execute(f'DROP DATABASE IF EXISTS "{RESTORED}" WITH (FORCE)')
        root.execute(f'CREATE DATABASE "{RESTORED}" OWNER {OWNER}')
    yield RESTORED
    with throw_away.cluster.connect(SUPERUSER, "postgres") as root:
        root.execute(f'DROP DATABASE IF EXISTS "{RESTORED}" WITH (FORCE)')


def run(database: str, lake: Path, *words: str, code: int = 0) -> str:
    urls = {
        "DATABASE_URL": throw_away.cluster.url(APP, database),
        "DATABASE_OWNER_URL": throw_away.cluster.url(OWNER, database),
        "JISHI_LAKE_ROOT": str(lake),
    }
    done = subprocess.run(
        [sys.executable, "-m", "jishi.cli", *words],
        env={**os.environ, **urls},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def shell(database: str, lake: Path, program: str) -> Any:
    """Run a few lines in the restored installation; they print one JSON value last."""
    said = run(database, lake, "manage", "shell", "--no-imports", "-c", program)
    return json.loads([line for line in said.splitlines() if line.strip()][-1])


def manifest(database: str) -> list[str]:
    with psycopg.connect(throw_away.cluster.url(OWNER, database)) as owner:
        found = owner.execute("SELECT path FROM behavior_file WHERE replaced_at IS NULL ORDER BY path")
        return [path for (path,) in found.fetchall()]


LOOK = """
import json, pyarrow.parquet as parquet
from jishi.insight.behavior import operations as behavior, queries
while behavior.compact().batches: pass
{more}
ids = [one for path in queries.lake().files
       for one in parquet.read_table(path, columns=["event_id"], partitioning=None).column(0).to_pylist()]
print(json.dumps(sorted(ids)))
"""
ERASE = "behavior.ask_erasure(person_id={person}); behavior.erase_due()"
AGE = """
from datetime import timedelta
from jishi.kernel import clock
behavior.forget_old(at=clock.now() + timedelta(days=757))
"""


def test_the_lake_comes_back_as_it_was_at_the_backup_and_forgets_as_before(
    lake_root: Path, second: str, tmp_path: Path
) -> None:
    now, person = clock.now(), trade.buyer().id
    early = [kit.event(at=now - timedelta(days=5)) for _ in range(3)]
    own = [kit.event() for _ in range(2)]
    kit.send(*early)
    kit.send(*own, person_id=person, visitor="p" * 20)
    killing.drain()
    waiting = kit.event()
    kit.send(waiting, visitor="w" * 20)  # acknowledged, and in the inbox at the moment of the backup
    target, fresh = tmp_path / "backup", tmp_path / "restored"

    run(throw_away.DATABASE, lake_root, "backup", str(target))
    kit.send(kit.event(), visitor="l" * 20)
    killing.drain()
    behavior.merge_hours(at=now + timedelta(hours=3))
    run(second, fresh, "restore", str(target))

    with tarfile.open(target / "lake.tar") as archive:
        packed = sorted(one.name.removeprefix("events/") for one in archive.getmembers() if one.isfile())
    assert packed == manifest(second) and len(packed) == 2
    assert len(killing.lake_ids()) == 7 and queries.lake().rows == 7
    before = {one["id"] for one in (*early, *own, waiting)}
    assert set(shell(second, fresh, LOOK.format(more=""))) == before
    assert set(shell(second, fresh, LOOK.format(more=ERASE.format(person=person)))) == before - {
        one["id"] for one in own
    }
    assert shell(second, fresh, LOOK.format(more=AGE)) == [waiting["id"]]
    assert {str(path.relative_to(fresh / "events")) for path in fresh.rglob("*.parquet")} == set(
        manifest(second)
    )


def test_a_backup_with_a_file_of_the_lake_missing_is_no_backup(lake_root: Path, tmp_path: Path) -> None:
    kit.send(kit.event())
    killing.drain()
    for path in lake_root.rglob("*.parquet"):
        path.unlink()

    said = run(throw_away.DATABASE, lake_root, "backup", str(tmp_path / "backup"), code=1)

    assert "that the manifest names are missing" in said
    assert not (tmp_path / "backup").exists()


@pytest.fixture
def lake_root(tmp_path: Path, settings: Any) -> Path:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    return tmp_path / "lake"
