"""Lists of products: one statement for the listings with the names of their shops.

Pages are keyset pages over (sort key, product): rows inserted meanwhile neither repeat nor hide others. A
cursor is signed and bound to the filter, the order and the language it was made for.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection

from jishi.goods.catalog.contracts import ListingCard, ListingFilter
from jishi.goods.catalog.queries import listing_sql, spelling
from jishi.kernel import media, words
from jishi.kernel.paging import BadCursor, Page, decode_cursor, encode_cursor
from jishi.kernel.text import pick

LIMIT_MAX = 100

_COLUMNS = """l.product_id, l.code, l.slug, l.title, l.image, l.price_from_minor, l.compare_at_minor,
              l.currency, l.in_stock, l.badge, l.sold_count, l.shop_id, l.rating, l.rating_count,
              (SELECT s.name FROM merchants_shop s WHERE s.id = l.shop_id)"""
_PAGE = """
SELECT {columns}, {key} AS sort_key FROM catalog_listing l WHERE {where} ORDER BY {order} LIMIT %(limit)s
"""


def page_listings(
    *,
    filter: ListingFilter,
    sort: str = "relevance",
    cursor: str | None = None,
    limit: int = 20,
    language: str,
) -> Page[ListingCard]:
    """One page of what shoppers may buy, in one statement.

    A text that finds nothing is tried again with its words corrected (see :func:`did_you_mean`).

    :raises SortUnknown: the order is not one of ``SORTS``.
    :raises BadCursor: the cursor is forged, old, or of another list.
    """
    limit = max(1, min(limit, LIMIT_MAX))
    query_words = words.query_words(filter.text) if filter.text.strip() else None
    stamp = _stamp(filter, sort, language)
    after: tuple[Any, int] | None = None
    if cursor:
        query_words, after = _read(cursor, stamp, query_words)
    rows = _fetch(filter, query_words, sort, after, limit, language)
    if not rows and query_words is not None and after is None:
        widened = spelling.corrected(query_words)
        if widened:
            query_words = widened
            rows = _fetch(filter, query_words, sort, None, limit, language)
    next_cursor = None
    if len(rows) > limit:
        rows = rows[:limit]
        key, product_id = rows[-1][-1], rows[-1][0]
        next_cursor = encode_cursor(stamp, " ".join(query_words or ()), key, product_id)
    return Page([_card(row, language) for row in rows], next_cursor)


def list_cards(product_ids: Iterable[int], *, language: str) -> dict[int, ListingCard]:
    """The cards of given products that shoppers may see, by id, in the given order; one statement."""
    wanted = list(dict.fromkeys(product_ids))
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(wanted), 1000):
        part = ListingFilter(product_ids=tuple(wanted[start : start + 1000]))
        rows += _fetch(part, None, "newest", None, 1000, language)
    found = {card.product_id: card for card in (_card(row, language) for row in rows)}
    return {product_id: found[product_id] for product_id in wanted if product_id in found}


def _fetch(
    wanted: ListingFilter,
    query_words: Sequence[str] | None,
    sort: str,
    after: tuple[Any, int] | None,
    limit: int,
    language: str,
) -> list[tuple[Any, ...]]:
    """One more row than ``limit``, so that the caller knows whether there is a next page."""
    key, direction, kind = listing_sql.order(sort, has_text=query_words is not None, language=language)
    if query_words is not None and not query_words:
        return []
    found = listing_sql.conditions(wanted, query_words)
    where, params = found.all(), {**found.params, "limit": limit + 1}
    if after is not None:
        sign = ">" if direction == "ASC" else "<"
        where += f" AND ({key}, l.product_id) {sign} (%(after_key)s::{kind}, %(after_id)s)"
        params |= {"after_key": after[0], "after_id": after[1]}
    statement = _PAGE.format(
        columns=_COLUMNS, key=key, where=where, order=f"{key} {direction}, l.product_id {direction}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _card(row: tuple[Any, ...], language: str) -> ListingCard:
    image = _json(row[4])
    return ListingCard(
        product_id=row[0],
        code=row[1],
        slug=row[2],
        title=pick(_json(row[3]), language),
        image_url=default_storage.url(image["file"]) if image else "",
        image_srcset=media.srcset(image["file"], image["w"], image["sizes"]) if image else "",
        image_w=image["w"] if image else 0,
        image_h=image["h"] if image else 0,
        price_minor=row[5],
        compare_at_minor=row[6],
        currency=row[7],
        in_stock=row[8],
        badge=_json(row[9]),
        sold_count=row[10],
        shop_id=row[11],
        shop_name=pick(_json(row[14]), language),
        rating=row[12],
        rating_count=row[13],
    )


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _stamp(wanted: ListingFilter, sort: str, language: str) -> str:
    """What a cursor is bound to."""
    content = repr((wanted, sort, language)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:16]


def _read(cursor: str, stamp: str, query_words: list[str] | None) -> tuple[list[str] | None, tuple[Any, int]]:
    values = decode_cursor(cursor)
    if len(values) != 4 or values[0] != stamp or not isinstance(values[3], int):
        raise BadCursor
    if not isinstance(values[2], int | float | datetime):
        raise BadCursor
    return (None if query_words is None else str(values[1]).split()), (values[2], values[3])
