"""What a search box offers while somebody types: categories, brands, products, then a corrected search."""

import json

from django.db import connection

from jishi.goods.catalog.contracts import Suggestion
from jishi.goods.catalog.queries import spelling
from jishi.kernel import words
from jishi.kernel.text import pick

LIMIT_MAX = 20

_NAMES = """
SELECT 'category' AS kind, c.slug AS key, c.name::text AS names, c.slug, 0::float8 AS weight
FROM catalog_category c
WHERE EXISTS (SELECT 1 FROM jsonb_each_text(c.name) n WHERE starts_with(lower(n.value), %(start)s))
UNION ALL
SELECT 'brand', b.slug, b.name::text, b.slug, 0 FROM catalog_brand b
WHERE EXISTS (SELECT 1 FROM jsonb_each_text(b.name) n WHERE starts_with(lower(n.value), %(start)s))
UNION ALL
(SELECT 'product', l.code, l.title::text, l.slug, l.popularity FROM catalog_listing l
 WHERE l.is_visible AND l.price_from_minor IS NOT NULL
   AND (l.search_zh @@ %(query)s::tsquery OR l.search_en @@ %(query)s::tsquery)
 ORDER BY l.popularity DESC, l.product_id DESC LIMIT %(limit)s)
"""


def suggest(text: str, *, language: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """Up to ``limit`` suggestions in one statement (two more when nothing begins like this)."""
    limit = max(1, min(limit, LIMIT_MAX))
    found = words.query_words(text)
    if not found:
        return ()
    params: dict[str, str | int] = {
        "start": words.fold(text.strip())[:100],
        "query": words.tsquery(found),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, params)
        rows = cursor.fetchall()
    names = [
        Suggestion(kind, pick(json.loads(names), language), key, slug) for kind, key, names, slug, _ in rows
    ]
    places = [row for row in names if row.kind != "product"][: limit // 2]
    result = (*places, *(row for row in names if row.kind == "product"))[:limit]
    if result:
        return result
    better = spelling.did_you_mean(text, language)
    return (Suggestion("term", better),) if better else ()
