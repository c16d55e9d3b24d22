"""Opening items shortly before their slot, keeping their frozen price true, closing them, giving units back.

An item is priced once per quantity by the engine itself when it opens. Whoever sells in batches compares
that price with the list again under the lock of every batch; the sweep here makes it new when the list has
changed.
"""

from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.inventory import operations as inventory
from jishi.goods.pricing.contracts import PriceLine
from jishi.kernel import audit, clock, outbox, policy
from jishi.kernel.errors import DomainError
from jishi.kernel.text import LANGUAGES
from jishi.promotions.flash_sales import rules
from jishi.promotions.flash_sales.contracts import ItemState
from jishi.promotions.flash_sales.errors import NotPossibleNow
from jishi.promotions.flash_sales.events import ItemClosed, ItemOpened
from jishi.promotions.flash_sales.models import LIVE_ITEMS, Item
from jishi.promotions.flash_sales.operations import locked
from jishi.promotions.gates import queries as gate_queries
from jishi.trade.checkout import queries as checkout_queries

BATCH = 200
CHANNEL = "flash"
MAX_UNPAID_ORDERS = 5  # as in an ordinary checkout

log = structlog.get_logger("flash")


def open_due(at: datetime) -> int:
    """Price and open the approved items whose slot begins in a moment; a sweep."""
    due = Item.objects.filter(
        state=ItemState.APPROVED,
        slot__stopped_at=None,
        slot__starts_at__lte=at + rules.OPEN_BEFORE,
        slot__ends_at__gt=at,
    )
    return sum(_open(code, at) for code in due.order_by("pk").values_list("code", flat=True)[:BATCH])


def reprice_open(at: datetime) -> int:
    """Price open items again whose terms are not what the engine says now; returns how many changed."""
    rows = Item.objects.filter(state=ItemState.OPEN, slot__ends_at__gt=at)
    return sum(_reprice(code, at) for code in rows.order_by("pk").values_list("code", flat=True)[:BATCH])


def close_due(at: datetime) -> int:
    """Close items whose slot is over, and enrolments nobody decided in time; a sweep."""
    due = Item.objects.filter(Q(slot__ends_at__lte=at) | Q(slot__stopped_at__isnull=False))
    codes = due.filter(state__in=LIVE_ITEMS).order_by("pk").values_list("code", flat=True)[:BATCH]
    return sum(close(code, reason="", at=at) for code in codes)


def stop_item(*, item_code: str, by: int | None, reason: str, at: datetime | None = None) -> None:
    """End the sale of one item now. Units that people have already stay theirs to pay.

    :raises ItemNotFound: there is no such item.
    :raises NotPossibleNow: it is neither approved nor on sale.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        item = locked.item(item_code)
        if item.state not in (ItemState.APPROVED, ItemState.OPEN):
            raise NotPossibleNow
        audit.record(
            actor_id=by,
            action="flash.stop_item",
            subject=f"flash:{item.code}",
            detail={"reason": reason[:200]},
        )
        _close(item, reason=reason or "stopped", at=now)


def close(item_code: str, *, reason: str, at: datetime) -> bool:
    """Close an item if it is not closed yet; free units go back to the ordinary shelf."""
    with transaction.atomic():
        item = locked.item(item_code)
        if item.state not in LIVE_ITEMS:
            return False
        if item.state == ItemState.APPLIED:
            item.state, item.decided_at, item.reason = ItemState.REFUSED, at, reason[:200] or "too_late"
            item.save(update_fields=["state", "decided_at", "reason"])
        else:
            _close(item, reason=reason, at=at)
    return True


def make_terms(item: Item, *, at: datetime) -> dict[str, Any] | None:
    """Ask the pricing engine for every quantity a person may have; None when it does not give the price.

    :raises DomainError: the goods cannot be sold at all now.
    """
    moment = max(at, item.slot.starts_at)
    quotes = {}
    for quantity in range(1, item.limit_per_person + 1):
        priced = checkout_queries.price(
            buyer_id=None,
            lines=(PriceLine(key="flash", variant_id=item.variant_id, quantity=quantity),),
            address=None,
            deliveries={},
            tokens={"flash": item.code},
            channel=CHANNEL,
            language=LANGUAGES[0],
            at=moment,
        )
        quotes[quantity] = priced.quote
    views = {
        language: catalog_queries.find_variants([item.variant_id], language=language)[item.variant_id]
        for language in LANGUAGES
    }
    return rules.terms(
        quotes,
        titles={language: (view.product_title, view.options) for language, view in views.items()},
        delivery_code=priced.deliveries[item.shop_id],
        commission_bps=priced.shops[item.shop_id].commission_bps,
        pay_within_s=pay_within_s(),
        most_unpaid=int(policy.pack().get("checkout.max_unpaid_orders", MAX_UNPAID_ORDERS)),
    )


def pay_within_s() -> int:
    """Return how long an unpaid unit is kept for its buyer."""
    return min(int(settings.JISHI_PAYMENT_WINDOW_S), rules.PAY_WITHIN_S)


def _open(item_code: str, at: datetime) -> bool:
    with transaction.atomic():
        item = locked.item(item_code)
        if item.state != ItemState.APPROVED:
            return False
        # The engine asks the rule of this domain, which gives the price of open items only.
        item.state, item.opened_at = ItemState.OPEN, at
        item.save(update_fields=["state", "opened_at"])
        terms = _terms_or_none(item, at)
        if terms is None:
            _close(item, reason="price", at=at)
            return True
        item.terms = _kept(item, terms)
        item.save(update_fields=["terms"])
        outbox.publish(ItemOpened(**locked.facts(item), at=at))
    return True


def _reprice(item_code: str, at: datetime) -> bool:
    with transaction.atomic():
        item = locked.item(item_code)
        if item.state != ItemState.OPEN:
            return False
        terms = _terms_or_none(item, at)
        if terms is None:
            _close(item, reason="price", at=at)
            return True
        if _kept(item, terms) == item.terms:
            return False
        item.terms = _kept(item, terms)
        item.save(update_fields=["terms"])
    return True


def _kept(item: Item, terms: dict[str, Any]) -> dict[str, Any]:
    """The terms by which batches are sold: none for an item with a gate, which only the checkout can ask."""
    return {} if gate_queries.find(rules.gate_of(item.code)) else terms


def _terms_or_none(item: Item, at: datetime) -> dict[str, Any] | None:
    try:
        return make_terms(item, at=at)
    except DomainError as refusal:
        log.warning("flash.not_priced", item=item.code, code=refusal.code)
        return None


def _close(item: Item, *, reason: str, at: datetime) -> None:
    inventory.release(reference=rules.earmark_of(item.code), at=at)
    item.state, item.closed_at, item.reason = ItemState.CLOSED, at, reason[:200]
    item.back += item.available
    item.available = 0
    item.save(update_fields=["state", "closed_at", "reason", "back", "available"])
    outbox.publish(ItemClosed(**locked.facts(item), at=at, reason=item.reason))
