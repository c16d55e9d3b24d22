"""Classes of customers by recency, frequency and money: now, and how people moved between two dates."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jishi.insight.portraits import rules, yardsticks
from jishi.insight.portraits.contracts import Movement, RfmCell, RfmGrid
from jishi.kernel import clock

_GRID = """
SELECT tags->>'rfm', (tags->>'recency_fifth')::int, (tags->>'frequency_fifth')::int, count(*),
    sum((tags->>'orders')::bigint), sum((tags->>'spent_minor')::bigint)
FROM portraits_portrait WHERE tags ? 'rfm' GROUP BY 1, 2, 3
"""
# An order counts at a date when it was paid by then and its money had not gone back by then.
_AS_OF = """
SELECT buyer_id, {case} AS class FROM (
    SELECT o.buyer_id,
        5 - width_bucket(%s::date - (max(o.paid_at) AT TIME ZONE %s)::date - 1, %s::int[]) AS recency,
        1 + width_bucket(count(*)::int - 1, %s::int[]) AS frequency,
        1 + width_bucket(coalesce(sum(o.total_minor) FILTER (WHERE o.currency = %s), 0)::bigint - 1,
            %s::bigint[]) AS money
    FROM orders_order o
    WHERE o.paid_at <= %s AND (o.state NOT IN ('refunding', 'refunded') OR coalesce(o.closed_at, %s) > %s)
    GROUP BY 1
) fifths
"""


def rfm_grid() -> RfmGrid:
    """Return all buyers by class, and by fifths of recency (5 first) and frequency (1 first)."""
    with connection.cursor() as cursor:
        cursor.execute(_GRID)
        rows = cursor.fetchall()
    limits = yardsticks.measure()
    sums = {one.code: [0, 0, 0] for one in rules.RFM}
    cells = [[0] * 5 for _ in range(5)]
    for code, recency, frequency, people, orders, amount in rows:
        kept = sums[code]
        kept[0] += people
        kept[1] += int(orders)
        kept[2] += int(amount)
        cells[5 - recency][frequency - 1] += people
    total = sum(kept[0] for kept in sums.values())
    classes = tuple(_cell(one, sums[one.code], total) for one in rules.RFM)
    bounds = {"recency": limits.recency, "frequency": limits.frequency, "money": limits.money}
    return RfmGrid(classes, tuple(tuple(row) for row in cells), limits.currency, limits.computed_at, bounds)


def rfm_movement(before: datetime | None = None, after: datetime | None = None) -> Movement:
    """Return who moved between two dates (30 days ago and now by default), by today's limits of the fifths,
    so that only what people did moves them."""
    until = clock.at_or_now(after)
    since = before or until - timedelta(days=30)
    case = rules.rfm_case("recency", "frequency", "money")
    text = _AS_OF.format(case=case)
    limits = yardsticks.measure()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(a.class, ''), coalesce(b.class, ''), count(*) FROM ({text}) a"  # noqa: S608
            f" FULL JOIN ({text}) b USING (buyer_id) GROUP BY 1, 2",
            [*_params(since, limits), *_params(until, limits)],
        )
        found = {(old, new): count for old, new, count in cursor.fetchall()}
    codes = ("", *(one.code for one in rules.RFM))
    names = ("", *(one.name for one in rules.RFM))
    return Movement(
        codes, names, tuple(tuple(found.get((a, b), 0) for b in codes) for a in codes), since, until
    )


def _cell(one: rules.RfmClass, sums: list[int], total: int) -> RfmCell:
    people, orders, amount = sums
    return RfmCell(one.code, one.name, one.meaning, people, orders, amount, people * 10_000 // max(1, total))


def _params(at: datetime, limits: yardsticks.Measure) -> list[Any]:
    return [
        yardsticks.today(at), str(yardsticks.ZONE), list(limits.recency), list(limits.frequency),
        limits.currency, list(limits.money), at, at, at,
    ]  # fmt: skip
