"""What arrived is counted once and shared out at once; then each order gets its goods, or its money.

Counting locks the round, writes every portion's share and puts the goods on the shelf, set aside for the
round's orders. Handing them to the orders and paying back what is short happens order by order, each in its
own transaction and under natural keys, so that it can stop anywhere and go on.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime

import structlog
from django.db import transaction

from jishi.goods.inventory import operations as inventory
from jishi.kernel import audit, clock, outbox
from jishi.kernel.errors import DomainError, InvariantBroken
from jishi.money.ledger import operations as ledger
from jishi.promotions.community_buys import rules
from jishi.promotions.community_buys.contracts import CollectionState, RoundState
from jishi.promotions.community_buys.errors import CountInvalid, NotPossibleNow
from jishi.promotions.community_buys.events import CollectionReady
from jishi.promotions.community_buys.models import Collection, Item, Portion, Round
from jishi.promotions.community_buys.operations import claims, locked
from jishi.trade.orders import operations as orders
from jishi.trade.orders.contracts import OrderState

BATCH = 200
MOST = 10_000_000

log = structlog.get_logger("community_buys")


def count(
    *,
    shop_id: int,
    round_code: str,
    arrived: Mapping[str, int],
    by: int | None,
    at: datetime | None = None,
) -> None:
    """Write how many of each demanded item arrived (by item code) and share them out. The same count again
    changes nothing.

    :raises RoundNotFound: it is not this shop's.
    :raises CountInvalid: an item of the demand is missing, or a count is no whole number.
    :raises NotPossibleNow: the round is not cut, or was counted differently.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.round_(round_code, shop_id=shop_id)
        items = list(row.items.filter(demand_line__isnull=False).order_by("pk"))
        if set(arrived) != {item.code for item in items} or any(
            type(units) is not int or not 0 <= units <= MOST for units in arrived.values()
        ):
            raise CountInvalid
        if row.state == RoundState.COUNTED and all(item.arrived == arrived[item.code] for item in items):
            return
        if row.state != RoundState.CUT:
            raise NotPossibleNow
        for item in items:
            _share_out(row, item, arrived[item.code])
        _shelve(row, items, now)
        row.state, row.counted_at = RoundState.COUNTED, now
        row.save(update_fields=["state", "counted_at"])
        audit.record(
            actor_id=by,
            action="community_buys.count",
            subject=f"round:{row.code}",
            detail={"arrived": dict(arrived)},
        )


def settle_due(at: datetime) -> int:
    """Give orders of counted rounds their goods and their money back; a sweep. Returns how many it moved."""
    rows = Collection.objects.filter(
        state=CollectionState.PAID, round__state__in=[RoundState.COUNTED, RoundState.STOPPED]
    )
    moved = 0
    for order_code in list(rows.order_by("pk").values_list("order_code", flat=True)[:BATCH]):
        try:
            moved += settle_one(order_code, at=at)
        except DomainError as refusal:
            # Busy books, or a refund under way: it shows up here again in the next round.
            log.info("community_buys.not_settled", order=order_code, code=refusal.code)
    for code in _all_settled():
        moved += _finish(code, at)
    return moved


def settle_one(order_code: str, *, at: datetime) -> bool:
    """Settle one order of a counted or stopped round; false when it is not due."""
    return ledger.patiently(lambda: _settle(order_code, at))


def _settle(order_code: str, at: datetime) -> bool:
    with transaction.atomic():
        found, mine = orders.lock(order_codes=[order_code]), locked.collection(order_code)
        if mine is None or mine[1].state != CollectionState.PAID or found[0].state != OrderState.PAID:
            return False
        row, one = mine
        if row.state not in (RoundState.COUNTED, RoundState.STOPPED):
            return False
        portions = list(one.portions.select_related("item").order_by("item__variant_id"))
        given = [portion for portion in portions if portion.given]
        if row.state == RoundState.STOPPED or not given:
            reason = "community_stopped" if row.state == RoundState.STOPPED else "community_short"
            one.short_minor = sum(portion.paid_minor for portion in portions)
            one.save(update_fields=["short_minor"])
            orders.refund(order_code=order_code, reason=reason, natural_key=f"{reason}:{order_code}", at=at)
            claims.mark_refunded(row, one, at=at)
            return True
        _hand_to_order(one, given, row, at)
        _pay_back(one, portions, at)
        one.state, one.ready_at, one.secret = CollectionState.READY, at, new_secret()
        one.save(update_fields=["state", "ready_at", "secret", "short_minor"])
        claims.follow_money(row, one)
        _tell_ready(row, one, at)
    return True


def new_secret() -> str:
    """Return a fresh pick-up code."""
    return f"{secrets.randbelow(10**6):06d}"


def _share_out(row: Round, item: Item, arrived: int) -> None:
    """Write each portion's share of what arrived of an item, in the order of payment."""
    portions = list(
        Portion.objects.filter(item=item, collection__state=CollectionState.PAID).order_by(
            "collection__paid_at", "collection__order_code"
        )
    )
    shares = rules.share_out(arrived, [portion.quantity for portion in portions], by=row.shortage)
    for portion, units in zip(portions, shares, strict=True):
        portion.given = units
    Portion.objects.bulk_update(portions, ["given"], batch_size=1000)
    item.arrived, item.given = arrived, sum(shares)
    item.save(update_fields=["arrived", "given"])


def _shelve(row: Round, items: list[Item], at: datetime) -> None:
    """Put what arrived on the shelf and set aside what belongs to orders, before anybody else sees it."""
    came = [(item.variant_id, item.arrived) for item in items if item.arrived]
    if came:
        inventory.receive(rows=came, shop_id=row.shop_id, reference=f"community:{row.code}", at=at)
    for item in sorted(items, key=lambda item: item.variant_id):
        if item.given:
            inventory.earmark(
                reference=rules.earmark_of(item.code),
                variant_id=item.variant_id,
                quantity=item.given,
                expires_at=row.pickup_until_at + rules.EARMARK_GRACE,
                at=at,
            )


def _hand_to_order(one: Collection, given: list[Portion], row: Round, at: datetime) -> None:
    for portion in given:
        handed = inventory.hand_over(
            source=rules.earmark_of(portion.item.code),
            target=one.order_code,
            quantity=portion.given or 0,
            expires_at=row.pickup_until_at + rules.EARMARK_GRACE,
            at=at,
        )
        if not handed:
            raise InvariantBroken(f"what was counted for order {one.order_code} is not there")
    inventory.commit(reference=one.order_code, at=at)


def _pay_back(one: Collection, portions: list[Portion], at: datetime) -> None:
    """Send back the money of units that did not come; its natural key makes that once."""
    one.short_minor = sum(
        rules.back_minor(paid_minor=portion.paid_minor, quantity=portion.quantity, given=portion.given or 0)
        for portion in portions
    )
    if one.short_minor:
        orders.refund_part(
            order_code=one.order_code,
            amount_minor=one.short_minor,
            reason="community_short",
            natural_key=f"community_short:{one.order_code}",
            at=at,
        )


def _tell_ready(row: Round, one: Collection, at: datetime) -> None:
    outbox.publish(
        CollectionReady(
            round_code=row.code,
            shop_id=row.shop_id,
            at=at,
            order_code=one.order_code,
            person_id=one.person_id,
            short_minor=one.short_minor,
        )
    )


def _all_settled() -> list[str]:
    waiting = Collection.objects.filter(state=CollectionState.PAID).values("round_id")
    rows = Round.objects.filter(state=RoundState.COUNTED, settled_at=None).exclude(pk__in=waiting)
    return list(rows.order_by("pk").values_list("code", flat=True)[:BATCH])


def _finish(round_code: str, at: datetime) -> bool:
    """Free what is still set aside for orders that were called off meanwhile: it is ordinary stock now."""
    with transaction.atomic():
        row = locked.round_(round_code)
        if row.settled_at is not None or row.collections.filter(state=CollectionState.PAID).exists():
            return False
        for item in row.items.order_by("variant_id"):
            inventory.release(reference=rules.earmark_of(item.code), at=at)
        row.settled_at = at
        row.save(update_fields=["settled_at"])
    return True
