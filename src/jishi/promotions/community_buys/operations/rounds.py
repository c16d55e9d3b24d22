"""Shops plan rounds and open them; at the cut-off what was paid becomes one purchase demand.

The cut waits for orders that were placed in time and may still be paid: it happens in the first sweep after
the cut-off in which none is left, under the round's lock, so that an order is in the demand or paid back.
"""

from datetime import datetime

from django.db import transaction

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import audit, clock, outbox, policy
from jishi.kernel.text import both
from jishi.promotions.community_buys import queries, rules
from jishi.promotions.community_buys.contracts import CollectionState, ItemPlan, RoundPlan, RoundState
from jishi.promotions.community_buys.errors import (
    ItemNotFound,
    NotPossibleNow,
    ReasonMissing,
    RoundInvalid,
)
from jishi.promotions.community_buys.events import RoundCut
from jishi.promotions.community_buys.models import Demand, DemandLine, Item, Round
from jishi.promotions.community_buys.operations import locked
from jishi.promotions.gates import operations as gates

BATCH = 100
MOST_ITEMS = 60


def plan(*, shop_id: int, wish: RoundPlan, by: int | None, at: datetime | None = None) -> str:
    """Plan a round; returns its code. Nobody sees it before it is opened.

    :raises RoundInvalid: times, commission, budget or policies contradict each other or the rule pack.
    :raises GateInvalid: / AudienceNotAgreed: whom it is for, or its limits, cannot be.
    """
    now = clock.at_or_now(at)
    shop = merchant_queries.get_shop(shop_id)
    forfeit = bool(policy.pack().get("community_buys.unpicked_forfeit", False))
    rules.check_round(wish, house_bps=shop.commission_bps, forfeit_allowed=forfeit, at=now)
    with transaction.atomic():
        row = _write(shop_id, shop.currency, wish, now)
        subject = rules.gate_of(row.code)
        gates.set_gate(subject=subject, shop_id=shop_id, wish=wish.gate, at=now)
        audit.record(actor_id=by, action="community_buys.plan", subject=f"round:{row.code}")
    return row.code


def _write(shop_id: int, currency: str, wish: RoundPlan, at: datetime) -> Round:
    zh, en = wish.title_zh.strip()[:60], wish.title_en.strip()[:60]
    return Round.objects.create(
        shop_id=shop_id,
        title=both(zh or en, en or zh),
        region=rules.region_of(wish.region),
        currency=currency,
        starts_at=wish.starts_at,
        cutoff_at=wish.cutoff_at,
        arrives_at=wish.arrives_at,
        pickup_until_at=wish.pickup_until_at,
        shortage=wish.shortage,
        unpicked=wish.unpicked,
        commission_bps=wish.commission_bps,
        budget_minor=wish.budget_minor,
        created_at=at,
    )


def put_item(*, shop_id: int, round_code: str, wish: ItemPlan) -> str:
    """Put a variant into a planned round, or change what was put there; returns the item's code.

    :raises RoundNotFound: it is not this shop's.
    :raises NotPossibleNow: it was opened, or has very many items.
    :raises ItemNotFound: the variant is not this shop's, or has no price.
    :raises ItemInvalid: the numbers make no sense.
    """
    variant, price = queries.priced_variant(shop_id, wish.variant_id)
    rules.check_item(wish, list_minor=price.amount_minor)
    with transaction.atomic():
        row = locked.round_(round_code, shop_id=shop_id)
        if row.state != RoundState.PLANNED or row.items.count() >= MOST_ITEMS:
            raise NotPossibleNow
        item, _ = Item.objects.update_or_create(
            round=row,
            variant_id=wish.variant_id,
            defaults={
                "product_id": variant.product_id,
                "price_minor": wish.price_minor,
                "list_minor": price.amount_minor,
                "cost_minor": wish.cost_minor,
                "cap": wish.cap,
                "limit_per_person": wish.limit_per_person,
            },
        )
    return item.code


def remove_item(*, shop_id: int, round_code: str, item_code: str) -> None:
    """Take an item out of a planned round.

    :raises RoundNotFound: it is not this shop's.
    :raises NotPossibleNow: it was opened.
    :raises ItemNotFound: it is not in there.
    """
    with transaction.atomic():
        row = locked.round_(round_code, shop_id=shop_id)
        if row.state != RoundState.PLANNED:
            raise NotPossibleNow
        if not Item.objects.filter(round=row, code=item_code).delete()[0]:
            raise ItemNotFound


def open_round(*, shop_id: int, round_code: str, by: int | None, at: datetime | None = None) -> None:
    """Show a planned round to shoppers; from its start they can order. From now on it does not change.

    :raises RoundNotFound: it is not this shop's.
    :raises NotPossibleNow: it was opened before, or its cut-off has passed.
    :raises RoundInvalid: nothing is in it.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.round_(round_code, shop_id=shop_id)
        if row.state != RoundState.PLANNED or now >= row.cutoff_at:
            raise NotPossibleNow
        if not row.items.exists():
            raise RoundInvalid
        row.state = RoundState.OPEN
        row.save(update_fields=["state"])
        audit.record(actor_id=by, action="community_buys.open", subject=f"round:{row.code}")


def stop_round(
    *, round_code: str, by: int | None, reason: str, shop_id: int | None = None, at: datetime | None = None
) -> None:
    """End a round whose goods have not been counted: everybody who paid gets everything back, by the sweep.

    :raises RoundNotFound: there is none, or it is not this shop's.
    :raises ReasonMissing: buyers would not learn why.
    :raises NotPossibleNow: its goods were counted, or it is over.
    """
    if not reason.strip():
        raise ReasonMissing
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.round_(round_code, shop_id=shop_id)
        if row.state not in (RoundState.PLANNED, RoundState.OPEN, RoundState.CUT):
            raise NotPossibleNow
        row.state, row.reason, row.closed_at = RoundState.STOPPED, reason.strip()[:200], now
        row.save(update_fields=["state", "reason", "closed_at"])
        detail = {"reason": row.reason}
        audit.record(actor_id=by, action="community_buys.stop", subject=f"round:{row.code}", detail=detail)


def cut_due(at: datetime) -> int:
    """Roll up the rounds whose cut-off has passed; a sweep. Returns how many were cut."""
    due = Round.objects.filter(state=RoundState.OPEN, cutoff_at__lte=at).order_by("pk")
    return sum(cut(code, at=at) for code in due.values_list("code", flat=True)[:BATCH])


def cut(round_code: str, *, at: datetime) -> bool:
    """Make the demand of one round; false while an order may still be paid, or when it was done before."""
    with transaction.atomic():
        row = locked.round_(round_code)
        if row.state != RoundState.OPEN or at < row.cutoff_at:
            return False
        if row.collections.filter(state=CollectionState.HELD).exists():
            return False
        sold = list(row.items.filter(sold__gt=0).order_by("pk"))
        demand_code = ""
        if sold:
            orders = row.collections.filter(state=CollectionState.PAID).count()
            demand = Demand.objects.create(round=row, orders=orders, made_at=at)
            DemandLine.objects.bulk_create(
                DemandLine(demand=demand, item=item, quantity=item.sold) for item in sold
            )
            demand_code, row.state = demand.code, RoundState.CUT
        else:
            row.state, row.closed_at = RoundState.CLOSED, at
        row.cut_at = at
        row.save(update_fields=["state", "cut_at", "closed_at"])
        outbox.publish(RoundCut(round_code=row.code, shop_id=row.shop_id, at=at, demand_code=demand_code))
    return True
