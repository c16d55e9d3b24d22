"""From exposures and what people did to six sums per arm, in the database.

It reads tables of lower domains with one statement per measure: who was exposed is too many to hand over, and
nothing but sums comes back. Invariant: a person counts once per experiment, by their first exposure, and only
with acts of their own window, so what counts for them never changes afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jishi.insight.experiments import measures
from jishi.insight.experiments.contracts import RATIO, SHARE, Measure, Moments

SEGMENTS: Mapping[str, str] = {
    "": "''",
    "known": "CASE WHEN u.has_bought THEN 'bought_before' ELSE 'never_bought' END",
    "language": "CASE WHEN u.person_id IS NULL THEN '' ELSE 'language:' || u.language END",
}
"""Ways to split people, all of them settled before the exposure."""

# A browser's person is who signed in with it first; a visitor's digest is made here as in `rules`.
_ONE = """
    SELECT e.unit, e.arm, e.first_at, coalesce(e.person_id, b.person_id) AS person_id
    FROM experiments_exposure e LEFT JOIN browsers b ON b.unit = e.unit
    WHERE e.experiment_id = %s
"""
_BOTH = """
    SELECT e.unit, (array_position(%s::varchar[], e.arm) || '.' || array_position(%s::varchar[], o.arm))
        ::varchar(20) AS arm, greatest(e.first_at, o.first_at) AS first_at,
        coalesce(e.person_id, o.person_id, b.person_id) AS person_id
    FROM experiments_exposure e
    JOIN experiments_exposure o ON o.experiment_id = %s AND o.unit = e.unit
    LEFT JOIN browsers b ON b.unit = e.unit WHERE e.experiment_id = %s
"""
_PEOPLE = """
CREATE TEMPORARY TABLE experiments_people ON COMMIT DROP AS
WITH browsers AS (
    SELECT DISTINCT ON (visitor) person_id,
        'v:' || left(encode(sha256(convert_to(visitor, 'UTF8')), 'hex'), 32) AS unit
    FROM behavior_identity ORDER BY visitor, linked_at, id
), shown AS ({shown}), first AS (
    SELECT DISTINCT ON (coalesce('p:' || person_id, unit)) * FROM shown
    ORDER BY coalesce('p:' || person_id, unit), first_at, unit
)
SELECT f.*, coalesce(a.language, '') AS language,
    EXISTS (SELECT 1 FROM orders_order o WHERE o.buyer_id = f.person_id AND o.paid_at < f.first_at)
        AS has_bought
FROM first f LEFT JOIN accounts_user a ON a.id = f.person_id
"""
# Of the very types above: a statement that was prepared for one table is used for the other.
_GROUPS = """
CREATE TEMPORARY TABLE experiments_people ON COMMIT DROP AS
SELECT ('p:' || f.person_id)::varchar(40) AS unit, f.arm::varchar(20) AS arm, f.first_at, f.person_id,
    coalesce(a.language, '') AS language,
    EXISTS (SELECT 1 FROM orders_order o WHERE o.buyer_id = f.person_id AND o.paid_at < f.first_at)
        AS has_bought
FROM ({people}) f LEFT JOIN accounts_user a ON a.id = f.person_id
"""
_DONE = """
SELECT p.unit,
    coalesce(sum(s.value) FILTER (WHERE s.at >= p.first_at), 0) AS after,
    coalesce(sum(s.value) FILTER (WHERE s.at < p.first_at), 0) AS before
FROM experiments_people p JOIN ({relation}) s ON s.person_id = p.person_id
    AND s.at >= p.first_at - %s::interval AND s.at < p.first_at + %s::interval
WHERE p.first_at <= %s
GROUP BY p.unit
"""
_SUMS = """
SELECT arm, part, count(*), sum(y), sum(y * y), sum(x), sum(x * x), sum(x * y) FROM (
    SELECT u.arm, {segment} AS part, {y} AS y, {x} AS x
    FROM experiments_people u {joins}
    WHERE u.first_at <= %s
) rows GROUP BY arm, part
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Which acts count: so long after the exposure, so long before it; and who is ripe by now."""

    after: timedelta
    before: timedelta
    now: datetime

    @property
    def ripe_until(self) -> datetime:
        """Whoever was exposed by then has had the whole window."""
        return self.now - self.after


def open_people(experiment_id: int) -> None:
    """Put who was exposed into a table of this transaction."""
    _open(_PEOPLE.format(shown=_ONE), [experiment_id])


def open_crossed(experiment_id: int, other_id: int, arms: Sequence[Sequence[str]]) -> None:
    """Put who was exposed to both into the same table; the arm is the places of both arms, as `2.1`."""
    _open(_PEOPLE.format(shown=_BOTH), [list(arms[0]), list(arms[1]), other_id, experiment_id])


def open_groups(people: str, params: Sequence[Any]) -> None:
    """Put people of arms that others drew into the same table: a statement of `person_id, arm, first_at`."""
    _open(_GROUPS.format(people=people), params)


def _open(statement: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.experiments_people")
        cursor.execute(statement, list(params))
        cursor.execute("ANALYZE experiments_people")


def count_ripe(window: Window) -> dict[str, int]:
    """How many of each arm have had the whole window."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT arm, count(*) FROM experiments_people WHERE first_at <= %s GROUP BY arm",
            [window.ripe_until],
        )
        return dict(cursor.fetchall())


def moments(measure: Measure, window: Window, *, segment: str = "") -> dict[tuple[str, str], Moments]:
    """Sums by arm and part. A ratio's `x` is its denominator, everything else's the pre-period."""
    statement, params = _statement(measure, window, segment)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchall()
    return {
        (arm, part): Moments(float(n), *(float(value or 0) for value in sums))
        for arm, part, n, *sums in found
    }


def _statement(measure: Measure, window: Window, segment: str) -> tuple[str, list[Any]]:
    before = timedelta() if measure.form == RATIO else window.before
    span = [before, window.after, window.ripe_until]
    if measure.form == RATIO:
        y, x = "coalesce(a.after, 0)", "coalesce(b.after, 0)"
        joins, params = f"{_join(measure.source, 'a')} {_join(measure.over, 'b')}", [*span, *span]
    else:
        y, x = "coalesce(a.after, 0)", "coalesce(a.before, 0)"
        joins, params = _join(measure.source, "a"), list(span)
    if measure.form == SHARE:
        y, x = f"({y} > 0)::int::float8", f"({x} > 0)::int::float8"
    text = _SUMS.format(segment=SEGMENTS[segment], y=y, x=x, joins=joins)
    return text, [*params, window.ripe_until]


def _join(source: str, name: str) -> str:
    found = measures.find(source)
    if found is None:
        raise LookupError(source)
    return f"LEFT JOIN ({_DONE.format(relation=found.relation)}) {name} ON {name}.unit = u.unit"
