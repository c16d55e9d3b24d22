"""What one order holds of a round: its portions, from being placed to being paid, given back or refunded.

Counters of items and tallies of people move with the portions under the round's lock.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken
from jishi.money.escrow import queries as escrow_queries
from jishi.promotions.community_buys import queries, rules
from jishi.promotions.community_buys.contracts import CollectionState, RoundState
from jishi.promotions.community_buys.errors import (
    CutoffPassed,
    ItemNotFound,
    NotPossibleNow,
    PointClosed,
    RoundNotOpen,
    TooFewLeft,
    TooManyUnits,
)
from jishi.promotions.community_buys.models import Collection, Item, Point, Portion, Round, Tally
from jishi.promotions.community_buys.operations import locked
from jishi.promotions.gates import operations as gates
from jishi.trade.orders import queries as order_queries


def hold(
    *,
    item_code: str,
    quantity: int,
    point_code: str,
    order_code: str,
    person_id: int,
    at: datetime | None = None,
) -> None:
    """Keep units of an item for an order that waits for payment. Doing so again changes nothing.

    :raises ItemNotFound: there is no such item.
    :raises RoundNotOpen: / CutoffPassed: it takes no orders now.
    :raises PointClosed: the point takes no orders, or lies in another area.
    :raises TooFewLeft: fewer units are left.
    :raises TooManyUnits: the person would have more than the limit.
    :raises DomainError: the gate of the round lets nobody through, see `gates.take`.
    """
    now = clock.at_or_now(at)
    code = Item.objects.filter(code=item_code).values_list("round__code", flat=True).first()
    if code is None:
        raise ItemNotFound
    with transaction.atomic():
        row = locked.round_(code)
        item = Item.objects.get(code=item_code)
        point = find_point(point_code)
        check(row, item, point, person_id=person_id, quantity=quantity, at=now)
        leader = queries.responsible(point, now)
        if leader is None:
            raise PointClosed
        collection, _ = Collection.objects.get_or_create(
            order_code=order_code,
            defaults={"round": row, "point": point, "leader": leader, "person_id": person_id, "held_at": now},
        )
        _, is_new = Portion.objects.get_or_create(
            collection=collection, item=item, defaults={"quantity": quantity}
        )
        if is_new:
            gates.take(
                subject=rules.gate_of(row.code),
                part=item.code,
                reference=order_code,
                person_id=person_id,
                units=quantity,
                at=now,
            )
            _count(item, collection, quantity, held=quantity)


def find_point(code: str) -> Point:
    """Return a point with its leader and the substitute.

    :raises PointClosed: there is none.
    """
    point = Point.objects.select_related("leader__substitute").filter(code=code).first()
    if point is None:
        raise PointClosed
    return point


def check(
    row: Round, item: Item, point: Point, *, person_id: int | None, quantity: int, at: datetime
) -> None:
    """Return quietly if this person may order that many units now, to be collected there.

    :raises Conflict: they may not; see `hold`.
    """
    if row.state != RoundState.OPEN or at < row.starts_at:
        if row.state in (RoundState.PLANNED, RoundState.OPEN):
            raise RoundNotOpen
        raise CutoffPassed
    if at >= row.cutoff_at:
        raise CutoffPassed
    if not point.is_open or point.region != row.region or queries.responsible(point, at) is None:
        raise PointClosed
    if item.cap - item.held - item.sold < quantity:
        raise TooFewLeft(left=max(0, item.cap - item.held - item.sold))
    had = 0
    if person_id is not None:
        rows = Tally.objects.filter(item=item, person_id=person_id)
        had = rows.values_list("quantity", flat=True).first() or 0
    if had + quantity > item.limit_per_person:
        raise TooManyUnits(limit=item.limit_per_person)


def settle(*, order_code: str, paid_at: datetime) -> None:
    """The order was paid: its portions count, and the leader is promised the commission, within the budget.

    Money that comes after the order had lapsed is accepted while the round takes orders and has the units.

    :raises CutoffPassed: the round is cut or was stopped; nothing changed, and the money must go back.
    :raises TooFewLeft: / TooManyUnits: the units were given back and cannot be had again.
    """
    with transaction.atomic():
        found = locked.collection(order_code)
        if found is None:
            raise InvariantBroken(f"order {order_code} has nothing of a round")
        row, one = found
        if one.state not in (CollectionState.HELD, CollectionState.RELEASED):
            if one.state == CollectionState.REFUNDED:
                raise NotPossibleNow
            return
        if row.state != RoundState.OPEN:
            raise CutoffPassed
        portions = _portions(one)
        if one.state == CollectionState.RELEASED:
            _take_again(row, one, portions, paid_at)
        else:
            for portion in portions:
                _move(portion.item, held=-portion.quantity, sold=portion.quantity)
        _price(one, portions)
        _promise(row, one, portions, paid_at)
        one.state, one.paid_at, one.ended_at = CollectionState.PAID, paid_at, None
        one.save(update_fields=["state", "paid_at", "ended_at", "leader", "commission_minor"])


def release(*, order_code: str, at: datetime | None = None) -> None:
    """The order came to nothing: its units can be ordered by others."""
    with transaction.atomic():
        found = locked.collection(order_code)
        if found is None or found[1].state != CollectionState.HELD:
            return
        one = found[1]
        for portion in _portions(one):
            _count(portion.item, one, -portion.quantity, held=-portion.quantity)
        gates.give_back(reference=order_code)
        one.state, one.ended_at = CollectionState.RELEASED, clock.at_or_now(at)
        one.save(update_fields=["state", "ended_at"])


def refund(*, order_code: str, at: datetime | None = None) -> None:
    """A paid order is called off. Before the cut-off others can have its units; the promise ends with it."""
    with transaction.atomic():
        found = locked.collection(order_code)
        if found is not None:
            mark_refunded(*found, at=clock.at_or_now(at))


def mark_refunded(row: Round, one: Collection, *, at: datetime) -> None:
    """Count a locked collection as called off; one that is out of the house stays as it is."""
    if one.state not in (CollectionState.PAID, CollectionState.READY):
        return
    for portion in _portions(one):
        _count(portion.item, one, -portion.quantity, sold=-portion.quantity)
    gates.give_back(reference=one.order_code)
    one.state, one.ended_at = CollectionState.REFUNDED, at
    one.save(update_fields=["state", "ended_at"])
    follow_money(row, one)


def follow_money(row: Round, one: Collection) -> None:
    """Let the promise to the leader follow what refunds took out of its share in escrow."""
    holding = escrow_queries.find_holding(one.order_code)
    if holding is None or not one.commission_minor:
        return
    back = sum(part.refunded_minor for part in holding.splits if part.role == "beneficiary")
    freed = back - one.commission_back_minor
    if not freed:
        return
    one.commission_back_minor = back
    one.save(update_fields=["commission_back_minor"])
    Round.objects.filter(pk=row.pk).update(commission_minor=F("commission_minor") - freed)
    row.commission_minor -= freed


def _portions(one: Collection) -> list[Portion]:
    return list(one.portions.select_related("item").order_by("item_id"))


def _count(item: Item, one: Collection, quantity: int, *, held: int = 0, sold: int = 0) -> None:
    """Move an item's counters and the person's tally together."""
    _move(item, held=held, sold=sold)
    tally, _ = Tally.objects.get_or_create(
        item=item, person_id=one.person_id, defaults={"most": item.limit_per_person}
    )
    Tally.objects.filter(pk=tally.pk).update(quantity=F("quantity") + quantity)


def _move(item: Item, *, held: int = 0, sold: int = 0) -> None:
    Item.objects.filter(pk=item.pk).update(held=F("held") + held, sold=F("sold") + sold)


def _take_again(row: Round, one: Collection, portions: Iterable[Portion], paid_at: datetime) -> None:
    if paid_at >= row.cutoff_at:
        raise CutoffPassed
    for portion in portions:
        item = portion.item
        left = item.cap - item.held - item.sold
        if left < portion.quantity:
            raise TooFewLeft(left=max(0, left))
        tally = Tally.objects.filter(item=item, person_id=one.person_id).first()
        if tally is not None and tally.quantity + portion.quantity > item.limit_per_person:
            raise TooManyUnits(limit=item.limit_per_person)
        _count(item, one, portion.quantity, sold=portion.quantity)
    gates.take_again(reference=one.order_code, at=paid_at)


def _price(one: Collection, portions: Iterable[Portion]) -> None:
    """Write what the buyer pays for each portion, from the order's frozen lines."""
    order = order_queries.find_order(one.order_code)
    if order is None:
        raise InvariantBroken(f"order {one.order_code} is settled and does not exist")
    paid: dict[int, int] = {}
    for line in order.lines:
        paid[line.variant_id] = paid.get(line.variant_id, 0) + line.total_minor
    for portion in portions:
        portion.paid_minor = paid[portion.item.variant_id]
    Portion.objects.bulk_update(portions, ["paid_minor"])


def _promise(row: Round, one: Collection, portions: Iterable[Portion], at: datetime) -> None:
    """Fix who is responsible from now on and what they get; nobody earns on their own order."""
    leader = queries.responsible(find_point(one.point.code), at)
    if leader is not None:
        one.leader = leader
    if one.leader.person_id == one.person_id:
        return
    one.commission_minor = rules.commission(
        net_minor=sum(portion.paid_minor for portion in portions),
        bps=row.commission_bps,
        budget_minor=row.budget_minor,
        promised_minor=row.commission_minor,
    )
    one.commission_back_minor = 0
    Round.objects.filter(pk=row.pk).update(commission_minor=F("commission_minor") + one.commission_minor)
    row.commission_minor += one.commission_minor
