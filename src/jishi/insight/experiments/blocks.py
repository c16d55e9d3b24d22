"""From the blocks of a price trial to one figure per block, in the database.

One set-based statement per source over lower domains' tables, which their queries, made for one reader,
cannot give. Invariant: an order counts in the block it was placed in, if it was paid within two hours; so
what counts in a block never changes two hours after its end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from jishi.insight.experiments.contracts import MEAN, RATIO, Block, Measure
from jishi.kernel.errors import N_

_PAID = "o.paid_at IS NOT NULL AND o.paid_at <= o.placed_at + interval '2 hours'"
_GOODS = (
    "SELECT o.placed_at AS at, {value}::float8 AS value FROM orders_orderline l"
    " JOIN orders_order o ON o.id = l.order_id WHERE l.product_id = ANY(%(products)s)"
    " AND o.placed_at >= %(since)s AND o.placed_at < %(until)s"
)
_ORDERS = (
    "SELECT o.placed_at AS at, {value}::float8 AS value FROM orders_order o"
    " WHERE o.placed_at >= %(since)s AND o.placed_at < %(until)s"
)
_WITH_GOODS = (
    " AND EXISTS (SELECT 1 FROM orders_orderline l"
    " WHERE l.order_id = o.id AND l.product_id = ANY(%(products)s))"
)
SOURCES: Mapping[str, str] = {
    "goods_money": f"{_GOODS.format(value='l.total_minor')} AND {_PAID}",
    "goods_units": f"{_GOODS.format(value='l.quantity')} AND {_PAID}",
    "goods_orders": f"{_ORDERS.format(value='1')} AND {_PAID}{_WITH_GOODS}",
    "goods_placed": f"{_ORDERS.format(value='1')}{_WITH_GOODS}",
    "goods_lapsed": f"{_ORDERS.format(value='1')} AND NOT coalesce({_PAID}, false){_WITH_GOODS}",
    "house_money": f"{_ORDERS.format(value='(o.total_minor - o.delivery_minor)')} AND {_PAID}",
    "house_orders": f"{_ORDERS.format(value='1')} AND {_PAID}",
}
MEASURES: Mapping[str, Measure] = {
    one.key: one
    for one in (
        Measure("goods_money", N_("Money for these goods an hour"), MEAN, "goods_money", is_money=True),
        Measure("goods_units", N_("Pieces of these goods an hour"), MEAN, "goods_units"),
        Measure("goods_orders", N_("Orders with these goods an hour"), MEAN, "goods_orders"),
        Measure(
            "goods_basket",
            N_("Money for these goods per order"),
            RATIO,
            "goods_money",
            "goods_orders",
            is_money=True,
        ),
        Measure("house_money", N_("Money in the whole house an hour"), MEAN, "house_money", is_money=True),
        Measure("house_orders", N_("Orders in the whole house an hour"), MEAN, "house_orders"),
        Measure(
            "goods_lapsed",
            N_("Orders with these goods left unpaid"),
            RATIO,
            "goods_lapsed",
            "goods_placed",
            good=-1,
        ),
    )
}
_SUMS = """
SELECT b.no, coalesce(sum(s.value), 0)
FROM unnest(%(no)s::int[], %(begins)s::timestamptz[], %(ends)s::timestamptz[]) AS b(no, begins, ends)
JOIN ({relation}) s ON s.at >= b.begins AND s.at < b.ends
GROUP BY b.no
"""
_SPENT = """
SELECT coalesce(-sum(a.amount_minor), 0) FROM orders_orderadjustment a JOIN orders_order o ON o.id =
a.order_id WHERE a.rule = 'timed_price' AND a.reference = ANY(%s) AND o.paid_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Goods:
    """What is looked at: goods, the wash-out, and how far back the plan is moved."""

    product_ids: tuple[int, ...]
    washout: timedelta
    back: timedelta = timedelta()


def sums(source: str, those: Sequence[Block], goods: Goods) -> dict[int, float]:
    """One source's sum in each block, by number, after the wash-out; a block without any has 0."""
    if not those:
        return {}
    begins = [one.starts_at + goods.washout - goods.back for one in those]
    ends = [one.ends_at - goods.back for one in those]
    with connection.cursor() as cursor:
        cursor.execute(
            _SUMS.format(relation=SOURCES[source]),
            {
                "no": [one.no for one in those],
                "begins": begins,
                "ends": ends,
                "products": list(goods.product_ids),
                "since": min(begins),
                "until": max(ends),
            },
        )
        found = dict(cursor.fetchall())
    return {one.no: float(found.get(one.no, 0)) for one in those}


def spent(window_codes: Sequence[str]) -> int:
    """What came off paid orders until now."""
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, [list(window_codes)])
        return int(cursor.fetchone()[0])
