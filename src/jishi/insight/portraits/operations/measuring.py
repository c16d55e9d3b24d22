"""The yardsticks: limits between fifths of buyers, quantiles of reach, usual intervals between purchases.

Orders, links and follows of lower domains are read because limits are of everybody at once.
"""

import json
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.insight.portraits import rules, yardsticks
from jishi.insight.portraits.models import Yardstick
from jishi.insight.portraits.sources import KEPT

_CURRENCY = f"""
SELECT o.currency FROM orders_order o WHERE {KEPT} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""  # noqa: S608
_FIFTHS = f"""
SELECT percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY silent),
    percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY n),
    percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY spent)
FROM (
    SELECT %s::date - (max(o.paid_at) AT TIME ZONE %s)::date AS silent, count(*) AS n,
        coalesce(sum(o.total_minor) FILTER (WHERE o.currency = %s), 0)::bigint AS spent
    FROM orders_order o WHERE {KEPT} GROUP BY o.buyer_id
) buyers
"""  # noqa: S608
_REACH = """
SELECT percentile_disc(ARRAY[0.8, 0.97]) WITHIN GROUP (ORDER BY reach) FROM (
    SELECT person_id, sum(points) AS reach FROM (
        SELECT person_id, follower_count::bigint AS points FROM graph_profile WHERE follower_count > 0
        UNION ALL SELECT l.sharer_id, 5 FROM shares_sharevisit v JOIN shares_sharelink l ON l.id = v.link_id
        UNION ALL SELECT l.sharer_id, 20 FROM shares_shareorder o JOIN shares_sharelink l ON l.id = o.link_id
    ) points GROUP BY person_id
) reached WHERE reach > 0
"""
# A purchase on the same day is the same shopping trip, not a repeat.
_GAPS = f"""
CREATE TEMPORARY TABLE pp_gaps ON COMMIT DROP AS
WITH days AS (
    SELECT DISTINCT o.buyer_id, o.shop_id, (o.paid_at AT TIME ZONE '{yardsticks.ZONE}')::date AS day
    FROM orders_order o WHERE {KEPT}
), platform AS (
    SELECT DISTINCT buyer_id, NULL::bigint AS shop_id, day FROM days
)
SELECT shop_id, buyer_id, day - lag(day) OVER (PARTITION BY shop_id, buyer_id ORDER BY day) AS gap
FROM (SELECT buyer_id, shop_id, day FROM days UNION ALL SELECT buyer_id, shop_id, day FROM platform) d
"""  # noqa: S608
_LIFE = f"""
WITH main AS (
    SELECT DISTINCT ON (o.shop_id) o.shop_id, p.category_id FROM orders_order o
    JOIN orders_orderline l ON l.order_id = o.id JOIN catalog_product p ON p.id = l.product_id
    WHERE {KEPT} AND p.category_id IS NOT NULL
    GROUP BY 1, 2 ORDER BY o.shop_id, count(*) DESC, p.category_id
), of_shop AS (
    SELECT shop_id, count(gap) AS gaps, percentile_disc(0.5) WITHIN GROUP (ORDER BY gap) AS middle
    FROM pp_gaps GROUP BY 1
), of_kind AS (
    SELECT m.category_id, count(g.gap) AS gaps, percentile_disc(0.5) WITHIN GROUP (ORDER BY g.gap) AS middle
    FROM pp_gaps g JOIN main m ON m.shop_id = g.shop_id GROUP BY 1
), loyal AS (
    SELECT shop_id, percentile_disc(0.8) WITHIN GROUP (ORDER BY n) AS orders FROM (
        SELECT o.shop_id, o.buyer_id, count(*) AS n FROM orders_order o WHERE {KEPT} GROUP BY 1, 2
    ) bought GROUP BY 1
), loyal_all AS (
    SELECT percentile_disc(0.8) WITHIN GROUP (ORDER BY n) AS orders FROM (
        SELECT count(*) AS n FROM orders_order o WHERE {KEPT} GROUP BY o.buyer_id
    ) bought
)
SELECT s.shop_id, s.gaps, s.middle, k.gaps, k.middle, coalesce(l.orders, a.orders)
FROM of_shop s CROSS JOIN loyal_all a LEFT JOIN main m ON m.shop_id = s.shop_id
LEFT JOIN of_kind k ON k.category_id = m.category_id LEFT JOIN loyal l ON l.shop_id = s.shop_id
"""  # noqa: S608


# Of the whole catalogue, so it is found once a night and not for every few people who did something.
_MIDDLES = """
SELECT category_id, currency, percentile_cont(0.5) WITHIN GROUP (ORDER BY price_from_minor) AS middle
FROM catalog_listing WHERE price_from_minor IS NOT NULL AND category_id IS NOT NULL GROUP BY 1, 2
"""
_LAY_OUT = """
INSERT INTO pp_middle SELECT (one->>0)::bigint, one->>1, (one->>2)::double precision
FROM portraits_yardstick y CROSS JOIN LATERAL jsonb_array_elements(y.value) one WHERE y.code = 'middles'
"""


def measure(at: datetime) -> None:
    """Find the limits in the data of all and keep them, with the caller's transaction."""
    _keep("measure", _measured(at), at)
    _keep("life", _life(), at)
    with connection.cursor() as cursor:
        cursor.execute(_MIDDLES)
        _keep("middles", cursor.fetchall(), at)


def lay_out_middles() -> None:
    """Put the kept middle prices into `pp_middle`; before the first night those of this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_LAY_OUT)
        if not cursor.rowcount:
            cursor.execute(f"INSERT INTO pp_middle {_MIDDLES}")
        cursor.execute("ANALYZE pp_middle")


def _keep(code: str, value: Any, at: datetime) -> None:
    Yardstick.objects.update_or_create(pk=code, defaults={"value": value, "computed_at": at})


def _measured(at: datetime) -> dict[str, Any]:
    defaults = yardsticks.Measure()
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCY)
        row = cursor.fetchone()
        currency = row[0] if row else defaults.currency
        cursor.execute(_FIFTHS, [yardsticks.today(at), str(yardsticks.ZONE), currency])
        recency, frequency, money = cursor.fetchone()
        cursor.execute(_REACH)
        (reach,) = cursor.fetchone()
    return {
        "currency": currency,
        "recency": recency or list(defaults.recency),
        "frequency": frequency or list(defaults.frequency),
        "money": money or list(defaults.money),
        "reach": [int(one) for one in reach] if reach else list(defaults.reach),
    }


def _life() -> dict[str, Any]:
    """Choose for the platform and each shop whose rhythm counts: its own, its kind's, or everybody's."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.pp_gaps")
        cursor.execute(_GAPS)
        cursor.execute(_LIFE)
        rows = cursor.fetchall()
    platform = next((row for row in rows if row[0] is None), None)
    everybody = _chosen(
        [("platform", platform[1], platform[2])] if platform else [], platform and platform[5]
    )
    shops = {}
    for shop_id, gaps, middle, kind_gaps, kind_middle, loyal in rows:
        if shop_id is not None:
            nearest = [("shop", gaps, middle), ("category", kind_gaps, kind_middle)]
            nearest += [("platform", platform[1], platform[2])] if platform else []
            shops[str(shop_id)] = _chosen(nearest, loyal)
    return {"platform": everybody, "shops": shops}


def _chosen(nearest: list[tuple[str, int | None, int | None]], loyal: int | None) -> dict[str, Any]:
    found = next(
        ((s, g, m) for s, g, m in nearest if g and g >= rules.ENOUGH_GAPS and m), ("default", 0, None)
    )
    source, gaps, middle = found
    return {"interval_days": middle, "gaps": gaps, "loyal_orders": loyal or 0, "source": source}


def limits_json() -> str:
    """Return from when on a customer is at risk and lost, for the platform ("0") and each shop, as JSON."""
    row = Yardstick.objects.filter(pk="life").first()
    kept = {"0": row.value["platform"], **row.value["shops"]} if row else {}
    if "0" not in kept:
        kept["0"] = _chosen([], None)
    found = {}
    for key, facts in kept.items():
        limits = rules.thresholds(**facts)
        found[key] = [limits.at_risk_days, limits.churn_days, limits.loyal_orders]
    return json.dumps(found)
