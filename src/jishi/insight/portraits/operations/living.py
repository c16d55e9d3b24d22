"""Stages of the people in scope: with the platform, and with every shop they had to do with.

Invariant: a person has one row per shop and one without; each change leaves one row of transition and is
told by the transaction that made it. Orders, carts and questions of lower domains are read in one statement.
"""

# ruff: noqa: E501, S608 - statements of ours, read as they are written; no value is written into them

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import connection

from jishi.insight.portraits import yardsticks
from jishi.insight.portraits.events import StageChanged
from jishi.insight.portraits.operations import measuring
from jishi.insight.portraits.sources import KEPT
from jishi.kernel import outbox

BATCH = 500
RECENT_DAYS = 2
"""A stage that began longer ago than this before it was first computed is history, not news."""

RECALLED_DAYS = (89, 60, 30, 14, 7, 3)
"""Whose stages were never computed is followed from these days on, so that the board knows where they came from."""


def _statement(*, is_past: bool) -> str:
    """Return the statement that follows; of a past moment only what was known then."""
    paid, joined, added, asked = (
        (" AND o.paid_at <= m.at", "u.joined_at <= m.at", "l.added_at <= m.at", "q.created_at <= m.at")
        if is_past
        else ("", "true", "true", "true")
    )
    return _FOLLOW.format(paid=paid, joined=joined, added=added, asked=asked)


_FOLLOW = f"""
WITH limits AS (
    SELECT key::bigint AS shop, (value->>0)::int AS at_risk, (value->>1)::int AS churn, (value->>2)::int AS loyal
    FROM jsonb_each(%s::jsonb)
), stood AS MATERIALIZED (
    SELECT t.* FROM portraits_stage t JOIN pp_scope s ON s.person_id = t.person_id
), paid AS (
    SELECT o.buyer_id AS person_id, o.shop_id, count(*) AS n, min(o.paid_at) AS first_at, max(o.paid_at) AS last_at
    FROM orders_order o JOIN pp_scope s ON s.person_id = o.buyer_id CROSS JOIN pp_measure m WHERE {KEPT}{{paid}}
    GROUP BY GROUPING SETS ((o.buyer_id, o.shop_id), (o.buyer_id))
), around AS (
    SELECT s.person_id, NULL::bigint AS shop_id FROM pp_scope s JOIN accounts_user u ON u.id = s.person_id
        CROSS JOIN pp_measure m WHERE {{joined}}
    UNION SELECT person_id, shop_id FROM paid
    UNION SELECT c.person_id, p.shop_id FROM checkout_cart c JOIN pp_scope s ON s.person_id = c.person_id
        JOIN checkout_cartline l ON l.cart_id = c.id JOIN catalog_variant v ON v.id = l.variant_id
        JOIN catalog_product p ON p.id = v.product_id CROSS JOIN pp_measure m WHERE {{added}}
    UNION SELECT q.author_id, q.shop_id FROM reviews_question q JOIN pp_scope s ON s.person_id = q.author_id
        CROSS JOIN pp_measure m WHERE {{asked}}
    UNION SELECT person_id, shop_id FROM stood
), facts AS (
    SELECT a.person_id, a.shop_id, coalesce(p.n, 0) AS n, p.first_at, p.last_at, u.joined_at,
        m.today - (p.last_at AT TIME ZONE m.zone)::date AS silent, m.at,
        coalesce(l.at_risk, d.at_risk) AS at_risk, coalesce(l.churn, d.churn) AS churn,
        coalesce(l.loyal, d.loyal) AS loyal
    FROM around a JOIN accounts_user u ON u.id = a.person_id CROSS JOIN pp_measure m
    LEFT JOIN paid p ON p.person_id = a.person_id AND coalesce(p.shop_id, 0) = coalesce(a.shop_id, 0)
    LEFT JOIN limits l ON l.shop = coalesce(a.shop_id, 0) JOIN limits d ON d.shop = 0
), wanted AS (
    SELECT *, CASE WHEN n = 0 THEN 'potential' WHEN silent >= churn THEN 'churned'
        WHEN silent >= at_risk THEN 'at_risk' WHEN n >= loyal THEN 'loyal' WHEN n = 1 THEN 'new'
        ELSE 'active' END AS stage,
        CASE WHEN n = 0 THEN joined_at WHEN silent >= churn THEN last_at + churn * interval '1 day'
        WHEN silent >= at_risk THEN last_at + at_risk * interval '1 day' WHEN n = 1 THEN first_at
        ELSE last_at END AS began,
        jsonb_build_object('orders', n, 'silent', silent, 'at_risk', at_risk, 'churn', churn, 'loyal', loyal)
            AS evidence
    FROM facts
), compared AS (
    SELECT w.*, t.stage AS before, t.evidence AS told, t.id AS had FROM wanted w
    LEFT JOIN stood t ON t.person_id = w.person_id AND coalesce(t.shop_id, 0) = coalesce(w.shop_id, 0)
), written AS (
    INSERT INTO portraits_stage AS t (person_id, shop_id, stage, since, evidence)
    SELECT person_id, shop_id, stage, CASE WHEN had IS NULL THEN least(began, at) ELSE at END, evidence
    FROM compared WHERE had IS NULL OR before <> stage OR told <> evidence
    ON CONFLICT (person_id, shop_id) DO UPDATE SET evidence = EXCLUDED.evidence, stage = EXCLUDED.stage,
        since = CASE WHEN t.stage = EXCLUDED.stage THEN t.since ELSE EXCLUDED.since END
    WHERE t.stage <> EXCLUDED.stage OR t.evidence <> EXCLUDED.evidence
)
INSERT INTO portraits_transition (person_id, shop_id, before, after, at)
SELECT person_id, shop_id, coalesce(before, ''), stage, at FROM compared
WHERE before IS DISTINCT FROM stage AND (had IS NOT NULL OR began > at - {RECENT_DAYS} * interval '1 day')
RETURNING shop_id, before, after, person_id
"""


def follow(at: datetime) -> int:
    """Bring the stages of everybody in scope up to date; returns how many moved."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(is_past=False), [measuring.limits_json()])
        rows = cursor.fetchall()
    moved: dict[tuple[int | None, str, str], list[int]] = defaultdict(list)
    for shop_id, before, after, person_id in rows:
        moved[shop_id, before, after].append(person_id)
    facts: list[outbox.DomainEvent] = []
    for (shop_id, before, after), people in sorted(
        moved.items(), key=lambda one: (one[0][0] or 0, one[0][1:])
    ):
        people.sort()
        facts += [
            StageChanged(
                shop_id=shop_id,
                before=before,
                after=after,
                person_ids=tuple(people[start : start + BATCH]),
                at=at,
            )
            for start in range(0, len(people), BATCH)
        ]
    outbox.publish_many(facts)
    return len(rows)


def recall(at: datetime) -> None:
    """Follow everybody in scope through the last ninety days, by today's limits; nobody is told of the past.

    What a refresh found about some of them before the first computation of all is found again.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portraits_stage t USING pp_scope s WHERE s.person_id = t.person_id")
        for days in RECALLED_DAYS:
            _turn_clock(at - timedelta(days=days))
            cursor.execute(_statement(is_past=True), [measuring.limits_json()])
    _turn_clock(at)


def _turn_clock(at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pp_measure SET at = %s, today = %s", [at, yardsticks.today(at)])
