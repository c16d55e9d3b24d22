"""Asking buyers for a review some days after they received it, once; and counting those who say nothing.

Silence is counted apart and is never part of a mean.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jishi.people.notifications import operations as notifications
from jishi.social.reviews import rules
from jishi.social.reviews.models import Request
from jishi.social.reviews.operations import ratings

BATCH = 100
_PLAN = """
INSERT INTO reviews_request (line_id, order_code, buyer_id, product_id, title, received_at, ask_due_at,
    silent_due_at, is_silent, close_reason)
SELECT l.id, o.code, o.buyer_id, l.product_id, l.title, o.received_at, o.received_at + %(ask)s,
    o.received_at + %(silent)s, false, ''
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
WHERE o.code = %(order)s AND o.state = 'received'
  AND NOT EXISTS (SELECT 1 FROM reviews_review r WHERE r.line_id = l.id)
ON CONFLICT DO NOTHING
"""


def plan(*, order_code: str) -> int:
    """Plan to ask about every line of a received order that has no review; again changes nothing."""
    values: dict[str, Any] = {"order": order_code, "ask": rules.ASK_AFTER, "silent": rules.SILENT_AFTER}
    with connection.cursor() as cursor:
        cursor.execute(_PLAN, values)
        return int(cursor.rowcount)


def drop(*, order_code: str, at: datetime) -> None:
    """Ask nothing about an order that goes back, and count no silence about it."""
    with transaction.atomic():
        rows = Request.objects.filter(order_code=order_code, closed_at__isnull=True)
        products = list(rows.values_list("product_id", flat=True))
        rows.update(
            closed_at=at, close_reason="refunded", is_silent=False, ask_due_at=None, silent_due_at=None
        )
        if products:
            ratings.mark_due(products, at)


def ask_due(at: datetime) -> int:
    """Ask the buyers whose time has come, once per order; returns how many lines."""
    with transaction.atomic():
        due = Request.objects.select_for_update(skip_locked=True).filter(
            ask_due_at__lte=at, closed_at__isnull=True
        )
        rows = list(due.order_by("ask_due_at", "pk")[:BATCH])
        Request.objects.filter(pk__in=[row.pk for row in rows]).update(ask_due_at=None, asked_at=at)
        first = {row.order_code: row for row in reversed(rows)}
        for code, row in sorted(first.items()):
            notifications.notify(
                person_id=row.buyer_id,
                kind="review_requested",
                params={"product": row.title},
                url=f"/orders/{code}/review/",
                natural_key=f"reviews:ask:{code}",
                at=at,
            )
    return len(rows)


def count_silent(at: datetime) -> int:
    """Count deliveries about which nobody said anything for a month; returns how many are new."""
    with transaction.atomic():
        due = Request.objects.select_for_update(skip_locked=True).filter(silent_due_at__lte=at)
        rows = list(due.order_by("silent_due_at", "pk")[: BATCH * 5])
        Request.objects.filter(pk__in=[row.pk for row in rows], closed_at__isnull=True).update(
            silent_due_at=None, is_silent=True
        )
        if rows:
            ratings.mark_due([row.product_id for row in rows], at)
    return len(rows)
