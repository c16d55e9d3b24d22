"""Campaigns of the demo world: one that has led everybody since last week, one that waits for a second
person, and a shopping festival that joins what runs in this world.

What people bought afterwards is what they bought anyway, so the comparison says what it finds.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns import queries
from jishi.growth.campaigns.contracts import Draft, Kind, Step
from jishi.kernel.text import both
from jishi.simulation.demo.people import Crowd

SINCE = timedelta(days=12)
LED = Draft(
    name="秋日上新：先看笔记还是先看拼团",
    goal="让老朋友在两周里再买一次，看看哪句话更有用。",
    quiet_from=22 * 60,
    quiet_to=8 * 60,
    goal_days=10,
    budget_minor=60_000,
    fixed_cost_minor=30_000,
)
STEPS = (
    Step("s1", "wait", {"hours": 0, "at": "10:00"}),
    Step(
        "s2",
        "split",
        {"arms": [{"key": "a", "weight": 1, "to": ""}, {"key": "b", "weight": 1, "to": "s4"}]},
    ),
    Step(
        "s3",
        "send",
        {
            "text": both("{nickname}，邻居们晒了好多秋天的好东西。", "{nickname}, see what others found."),
            "url": "/hot/",
            "cost_minor": 0,
        },
        "s5",
    ),
    Step(
        "s4",
        "send",
        {
            "text": both("{nickname}，正在拼的秋日好物。", "{nickname}, autumn teams fill up."),
            "url": "/",
            "cost_minor": 0,
        },
    ),
    Step("s5", "goal", {"hours": 24 * 30, "at": "", "otherwise": "end"}),
)


def reach(crowd: Crowd, *, until: datetime) -> None:
    """Write the four campaigns, and lead everybody through the first."""
    operator, colleague = crowd.roles["operator"], crowd.roles["colleague"]
    began = until - SINCE
    code = campaigns.create(draft=LED, steps=STEPS, owner_id=operator, at=began)
    campaigns.set_holdout(code=code, bps=4000, reason="", by=operator)
    campaigns.ask(code=code, verb="start", by=operator, at=began)
    campaigns.confirm(code=code, by=colleague, at=began)
    while campaigns.enrol_due(began):
        pass
    for day in (0, 1, 2):
        campaigns.run_due(began + timedelta(days=day))
    with connection.cursor() as cursor:
        cursor.execute("SELECT buyer_id, paid_at FROM orders_order WHERE paid_at >= %s ORDER BY 2", [began])
        bought = cursor.fetchall()
    for person_id, paid_at in bought:
        campaigns.reach_goal(person_id=person_id, kind="order", at=paid_at)
    campaigns.run_due(until)
    _wait_for_approval(operator, until)
    festive = next(one for one in queries.TEMPLATES if one.key == "festive")
    campaigns.create(draft=festive.draft, steps=festive.steps, owner_id=operator, at=until)
    _festival(operator, until)


def _wait_for_approval(operator: int, until: datetime) -> None:
    template = next(one for one in queries.TEMPLATES if one.key == "cart")
    draft = replace(template.draft, ends_at=until + timedelta(days=60))
    code = campaigns.create(draft=draft, steps=template.steps, owner_id=operator, at=until)
    campaigns.ask(code=code, verb="start", by=operator, at=until)


def _festival(operator: int, until: datetime) -> None:
    draft = Draft(
        name="集柿年货节",
        goal="拼团、秒杀和抽奖，一份预算，一张成绩单。",
        kind=Kind.FESTIVAL,
        ends_at=until + timedelta(days=20),
        budget_minor=200_000,
        fixed_cost_minor=80_000,
    )
    code = campaigns.create(draft=draft, owner_id=operator, at=until)
    found = queries.list_part_choices(language="zh-hans", at=until)
    by_kind: dict[str, list[object]] = {}
    for part, _ in found:
        by_kind.setdefault(part.kind, []).append(part)
    chosen = [one for those in by_kind.values() for one in those[:2]]
    campaigns.set_parts(code=code, parts=chosen, by=operator)  # type: ignore[arg-type]
