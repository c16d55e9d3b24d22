"""The rush lane: who may buy, who gets the units, what the others are told; nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests import cluster as throw_away
from tests.factories import flash as made
from tests.factories import trade

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import settle as tokens
from jishi.people.accounts.contracts import LaneClaims, NewPerson
from jishi.people.accounts.models import User
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales.models import Claim
from jishi.surfaces.lane import rush
from jishi.surfaces.lane.app import Lane
from jishi.trade.orders import operations as orders
from jishi.trade.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "127.0.0.1:8000"
Answer = tuple[int, dict[str, Any], dict[str, str]]


def lane_now() -> Lane:
    return Lane(throw_away.cluster.url("jishi_app", throw_away.DATABASE), "key")


def cookie(person_id: int, *, epoch: int = 0, key: str = "key") -> str:
    claims = LaneClaims(person_id, epoch, 2**40)
    return f"{tokens.LANE_COOKIE}={tokens.sign_lane_token(claims, secret=tokens.lane_secret(key))}"


async def ask(
    lane: Lane, path: str, *, method: str = "POST", body: bytes = b"{}", query: str = "", **headers: str
) -> Answer:
    given = {"host": HOST, "origin": f"http://{HOST}", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await lane(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], json.loads(sent[1]["body"]), answered


async def buy(lane: Lane, code: str, person_id: int, **more: Any) -> Answer:
    return await ask(lane, f"/lane/flash/{code}/buy", cookie=cookie(person_id), **more)


def play(story: Coroutine[Any, Any, Any]) -> Any:
    connection.ensure_connection()
    return asyncio.run(story)


def sale_now(**wish: Any) -> made.Sale:
    """An item that is on sale at this very moment."""
    now = clock.now()
    slot = made.slot(starts_at=now - timedelta(minutes=1), at=now - timedelta(minutes=2))
    sale = made.enrolled(slot_code=slot, at=now - timedelta(minutes=2), **wish)
    flash.approve(item_code=sale.code, by=None)
    flash.open_due(now)
    return sale


def crowd(count: int) -> list[int]:
    return accounts.register_many([NewPerson(nickname=f"P{n}") for n in range(count)])


def test_stk_058_a_thousand_people_want_fifty_units_through_two_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rush, "WAIT_S", 60.0)  # a slow machine decides as well, it only takes longer
    sale, people = sale_now(units=50, stock=60), crowd(1000)

    async def story() -> list[Answer]:
        lanes = [lane_now(), lane_now()]
        async with lanes[0].rush.running(), lanes[1].rush.running():
            asked = [buy(lanes[n % 2], sale.code, person) for n, person in enumerate(people)]
            again = [buy(lanes[(n + 1) % 2], sale.code, person) for n, person in enumerate(people)]
            return await asyncio.gather(*asked, *again)

    answers = play(story())

    codes = {content["order_code"] for status, content, _ in answers if status == 200}
    assert len(codes) == 50
    assert Counter(status for status, _, _ in answers) == {200: 100, 409: 1900}
    assert set(Order.objects.values_list("code", flat=True)) == codes
    assert Claim.objects.values("person_id").distinct().count() == 50
    assert (sale.item.available, sale.item.held) == (0, 50)
    assert made.adds_up(sale)


def test_who_is_not_known_or_comes_from_another_page_stands_in_no_line() -> None:
    sale, person = sale_now(), trade.buyer().id
    path = f"/lane/flash/{sale.code}/buy"

    async def story() -> list[int]:
        lane = lane_now()
        async with lane.rush.running():
            answers = [
                await ask(lane, path),
                await ask(lane, path, cookie=cookie(person, key="another")),
                await ask(lane, path, cookie=cookie(person), origin="https://evil.example"),
                await ask(lane, path, cookie=cookie(person, epoch=3)),
                await ask(lane, path, cookie=cookie(person), body=b"[1]"),
                await ask(lane, path, cookie=cookie(person), body=b'{"quantity": -1}'),
                await ask(lane, path, cookie=cookie(person), body=b"x" * 2000),
                await ask(lane, path, cookie=cookie(person), method="GET"),
                await buy(lane, "nothinghere", person),
            ]
            return [status for status, _, _ in answers]

    assert play(story()) == [401, 401, 403, 401, 400, 400, 400, 405, 404]
    assert not Order.objects.exists()


def test_an_app_buys_with_a_bearer_token_and_a_closed_account_does_not() -> None:
    sale, person, gone = sale_now(), trade.buyer().id, trade.buyer().id
    User.objects.filter(pk=gone).update(is_active=False)
    token = cookie(person).partition("=")[2]

    async def story() -> tuple[Answer, Answer]:
        lane = lane_now()
        async with lane.rush.running():
            path = f"/lane/flash/{sale.code}/buy"
            first = await ask(lane, path, authorization=f"Bearer {token}", body=b'{"language": "en"}')
            return first, await buy(lane, sale.code, gone)

    (status, content, _), (refused, _, _) = play(story())
    assert (status, content["state"], content["replayed"]) == (200, "ordered", False)
    assert Order.objects.get(code=content["order_code"]).lines.get().title.startswith("Product")
    assert refused == 401


def test_units_that_nobody_paid_for_can_be_had_at_once() -> None:
    sale, people = sale_now(units=1), crowd(2)

    async def once(person: int) -> Answer:
        lane = lane_now()
        async with lane.rush.running():
            return await buy(lane, sale.code, person)

    first = play(once(people[0]))
    waiting = play(once(people[1]))
    later = clock.now() + timedelta(minutes=11)
    orders.expire(checkout_code=first[1]["order_code"], at=later)
    returned = play(once(people[1]))

    assert (waiting[0], waiting[1]["state"], waiting[1]["may_return"]) == (409, "returning", 1)
    assert waiting[2]["retry-after"] == "2"
    assert returned[0] == 200
    assert made.adds_up(sale)


# --- The machinery, with an adapter that the test can hold up ---------------------------------------------


@dataclass(frozen=True)
class Ask:
    name: str
    person: int = 1

    @property
    def key(self) -> tuple[str, int]:
        return self.name, self.person


class Slow:
    """Decides when the test says so; a wish called "bad" breaks its batch."""

    name = "slow"

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.batches: list[list[str]] = []

    async def settle(self, connection: Any, wishes: Sequence[Ask]) -> list[str]:
        await self.gate.wait()
        self.batches.append([wish.name for wish in wishes])
        if any(wish.name == "bad" for wish in wishes):
            raise psycopg.errors.CheckViolation("planted")
        return [f"{wish.name}!" for wish in wishes]

    def again(self, outcome: str) -> bool:
        return False

    def answer(self, wish: Ask | None, outcome: str) -> rush.Answer:
        return 200, {"outcome": outcome}, []


@contextlib.asynccontextmanager
async def serving(**limits: Any) -> Any:
    adapter = Slow()
    found = rush.Rush(throw_away.cluster.url("jishi_app", throw_away.DATABASE), b"secret", [adapter])
    line = found.lines["slow"]
    for name, value in limits.items():
        setattr(line, name, value)
    async with found.running():
        yield found, adapter, line


def test_beyond_the_bound_everybody_is_sent_away_with_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rush, "WAIT_S", 0.05)

    async def story() -> None:
        async with serving(most=3) as (found, adapter, _):
            waiting = [asyncio.create_task(found.ask("slow", Ask(f"a{n}"))) for n in range(3)]
            await asyncio.sleep(0.02)
            status, content, headers = await found.ask("slow", Ask("late"))
            same = asyncio.create_task(found.ask("slow", Ask("a1")))
            await asyncio.sleep(0)
            adapter.gate.set()
            answers = await asyncio.gather(*waiting, same)

            assert (status, content["code"]) == (503, "rush.full")
            assert int(dict(headers)[b"retry-after"]) >= 1
            assert [answer[1].get("outcome") for answer in answers] == ["a0!", "a1!", "a2!", "a1!"]

    play(story())


def test_who_waits_long_gets_a_true_place_and_the_answer_for_the_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rush, "WAIT_S", 0.05)

    async def story() -> None:
        async with serving(batch=1) as (found, adapter, _):
            answers = await asyncio.gather(*(found.ask("slow", Ask(f"a{n}")) for n in range(4)))
            places = [content["position"] for _, content, _ in answers]
            token = answers[3][1]["token"]
            forged = await found.look("slow", ("a3", 2), token)
            adapter.gate.set()
            await asyncio.sleep(0.1)
            given = await found.look("slow", ("a3", 1), token)

            assert [status for status, _, _ in answers] == [202] * 4
            assert places == [1, 1, 2, 3]  # the first of them is being served
            assert forged[0] == 403
            assert given[:2] == (200, {"outcome": "a3!"})

    play(story())


def test_a_wish_that_breaks_its_batch_is_refused_alone() -> None:
    async def story() -> None:
        async with serving() as (found, adapter, _):
            names = ["a", "b", "bad", "c", "d"]
            waiting = [asyncio.create_task(found.ask("slow", Ask(name))) for name in names]
            await asyncio.sleep(0.02)
            adapter.gate.set()
            answers = await asyncio.gather(*waiting)

            assert [status for status, _, _ in answers] == [200, 200, 500, 200, 200]
            assert answers[2][1]["code"] == "rush.failed"

    play(story())


def test_a_stopping_process_serves_its_line_and_takes_nobody_in() -> None:
    async def story() -> None:
        adapter = Slow()
        found = rush.Rush(throw_away.cluster.url("jishi_app", throw_away.DATABASE), b"secret", [adapter])
        async with found.running():
            waiting = [asyncio.create_task(found.ask("slow", Ask(f"a{n}"))) for n in range(5)]
            await asyncio.sleep(0.02)
            stopping = asyncio.create_task(found.lines["slow"].drain())
            await asyncio.sleep(0.02)
            late = await found.ask("slow", Ask("late"))
            adapter.gate.set()
            await stopping
        answers = await asyncio.gather(*waiting)

        assert late[0] == 503
        assert [status for status, _, _ in answers] == [200] * 5

    play(story())


# --- A process that is killed -----------------------------------------------------------------------------


def test_stk_062_a_killed_process_loses_no_acknowledged_order() -> None:
    sale, people = sale_now(units=400, stock=500), crowd(400)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": throw_away.cluster.url("jishi_app", throw_away.DATABASE),
        "JISHI_FIELD_KEYS": "key",
        "JISHI_LOG_LEVEL": "ERROR",
        "JISHI_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "jishi.cli", "serve", "lane", "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        assert _unusual(port, sale.code, people.pop()) == [
            *("401", "404", "400", "200", "200", "100", "200", "200", "200", "400", "400"),
        ]
        answers = asyncio.run(_storm(port, sale.code, people, process))
    finally:
        process.kill()
        process.wait()

    acknowledged = {code for code in answers if code}
    assert len(acknowledged) >= 20
    assert acknowledged <= set(Order.objects.values_list("code", flat=True))
    assert Order.objects.count() == Claim.objects.count() == sale.item.held
    assert made.adds_up(sale)


async def _storm(port: int, code: str, people: Sequence[int], process: subprocess.Popen[bytes]) -> list[str]:
    """Everybody asks on a connection of their own; after the first answers the process is killed."""
    acknowledged: list[str] = []

    async def one(person: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            head = f"POST /lane/flash/{code}/buy HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            writer.write(f"{head}Cookie: {cookie(person)}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            lines = answer.lower().split(b"\r\n")
            length = next(int(line[15:]) for line in lines if line.startswith(b"content-length"))
            content = json.loads(await reader.readexactly(length))
            acknowledged.append(content.get("order_code", ""))
            if len(acknowledged) == 20:
                os.kill(process.pid, signal.SIGKILL)
        finally:
            writer.close()

    async def risk(person: int) -> None:
        with contextlib.suppress(OSError, EOFError):
            await one(person)

    await asyncio.gather(*(risk(person) for person in people))
    return acknowledged


def _unusual(port: int, code: str, person: int) -> list[str]:
    """What is no plain request: nobody's, nowhere, too large, two at once, asking before the body, the last
    one of its connection, in pieces, with two lengths, with a folded header.
    """
    line = f"POST /lane/flash/{code}/buy HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    own = f"{line}Cookie: {cookie(person)}\r\n"
    found: list[str] = []
    for request in (
        f"{line}Content-Length: 2\r\n\r\n{{}}",
        f"{own.replace('/buy', '/sell')}Content-Length: 2\r\n\r\n{{}}",
        f"{own}Content-Length: 70000\r\n\r\n{'x' * 70_000}",
        f"{own}Content-Length: 2\r\n\r\n{{}}" * 2,
        f"{own}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}",
        f"{own}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}",
        f"{own}Content-Length: 2\r\n\r\n|{{}}",
        f"{own}Content-Length: 2\r\nContent-Length: 0\r\n\r\n{{}}",
        f"{own}X-Folded: a\r\n b: c\r\nContent-Length: 2\r\n\r\n{{}}",
    ):
        many = request.count("POST") + request.count("Expect")
        with socket.create_connection(("127.0.0.1", port), 30) as talk:
            for piece in request.encode().split(b"|"):
                talk.sendall(piece)
                time.sleep(0.02)
            answered = ""
            while answered.count("HTTP/1.1 ") < many:
                answered += talk.recv(65_536).decode() or "HTTP/1.1 gone"
        found += [part[:3] for part in answered.split("HTTP/1.1 ")[1:]]
    return found


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("the lane did not start")
