"""Placing: from a quote the buyer has seen to orders, held stock, held prices and one payment, or to nothing.

Invariant: one buyer and one checkout key make at most one checkout, for ever. The buyer's own placements
queue behind an advisory lock, so that a double click waits for the first and returns its result; the unique
constraint on (buyer, checkout_key) keeps this true even without the lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from jishi.goods.inventory import operations as inventory
from jishi.goods.pricing import operations as pricing
from jishi.goods.pricing.contracts import PriceLine, Quote
from jishi.kernel import clock, ids, locks, policy
from jishi.kernel.money import Money
from jishi.money.payments import operations as payments
from jishi.money.payments.contracts import Allocation
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import AddressView
from jishi.trade.checkout import ports, queries, rules
from jishi.trade.checkout.contracts import GuardRequest, PickupPlace, Placed
from jishi.trade.checkout.errors import AddressMissing, CheckoutKeyReused, QuoteChanged, TooManyUnpaid
from jishi.trade.checkout.operations import payment
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import AddressSnapshot

HOLD_GRACE = timedelta(minutes=5)
"""How much longer stock is held than there is time to pay: the orders' own expiry comes first and releases
it.
"""

MAX_UNPAID_ORDERS = 5

# Written out, as everything here runs for every order.
_EARLIER = """
SELECT code, digest, pay_by_at, total_minor, currency FROM checkout_checkout
WHERE buyer_id = %s AND checkout_key = %s
"""
_SELECTED = """
SELECT l.id, l.variant_id, l.quantity FROM checkout_cart c JOIN checkout_cartline l ON l.cart_id = c.id
WHERE c.person_id = %s AND l.selected ORDER BY l.id FOR UPDATE OF l
"""
_EMPTY = "DELETE FROM checkout_cartline WHERE id = ANY(%s)"
_INSERT = """
INSERT INTO checkout_checkout (
    code, buyer_id, checkout_key, digest, fingerprint, currency, total_minor, channel, placed_at, pay_by_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the buyer asked for; fixed from the first line of `place` on."""

    buyer_id: int
    lines: Sequence[PriceLine] | None
    address_id: int | None
    pickup: PickupPlace | None
    deliveries: Mapping[int, str]
    tokens: Mapping[str, str]
    share_code: str
    fingerprint: str
    checkout_key: str
    channel: str
    language: str
    at: datetime

    @property
    def digest(self) -> str:
        where = self.pickup.code if self.pickup else self.address_id
        return rules.digest(
            fingerprint=self.fingerprint,
            lines=self.lines,
            where=where,
            deliveries=self.deliveries,
            tokens=self.tokens,
        )


def place(
    *,
    buyer_id: int,
    lines: Sequence[PriceLine] | None = None,
    address_id: int | None,
    deliveries: Mapping[int, str] | None = None,
    tokens: Mapping[str, str] | None = None,
    pickup: PickupPlace | None = None,
    share_code: str = "",
    fingerprint: str,
    checkout_key: str,
    channel: str = "web",
    language: str,
    at: datetime | None = None,
) -> Placed:
    """Place one order per shop over these lines (the selected cart lines without any) and open their payment.

    All of it happens or nothing. Repeating the call with the same key and content returns the first result.
    With a place to collect at, no address is needed.

    :raises QuoteChanged: the price is not the one with this fingerprint; carries the new one.
    :raises CartEmpty: there is nothing to order.
    :raises InvalidQuantity: a quantity cannot be ordered.
    :raises NotSellable: a variant is not for sale.
    :raises AddressMissing: no address was chosen.
    :raises DeliveryUnknown: a shop does not offer the chosen way.
    :raises TooManyUnpaid: the buyer keeps too many orders unpaid.
    :raises CheckoutKeyInvalid: the key is too short or too long.
    :raises CheckoutKeyReused: the key belongs to a checkout with another content.
    :raises OutOfStock: somebody else was faster.
    """
    rules.check_key(checkout_key)
    if lines is not None:
        rules.check_lines(lines)
    if address_id is None and pickup is None:
        raise AddressMissing
    wish = _Wish(
        buyer_id=buyer_id,
        lines=lines,
        address_id=address_id,
        pickup=pickup,
        deliveries=deliveries or {},
        tokens=tokens or {},
        share_code=share_code,
        fingerprint=fingerprint,
        checkout_key=checkout_key,
        channel=channel,
        language=language,
        at=clock.at_or_now(at),
    )
    with transaction.atomic():
        locks.advisory("checkout", buyer_id)
        earlier = _find_earlier(wish)
        return earlier or _place_first(wish)


def _find_earlier(wish: _Wish) -> Placed | None:
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [wish.buyer_id, wish.checkout_key])
        row = cursor.fetchone()
    if row is None:
        return None
    checkout_code, digest, pay_by_at, total_minor, currency = row
    if digest != wish.digest:
        raise CheckoutKeyReused(checkout_code=checkout_code)
    placed = order_queries.list_orders_of_checkout(checkout_code, viewer_id=None)
    return Placed(
        checkout_code=checkout_code,
        intent_code=next((order.intent_code for order in placed if order.intent_code), ""),
        order_codes=tuple(order.code for order in placed),
        pay_by_at=pay_by_at,
        total_minor=total_minor,
        currency=currency,
        replayed=True,
    )


def _place_first(wish: _Wish) -> Placed:
    _check_unpaid(wish.buyer_id)
    from_cart: list[int] = []
    lines = wish.lines
    if lines is None:
        from_cart, lines = _take_from_cart(wish.buyer_id)
    address = _address(wish)
    priced = queries.price(
        buyer_id=wish.buyer_id,
        lines=lines,
        address=None if wish.pickup else address,
        deliveries=wish.deliveries,
        tokens=wish.tokens,
        pickup=wish.pickup,
        channel=wish.channel,
        language=wish.language,
        at=wish.at,
    )
    quote = priced.quote
    if quote.fingerprint != wish.fingerprint:
        raise QuoteChanged(
            fingerprint=quote.fingerprint, total_minor=quote.total_minor, currency=quote.currency
        )
    ports.check(_guard_request(wish, quote))
    pay_by_at = wish.at + timedelta(seconds=settings.JISHI_PAYMENT_WINDOW_S)
    placed = Placed(
        checkout_code=ids.new_code(),
        intent_code="",
        order_codes=tuple(ids.new_code() for _ in quote.shops),
        pay_by_at=pay_by_at,
        total_minor=quote.total_minor,
        currency=quote.currency,
    )
    placed = _write(wish, priced, placed, rules.snapshot(address))
    if from_cart:
        with connection.cursor() as cursor:
            cursor.execute(_EMPTY, [from_cart])
    if not quote.total_minor:
        payment.accept_free(placed.order_codes, at=wish.at)
    return placed


def _address(wish: _Wish) -> AddressView:
    if wish.pickup is not None:
        return wish.pickup.address
    if wish.address_id is None:
        raise AddressMissing
    return account_queries.get_address(wish.buyer_id, wish.address_id)


def _take_from_cart(buyer_id: int) -> tuple[list[int], tuple[PriceLine, ...]]:
    """Lock the selected lines, so that a second checkout cannot order them too."""
    with connection.cursor() as cursor:
        cursor.execute(_SELECTED, [buyer_id])
        rows = cursor.fetchall()
    chosen = [queries.CartRow(variant_id, quantity, selected=True) for _, variant_id, quantity in rows]
    return [row[0] for row in rows], queries.selected_lines(chosen)


def _check_unpaid(buyer_id: int) -> None:
    """Keep one identity from locking up stock with orders it never pays. Exact, as placements of a buyer
    queue.
    """
    limit = policy.pack().get("checkout.max_unpaid_orders", MAX_UNPAID_ORDERS)
    unpaid = order_queries.count_unpaid(buyer_id)
    if unpaid >= limit:
        raise TooManyUnpaid(unpaid=unpaid, limit=limit)


def _guard_request(wish: _Wish, quote: Quote) -> GuardRequest:
    return GuardRequest(
        buyer_id=wish.buyer_id,
        channel=wish.channel,
        total_minor=quote.total_minor,
        currency=quote.currency,
        shop_ids=tuple(shop.shop_id for shop in rules.shops_in_order(quote)),
        tokens=wish.tokens,
        share_code=wish.share_code,
        at=wish.at,
    )


def _write(wish: _Wish, priced: queries.Priced, placed: Placed, address: AddressSnapshot) -> Placed:
    """Hold and write everything, in the global order of locks: price holds > stock > the payment's row."""
    quote, shops = priced.quote, rules.shops_in_order(priced.quote)
    codes = {shop.shop_id: code for shop, code in zip(shops, placed.order_codes, strict=True)}
    hold_until = placed.pay_by_at + HOLD_GRACE
    _write_checkout(wish, placed)
    for shop in shops:
        adjustments = rules.adjustments_of(quote, shop.shop_id)
        if adjustments:
            pricing.hold_adjustments(
                adjustments=adjustments,
                hold_key=codes[shop.shop_id],
                buyer_id=wish.buyer_id,
                expires_at=placed.pay_by_at,
                at=wish.at,
            )
    for shop in shops:
        adjustments = rules.adjustments_of(quote, shop.shop_id)
        if adjustments and pricing.brings_goods({made.rule for made in adjustments}):
            continue
        inventory.hold(
            reference=codes[shop.shop_id],
            lines=rules.demand_of(quote, shop),
            expires_at=hold_until,
            adds=bool(adjustments),
            at=wish.at,
        )
    placed = replace(placed, intent_code=_open_intent(wish, quote, codes, placed))
    drafts = rules.drafts(
        quote,
        codes=codes,
        checkout_code=placed.checkout_code,
        intent_code=placed.intent_code,
        buyer_id=wish.buyer_id,
        address=address,
        deliveries=priced.deliveries,
        commission_bps={shop.id: shop.commission_bps for shop in priced.shops.values()},
        tokens=wish.tokens,
        share_code=wish.share_code,
        channel=wish.channel,
        pay_by_at=placed.pay_by_at,
    )
    orders.create_many(drafts, at=wish.at)
    return placed


def _open_intent(wish: _Wish, quote: Quote, codes: Mapping[int, str], placed: Placed) -> str:
    """Open one payment over all shops' orders; nothing to pay needs none."""
    if not quote.total_minor:
        return ""
    intent = payments.open_intent(
        buyer_id=wish.buyer_id,
        amount=Money(quote.total_minor, quote.currency),
        allocations=[
            Allocation(codes[shop.shop_id], shop.total_minor) for shop in rules.shops_in_order(quote)
        ],
        natural_key=f"checkout:{placed.checkout_code}",
        expires_at=placed.pay_by_at,
        at=wish.at,
    )
    return intent.code


def _write_checkout(wish: _Wish, placed: Placed) -> None:
    values: list[str | int | datetime] = [
        placed.checkout_code,
        wish.buyer_id,
        wish.checkout_key,
        wish.digest,
        wish.fingerprint,
        placed.currency,
        placed.total_minor,
        wish.channel,
        wish.at,
        placed.pay_by_at,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
