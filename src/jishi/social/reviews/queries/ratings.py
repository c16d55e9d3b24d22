"""Ratings of products and what buyers of a category judge."""

from collections.abc import Iterable

from django.db import connection

from jishi.social.reviews import rules
from jishi.social.reviews.contracts import Aspect, AspectFigure, RatingSummary
from jishi.social.reviews.models import AspectSet, Rating

_ASPECTS = """
SELECT s.codes FROM catalog_product p JOIN catalog_category c ON c.id = p.category_id
CROSS JOIN LATERAL unnest(c.ancestor_ids) WITH ORDINALITY AS a(id, depth)
JOIN reviews_aspectset s ON s.category_id = a.id
WHERE p.id = %s ORDER BY a.depth DESC LIMIT 1
"""


def summary(product_id: int) -> RatingSummary:
    """What the reviews of a product add up to; empty when there are none."""
    return summaries([product_id])[product_id]


def summaries(product_ids: Iterable[int]) -> dict[int, RatingSummary]:
    """The same for many products, in one statement."""
    wanted = list(dict.fromkeys(product_ids))
    found = {row.pk: _view(row) for row in Rating.objects.filter(pk__in=wanted)}
    return {one: found.get(one) or RatingSummary(one) for one in wanted}


def list_aspects(product_id: int) -> tuple[Aspect, ...]:
    """What buyers of this product judge: the set of the nearest category that has one, or the usual three."""
    with connection.cursor() as cursor:
        cursor.execute(_ASPECTS, [product_id])
        row = cursor.fetchone()
    return rules.aspects_of(row[0] if row else rules.DEFAULT_ASPECTS)


def list_aspect_sets() -> dict[int, tuple[str, ...]]:
    """The codes that categories chose; a category without a set judges what the one above it does."""
    return {row.pk: tuple(row.codes) for row in AspectSet.objects.all()}


def all_aspects() -> tuple[Aspect, ...]:
    """Every aspect there is, for those who choose a category's set."""
    return rules.aspects_of(tuple(rules.ASPECTS))


def _view(row: Rating) -> RatingSummary:
    five = [*row.histogram, 0, 0, 0, 0, 0][:5]
    return RatingSummary(
        product_id=row.pk,
        average=row.average,
        bayesian=row.bayesian if row.count else 0,
        count=row.count,
        histogram=(five[0], five[1], five[2], five[3], five[4]),
        aspects=tuple(
            AspectFigure(code, rules.ASPECTS[code], figure[0], figure[1])
            for code, figure in sorted(row.aspects.items(), key=lambda item: (-item[1][1], item[0]))
            if code in rules.ASPECTS
        ),
        photo_count=row.photo_count,
        follow_up_count=row.follow_up_count,
        silent_count=row.silent_count,
    )
