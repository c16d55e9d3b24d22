"""`journeys`: many people through ten steps while workers are killed at random, and a large audience let in.

Workers are forked and killed with SIGKILL in the middle of their batches, two at a time, until nobody is due;
then every way is judged from the tables: each step once, a notice for each message, nothing sent in quiet
hours, no cap passed, nothing to whoever was held out.
"""

# ruff: noqa: E501 - statements are read as they are written

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import _result

BEGIN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""
HOURS = (0, 2, 13, 22, 46, 72, 96, 120)
"""When the workers look, after the beginning; 13 is eleven at night."""
ENROL_WANTED_S = 60.0
_JUDGE = {
    "unfinished": "SELECT count(*) FROM campaigns_enrolment WHERE state NOT IN ('done', 'held')",
    "missed": """
        SELECT count(*) FROM campaigns_enrolment e WHERE e.arm = 'treated' AND
        (SELECT count(*) FROM campaigns_effect f WHERE f.enrolment_id = e.id) <> %(steps)s""",
    "marked_without_message": """
        SELECT count(*) FROM campaigns_effect f JOIN campaigns_enrolment e ON e.id = f.enrolment_id
        LEFT JOIN notifications_notice n ON n.person_id = e.person_id AND n.natural_key = 'campaign:' || e.id || ':' || f.step
        WHERE f.outcome = 'sent' AND n.id IS NULL""",
    "doubled": """
        SELECT (SELECT count(*) FROM notifications_notice WHERE kind = 'campaign_message')
            - (SELECT count(*) FROM campaigns_effect WHERE outcome = 'sent')""",
    "in_quiet_hours": """
        SELECT count(*) FROM campaigns_effect WHERE outcome = 'sent'
        AND extract(hour FROM at AT TIME ZONE 'Asia/Shanghai') NOT BETWEEN 8 AND 21""",
    "over_the_cap": """
        SELECT count(*) FROM (SELECT e.person_id FROM campaigns_effect f JOIN campaigns_enrolment e ON e.id = f.enrolment_id
        WHERE f.outcome = 'sent' GROUP BY e.person_id, (f.at - %(begin)s)::interval < interval '24 hours'
        HAVING count(*) FILTER (WHERE f.at < %(begin)s::timestamptz + interval '24 hours') > 2) x""",
    "held_out_and_reached": """
        SELECT count(*) FROM campaigns_effect f JOIN campaigns_enrolment e ON e.id = f.enrolment_id WHERE e.arm = 'holdout'""",
    "money_wrong": """
        SELECT abs((SELECT sum(spent_minor) FROM campaigns_purse) - (SELECT coalesce(sum(cost_minor), 0) FROM campaigns_effect))""",
}


def one(statement: str, params: Any = None) -> Any:
    """A single value."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()[0]


def crowd(name: str, people: int) -> str:
    """So many people in a segment; returns its code."""
    from django.db import connection

    from jishi.kernel.ids import new_code

    code = new_code()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT coalesce(max(id), 0) FROM accounts_user")
        first = cursor.fetchone()[0]
        cursor.execute(
            """
            INSERT INTO accounts_user (code, password, nickname, avatar, language, theme, is_operator, is_active,
                is_demo, is_superuser, phone_verified, joined_at, token_epoch)
            SELECT left(md5(%s || n), 12), '', '柿友', '', CASE WHEN n %% 4 = 0 THEN 'en' ELSE 'zh-hans' END, 'auto',
                false, true, false, false, false, %s, 0 FROM generate_series(1, %s) n""",
            [name, BEGIN - timedelta(days=90), people],
        )
        cursor.execute(
            """
            INSERT INTO portraits_segment (code, name, meaning, strategy, kind, rule, card, is_dynamic, ready_made,
                count, created_at) VALUES (%s, %s, '', '', 'static', '{}', '{}', false, '', %s, %s) RETURNING id""",
            [code, name, people, BEGIN],
        )
        cursor.execute(
            "INSERT INTO portraits_membership (segment_id, person_id) SELECT %s, id FROM accounts_user WHERE id > %s",
            [cursor.fetchone()[0], first],
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user, portraits_membership, portraits_segment")
        cursor.execute("RESET statement_timeout")
    return code


def start(segment: str, steps: Any, budget: int = 0) -> str:
    """A campaign that runs, by two operators."""
    from jishi.growth.campaigns import operations as campaigns
    from jishi.growth.campaigns.contracts import Draft
    from jishi.people.accounts import operations as accounts

    by = [
        accounts.register(nickname="运营", email=f"{segment}{n}@example.org", is_operator=True).id
        for n in (1, 2)
    ]
    draft = Draft(name="bench", segment=segment, budget_minor=budget)
    code = campaigns.create(draft=draft, steps=steps, owner_id=by[0], at=BEGIN)
    campaigns.ask(code=code, verb="start", by=by[0], at=BEGIN)
    campaigns.confirm(code=code, by=by[1], at=BEGIN)
    return code


def ten_steps() -> Any:
    """Ten steps with three messages, one of which costs something; everybody passes all ten."""
    from jishi.growth.campaigns.contracts import Step
    from jishi.kernel.text import both

    def send(key: str, cost: int = 0) -> Step:
        text = both("{nickname}，来看看", "{nickname}, have a look")
        return Step(key, "send", {"text": text, "url": "/hot/", "cost_minor": cost})

    def wait(key: str, hours: int) -> Step:
        return Step(key, "wait", {"hours": hours, "at": ""})

    arms = [{"key": "a", "weight": 1, "to": ""}, {"key": "b", "weight": 1, "to": ""}]
    return (
        send("s1", 3),
        wait("s2", 2),
        Step("s3", "condition", {"test": "language", "value": "en", "otherwise": ""}),
        Step("s4", "split", {"arms": arms}),
        wait("s5", 11),
        send("s6"),
        Step("s7", "condition", {"test": "bought", "value": "", "otherwise": ""}),
        wait("s8", 24),
        send("s9"),
        Step("s10", "exit"),
    )


def work(at: datetime) -> None:
    """A worker: until nobody is due."""
    from jishi.growth.campaigns import operations as campaigns

    while campaigns.enrol_due(at) + campaigns.run_due(at):
        pass
    os._exit(0)


def until_done(at: datetime, dice: random.Random) -> int:
    """Two workers at a time, killed at random, until two in a row end by themselves; returns the kills."""
    from django.db import connections

    connections.close_all()
    kills, ended, alive = 0, 0, set[int]()
    while ended < 2:
        while len(alive) < 2:
            child = os.fork()
            if child == 0:
                work(at)
            alive.add(child)
        time.sleep(dice.uniform(0.3, 2.0))
        for child in list(alive):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                alive.discard(child)
                ended += os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
        if alive and ended < 2:
            victim = dice.choice(sorted(alive))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            alive.discard(victim)
            kills += 1
    for child in alive:
        os.waitpid(child, 0)
    return kills


def journey(people: int, seed: int) -> dict[str, Any]:
    """Everybody through ten steps, with kills; then the judgement."""
    dice, began = random.Random(seed), time.monotonic()
    segment = crowd("journey", people)
    start(segment, ten_steps(), budget=people * 3)
    seeded, kills = time.monotonic(), 0
    for hours in HOURS:
        kills += until_done(BEGIN + timedelta(hours=hours), dice)
    seconds = time.monotonic() - seeded
    found = {name: int(one(text, {"steps": 10, "begin": BEGIN})) for name, text in _JUDGE.items()}
    passed = int(one("SELECT count(*) FROM campaigns_effect"))
    return {
        "people": people,
        "held_out": int(one("SELECT count(*) FROM campaigns_enrolment WHERE arm = 'holdout'")),
        "kills": kills,
        "steps_passed": passed,
        "messages": int(one("SELECT count(*) FROM campaigns_effect WHERE outcome = 'sent'")),
        "seconds": round(seconds, 1),
        "steps_a_second": round(passed / max(seconds, 0.001)),
        "seed_s": round(seeded - began, 1),
        **found,
    }


def audience(people: int) -> dict[str, Any]:
    """A whole segment let in, the hold-out drawn."""
    from jishi.growth.campaigns import operations as campaigns
    from jishi.growth.campaigns.models import Campaign, Enrolment

    segment = crowd("audience", people)
    code = start(segment, ten_steps(), budget=people * 3)
    began = time.monotonic()
    while Campaign.objects.filter(code=code, enrol_due_at__isnull=False).exists():
        campaigns.enrol_due(BEGIN)
    seconds = time.monotonic() - began
    came = Enrolment.objects.filter(campaign__code=code).count()
    return {"people": people, "enrolled": came, "seconds": round(seconds, 1), "wanted_s": ENROL_WANTED_S}


def main(arguments: list[str]) -> int:
    """Run both parts, print what was found, and fail when anything was missed, doubled or too slow."""
    parser = argparse.ArgumentParser(prog="journeys")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--audience", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    walked = journey(options.people, options.seed)
    print(json.dumps(walked), file=sys.stderr)
    entered = audience(options.audience)
    figures, checks = _result.split(walked, tuple(_JUDGE))
    figures |= {"audience": entered["people"], "enrol_s": entered["seconds"]}
    checks["not_enrolled"] = entered["people"] - entered["enrolled"]
    checks["enrolled_too_slowly"] = int(entered["seconds"] > ENROL_WANTED_S)
    return _result.show("journeys", figures, checks, as_json=options.json)
