"""Choosing goods for a campaign or somebody's live room: five parts from 0 to 100, each with its figures.

One set-based statement over goods, stock, orders and reviews. Nothing here is a secret recipe: a part is the
place of a product among all that were looked at, and the score their weighted mean less the risk. For an
audience the match is told by the lists of its people. Invariant: few people are never counted, so nobody's
own list can be read off, and whoever switched personalisation off is not among them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from jishi.insight.recommendation.contracts import Selected
from jishi.insight.recommendation.queries import pool
from jishi.kernel import clock

WEIGHTS = {"margin": 0.25, "stock": 0.2, "trend": 0.25, "fit": 0.3}
RISK = 0.35
ASKED_MOST, ASKED_LEAST = 2000, 20
"""So many people of an audience are asked at most, always the same ones; fewer than the least say nothing."""
FIRST = 20

_JUDGED = """
WITH crowd AS MATERIALIZED (
    SELECT id FROM (
        SELECT m.person_id AS id FROM portraits_segment s JOIN portraits_membership m ON m.segment_id = s.id
        WHERE s.code = %(segment)s
        UNION SELECT f.follower_id FROM graph_follow f WHERE f.followee_id = %(host)s AND f.state = 'active'
    ) audience ORDER BY hashint8(id), id LIMIT %(most)s
), lists AS MATERIALIZED (
    SELECT c.keys, c.scores FROM crowd s
    JOIN recommendation_candidates c ON c.list = 'home' AND c.subject_id = s.id
    LEFT JOIN feed_choice f ON f.person_id = s.id
    LEFT JOIN LATERAL (SELECT w.given FROM privacy_consent w WHERE w.person_id = s.id
                       AND w.purpose = 'personalisation' ORDER BY w.id DESC LIMIT 1) w ON true
    WHERE coalesce(w.given, %(default)s) AND coalesce(f.is_personalised, true)
), asked AS MATERIALIZED (
    SELECT CASE WHEN count(*) >= %(least)s THEN count(*) ELSE 0 END AS n FROM lists
), wanted AS (
    SELECT u.key AS id, count(*) FILTER (WHERE u.place <= %(first)s) AS n, sum(u.score) AS worth
    FROM lists CROSS JOIN LATERAL unnest(keys, scores) WITH ORDINALITY AS u(key, score, place)
    WHERE u.key > 0 AND (SELECT n FROM asked) > 0 GROUP BY 1
), goods AS (
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
        coalesce(b.n, 0) AS buyers, g.rating, g.rating_count, g.is_new, coalesce(w.n, 0) AS wanted,
        coalesce(w.worth, 0) AS worth,
        coalesce((SELECT max(r.score) FROM recommendation_rising r
                  WHERE r.kind = 'goods' AND r.key = g.id), 0) AS burst
    FROM goods g LEFT JOIN sales s ON s.id = g.id LEFT JOIN buyers b ON b.category_id = g.category_id
    LEFT JOIN wanted w ON w.id = g.id
), placed AS (
    SELECT f.*, 100 * percent_rank() OVER (ORDER BY earns) AS margin,
        least(100, 100.0 * free / greatest(late * 2, 20)) AS stock,
        100 * percent_rank() OVER (ORDER BY (late + 1.0) / (early + 1.0) + burst / 5) AS trend,
        100 * percent_rank() OVER (ORDER BY worth, buyers * (1 + rating / 500.0)) AS fit,
        least(100, 60.0 * refunds / greatest(orders, 1) + CASE WHEN rating_count >= 3 AND rating < 400
            THEN (400 - rating) / 4.0 ELSE 0 END + CASE WHEN is_new THEN 25 ELSE 0 END
            + CASE WHEN rating_count = 0 THEN 15 ELSE 0 END) AS risk
    FROM figures f
)
SELECT id, round(%(w_margin)s * margin + %(w_stock)s * stock + %(w_trend)s * trend + %(w_fit)s * fit
        - %(w_risk)s * risk)::int AS score,
    round(margin)::int, round(stock)::int, round(trend)::int, round(fit)::int, round(risk)::int,
    earns, free, late, early, buyers, orders, refunds, rating, rating_count, is_new::int,
    wanted, (SELECT n FROM asked)
FROM placed ORDER BY score DESC, id LIMIT %(limit)s
"""
_FACTS = (
    "earns_minor", "free", "sold_late", "sold_early", "buyers", "orders", "refunds", "rating", "rating_count",
    "is_new", "wanted", "asked",
)  # fmt: skip


def select_goods(
    *,
    shop_id: int | None = None,
    segment: str = "",
    host_id: int | None = None,
    limit: int = 40,
    at: datetime | None = None,
) -> tuple[Selected, ...]:
    """The goods that suit a campaign best, of one shop or of all, with what speaks for and against each.

    With a segment or a host (whose followers come to a live room) the match is what a product is worth in the
    own lists of these people; ``facts`` say of how many ("asked"; 0 when they are too few to be counted) and
    how many have it among their first ones ("wanted").
    """
    params: dict[str, Any] = {
        "shop": shop_id,
        "segment": segment,
        "host": host_id,
        "most": ASKED_MOST,
        "least": ASKED_LEAST,
        "first": FIRST,
        "default": pool.is_default_on(),
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
