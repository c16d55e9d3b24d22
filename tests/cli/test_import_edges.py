"""`jishi import edges FILE`: follows of a file, told in one line; again without doubling."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests import cluster as throw_away
from tests.factories import trade

from jishi.people.accounts import queries as accounts
from jishi.social.graph.models import Follow

APP = "jishi_app"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on the tests' database."""
    return subprocess.run(
        [sys.executable, "-m", "jishi.cli", "import", "edges", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={
            **os.environ,
            "DATABASE_URL": throw_away.cluster.url(APP, throw_away.DATABASE),
            "JISHI_DB_POOL": "0",
        },
    )


@pytest.mark.django_db(transaction=True)
def test_follows_of_a_file_are_brought_in_once(tmp_path: Path) -> None:
    people = [trade.buyer().id for _ in range(3)]
    one, two, three = (accounts.get_person(person).code for person in people)
    file = tmp_path / "edges.csv"
    file.write_text(f"follower,followee\n{one},{two}\n{two},{one}\n{three},{one}\n{three},{three}\n")

    first = run(str(file))
    again = run(str(file))

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert "4 lines: 3 new follows" in first.stdout
    assert set(Follow.objects.values_list("follower_id", "followee_id")) == {
        (people[0], people[1]),
        (people[1], people[0]),
        (people[2], people[0]),
    }
    file.write_text(f"{one},nobodyatall2\n")
    unknown = run(str(file))
    assert unknown.returncode == 1 and "1 that named nobody" in unknown.stdout


def test_a_file_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    done = run(str(tmp_path / "none.csv"))

    assert done.returncode != 0
    assert "There is no file" in done.stderr and "Traceback" not in done.stderr
