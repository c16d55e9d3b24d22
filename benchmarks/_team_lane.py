"""The last seats of teams through the rush lane: a crowd over HTTP, then the winners order and pay.

Everybody proves who they are and asks twice, the second time like somebody whose answer got lost. Whoever
gets a seat takes it to the ordinary checkout, which must accept every one of them. A second crowd insists
while its lane, and then PostgreSQL, are killed without warning: what was acknowledged must be there, and no
seat may be held for nobody.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import _rush_client
import _stage
import psycopg
import rush
from _rush_client import Caller, Run

KILL_LANE_AT, KILL_DATABASE_AT = 0.25, 0.6
"""The parts of all seats that are taken when something is killed."""
LOOK_S = 0.02

REPEATS = """
SELECT coalesce(sum(n - 1), 0)::int FROM (
    SELECT count(*) AS n FROM plays_seat WHERE state IN ('held', 'taken')
    GROUP BY team_id, person_id HAVING count(*) > 1) AS x
"""
LOST = """
SELECT count(*) FROM unnest(%s::bigint[], %s::text[]) AS a(person_id, team_code) WHERE NOT EXISTS (
    SELECT 1 FROM plays_seat s JOIN plays_team t ON t.id = s.team_id
    WHERE s.person_id = a.person_id AND t.code = a.team_code AND s.state IN ('held', 'taken'))
"""
LIVE = """
SELECT count(*) FROM plays_seat s JOIN plays_team t ON t.id = s.team_id
WHERE t.code = ANY(%s) AND s.state IN ('held', 'taken')
"""
FREE = """
SELECT coalesce(sum(abs(t.size - (
    SELECT count(*) FROM plays_seat s WHERE s.team_id = t.id AND s.state IN ('held', 'taken')))), 0)::int
FROM plays_team t WHERE t.code = ANY(%s)
"""


@dataclass(frozen=True)
class Crash:
    """What a crowd got although everything was killed under it."""

    winners: dict[int, str]
    """Person to team, of everybody who was told that a seat is theirs."""
    retried: int
    taken_at_kills: tuple[int, ...]
    free_before: int


def race(
    teams: Sequence[str], people: Sequence[int], connections: int
) -> tuple[dict[str, Any], dict[int, str]]:
    """Have everybody ask for a seat in one of the teams; return figures, and who got one where."""
    where = {person: teams[number % len(teams)] for number, person in enumerate(people)}
    callers = _callers(where)
    with rush._way("lane") as part:
        before = part.cpu_s()
        ran = _rush_client.play(part.port, callers, connections=connections)
        spent = {one: used - before[one] for one, used in part.cpu_s().items()}
        again = _rush_client.play(part.port, callers, connections=connections)
    figures = {
        "lane_people": len(people),
        "lane_teams": len(teams),
        "lane_people_per_s": round(len(people) / ran.took_s, 1),
        "lane_p50_ms": ran.at_ms(0.5),
        "lane_p99_ms": ran.at_ms(0.99),
        "lane_cpu_us_per_person": {part: round(used / len(people) * 1e6) for part, used in spent.items()},
        "lane_reserved": ran.won,
        "lane_told_again": again.statuses["yours"],
        "lane_second_winners": again.won,
    }
    return figures, _winners(ran, where)


def check(winners: dict[int, str], teams: Sequence[str], count: Callable[..., int]) -> dict[str, int]:
    """Count seats that one person has twice, acknowledged seats that are not there, and places left over."""
    return {
        "repeats": count(REPEATS),
        "lost_seats": count(LOST, [list(winners), list(winners.values())]),
        "free_places": count(FREE, [list(teams)]),
    }


def crash(teams: Sequence[str], people: Sequence[int], connections: int, database: rush._Database) -> Crash:
    """Have a crowd insist on seats while its lane, and then the database, are killed and started again."""
    where = {person: teams[number % len(teams)] for number, person in enumerate(people)}
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        free = _one(connection, FREE, teams)
        live = _one(connection, LIVE, teams)
    port = _stage._free_port()
    lanes = [rush._start(port, *rush.LANE)]
    _stage._wait(f"http://127.0.0.1:{port}/lane/health")
    over, taken = threading.Event(), []

    def kill() -> None:
        taken.append(_wait_until(live + int(free * KILL_LANE_AT), teams, over) - live)
        lanes[0].kill()
        lanes[0].wait()
        lanes.append(rush._start(port, *rush.LANE))
        taken.append(_wait_until(live + int(free * KILL_DATABASE_AT), teams, over) - live)
        database.kill_and_restart()

    killer = threading.Thread(target=kill)
    killer.start()
    ran = _rush_client.play(port, _callers(where), connections=connections, insisting=True)
    over.set()
    killer.join()
    lanes[-1].send_signal(signal.SIGTERM)
    lanes[-1].wait(20)
    return Crash(_winners(ran, where), ran.retried, tuple(taken), free)


def check_crash(crashed: Crash, teams: Sequence[str], count: Callable[..., int]) -> dict[str, int]:
    """Count what a kill broke: acknowledged seats that are gone, places nobody or one too many has; and the
    kills that came too early or too late to prove anything."""
    winners = crashed.winners
    return {
        "crash_lost_seats": count(LOST, [list(winners), list(winners.values())]),
        "crash_free_places": count(FREE, [list(teams)]),
        "crash_repeats": count(REPEATS),
        "crash_kills_missed": sum(not 0 < one < crashed.free_before for one in crashed.taken_at_kills),
    }


def _wait_until(taken: int, teams: Sequence[str], over: threading.Event) -> int:
    """Wait until so many seats are taken or the crowd is done; returns how many are."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while (now := _one(connection, LIVE, teams)) < taken and not over.is_set():
            time.sleep(LOOK_S)
    return now


def _one(connection: psycopg.Connection[Any], statement: str, teams: Sequence[str]) -> int:
    row = connection.execute(statement.encode(), [list(teams)]).fetchone()
    return int(row[0]) if row else 0


def _winners(ran: Run, where: dict[int, str]) -> dict[int, str]:
    return {person: where[person] for person in ran.orders}


def _callers(where: dict[int, str]) -> list[Caller]:
    from jishi.people.accounts import settle
    from jishi.people.accounts.contracts import LaneClaims

    secret = settle.lane_secret(os.environ["JISHI_FIELD_KEYS"].split(",")[-1])
    expires_at = int(time.time()) + rush.LIFE_S
    found = []
    for person, team in where.items():
        token = settle.sign_lane_token(LaneClaims(person, 0, expires_at), secret=secret)
        head = (
            f"POST /lane/teams/{team}/join HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Origin: http://127.0.0.1\r\nCookie: {settle.LANE_COOKIE}={token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
        )
        found.append(Caller(person, head.encode()))
    return found
