"""Campaigns that run, and crowds for them: rows in their tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

from django.db import connection
from tests.factories import jotted

from jishi.goods.catalog import queries as catalog
from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns.contracts import Draft, Step
from jishi.growth.campaigns.models import Campaign, Effect, Enrolment
from jishi.insight.portraits.models import Segment
from jishi.kernel.ids import new_code
from jishi.kernel.text import both
from jishi.people.accounts.models import User
from jishi.people.notifications.models import Notice

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Noon in Shanghai: no quiet hours."""
HOUR = timedelta(hours=1)
DRAFT = Draft(name="试一试", goal="看看", quiet_from=22 * 60, quiet_to=8 * 60)


def send(key: str, then: str = "", cost: int = 0) -> Step:
    """A message."""
    text = both("{nickname}，来看看", "{nickname}, have a look")
    return Step(key, "send", {"text": text, "url": "/hot/", "cost_minor": cost}, then)


def wait(key: str, hours: int = 1, at: str = "") -> Step:
    """A pause."""
    return Step(key, "wait", {"hours": hours, "at": at})


def crowd(count: int) -> tuple[str, list[int]]:
    """So many people in a segment of their own; returns its code."""
    made = User.objects.bulk_create(
        [User(code=new_code(), nickname="柿友", email=None, joined_at=NOON - timedelta(days=90))
         for _ in range(count)]
    )  # fmt: skip
    segment = Segment.objects.create(
        name=new_code(), kind="static", is_dynamic=False, created_at=NOON, count=count
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portraits_membership (segment_id, person_id) SELECT %s, unnest(%s::bigint[])",
            [segment.pk, [one.pk for one in made]],
        )
    return segment.code, [one.pk for one in made]


def make(*steps: Step, **changes: Any) -> tuple[str, int]:
    """A draft of one operator's; returns its code and the owner."""
    owner = jotted.person(is_operator=True)
    holdout = changes.pop("holdout", 100)
    at = changes.pop("at", NOON)
    code = campaigns.create(draft=replace(DRAFT, **changes), steps=steps, owner_id=owner, at=at)
    Campaign.objects.filter(code=code).update(holdout_bps=holdout, holdout_reason="" if holdout else "test")
    return code, owner


def start(*steps: Step, at: datetime = NOON, **changes: Any) -> str:
    """A campaign that runs, asked for by one operator and confirmed by another."""
    code, owner = make(*steps, at=at, **changes)
    campaigns.ask(code=code, verb="start", by=owner, at=at)
    campaigns.confirm(code=code, by=jotted.person(is_operator=True), at=at)
    return code


def run(at: datetime) -> int:
    """Let in who waits, and lead everybody on."""
    while campaigns.enrol_due(at):
        pass
    return campaigns.run_due(at)


def outcomes(code: str, step: str) -> dict[str, int]:
    """How people left a step."""
    found: dict[str, int] = {}
    rows = Effect.objects.filter(enrolment__campaign__code=code, step=step).exclude(enrolment__arm="test")
    for one in rows.values_list("outcome", flat=True):
        found[one] = found.get(one, 0) + 1
    return found


def states(code: str) -> dict[str, int]:
    """How many ways are in which state."""
    found: dict[str, int] = {}
    for state in Enrolment.objects.filter(campaign__code=code).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def told(person_id: int | None = None) -> list[str]:
    """The texts of messages, of one person if given."""
    rows = Notice.objects.filter(kind="campaign_message").order_by("pk")
    rows = rows.filter(person_id=person_id) if person_id else rows
    return [row.params["text"] for row in rows]


def salt_that_holds(person_id: int, bps: int) -> str:
    """A salt with which this person is drawn to be held out."""
    salts = (f"{n:032d}" for n in range(10_000))
    digests = ((salt, md5(f"{salt}:{person_id}".encode(), usedforsecurity=False)) for salt in salts)
    return next(salt for salt, digest in digests if int(digest.hexdigest()[:8], 16) % 10_000 < bps)


def title(product_id: int) -> str:
    """What a product is called in Chinese."""
    return catalog.list_cards([product_id], language="zh-hans")[product_id].title
