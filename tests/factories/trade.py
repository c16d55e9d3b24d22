"""Buyers, checkouts, payments and refunds for tests, made through the operations."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

from tests.factories import goods

from jishi.goods.merchants.contracts import ShopView
from jishi.goods.pricing.contracts import PriceLine, Quote
from jishi.kernel import ids
from jishi.kernel.errors import Unavailable
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.money.payments.contracts import IntentView
from jishi.money.payments.events import PaymentCaptured, RefundCompleted
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as account_queries
from jishi.trade.checkout import handlers, rules
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout import queries as checkout_queries
from jishi.trade.checkout.contracts import CheckoutQuote, Placed
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import AddressSnapshot, OrderDraft, OrderView

NOON = goods.NOON
_number = count(1)


@dataclass(frozen=True)
class Buyer:
    """Somebody with an address."""

    id: int
    address_id: int


@dataclass(frozen=True)
class Scene:
    """A buyer, a shop, and one product of it."""

    buyer: Buyer
    shop: ShopView
    variant_id: int
    product_id: int


def buyer() -> Buyer:
    """Register somebody who can order."""
    number = next(_number)
    person = accounts.register(nickname=f"买家{number}", email=f"buyer-{number}-{uuid4().hex}@example.org")
    address = accounts.save_address(
        person_id=person.id,
        recipient="王小柿",
        phone="13800138000",
        region="浙江省",
        city="杭州市",
        district="西湖区",
        line="文三路 1 号",
    )
    return Buyer(person.id, address.id)


def scene(*, price: int = 1000, stock: int = 10, **terms: object) -> Scene:
    """Open a shop with one product on sale, and register a buyer."""
    shop = goods.open_shop(**terms)  # type: ignore[arg-type]
    saved = goods.offer(shop, prices=(price,), stock=stock)
    return Scene(buyer(), shop, saved.variant_ids[0], saved.product_id)


def lines(*wanted: tuple[int, int]) -> tuple[PriceLine, ...]:
    """Return (variant, quantity) pairs as lines to price."""
    return tuple(
        PriceLine(key=f"{place}", variant_id=variant_id, quantity=quantity)
        for place, (variant_id, quantity) in enumerate(wanted)
    )


def quote(
    who: Buyer,
    wanted: Sequence[PriceLine] | None,
    *,
    tokens: Mapping[str, str] | None = None,
    deliveries: Mapping[int, str] | None = None,
    at: datetime = NOON,
) -> CheckoutQuote:
    """Quote as the checkout page would."""
    return checkout_queries.quote(
        buyer_id=who.id,
        lines=wanted,
        address=account_queries.get_address(who.id, who.address_id),
        tokens=tokens,
        deliveries=deliveries,
        language="zh-hans",
        at=at,
    )


def place(
    who: Buyer,
    *wanted: tuple[int, int],
    key: str = "",
    tokens: Mapping[str, str] | None = None,
    deliveries: Mapping[int, str] | None = None,
    fingerprint: str = "",
    share_code: str = "",
    at: datetime = NOON,
) -> Placed:
    """Quote and place (variant, quantity) pairs; without any, the selected cart lines."""
    chosen = lines(*wanted) if wanted else None
    seen = fingerprint or quote(who, chosen, tokens=tokens, deliveries=deliveries, at=at).quote.fingerprint
    return checkout.place(
        buyer_id=who.id,
        lines=chosen,
        address_id=who.address_id,
        deliveries=deliveries,
        tokens=tokens,
        share_code=share_code,
        fingerprint=seen,
        checkout_key=key or uuid4().hex,
        language="zh-hans",
        at=at,
    )


def pay(placed: Placed, *, at: datetime = NOON + timedelta(minutes=1)) -> None:
    """Have the payment captured and tell trade of it."""
    capture(placed.intent_code, at=at)
    tell_captured(placed.intent_code)


def capture(intent_code: str, *, at: datetime = NOON + timedelta(minutes=1)) -> IntentView:
    """Have the payment captured, without trade hearing of it yet."""
    return payments.record_paid(intent_code=intent_code, paid_at=at, at=at)


def tell_captured(intent_code: str) -> None:
    """Deliver the fact that a payment was captured, again where somebody was busy, as the relay does."""
    for _ in range(5):
        try:
            return _tell_captured(intent_code)
        except Unavailable:
            time.sleep(0.2)
    raise TimeoutError("somebody is busy for too long")


def _tell_captured(intent_code: str) -> None:
    intent = payment_queries.get_intent(intent_code)
    assert intent.captured_at is not None
    handlers.on_payment_captured(
        PaymentCaptured(
            intent_code=intent.code,
            attempt_code="",
            currency=intent.currency,
            amount_minor=intent.amount_minor,
            paid_at=intent.captured_at,
            buyer_id=intent.buyer_id,
            allocations=[[part.order_code, part.amount_minor] for part in intent.allocations],
        )
    )


def finish_refunds(*order_codes: str, at: datetime = NOON + timedelta(days=3650)) -> None:
    """Have the provider send what is due back, and tell trade of it."""
    payments.send_refunds(at)
    for order_code in order_codes:
        for refund in payment_queries.list_refunds(order_code):
            assert refund.completed_at is not None, refund
            handlers.on_refund_completed(
                RefundCompleted(
                    refund_code=refund.code,
                    intent_code=refund.intent_code,
                    order_code=refund.order_code,
                    currency=refund.currency,
                    amount_minor=refund.amount_minor,
                    natural_key=refund.natural_key,
                    buyer_id=0,
                    at=refund.completed_at,
                )
            )


def order(order_code: str) -> OrderView:
    """Return an order as the house sees it."""
    return order_queries.get_order(order_code, viewer_id=None)


def state(order_code: str) -> str:
    """Return where an order stands."""
    return order(order_code).state


def checkout_placed(order_code: str) -> Placed:
    """Return what placing said about the checkout of an order."""
    view = order(order_code)
    siblings = order_queries.list_orders_of_checkout(view.checkout_code, viewer_id=None)
    return Placed(
        checkout_code=view.checkout_code,
        intent_code=view.intent_code,
        order_codes=tuple(one.code for one in siblings),
        pay_by_at=view.pay_by_at,
        total_minor=sum(one.total_minor for one in siblings),
        currency=view.currency,
    )


def drafts(seen: Quote, who: Buyer) -> list[OrderDraft]:
    """Return a quote as drafts of orders."""
    return rules.drafts(
        seen,
        codes={shop.shop_id: ids.new_code() for shop in seen.shops},
        checkout_code=ids.new_code(),
        intent_code="",
        buyer_id=who.id,
        address=AddressSnapshot(),
        deliveries={},
        commission_bps={shop.shop_id: 500 for shop in seen.shops},
        tokens={},
        share_code="",
        channel="import",
        pay_by_at=NOON,
    )
