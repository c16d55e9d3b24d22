"""What people bought and received, read from the orders below in one statement.

The query with the buyer is the check of a verified purchase: received, and not on its way back.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.social.reviews import rules
from jishi.social.reviews.contracts import BoughtLine, Role

_LINES = """
SELECT l.id, l.position, o.code, o.buyer_id, o.shop_id, l.product_id, l.product_code, l.title, l.options,
       l.image_url, o.received_at, r.code, r.state, r.followed_up_at
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
LEFT JOIN reviews_review r ON r.line_id = l.id
WHERE o.buyer_id = %(buyer)s AND o.state = 'received' {more}
ORDER BY o.received_at DESC, o.id DESC, l.position LIMIT %(limit)s
"""
_BUYERS = """
SELECT buyer_id FROM (
    SELECT DISTINCT ON (o.buyer_id) o.buyer_id, o.received_at
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    WHERE l.product_id = %(product)s AND o.state = 'received' AND o.buyer_id <> ALL(%(without)s)
      AND NOT EXISTS (
          SELECT 1 FROM reviews_buyerask a WHERE a.person_id = o.buyer_id AND a.created_at > %(since)s)
    ORDER BY o.buyer_id, o.received_at DESC
) AS them ORDER BY received_at DESC LIMIT %(limit)s
"""
_EXPERT = """
SELECT EXISTS (SELECT 1 FROM notes_pin p JOIN notes_note n ON n.id = p.note_id
    WHERE p.product_id = %(product)s AND n.author_id = %(person)s AND n.state = 'published'
      AND n.form IN ('product_test', 'buying_guide', 'tutorial'))
"""


def list_lines(
    buyer_id: int,
    *,
    order_code: str | None = None,
    product_id: int | None = None,
    only_open: bool = False,
    at: datetime,
    limit: int = 50,
) -> list[BoughtLine]:
    """What somebody received, newest first: all, of an order, of a product, or what has no review yet."""
    more = "AND o.code = %(order)s " if order_code is not None else ""
    more += "AND l.product_id = %(product)s " if product_id is not None else ""
    more += "AND r.id IS NULL " if only_open else ""
    values = {"buyer": buyer_id, "order": order_code, "product": product_id, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(more=more), values)
        return [_line(row, at) for row in cursor.fetchall()]


def has_bought(person_id: int, product_id: int) -> bool:
    """Whether somebody received this product."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
            " WHERE o.buyer_id = %s AND l.product_id = %s AND o.state = 'received')",
            [person_id, product_id],
        )
        return bool(cursor.fetchone()[0])


def list_products(person_id: int, *, limit: int = 300) -> list[int]:
    """Which products somebody received, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.product_id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
            " WHERE o.buyer_id = %s AND o.state = 'received'"
            " GROUP BY 1 ORDER BY max(o.received_at) DESC LIMIT %s",
            [person_id, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def list_past_buyers(
    product_id: int, *, without: Sequence[int], since: datetime, limit: int = rules.BUYERS_ASKED
) -> list[int]:
    """Who received this product last and was not asked about any question since then."""
    values: dict[str, Any] = {"product": product_id, "without": list(without), "since": since, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_BUYERS, values)
        return [row[0] for row in cursor.fetchall()]


def role_of(person_id: int, product_id: int, *, is_staff: bool) -> Role:
    """What somebody is to a product: its shop, a buyer, the author of a test or guide about it, a reader."""
    if is_staff:
        return Role.SHOP
    if has_bought(person_id, product_id):
        return Role.BUYER
    with connection.cursor() as cursor:
        cursor.execute(_EXPERT, {"product": product_id, "person": person_id})
        return Role.EXPERT if cursor.fetchone()[0] else Role.READER


def _line(row: tuple[Any, ...], at: datetime) -> BoughtLine:
    options = json.loads(row[8]) if isinstance(row[8], str) else row[8]
    return BoughtLine(
        line_id=row[0],
        position=row[1],
        order_code=row[2],
        buyer_id=row[3],
        shop_id=row[4],
        product_id=row[5],
        product_code=row[6],
        title=row[7],
        options=tuple(options),
        image_url=row[9],
        received_at=row[10],
        review_code=row[11] or "",
        review_state=row[12] or "",
        may_follow_up=row[12] == "published" and row[13] is None and rules.may_follow_up(row[10], at),
    )
