"""The compactor and the merge killed at each of their steps, again and again."""

from __future__ import annotations

import os

import pytest
from tests.insight.behavior import killing, kit, steps

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries
from jishi.insight.behavior.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("JISHI_FAULT_ROUNDS", "1"))
STEPS = {
    "after reading, before anything is written": ("behavior_seen", 0),
    "after the file, before the manifest": ("behavior_file", 1),
    "after the manifest, before the commit": ("behavior_dirtyday", 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_compactor_killed_at_any_step_loses_and_doubles_nothing(step, lake_root, owner_connection):
    table, strays = STEPS[step]
    for _ in range(ROUNDS):
        steps.kill_and_recover(table, strays=strays, lake=lake_root, owner=owner_connection)


def test_a_compactor_killed_after_its_commit_has_nothing_to_do_again_and_a_new_one_goes_on(lake_root):
    for _ in range(ROUNDS):
        before = len(killing.lake_ids())
        events = [kit.event() for _ in range(20)]
        kit.send(*events[:10])
        heavy = killing.start("work", "--heavy", lake=lake_root)
        try:
            killing.until(lambda: not Inbox.objects.exists())
            killing.kill_forked(heavy)
            kit.send(*events[10:])
            killing.until(lambda: not Inbox.objects.exists())
        finally:
            killing.kill(heavy)
        killing.drain()

        found = killing.lake_ids()
        assert len(found) == len(set(found)) == before + 20
        assert {one["id"] for one in events} <= set(found)


def test_a_merge_killed_between_its_file_and_the_manifest_changes_nothing(lake_root, owner_connection):
    events = [kit.event() for _ in range(31)]
    for event in events:
        kit.send(event)
        behavior.compact()
    # Rows can be read and locked, but nothing written.
    with killing.killed_before("behavior_file", "SHARE", lake_root, owner_connection):
        assert len(killing.strays(lake_root)) == 1 and len(queries.list_files(level=0)) == 31
    behavior.merge_hours()

    assert sorted(killing.lake_ids()) == sorted(one["id"] for one in events)
    assert [one.level for one in queries.list_files()] == [1]
