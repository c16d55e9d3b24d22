"""The lane's streams: heard in time, resumed by number, never queued up, and alive again after a break."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests import cluster as throw_away

from jishi.cli.postgres import SUPERUSER
from jishi.kernel import notices
from jishi.surfaces.lane import app as lane_app
from jishi.surfaces.lane import notices as lane_notices
from jishi.surfaces.lane.app import Lane

pytestmark = pytest.mark.django_db(transaction=True)

TEAM = "abcdefgh2345"


class Reader:
    """An ASGI client that keeps what it was sent."""

    def __init__(self, lane: Lane, path: str, method: str = "GET", last_seen: str = "") -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self._gone = asyncio.Event()
        headers = [(b"last-event-id", last_seen.encode())] if last_seen else []
        scope = {"type": "http", "method": method, "path": path, "headers": headers}
        self.task = asyncio.create_task(lane(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.text += message["body"].decode()

    def numbers(self) -> list[int]:
        lines = self.text.splitlines()
        return [json.loads(line[6:])["number"] for line in lines if line.startswith("data: ")]

    async def leave(self) -> None:
        self._gone.set()
        await asyncio.wait_for(self.task, 5)


@contextlib.asynccontextmanager
async def a_lane() -> AsyncIterator[Lane]:
    lane = Lane(throw_away.cluster.url("jishi_app", throw_away.DATABASE), "key")
    async with lane.running():
        await asyncio.wait_for(lane.board.connected.wait(), 10)
        yield lane


async def until(condition: Any) -> None:
    async def wait() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), 10)


def tell(team: str, number: int) -> None:
    """What the relay does after a fact about a team was delivered."""
    notices.send([(f"team:{team}", number)])


def play(story: Coroutine[Any, Any, None]) -> None:
    connection.ensure_connection()
    asyncio.run(story)


def test_every_reader_of_a_team_hears_of_its_change_and_nobody_else() -> None:
    async def story() -> None:
        async with a_lane() as lane:
            near = [Reader(lane, f"/lane/teams/{TEAM}/events") for _ in range(3)]
            far = Reader(lane, "/lane/teams/zzzzzzzz2345/events")
            await until(lambda: lane.board.count == 4)

            await asyncio.to_thread(tell_and_close, TEAM, 41)

            await until(lambda: all(reader.numbers() == [41] for reader in near))
            assert far.numbers() == []
            assert near[0].headers["content-encoding"] == "identity"
            assert "id: 41\n" in near[0].text
            for reader in (*near, far):
                await reader.leave()
            assert lane.board.count == 0

    play(story())


def tell_and_close(team: str, number: int) -> None:
    tell(team, number)
    connection.close()


def test_a_returning_reader_is_told_only_what_it_missed() -> None:
    async def story() -> None:
        async with a_lane() as lane:
            lane.board.heard(json.dumps([f"team:{TEAM}", 50]))

            current = Reader(lane, f"/lane/teams/{TEAM}/events", last_seen="50")
            behind = Reader(lane, f"/lane/teams/{TEAM}/events", last_seen="49")
            unknown = Reader(lane, "/lane/teams/zzzzzzzz2345/events", last_seen="7")

            await until(lambda: behind.numbers() == [50] and unknown.numbers() == [7])
            assert current.numbers() == []
            for reader in (current, behind, unknown):
                await reader.leave()

    play(story())


def test_a_slow_reader_gets_the_newest_number_not_a_queue() -> None:
    listener = lane_notices.Listener("team:x")
    for number in (3, 9, 5):
        listener.put(number)

    assert listener.take() == 9
    assert listener.take() is None


def test_after_a_broken_connection_every_reader_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_notices, "RECONNECT_AFTER_S", 0.05)

    async def story() -> None:
        async with a_lane() as lane:
            reader = Reader(lane, f"/lane/teams/{TEAM}/events")
            await until(lambda: lane.board.count == 1)
            with throw_away.cluster.connect(SUPERUSER, "postgres") as server:
                server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE query = 'LISTEN jishi_notices' AND datname = %s",
                    [throw_away.DATABASE],
                )

            await until(lambda: len(reader.numbers()) == 1)
            await reader.leave()

    play(story())


def test_silence_is_filled_and_strangers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_app, "KEEP_ALIVE_S", 0.05)
    monkeypatch.setattr(lane_notices, "MOST_LISTENERS", 1)

    async def story() -> None:
        async with a_lane() as lane:
            reader = Reader(lane, f"/lane/teams/{TEAM}/events")
            await until(lambda: reader.text.count(": still here") >= 2)
            one_too_many = Reader(lane, f"/lane/teams/{TEAM}/events")
            answers = [
                Reader(lane, "/lane/health"),
                Reader(lane, "/lane/teams/NO;SUCH/events"),
                Reader(lane, f"/lane/teams/{TEAM}/events", method="POST"),
            ]
            await asyncio.gather(one_too_many.task, *(answer.task for answer in answers))

            assert one_too_many.status == 503
            assert one_too_many.headers["retry-after"] == "30"
            assert [answer.status for answer in answers] == [200, 404, 405]
            await reader.leave()

    play(story())


def test_health_is_honest_about_a_missing_database() -> None:
    async def story() -> None:
        lane = Lane("host=/nowhere dbname=none", "key")
        async with lane.running():
            await asyncio.sleep(0.05)
            answer = Reader(lane, "/lane/health")
            await answer.task
            assert answer.status == 503

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect("host=/nowhere dbname=none")
    play(story())
