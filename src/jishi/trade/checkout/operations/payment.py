"""Money arrived: each order of the payment becomes paid, or its part goes back to the buyer. Never both.

An order that still waits, or that expired before its money came, is accepted if its price and its goods can
be had: then stock is committed, price rules settle, the order is paid and escrow holds the money, all or
nothing. Otherwise its part of the payment is refunded, and the order stays or becomes closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from jishi.goods.inventory import operations as inventory
from jishi.goods.pricing import operations as pricing
from jishi.kernel import clock, policy
from jishi.kernel.errors import DomainError, Unavailable
from jishi.kernel.money import Money
from jishi.money.escrow import operations as escrow
from jishi.money.escrow.contracts import HoldRow
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.money.payments.contracts import RefundState
from jishi.trade.checkout import ports, rules
from jishi.trade.orders import operations as orders
from jishi.trade.orders.contracts import OrderHandle, OrderState

log = structlog.get_logger("checkout")

LATE_PAYMENT = "revive"
"""What happens to money for an expired order: "revive" it if it can be had, or always "refund"."""


@dataclass(frozen=True, slots=True)
class _SendBack:
    """A part of a payment that goes back, and the natural key under which it is asked for once."""

    order_code: str
    amount_minor: int
    reason: str
    natural_key: str


def apply_payment(
    *,
    intent_code: str,
    allocations: Mapping[str, int],
    paid_at: datetime,
    at: datetime | None = None,
) -> None:
    """Apply a captured payment to its orders. Doing so again changes nothing.

    What price rules hold is locked before stock, and the books come last, in one go: money into escrow, then
    money going back.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        found = orders.lock(order_codes=list(allocations))
        outcomes = [
            _apply(order, intent_code, allocations[order.code], paid_at=paid_at, at=now)
            for order in sorted(found, key=lambda order: not order.rules)
        ]
        holds = [one for one in outcomes if isinstance(one, HoldRow)]
        if holds:
            escrow.hold_batch(holds, at=now)
        for back in outcomes:
            if isinstance(back, _SendBack):
                payments.request_refund(
                    intent_code=intent_code,
                    order_code=back.order_code,
                    amount_minor=back.amount_minor,
                    reason=back.reason,
                    natural_key=back.natural_key,
                    at=now,
                )


def apply_refund(*, intent_code: str, order_code: str, amount_minor: int, at: datetime | None = None) -> None:
    """Money arrived back at the buyer: an order whose whole money is back by this is refunded."""
    with transaction.atomic():
        found = orders.lock(order_codes=[order_code])
        if not found:
            return
        # A part may have gone back before: what counts is all of this payment together.
        back = sum(
            refund.amount_minor
            for refund in payment_queries.list_refunds(order_code)
            if refund.intent_code == intent_code and refund.state == RefundState.SUCCEEDED
        )
        if max(amount_minor, back) >= found[0].total_minor:
            orders.mark_refunded(order_code=order_code, intent_code=intent_code, at=at)


def accept_free(order_codes: Sequence[str], *, at: datetime) -> None:
    """Accept orders that cost nothing; there is no payment to wait for."""
    for order in orders.lock(order_codes=order_codes):
        _secure(order, paid_at=at, at=at)
        orders.mark_paid(order_code=order.code, paid_at=at, at=at)


def _apply(
    order: OrderHandle, intent_code: str, amount_minor: int, *, paid_at: datetime, at: datetime
) -> HoldRow | _SendBack | None:
    """Decide about one order and write what concerns it; say what is to be done with its money."""
    if order.intent_code != intent_code or order.total_minor != amount_minor:
        # The order was given another payment meanwhile (its price changed, or a sibling was cancelled).
        return _back(order, amount_minor, f"superseded:{intent_code}", "superseded")
    if order.state == OrderState.AWAITING_PAYMENT:
        refusal = _accept(order, paid_at=paid_at, at=at)
        if not refusal:
            return _held(order, intent_code)
        orders.refuse_payment(order_code=order.code, reason=refusal, at=at)
        return _back(order, amount_minor, "late", refusal)
    if order.state == OrderState.EXPIRED:
        if payment_queries.list_refunds(order.code):
            return None  # its money is on its way back; there is no reviving
        refusal = _revive(order, paid_at=paid_at, at=at)
        return _back(order, amount_minor, "late", refusal) if refusal else _held(order, intent_code)
    if order.state == OrderState.CANCELLED:
        return _back(order, amount_minor, "late", "cancelled")
    return None


def _revive(order: OrderHandle, *, paid_at: datetime, at: datetime) -> str | None:
    """Make an expired order paid if the house wants that and it can be had; returns why not, or None."""
    if policy.pack().get("checkout.late_payment", LATE_PAYMENT) != "revive":
        return "late"
    return _accept(order, paid_at=paid_at, at=at)


def _accept(order: OrderHandle, *, paid_at: datetime, at: datetime) -> str | None:
    """Make an order paid; returns why that cannot be, with nothing changed, or None."""
    try:
        with transaction.atomic():
            _secure(order, paid_at=paid_at, at=at)
    except Unavailable:
        raise  # busy is no answer: the fact is delivered again
    except DomainError as refusal:
        log.info("payment.refused", order=order.code, state=order.state, code=refusal.code)
        return refusal.code
    orders.mark_paid(order_code=order.code, paid_at=paid_at, at=at)
    return None


def _held(order: OrderHandle, intent_code: str) -> HoldRow | None:
    if not order.total_minor:
        return None
    amount = Money(order.total_minor, order.currency)
    return HoldRow(order.code, intent_code, amount, rules.splits(order, others=ports.shares_of(order)))


def _back(order: OrderHandle, amount_minor: int, kind: str, reason: str) -> _SendBack | None:
    if not amount_minor:
        return None
    return _SendBack(order.code, amount_minor, reason, f"{kind}:{order.code}")


def _secure(order: OrderHandle, *, paid_at: datetime, at: datetime) -> None:
    """Settle the price and commit the goods, in the order of locks. Stock that lapsed is taken anew if it is
    there.

    :raises DomainError: the price or the goods cannot be had any more.
    """
    if order.rules:
        pricing.settle_adjustments(rule_codes=order.rules, hold_key=order.code, paid_at=paid_at, at=at)
    if not pricing.brings_goods(order.rules):
        inventory.commit(reference=order.code, at=at)
