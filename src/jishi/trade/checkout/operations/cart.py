"""Filling and emptying carts. A cart holds nothing back from others: stock is held when the order is
placed.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken
from jishi.trade.checkout import queries, rules
from jishi.trade.checkout.contracts import MAX_LINES, MAX_QUANTITY
from jishi.trade.checkout.errors import CartFull, NotSellable
from jishi.trade.checkout.models import Cart, CartLine

# The cart's row is locked by its own upsert, so that two additions at once both count.
_ADD = """
WITH cart AS (
    INSERT INTO checkout_cart (person_id, session_key, updated_at) VALUES (%s, %s, %s)
    ON CONFLICT ({owner}) DO UPDATE SET updated_at = excluded.updated_at
    RETURNING id
)
INSERT INTO checkout_cartline (cart_id, variant_id, quantity, selected, added_at)
SELECT cart.id, %s, %s, TRUE, %s FROM cart
ON CONFLICT (cart_id, variant_id) DO UPDATE
SET quantity = LEAST(%s, checkout_cartline.quantity + excluded.quantity), selected = TRUE
RETURNING cart_id
"""
_COUNT = "SELECT count(*) FROM checkout_cartline WHERE cart_id = %s"
_POUR = """
INSERT INTO checkout_cartline (cart_id, variant_id, quantity, selected, added_at)
SELECT %s, variant_id, quantity, selected, %s FROM unnest(%s::bigint[], %s::int[], %s::bool[])
       AS t(variant_id, quantity, selected)
ON CONFLICT (cart_id, variant_id) DO UPDATE
SET quantity = LEAST(99, checkout_cartline.quantity + excluded.quantity),
    selected = checkout_cartline.selected OR excluded.selected
"""


def add_to_cart(
    *,
    person_id: int | None = None,
    session_key: str = "",
    variant_id: int,
    quantity: int = 1,
    at: datetime | None = None,
) -> int:
    """Put some of a variant into a person's or a visitor's cart; returns how many different things it holds.

    What is there already is added to, up to the limit of a line.

    :raises InvalidQuantity: the quantity is no whole number between 1 and the limit.
    :raises NotSellable: the variant is not for sale.
    :raises CartFull: the cart has too many lines.
    """
    rules.check_quantity(quantity)
    found = catalog_queries.find_variants([variant_id], language="en").get(variant_id)
    if found is None or not found.is_sellable:
        raise NotSellable
    if person_id is None and not session_key:
        raise InvariantBroken("a cart belongs to a person or to a visitor")
    moment = clock.at_or_now(at)
    owner = "person_id" if person_id is not None else "session_key"
    key = None if person_id is not None else session_key[:64]
    values = [person_id, key, moment, variant_id, quantity, moment, MAX_QUANTITY]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ADD.format(owner=owner), values)
        cursor.execute(_COUNT, cursor.fetchone())
        count: int = cursor.fetchone()[0]
        if count > MAX_LINES:
            raise CartFull(limit=MAX_LINES)
    return count


def set_quantity(
    *, person_id: int | None = None, session_key: str = "", variant_id: int, quantity: int
) -> None:
    """Set how many of a variant a cart holds; a line that is not there stays absent.

    :raises InvalidQuantity: the quantity is no whole number between 1 and the limit.
    """
    rules.check_quantity(quantity)
    lines = queries.cart_lines(person_id=person_id, session_key=session_key)
    lines.filter(variant_id=variant_id).update(quantity=quantity)


def set_selected(
    *,
    person_id: int | None = None,
    session_key: str = "",
    variant_ids: Iterable[int] | None = None,
    selected: bool,
) -> None:
    """Mark lines (all of them without `variant_ids`) as part of the next order, or not."""
    lines = queries.cart_lines(person_id=person_id, session_key=session_key)
    if variant_ids is not None:
        lines = lines.filter(variant_id__in=list(variant_ids))
    lines.update(selected=selected)


def remove_line(*, person_id: int | None = None, session_key: str = "", variant_id: int) -> None:
    """Take a variant out of a cart."""
    lines = queries.cart_lines(person_id=person_id, session_key=session_key)
    lines.filter(variant_id=variant_id).delete()


def merge_cart(*, person_id: int, session_key: str, at: datetime | None = None) -> int:
    """At sign-in, pour what somebody chose as a visitor into their own cart; returns how many lines came
    over.

    Both carts are locked in primary-key order; the visitor's is gone afterwards, so a second call moves
    nothing. Lines that would not fit any more are left behind.
    """
    if not session_key:
        return 0
    with transaction.atomic():
        source_id = Cart.objects.filter(session_key=session_key).values_list("pk", flat=True).first()
        if source_id is None:
            return 0
        Cart.objects.bulk_create([Cart(person_id=person_id)], ignore_conflicts=True)
        target_id = Cart.objects.values_list("pk", flat=True).get(person_id=person_id)
        carts = Cart.objects.filter(pk__in=[source_id, target_id]).order_by("pk").select_for_update()
        if len(list(carts)) < 2:
            return 0
        there = set(CartLine.objects.filter(cart_id=target_id).values_list("variant_id", flat=True))
        rows = list(CartLine.objects.filter(cart_id=source_id).order_by("pk"))
        room = MAX_LINES - len(there)
        fresh = [row for row in rows if row.variant_id not in there][: max(room, 0)]
        moving = [row for row in rows if row.variant_id in there] + fresh
        _pour(
            target_id,
            [(row.variant_id, row.quantity, row.selected) for row in sorted(moving, key=lambda row: row.pk)],
            clock.at_or_now(at),
        )
        CartLine.objects.filter(cart_id=source_id).delete()
        Cart.objects.filter(pk=source_id).delete()
    return len(moving)


def forget_cart(*, person_id: int) -> None:
    """Throw a person's cart away."""
    with transaction.atomic():
        CartLine.objects.filter(cart__person_id=person_id).delete()
        Cart.objects.filter(person_id=person_id).delete()


def _pour(cart_id: int, lines: list[tuple[int, int, bool]], at: datetime) -> None:
    if not lines:
        return
    variants, quantities, selected = zip(*lines, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_POUR, [cart_id, at, list(variants), list(quantities), list(selected)])
