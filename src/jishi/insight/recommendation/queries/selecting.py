"""Choosing goods for a campaign: five parts from 0 to 100, each with the figures it is made of.

One set-based statement over goods, stock, orders and reviews. Nothing here is a secret recipe: a part is the
place of a product among all that were looked at, and the score their weighted mean less the risk.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from jishi.insight.recommendation.contracts import Selected
from jishi.kernel import clock

WEIGHTS = {"margin": 0.25, "stock": 0.2, "trend": 0.25, "fit": 0.3}
RISK = 0.35

_JUDGED = """
WITH goods AS (
    SELECT l.product_id AS id, l.category_id, l.price_from_minor AS price, s.commission_bps, l.rating,
        l.rating_count, s.created_at > %(at)s - interval '30 days' AS is_new,
        coalesce((SELECT sum(k.on_hand - k.reserved) FROM inventory_stock k
                  WHERE k.product_id = l.product_id), 0) AS free
    FROM catalog_listing l JOIN merchants_shop s ON s.id = l.shop_id
    WHERE l.is_visible AND l.in_stock AND l.price_from_minor IS NOT NULL AND s.is_open
      AND (%(shop)s::bigint IS NULL OR l.shop_id = %(shop)s)
), sales AS (
    SELECT i.product_id AS id,
        sum(i.quantity) FILTER (WHERE o.paid_at > %(at)s - interval '14 days') AS late,
        sum(i.quantity) FILTER (WHERE o.paid_at <= %(at)s - interval '14 days') AS early,
        count(DISTINCT o.id) AS orders,
        count(DISTINCT o.id) FILTER (WHERE o.state IN ('refunding', 'refunded')) AS refunds
    FROM orders_order o JOIN orders_orderline i ON i.order_id = o.id
    WHERE o.paid_at > %(at)s - interval '28 days' GROUP BY 1
), buyers AS (
    SELECT p.category_id, count(DISTINCT o.buyer_id) AS n FROM orders_order o
    JOIN orders_orderline i ON i.order_id = o.id JOIN catalog_product p ON p.id = i.product_id
    WHERE o.paid_at > %(at)s - interval '90 days' GROUP BY 1
), figures AS (
    SELECT g.id, g.price * g.commission_bps / 10000 AS earns, g.free, coalesce(s.late, 0) AS late,
        coalesce(s.early, 0) AS early, coalesce(s.orders, 0) AS orders, coalesce(s.refunds, 0) AS refunds,
        coalesce(b.n, 0) AS buyers, g.rating, g.rating_count, g.is_new,
        coalesce((SELECT max(r.score) FROM recommendation_rising r
                  WHERE r.kind = 'goods' AND r.key = g.id), 0) AS burst
    FROM goods g LEFT JOIN sales s ON s.id = g.id LEFT JOIN buyers b ON b.category_id = g.category_id
), placed AS (
    SELECT f.*, 100 * percent_rank() OVER (ORDER BY earns) AS margin,
        least(100, 100.0 * free / greatest(late * 2, 20)) AS stock,
        100 * percent_rank() OVER (ORDER BY (late + 1.0) / (early + 1.0) + burst / 5) AS trend,
        100 * percent_rank() OVER (ORDER BY buyers * (1 + rating / 500.0)) AS fit,
        least(100, 60.0 * refunds / greatest(orders, 1) + CASE WHEN rating_count >= 3 AND rating < 400
            THEN (400 - rating) / 4.0 ELSE 0 END + CASE WHEN is_new THEN 25 ELSE 0 END
            + CASE WHEN rating_count = 0 THEN 15 ELSE 0 END) AS risk
    FROM figures f
)
SELECT id, round(%(w_margin)s * margin + %(w_stock)s * stock + %(w_trend)s * trend + %(w_fit)s * fit
        - %(w_risk)s * risk)::int AS score,
    round(margin)::int, round(stock)::int, round(trend)::int, round(fit)::int, round(risk)::int,
    earns, free, late, early, buyers, orders, refunds, rating, rating_count, is_new::int
FROM placed ORDER BY score DESC, id LIMIT %(limit)s
"""
_FACTS = (
    "earns_minor", "free", "sold_late", "sold_early", "buyers", "orders", "refunds", "rating", "rating_count",
    "is_new",
)  # fmt: skip


def select_goods(
    *, shop_id: int | None = None, limit: int = 40, at: datetime | None = None
) -> tuple[Selected, ...]:
    """The goods that suit a campaign best, of one shop or of all, with what speaks for and against each."""
    params: dict[str, Any] = {
        "shop": shop_id,
        "limit": limit,
        "at": clock.at_or_now(at),
        "w_risk": RISK,
        **{f"w_{name}": value for name, value in WEIGHTS.items()},
    }
    with connection.cursor() as cursor:
        cursor.execute(_JUDGED, params)
        rows = cursor.fetchall()
    return tuple(
        Selected(
            row[0],
            max(0, min(100, row[1])),
            row[2],
            row[3],
            row[4],
            row[5],
            row[6],
            facts=dict(zip(_FACTS, (int(value) for value in row[7:]), strict=True)),
        )
        for row in rows
    )
