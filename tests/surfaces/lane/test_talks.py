"""Streams of conversations: only for those who are in, in order, resumed by number, bounded."""

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
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection, connections
from tests import cluster as throw_away

from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import User
from jishi.social.graph import operations as graph
from jishi.social.messaging import operations as messaging
from jishi.social.messaging.contracts import Draft
from jishi.surfaces.lane import talks
from jishi.surfaces.lane.app import Lane

pytestmark = pytest.mark.django_db(transaction=True)


class Phone:
    """An ASGI client of one stream that keeps what it was sent, or takes nothing."""

    def __init__(self, lane: Lane, path: str, token: str, *, slow: bool = False, **headers: str) -> None:
        self.status, self.text, self.is_over = 0, "", False
        self._gone, self._slow = asyncio.Event(), slow
        path, _, query = path.partition("?")
        sent = {"host": "jishi.example", "cookie": f"a=b; jishi_lane={token}", **headers}
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()],
        }
        self.task = asyncio.create_task(lane(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        if self._slow and b"event" in message["body"]:
            await self._gone.wait()
        self.text += message["body"].decode()
        self.is_over = not message.get("more_body", False)

    def lines(self) -> list[tuple[int, str]]:
        found = [json.loads(row[6:]) for row in self.text.splitlines() if row.startswith('data: {"no"')]
        return [(line["no"], line["text"]) for line in found]

    async def leave(self) -> None:
        self._gone.set()
        await asyncio.wait_for(self.task, 5)


@contextlib.asynccontextmanager
async def a_lane() -> AsyncIterator[Lane]:
    lane = Lane(throw_away.cluster.url("jishi_app", throw_away.DATABASE), settings.JISHI_FIELD_KEYS[-1])
    async with lane.running():
        await asyncio.wait_for(lane.board.connected.wait(), 10)
        yield lane


async def until(condition: Callable[[], Any]) -> None:
    async def wait() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), 10)


def play(story: Coroutine[Any, Any, None]) -> None:
    connection.ensure_connection()
    asyncio.run(story)


async def doing(work: Callable[..., Any], **arguments: Any) -> Any:
    """Run an operation beside the loop, on a connection that is closed afterwards."""

    def run() -> Any:
        try:
            return work(**arguments)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


@pytest.fixture
def people() -> list[int]:
    """Three friends and a stranger."""
    made = [
        accounts.register(nickname=f"柿{n}", email=f"lane-{n}-{os.urandom(4).hex()}@example.org").id
        for n in range(4)
    ]
    for other in made[1:3]:
        graph.follow(person_id=made[0], other_id=other)
        graph.follow(person_id=other, other_id=made[0])
    return made


@pytest.fixture
def group(people: list[int]) -> str:
    """A group of the three."""
    return messaging.create_group(owner_id=people[0], title="柿友", member_ids=people[1:3])


def token(person_id: int) -> str:
    return accounts.issue_lane_token(person_id=person_id)


def say(sender: int, code: str, text: str, key: str | None = None) -> int:
    return messaging.send(sender_id=sender, conversation_code=code, draft=Draft(text=text), key=key).no


def path(code: str) -> str:
    return f"/lane/talks/{code}/events"


def test_everybody_in_a_conversation_hears_a_line_and_their_badge(people, group) -> None:
    async def story() -> None:
        async with a_lane() as lane:
            phones = [Phone(lane, path(group), token(one)) for one in people[:3]]
            await until(lambda: lane.board.count == 3)

            await doing(say, sender=people[0], code=group, text="柿子熟了")

            await until(lambda: all(phone.lines() == [(2, "柿子熟了")] for phone in phones))
            assert "id: 2\nevent: line\n" in phones[0].text
            for phone in phones:
                await phone.leave()
            assert (lane.board.count, lane.talks._rooms) == (0, {})

    play(story())


def test_rtm_134_a_page_of_another_origin_gets_no_stream_with_our_cookie(people, group) -> None:
    async def story() -> None:
        async with a_lane() as lane:
            good = token(people[0])
            foreign = [
                Phone(lane, path(group), good, origin="https://evil.example"),
                Phone(lane, path(group), good, origin="null"),
                Phone(lane, "/lane/me/events", good, sec_fetch_site="cross-site"),
                Phone(lane, "/lane/me/events", good, origin="https://jishi.example.evil.example"),
            ]
            for phone in foreign:
                await asyncio.wait_for(phone.task, 5)
            own = Phone(lane, path(group), good, origin="https://jishi.example", sec_fetch_site="same-origin")
            await until(lambda: own.status)

            assert [phone.status for phone in foreign] == [403] * 4
            assert (own.status, lane.board.count) == (200, 1)
            await own.leave()

    play(story())


def test_rtm_135_without_membership_nothing_is_joined_and_nothing_is_heard(people, group) -> None:
    async def story() -> None:
        async with a_lane() as lane:
            stranger = Phone(lane, path(group) + "?after=0", token(people[3]))
            nobody = Phone(lane, path(group), "")
            forged = Phone(lane, path(group), token(people[0])[:-4] + "0000")
            nowhere = Phone(lane, path("zzzzzzzz2345"), token(people[0]))
            for phone in (stranger, nobody, forged, nowhere):
                await asyncio.wait_for(phone.task, 5)
            await doing(say, sender=people[0], code=group, text="nur unter uns")

            assert [p.status for p in (stranger, nobody, forged, nowhere)] == [404, 401, 401, 404]
            assert "unter uns" not in stranger.text + nobody.text + forged.text
            assert (lane.board.count, lane.talks._rooms) == (0, {})

    play(story())


def test_rtm_135_who_is_removed_hears_nothing_that_is_said_afterwards(people, group) -> None:
    async def story() -> None:
        async with a_lane() as lane:
            stays, goes = (Phone(lane, path(group), token(one)) for one in people[1:3])
            await until(lambda: lane.board.count == 2)

            await doing(
                messaging.remove_member, owner_id=people[0], conversation_code=group, member_id=people[2]
            )
            await doing(say, sender=people[0], code=group, text="ohne ihn")
            await until(lambda: goes.is_over and stays.lines()[-1:] == [(3, "ohne ihn")])

            assert goes.lines() == []
            again = Phone(lane, path(group), token(people[2]), last_event_id="1")
            await asyncio.wait_for(again.task, 5)
            assert again.status == 404
            await stays.leave()

    play(story())


def test_a_revoked_token_opens_nothing(people, group) -> None:
    async def story() -> None:
        async with a_lane() as lane:
            old = await doing(token, person_id=people[0])
            await doing(User.objects.filter(pk=people[0]).update, token_epoch=7)
            phone = Phone(lane, path(group), old)
            await asyncio.wait_for(phone.task, 5)
            assert phone.status == 404

    play(story())


def test_a_returning_reader_gets_what_it_missed_once_and_in_order(people, group) -> None:
    for number in range(450):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO messaging_message (conversation_id, no, code, sender_id, kind, text, card_kind,"
                " card_code, event, from_shop, sent_at) SELECT id, last_no + %s, left(md5(%s::text), 12), %s,"
                " 'text', %s, '', '', '', false, now() FROM messaging_conversation WHERE code = %s",
                [number + 1, number, people[0], f"{number}", group],
            )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_conversation SET last_no = 451 WHERE code = %s", [group])

    async def story() -> None:
        async with a_lane() as lane:
            phone = Phone(lane, path(group), token(people[1]), last_event_id="3")
            await until(lambda: len(phone.lines()) == 448)
            await doing(say, sender=people[0], code=group, text="neu")
            await until(lambda: phone.lines()[-1] == (452, "neu"))

            assert [no for no, _ in phone.lines()] == list(range(4, 453))
            await phone.leave()

    play(story())


def test_rtm_137_a_slow_reader_is_dropped_and_the_others_hear_everything(people, group, monkeypatch) -> None:
    monkeypatch.setattr(talks, "QUEUE_MOST", 4)

    async def story() -> None:
        async with a_lane() as lane:
            slow = Phone(lane, path(group), token(people[1]), slow=True)
            quick = Phone(lane, path(group), token(people[2]))
            await until(lambda: lane.board.count == 2)
            [room] = lane.talks._rooms.values()
            [reader] = [one for one in room.readers if one.person_id == people[1]]

            for number in range(12):
                await doing(say, sender=people[0], code=group, text=f"{number}")
            await until(lambda: len(quick.lines()) == 12)

            assert reader.is_out
            assert len(reader.queue) == 0
            assert slow.lines() == []
            await slow.leave()
            await quick.leave()

    play(story())


def test_an_own_stream_carries_no_content(people, group) -> None:
    from jishi.kernel.outbox import relay

    async def story() -> None:
        async with a_lane() as lane:
            own = Phone(lane, "/lane/me/events", token(people[1]))
            other = Phone(lane, "/lane/me/events", token(people[3]))
            await until(lambda: lane.board.count == 2)

            await doing(say, sender=people[0], code=group, text="geheim")
            await doing(relay.drain)

            await until(lambda: "event: badge" in own.text)
            assert "geheim" not in own.text
            assert "badge" not in other.text
            await own.leave()
            await other.leave()

    play(story())


def test_a_stopping_process_ends_every_stream(people, group) -> None:
    async def story() -> None:
        async with a_lane() as lane:
            phone = Phone(lane, path(group), token(people[1]))
            await until(lambda: lane.board.count == 1)
        await asyncio.wait_for(phone.task, 5)
        assert phone.is_over

    play(story())


class Server:
    """`jishi serve lane` in a process of its own, that can be killed."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": throw_away.cluster.url("jishi_app", throw_away.DATABASE),
            "JISHI_FIELD_KEYS": ",".join(settings.JISHI_FIELD_KEYS),
        }
        command = ["-m", "uvicorn", "jishi.surfaces.lane.app:application", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, *command, "--lifespan", "on", "--log-level", "error"], env=environment
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def test_a_server_that_is_told_to_stop_ends_its_streams_at_once(people, group) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "DATABASE_URL": throw_away.cluster.url("jishi_app", throw_away.DATABASE),
        "JISHI_FIELD_KEYS": ",".join(settings.JISHI_FIELD_KEYS),
    }
    command = [sys.executable, "-m", "jishi.cli", "serve", "lane", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    try:
        url, cookie = f"http://127.0.0.1:{port}", {"cookie": f"jishi_lane={token(people[0])}"}
        until_at = time.monotonic() + 20
        with httpx.Client(timeout=20, headers=cookie) as client:
            while time.monotonic() < until_at:
                with contextlib.suppress(httpx.HTTPError):
                    if client.get(f"{url}/lane/health").status_code == 200:
                        break
                time.sleep(0.1)
            with client.stream("GET", f"{url}{path(group)}") as answer:
                rows = answer.iter_lines()
                assert next(rows) == "retry: 3000"
                stopped_at = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert all(not row for row in rows)
        assert process.wait(10) in (0, -signal.SIGTERM)
        assert time.monotonic() - stopped_at < 3
        assert process.stderr is not None and b"Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait(5)
        assert process.stderr is not None
        process.stderr.close()


class Reconnecting:
    """A reader over HTTP that comes back with the last number it has, whatever happens."""

    def __init__(self, server: Server, code: str, cookie: str) -> None:
        self.lines: list[tuple[int, str]] = []
        self.connections = 0
        self._url = f"http://127.0.0.1:{server.port}/lane/talks/{code}/events"
        self._cookie = cookie
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=30) as client:
            while True:
                last = self.lines[-1][0] if self.lines else 0
                headers = {"cookie": f"jishi_lane={self._cookie}", "last-event-id": str(last)}
                with contextlib.suppress(httpx.HTTPError):
                    async with client.stream("GET", self._url, headers=headers) as answer:
                        self.connections += 1
                        async for row in answer.aiter_lines():
                            if row.startswith('data: {"no"'):
                                line = json.loads(row[6:])
                                self.lines.append((line["no"], line["text"]))
                await asyncio.sleep(0.1)


def test_rtm_138_a_killed_server_loses_no_line_doubles_none_and_keeps_every_senders_order(
    people, group
) -> None:
    server = Server()

    async def story() -> None:
        server.start()
        readers = [Reconnecting(server, group, token(one)) for one in people[:3]]
        await until(lambda: all(reader.connections for reader in readers))
        acked: dict[str, int] = {}
        for number in range(24):
            sender = people[number % 3]
            text = f"{number % 3}:{number}"
            acked[text] = await doing(say, sender=sender, code=group, text=text, key=text)
            if number in (7, 15):
                await asyncio.to_thread(server.kill)
                # The client does not know whether its line arrived: it sends it again.
                assert await doing(say, sender=sender, code=group, text=text, key=text) == acked[text]
            if number in (9, 17):
                server.start()
        await until(lambda: all(reader.lines[-1:] == [(25, "2:23")] for reader in readers))

        for reader in readers:
            reader.task.cancel()
            assert reader.connections >= 2
            numbers = [no for no, _ in reader.lines]
            assert numbers == list(range(1, 26))
            assert {text: no for no, text in reader.lines if text} == acked
            for sender in "012":
                own = [int(text.split(":")[1]) for _, text in reader.lines if text.startswith(f"{sender}:")]
                assert own == sorted(own)

    try:
        play(story())
    finally:
        server.kill()
