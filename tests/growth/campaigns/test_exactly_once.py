"""Workers side by side, and workers that are killed in the middle: nothing missed, nothing doubled."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from tests.growth.campaigns import kit
from tests.growth.campaigns.kit import NOON, send, wait

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns.contracts import Step
from jishi.growth.campaigns.models import Campaign, Effect, Enrolment, Pressure, Purse
from jishi.growth.campaigns.operations import advancing
from jishi.people.notifications.models import Notice
from jishi.verification import campaigns as checks

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, KILLS = 240, 10


def judge(code: str, people: int, *, sends: int) -> None:
    """Every step once for everybody, a notice for each message, money for each paid one, no cap broken."""
    assert kit.states(code) == {"done": people}
    passed = Counter(Effect.objects.filter(enrolment__campaign__code=code).values_list("step", flat=True))
    assert set(passed.values()) == {people}
    kinds = Effect.objects.filter(kind="send", outcome="sent")
    assert Notice.objects.filter(kind="campaign_message").count() == kinds.count() == people * sends
    assert Purse.objects.get(campaign__code=code).spent_minor == people * 7
    for row in Pressure.objects.all():
        assert len(row.sent) <= 5 and len(row.sent) == sends
    for check in checks.CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(check.broken)
            assert cursor.fetchall() == [], check.title


def test_ops_155_workers_that_are_killed_miss_nobody_and_double_nothing() -> None:
    segment, _ = kit.crowd(PEOPLE)
    steps = (
        send("s1", cost=7),
        Step("s2", "split", {"arms": [{"key": "a", "weight": 1}, {"key": "b", "weight": 1}]}),
        wait("s3", 0),
        send("s4"),
        Step("s5", "condition", {"test": "bought", "otherwise": ""}),
    )
    code = kit.start(*steps, segment=segment, budget_minor=PEOPLE * 7)
    Campaign.objects.update(holdout_bps=0, holdout_reason="x")
    there = connection.settings_dict
    host = there["HOST"].replace("/", "%2F")
    environment = {
        **os.environ,
        "JISHI_DB_POOL": "0",
        "DATABASE_URL": f"postgresql://{there['USER']}@{host}:{there['PORT']}/{there['NAME']}",
    }
    command = [sys.executable, "-m", "tests.growth.campaigns.worker_process", NOON.isoformat(), str(KILLS)]
    for _ in range(3):
        subprocess.run(command, env=environment, check=True, timeout=60)
        if passed := Effect.objects.count():
            break
    kit.run(NOON)

    assert passed > 0
    judge(code, PEOPLE, sends=2)


def test_workers_side_by_side_share_people_caps_and_the_purse() -> None:
    segment, people = kit.crowd(PEOPLE)
    codes = [
        kit.start(send("s1", cost=7), send("s2"), segment=segment, budget_minor=7 * PEOPLE) for _ in range(2)
    ]
    Campaign.objects.update(holdout_bps=0, holdout_reason="x")
    troubles: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(12):
                campaigns.enrol_due(NOON)
                for number in Campaign.objects.values_list("pk", flat=True):
                    advancing.run_batch(number, NOON)
        except BaseException as error:
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert troubles == []
    # Two messages a day from both together, whoever came first.
    assert Notice.objects.filter(kind="campaign_message").count() == 2 * PEOPLE
    assert all(len(row.sent) == 2 for row in Pressure.objects.all())
    assert Enrolment.objects.count() == 2 * PEOPLE
    for number in range(1, 4):
        for code in codes:
            campaigns.run_batch(Campaign.objects.get(code=code).pk, NOON + timedelta(days=number))
    for code in codes:
        judge_spent = Effect.objects.filter(enrolment__campaign__code=code, outcome="sent", step="s1").count()
        assert Purse.objects.get(campaign__code=code).spent_minor == judge_spent * 7
    assert {len(kit.told(one)) for one in people[:5]} == {4}
