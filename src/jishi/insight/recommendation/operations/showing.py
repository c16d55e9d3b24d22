"""What somebody is shown and what they do with it: lists that are kept, and the last hours' acts.

Invariant: where personalisation is off nothing is noted about anybody; what was opened is noted once per
list.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from jishi.insight.recommendation import queries, rules
from jishi.insight.recommendation.contracts import About, Act, Asker, Pick, Recommended, Surface
from jishi.insight.recommendation.queries import pool
from jishi.kernel import clock, ids

TOUCHES_FOR = timedelta(days=2)
SLATES_FOR = timedelta(days=30)
FORGOTTEN_AT_ONCE = 5000

_KEEP = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true) AS was)
INSERT INTO recommendation_slate
    (code, surface, reader, person_id, keys, reasons, causes, teams, contest, opened, made_at)
SELECT %(code)s, %(surface)s, %(reader)s, %(person)s, %(keys)s::bigint[], %(reasons)s::smallint[],
    %(causes)s::bigint[], %(teams)s, %(contest)s, '{}', %(at)s FROM quick
"""
_TOUCH = f"""
WITH {pool.ME}, quick AS (SELECT set_config('synchronous_commit', 'off', true) AS was),
opened AS (
    UPDATE recommendation_slate s SET opened = s.opened || array_position(s.keys, %(key)s)::smallint
    FROM me WHERE me.ok AND %(act)s > 1 AND s.reader = ANY(%(readers)s)
      AND s.made_at > %(at)s - interval '30 minutes' AND %(key)s = ANY(s.keys)
      AND NOT array_position(s.keys, %(key)s)::smallint = ANY(s.opened)
)
INSERT INTO recommendation_touch AS t (reader, key, person_id, act, at)
SELECT %(reader)s, %(key)s, %(person)s, %(act)s, %(at)s FROM me, quick WHERE me.ok
ON CONFLICT (reader, key) DO UPDATE SET at = excluded.at,
    act = CASE WHEN t.at > %(at)s - interval '1 hour' THEN greatest(t.act, excluded.act) ELSE excluded.act END
"""  # noqa: S608  # a fixed fragment
_FORGET_TOUCHES = """
DELETE FROM recommendation_touch WHERE (reader, key) IN (
    SELECT reader, key FROM recommendation_touch WHERE at < %s LIMIT %s)
"""
_FORGET_SLATES = """
DELETE FROM recommendation_slate WHERE id IN (SELECT id FROM recommendation_slate WHERE made_at < %s LIMIT %s)
"""


def show(
    asker: Asker,
    surface: Surface,
    *,
    about: About | None = None,
    limit: int = 20,
    seed: int | None = None,
    at: datetime | None = None,
) -> Recommended:
    """Make a list and keep it, so that it can be gone on with, asked about and judged. Each place gets the
    name of its showing.
    """
    now = clock.at_or_now(at)
    made = queries.recommend(asker, surface, about=about, limit=limit, seed=seed, at=now)
    if not made.picks or not asker.readers:
        return made
    code = ids.new_code()
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "code": code,
                "surface": surface.value,
                "reader": asker.readers[0],
                "person": asker.person_id,
                "keys": pool.numbers(pick.key for pick in made.picks),
                "reasons": pool.numbers(int(pick.because) for pick in made.picks),
                "causes": pool.numbers(pick.cause for pick in made.picks),
                "teams": "".join(pick.team or "-" for pick in made.picks) if made.picks[0].team else "",
                "contest": made.contest,
                "at": now,
            },
        )
    named = tuple(_named(code, pick) for pick in made.picks)
    return Recommended(surface, named, code, made.is_personal, made.contest)


def _named(code: str, pick: Pick) -> Pick:
    exposure = rules.exposure_of(code, pick.position)
    return Pick(pick.key, pick.position, pick.because, pick.cause, exposure, pick.team)


def touch(asker: Asker, *, key: int, act: Act, at: datetime | None = None) -> None:
    """Note what somebody just did with a thing; the next list knows of it. Doing it again moves it to the
    front.
    """
    if not asker.readers or not key:
        return
    params = {
        "person": asker.person_id,
        "default": pool.is_default_on(),
        "readers": asker.readers,
        "reader": asker.readers[0],
        "key": key,
        "act": int(act),
        "at": clock.at_or_now(at),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, params)


def forget_old(at: datetime) -> int:
    """Remove acts and lists past their keeping, some at a time."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_TOUCHES, [at - TOUCHES_FOR, FORGOTTEN_AT_ONCE])
        gone = cursor.rowcount
        cursor.execute(_FORGET_SLATES, [at - SLATES_FOR, FORGOTTEN_AT_ONCE])
        return int(gone + cursor.rowcount)
