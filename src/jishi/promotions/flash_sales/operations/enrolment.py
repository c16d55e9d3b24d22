"""Shops enrol variants for a slot; operators approve, which sets the units aside, or refuse and say why."""

from datetime import datetime

from django.db import IntegrityError, transaction

from jishi.goods.inventory import operations as inventory
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import audit, clock, outbox
from jishi.promotions.flash_sales import queries, rules
from jishi.promotions.flash_sales.contracts import ItemState, Wish
from jishi.promotions.flash_sales.errors import (
    AlreadyEnrolled,
    EnrolmentClosed,
    ItemNotFound,
    NotPossibleNow,
    PriceTooHigh,
    ReasonMissing,
    SlotNotFound,
)
from jishi.promotions.flash_sales.events import ItemDecided
from jishi.promotions.flash_sales.models import Item, Slot
from jishi.promotions.flash_sales.operations import locked
from jishi.promotions.gates import operations as gates


def enrol(*, shop_id: int, wish: Wish, at: datetime | None = None) -> str:
    """Ask for a place in a slot; returns the item's code. Nothing is set aside before an operator approves.

    :raises SlotNotFound: there is no such slot.
    :raises EnrolmentClosed: it takes none any more.
    :raises ItemNotFound: the variant is not this shop's, or has no price.
    :raises WishInvalid: / PriceTooHigh: the numbers make no sense.
    :raises AlreadyEnrolled: the variant is enrolled for that time.
    :raises GateInvalid: / AudienceNotAgreed: whom it is for, or its limits, cannot be.
    """
    now = clock.at_or_now(at)
    slot = Slot.objects.filter(code=wish.slot_code).first()
    if slot is None:
        raise SlotNotFound
    if slot.stopped_at is not None or now >= slot.enrol_until:
        raise EnrolmentClosed
    variant, price = queries.priced_variant(shop_id, wish.variant_id)
    rules.check_wish(wish, list_minor=price.amount_minor)
    if queries.is_enrolled(wish.variant_id, starts_at=slot.starts_at, ends_at=slot.ends_at):
        raise AlreadyEnrolled
    try:
        with transaction.atomic():
            item = Item.objects.create(
                slot=slot,
                shop_id=shop_id,
                product_id=variant.product_id,
                variant_id=wish.variant_id,
                currency=price.currency,
                price_minor=wish.price_minor,
                list_minor=price.amount_minor,
                cost_minor=wish.cost_minor,
                allocation=wish.allocation,
                limit_per_person=wish.limit_per_person,
                applied_at=now,
            )
            gates.set_gate(subject=rules.gate_of(item.code), shop_id=shop_id, wish=wish.gate, at=now)
    except IntegrityError:
        raise AlreadyEnrolled from None
    return item.code


def withdraw(*, item_code: str, shop_id: int, at: datetime | None = None) -> None:
    """Take an enrolment back before its slot is opened; units that were set aside are free again.

    :raises ItemNotFound: the shop has no such item.
    :raises NotPossibleNow: it is on sale, or over.
    """
    with transaction.atomic():
        item = locked.item(item_code)
        if item.shop_id != shop_id:
            raise ItemNotFound
        if item.state == ItemState.WITHDRAWN:
            return
        if item.state not in (ItemState.APPLIED, ItemState.APPROVED):
            raise NotPossibleNow
        if item.state == ItemState.APPROVED:
            inventory.release(reference=rules.earmark_of(item.code), at=at)
        item.state, item.closed_at = ItemState.WITHDRAWN, clock.at_or_now(at)
        item.available = 0
        item.save(update_fields=["state", "closed_at", "available"])


def approve(*, item_code: str, by: int | None, at: datetime | None = None) -> None:
    """Give an item its place: the allocation is taken from the shelf under its lock.

    :raises ItemNotFound: there is no such item.
    :raises NotPossibleNow: it was decided, withdrawn, or its slot is over.
    :raises PriceTooHigh: the ordinary price fell below the flash price meanwhile.
    :raises OutOfStock: no shelf has so many free units; nothing changed.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        item = locked.item(item_code)
        if item.state == ItemState.APPROVED:
            return
        if item.state != ItemState.APPLIED or item.slot.stopped_at is not None or now >= item.slot.ends_at:
            raise NotPossibleNow
        prices = pricing_queries.list_prices([item.variant_id], item.currency)
        if item.variant_id not in prices or item.price_minor >= prices[item.variant_id].amount_minor:
            raise PriceTooHigh
        inventory.earmark(
            reference=rules.earmark_of(item.code),
            variant_id=item.variant_id,
            quantity=item.allocation,
            expires_at=item.slot.ends_at + rules.EARMARK_GRACE,
            at=now,
        )
        item.state, item.decided_at, item.available = ItemState.APPROVED, now, item.allocation
        item.save(update_fields=["state", "decided_at", "available"])
        _decided(item, by=by, at=now)


def refuse(*, item_code: str, by: int | None, reason: str, at: datetime | None = None) -> None:
    """Turn an enrolment down and say why.

    :raises ItemNotFound: there is no such item.
    :raises ReasonMissing: the shop would not learn why.
    :raises NotPossibleNow: it was decided or withdrawn.
    """
    if not reason.strip():
        raise ReasonMissing
    now = clock.at_or_now(at)
    with transaction.atomic():
        item = locked.item(item_code)
        if item.state != ItemState.APPLIED:
            raise NotPossibleNow
        item.state, item.decided_at, item.reason = ItemState.REFUSED, now, reason.strip()[:200]
        item.save(update_fields=["state", "decided_at", "reason"])
        _decided(item, by=by, at=now)


def _decided(item: Item, *, by: int | None, at: datetime) -> None:
    is_approved = item.state == ItemState.APPROVED
    action = "flash.approve" if is_approved else "flash.refuse"
    audit.record(actor_id=by, action=action, subject=f"flash:{item.code}")
    outbox.publish(ItemDecided(**locked.facts(item), at=at, is_approved=is_approved, reason=item.reason))
