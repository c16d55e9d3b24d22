"""Contests of mixes and how readers voted."""

from __future__ import annotations

from django.db import connection

from jishi.insight.recommendation import judging
from jishi.insight.recommendation.contracts import ContestState, ContestView, MixName
from jishi.insight.recommendation.models import Contest

LISTED = 50

_VOTES = """
WITH lists AS (
    SELECT s.contest, s.reader, count(DISTINCT s.id) AS lists,
        count(*) FILTER (WHERE substr(s.teams, o.place, 1) = 'a') AS one,
        count(*) FILTER (WHERE substr(s.teams, o.place, 1) = 'b') AS two
    FROM recommendation_slate s LEFT JOIN LATERAL unnest(s.opened) AS o(place) ON true
    WHERE s.contest = ANY(%s) AND s.contest <> '' GROUP BY s.contest, s.reader
)
SELECT contest, sum(lists), count(*) FILTER (WHERE one > two), count(*) FILTER (WHERE two > one),
    count(*) FILTER (WHERE one = two AND one > 0)
FROM lists GROUP BY contest
"""


def list_contests() -> tuple[ContestView, ...]:
    """The last contests with their votes, the newest first. Lists are kept for a month; votes of older ones
    are gone.
    """
    rows = list(Contest.objects.order_by("-pk")[:LISTED])
    with connection.cursor() as cursor:
        cursor.execute(_VOTES, [[str(row.pk) for row in rows]])
        votes = {row[0]: tuple(int(count) for count in row[1:]) for row in cursor.fetchall()}
    return tuple(_view(row, *votes.get(str(row.pk), (0, 0, 0, 0))) for row in rows)


def _view(row: Contest, lists: int, one: int, two: int, even: int) -> ContestView:
    found = judging.preference(one, two)
    return ContestView(
        code=row.code,
        name=row.name,
        one=MixName(row.one),
        two=MixName(row.two),
        state=ContestState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        lists=lists,
        votes_one=one,
        votes_two=two,
        even=even,
        share=found.share,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
    )
