"""A claim's life: held when its order is placed, paid, released when it is not paid, refunded.

The rush lane writes the first step in batches (`settle.py`); everything after it is written here, whichever
way the claim was born. Units change hands with the inventory under the lock of the item row.
"""

from datetime import datetime

from django.db import transaction

from jishi.goods.inventory import operations as inventory
from jishi.kernel import clock, outbox
from jishi.promotions.flash_sales import rules
from jishi.promotions.flash_sales.contracts import ClaimState, ItemState, SlotPhase
from jishi.promotions.flash_sales.errors import (
    AlreadyYours,
    ClaimGone,
    FlashSoldOut,
    NotStarted,
    SaleEnded,
    TooManyUnits,
)
from jishi.promotions.flash_sales.events import UnitsReturned
from jishi.promotions.flash_sales.models import LIVE_CLAIMS, Claim, Item
from jishi.promotions.flash_sales.operations import locked
from jishi.promotions.gates import operations as gates


def hold(
    *,
    item_code: str,
    order_code: str,
    person_id: int,
    quantity: int,
    expires_at: datetime,
    household: str = "",
    at: datetime | None = None,
) -> None:
    """Give a person units of an item for an order that waits for payment.

    :raises ItemNotFound: there is no such item.
    :raises NotStarted: / SaleEnded: it is not on sale now.
    :raises TooManyUnits: the limit per person is lower.
    :raises AlreadyYours: the person has some already.
    :raises FlashSoldOut: fewer units are free.
    :raises DomainError: the gate of the item lets nobody through, see `gates.take`.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        item = locked.item(item_code)
        if Claim.objects.filter(order_code=order_code).exists():
            return
        check(item, person_id=person_id, quantity=quantity, at=now)
        Claim.objects.create(
            item=item, person_id=person_id, order_code=order_code, quantity=quantity, claimed_at=now
        )
        gates.take(
            subject=rules.gate_of(item.code),
            reference=order_code,
            person_id=person_id,
            units=quantity,
            household=household,
            at=now,
        )
        item.available -= quantity
        item.held += quantity
        item.save(update_fields=["available", "held"])
        handed = inventory.hand_over(
            source=rules.earmark_of(item.code),
            target=order_code,
            quantity=quantity,
            expires_at=expires_at + rules.HOLD_GRACE,
            at=now,
        )
        if not handed:
            raise FlashSoldOut(held=item.held)


def check(item: Item, *, person_id: int | None, quantity: int, at: datetime) -> None:
    """Return quietly if this person may have that many units now.

    :raises NotStarted: / SaleEnded: / TooManyUnits: / AlreadyYours: / FlashSoldOut: they may not.
    """
    stands = phase(item, at)
    if item.state == ItemState.CLOSED or stands in (SlotPhase.ENDED, SlotPhase.STOPPED):
        raise SaleEnded
    if item.state != ItemState.OPEN or stands == SlotPhase.UPCOMING:
        raise NotStarted(starts_at=item.slot.starts_at.isoformat())
    if quantity > item.limit_per_person:
        raise TooManyUnits(limit=item.limit_per_person)
    if person_id is not None:
        own = Claim.objects.filter(item=item, person_id=person_id, state__in=LIVE_CLAIMS).first()
        if own is not None:
            raise AlreadyYours(order=own.order_code)
    if item.available < quantity:
        raise FlashSoldOut(held=item.held)


def settle(*, order_code: str, at: datetime | None = None) -> None:
    """The order was paid. A payment after the claim had lapsed gets units that are still free, or none.

    :raises ClaimGone: nothing can be had any more; nothing changed, and the money must go back.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        for item, claim in _locked(order_code):
            if claim.state == ClaimState.HELD:
                item.held -= claim.quantity
            elif claim.state == ClaimState.RELEASED:
                _take_late(item, claim, at=now)
            elif claim.state == ClaimState.PAID:
                continue
            else:
                raise ClaimGone(order=order_code)
            item.sold += claim.quantity
            claim.state, claim.ended_at = ClaimState.PAID, None
            claim.save(update_fields=["state", "ended_at"])
            item.save(update_fields=["available", "held", "sold"])


def release(*, order_code: str, at: datetime | None = None) -> None:
    """The order came to nothing: its units return to the sale while that runs, else to the ordinary shelf."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        for item, claim in _locked(order_code):
            if claim.state != ClaimState.HELD:
                continue
            claim.state, claim.ended_at = ClaimState.RELEASED, now
            claim.save(update_fields=["state", "ended_at"])
            gates.give_back(reference=order_code)
            item.held -= claim.quantity
            if _returns(item, claim, now):
                item.available += claim.quantity
                outbox.publish(UnitsReturned(**locked.facts(item), at=now, quantity=claim.quantity))
            else:
                item.back += claim.quantity
            item.save(update_fields=["available", "held", "back"])


def refund(*, order_code: str, at: datetime | None = None) -> None:
    """A paid order is called off. Its units went to the ordinary shelf with it; the person may claim
    again.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        for item, claim in _locked(order_code):
            if claim.state != ClaimState.PAID:
                continue
            claim.state, claim.ended_at = ClaimState.REFUNDED, now
            claim.save(update_fields=["state", "ended_at"])
            gates.give_back(reference=order_code)
            item.sold -= claim.quantity
            item.back += claim.quantity
            item.save(update_fields=["sold", "back"])


def phase(item: Item, at: datetime) -> SlotPhase:
    """Return where the item's slot stands."""
    slot = item.slot
    return rules.phase(starts_at=slot.starts_at, ends_at=slot.ends_at, stopped_at=slot.stopped_at, at=at)


def _locked(order_code: str) -> list[tuple[Item, Claim]]:
    """Lock the items behind an order in their order, then the claims; none when it has no flash price."""
    code = Claim.objects.filter(order_code=order_code).values_list("item__code", flat=True).first()
    if code is None:
        return []
    item = locked.item(code)
    return [(item, Claim.objects.select_for_update(no_key=True).get(order_code=order_code))]


def _returns(item: Item, claim: Claim, at: datetime) -> bool:
    """Whether units can go back into the sale, and did: the order must still have them."""
    if item.state != ItemState.OPEN or phase(item, at) != SlotPhase.ON:
        return False
    return inventory.take_back(
        source=claim.order_code,
        target=rules.earmark_of(item.code),
        quantity=claim.quantity,
        expires_at=item.slot.ends_at + rules.EARMARK_GRACE,
    )


def _take_late(item: Item, claim: Claim, *, at: datetime) -> None:
    others = Claim.objects.filter(item=item, person_id=claim.person_id, state__in=LIVE_CLAIMS)
    runs = item.state == ItemState.OPEN and phase(item, at) == SlotPhase.ON
    if not runs or item.available < claim.quantity or others.exists():
        raise ClaimGone(order=claim.order_code)
    freed = inventory.free_for(
        source=rules.earmark_of(item.code), reference=claim.order_code, quantity=claim.quantity
    )
    if not freed:
        raise ClaimGone(order=claim.order_code)
    gates.take_again(reference=claim.order_code, at=at)
    item.available -= claim.quantity
