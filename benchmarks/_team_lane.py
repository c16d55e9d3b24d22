"""The last seats of teams through the rush lane: a crowd over HTTP, then the winners order and pay.

Everybody proves who they are and asks twice, the second time like somebody whose answer got lost. Whoever
gets a seat takes it to the ordinary checkout, which must accept every one of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import _rush_client
import rush
from _rush_client import Caller, Run

REPEATS = """
SELECT coalesce(sum(n - 1), 0)::int FROM (
    SELECT count(*) AS n FROM plays_seat WHERE state IN ('held', 'taken')
    GROUP BY team_id, person_id HAVING count(*) > 1) AS x
"""
LOST = """
SELECT count(*) FROM unnest(%s::bigint[]) AS a(person_id) WHERE NOT EXISTS (
    SELECT 1 FROM plays_seat s WHERE s.person_id = a.person_id AND s.state IN ('held', 'taken'))
"""


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


def check(winners: Sequence[int], count: Callable[..., int]) -> dict[str, int]:
    """Count seats that one person has twice, and acknowledged seats that are not there."""
    return {"repeats": count(REPEATS), "lost_seats": count(LOST, [list(winners)])}


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
