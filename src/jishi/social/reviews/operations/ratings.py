"""Ratings: a product is marked due in the transaction that changes its reviews; a sweep computes what is due.

The formula is :func:`rules.rate`; here it runs set-based, and a test holds the two together.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jishi.goods.catalog import operations as catalog
from jishi.kernel import audit, clock
from jishi.social.reviews import errors, rules
from jishi.social.reviews.models import AspectSet, Rating

BATCH = 200
_FIGURES = """
WITH due AS (SELECT unnest(%(ids)s::bigint[]) AS product_id),
one_each AS (
    SELECT DISTINCT ON (r.product_id, r.author_id) r.product_id, r.stars, r.aspects, r.created_at,
        r.authenticity_bps / 10000.0 AS believed, r.pictures <> '[]'::jsonb AS has_pictures,
        r.follow_up_state = 'published' AS has_follow_up
    FROM reviews_review r JOIN due USING (product_id) WHERE r.state = 'published'
    ORDER BY r.product_id, r.author_id, r.id DESC
), weighed AS (
    SELECT *, believed * power(0.5, greatest(0, extract(epoch FROM %(at)s - created_at) / 86400.0)
        / %(half_life)s) AS weight, floor(extract(epoch FROM created_at) / 86400.0) AS day FROM one_each
), days AS (
    SELECT product_id, sum(weight) AS weight, sum(weight * stars) AS stars
    FROM weighed GROUP BY product_id, day
), sums AS (
    SELECT product_id, sum(least(weight, %(cap)s)) AS weight,
        sum(stars * least(1, %(cap)s / weight)) AS stars FROM days WHERE weight > 0 GROUP BY product_id
), judged AS (
    SELECT product_id, a.key AS code, round(avg(a.value::int) * 100)::int AS mean, count(*) AS n
    FROM weighed CROSS JOIN LATERAL jsonb_each_text(aspects) a GROUP BY product_id, a.key
), by_aspect AS (
    SELECT product_id, jsonb_object_agg(code, jsonb_build_array(mean, n)) AS aspects
    FROM judged GROUP BY product_id
), counted AS (
    SELECT product_id, count(*) AS n, round(avg(stars) * 100)::int AS mean,
        ARRAY[count(*) FILTER (WHERE stars = 1), count(*) FILTER (WHERE stars = 2),
              count(*) FILTER (WHERE stars = 3), count(*) FILTER (WHERE stars = 4),
              count(*) FILTER (WHERE stars = 5)]::int[] AS histogram,
        count(*) FILTER (WHERE has_pictures) AS photos, count(*) FILTER (WHERE has_follow_up) AS follow_ups
    FROM weighed GROUP BY product_id
), silent AS (
    SELECT q.product_id, count(*) AS n FROM reviews_request q JOIN due USING (product_id)
    WHERE q.is_silent AND q.closed_at IS NULL GROUP BY q.product_id
)
UPDATE reviews_rating t SET category_id = p.category_id, average = coalesce(c.mean, 0),
    count = coalesce(c.n, 0), histogram = coalesce(c.histogram, ARRAY[0,0,0,0,0]),
    aspects = coalesce(b.aspects, '{}'::jsonb), photo_count = coalesce(c.photos, 0),
    follow_up_count = coalesce(c.follow_ups, 0), silent_count = coalesce(s.n, 0),
    weight = coalesce(w.weight, 0), weighted_stars = coalesce(w.stars, 0), computed_at = %(at)s,
    due_at = %(at)s + CASE WHEN c.n > 0 THEN interval '1 day' ELSE interval '365 days' END
FROM due d JOIN catalog_product p ON p.id = d.product_id
LEFT JOIN counted c ON c.product_id = d.product_id LEFT JOIN sums w ON w.product_id = d.product_id
LEFT JOIN by_aspect b ON b.product_id = d.product_id LEFT JOIN silent s ON s.product_id = d.product_id
WHERE t.product_id = d.product_id
"""
_SHOWN = """
WITH mine AS (SELECT * FROM reviews_rating WHERE product_id = ANY(%(ids)s)),
others AS (
    SELECT m.product_id, coalesce(sum(o.weight), 0) AS weight, coalesce(sum(o.weighted_stars), 0) AS stars
    FROM mine m LEFT JOIN reviews_rating o ON o.category_id = m.category_id AND o.product_id <> m.product_id
    GROUP BY m.product_id
)
UPDATE reviews_rating t SET bayesian = round((100 * (%(c)s * (%(k)s * %(neutral)s + o.stars)
    / (%(k)s + o.weight) + t.weighted_stars) / (%(c)s + t.weight))::numeric)
FROM others o WHERE t.product_id = o.product_id
RETURNING t.product_id, CASE WHEN t.count > 0 THEN t.bayesian ELSE 0 END, t.count
"""


def mark_due(product_ids: Iterable[int], at: datetime) -> None:
    """Have the ratings of products computed anew soon; joins the caller's transaction."""
    rows = [Rating(product_id=one, due_at=at, histogram=[0] * 5) for one in sorted(set(product_ids))]
    Rating.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["product"], update_fields=["due_at"]
    )


def recompute_due(at: datetime) -> int:
    """Compute the ratings that are due and show them in lists; returns how many."""
    with transaction.atomic():
        due = Rating.objects.select_for_update(skip_locked=True).filter(due_at__lte=at)
        ids = sorted(due.order_by("due_at").values_list("pk", flat=True)[:BATCH])
        recompute(ids, at=at)
    return len(ids)


def recompute(product_ids: Sequence[int], *, at: datetime) -> None:
    """Compute ratings of products that have a row; two statements however many, and one to the listings."""
    if not product_ids:
        return
    values: dict[str, Any] = {
        "ids": list(product_ids),
        "at": at,
        "half_life": rules.HALF_LIFE_DAYS,
        "cap": rules.DAY_CAP,
        "c": rules.PRIOR_WEIGHT,
        "k": rules.NEUTRAL_WEIGHT,
        "neutral": rules.NEUTRAL,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FIGURES, values)
        cursor.execute(_SHOWN, values)
        catalog.keep_rating(rows=cursor.fetchall())


def configure_aspects(*, category_id: int, codes: Sequence[str], by: int, at: datetime | None = None) -> None:
    """Say what buyers in a category judge; the caller has checked that ``by`` is an operator.

    :raises AspectUnknown: none, too many, twice the same, or one that does not exist.
    """
    if not 1 <= len(codes) <= rules.ASPECTS_MOST or len(set(codes)) < len(codes):
        raise errors.AspectUnknown
    if set(codes) - set(rules.ASPECTS):
        raise errors.AspectUnknown
    with transaction.atomic():
        AspectSet.objects.update_or_create(
            category_id=category_id, defaults={"codes": list(codes), "changed_at": clock.at_or_now(at)}
        )
        audit.record(
            actor_id=by,
            action="reviews.aspects",
            subject=f"category:{category_id}",
            detail={"codes": list(codes)},
        )
