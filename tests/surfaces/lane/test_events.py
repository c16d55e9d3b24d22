"""Events from pages: acknowledged when durable, taken once, and nothing of who does not want it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest
from django.db import connection
from tests import cluster as throw_away
from tests.insight.behavior import kit

from jishi.insight.behavior import settle
from jishi.insight.behavior.models import Inbox
from jishi.people.accounts import settle as accounts
from jishi.people.accounts.contracts import LaneClaims
from jishi.surfaces.lane import collect
from jishi.surfaces.lane.app import Lane

pytestmark = pytest.mark.django_db(transaction=True)
COOKIE = f"a=b; jishi_visitor={kit.VISITOR}"


async def post(lane: Lane, raw: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    given = {"host": "127.0.0.1:8000", "user-agent": kit.AGENT, "cookie": COOKIE, **headers}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/lane/events",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in given.items()],
    }
    parts = [raw[n : n + 60_000] for n in range(0, len(raw), 60_000)] or [b""]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    await lane(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def play(story: Coroutine[Any, Any, None]) -> None:
    connection.ensure_connection()
    asyncio.run(story)


def lane_now() -> Lane:
    return Lane(throw_away.cluster.url("jishi_app", throw_away.DATABASE), "key")


def test_a_batch_is_acknowledged_when_it_is_in_the_inbox_and_only_once() -> None:
    raw = kit.batch(kit.event(), kit.event("searched", query="茶"), batch_id="batch-0001")
    secret = accounts.lane_secret("key")
    token = accounts.sign_lane_token(LaneClaims(person_id=7, epoch=0, expires_at=2**40), secret=secret)

    async def story() -> None:
        lane = lane_now()
        async with lane.collector.running():
            first = await post(lane, raw, cookie=f"{COOKIE}; jishi_lane={token}")
            again = await post(lane, raw, cookie=f"{COOKIE}; jishi_lane={token}")
            assert (first, again) == ((202, {"accepted": 2}), (200, {"accepted": 0}))

    play(story())

    row = Inbox.objects.get()
    meta, data = settle.unpack(bytes(row.body))
    assert (row.count, row.source, len(data["events"])) == (2, "web", 2)
    assert (meta["person"], meta["visitor"]) == (7, kit.VISITOR)


def test_who_wants_not_to_be_followed_is_not_and_strangers_are_refused() -> None:
    raw = kit.batch(kit.event())

    async def story() -> None:
        lane = lane_now()
        async with lane.collector.running():
            assert (await post(lane, raw, sec_gpc="1"))[0] == 200
            assert (await post(lane, raw, dnt="1"))[0] == 200
            assert (await post(lane, raw, cookie=""))[0] == 403
            assert (await post(lane, raw, origin="https://elsewhere.example"))[0] == 403
            assert (await post(lane, raw, sec_fetch_site="cross-site"))[0] == 403

    play(story())

    assert not Inbox.objects.exists()


def test_what_is_no_batch_or_too_much_is_refused() -> None:
    many = kit.batch(*[{"n": n} for n in range(settle.MOST_EVENTS + 1)])

    async def story() -> None:
        lane = lane_now()
        async with lane.collector.running():
            for raw in (b"", b"null", b'{"events":[1]}', b"\xff\xfe", many):
                assert (await post(lane, raw))[0] == 400
            assert (await post(lane, b"x" * (settle.MOST_BYTES + 1)))[0] == 413

    play(story())

    assert not Inbox.objects.exists()


def test_one_browser_has_a_pace_and_others_are_not_held_up() -> None:
    pace = collect.Pace(most=2)

    assert [pace.allows("a", 60.0) for _ in range(3)] == [True, True, False]
    assert pace.allows("b", 61.0)
    assert pace.allows("a", 120.0)


def test_without_a_database_nothing_is_acknowledged() -> None:
    async def story() -> None:
        lane = Lane("host=127.0.0.1 port=1 user=nobody dbname=none connect_timeout=1", "key")
        lane.collector._pool.timeout = 0.5
        async with lane.collector.running():
            assert (await post(lane, kit.batch(kit.event())))[0] == 503

    play(story())
