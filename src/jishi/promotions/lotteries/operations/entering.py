"""People enter: once for nothing, or once for every order that entitles to it."""

import secrets
from datetime import datetime

from django.db import transaction

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock, crypto, outbox
from jishi.promotions.gates import operations as gates
from jishi.promotions.lotteries import rules
from jishi.promotions.lotteries.contracts import EntryMode, LotteryState
from jishi.promotions.lotteries.errors import (
    EnteredAlready,
    InsidersExcluded,
    LotteryNotOpen,
    OrderNotEligible,
)
from jishi.promotions.lotteries.events import LotteryEntered
from jishi.promotions.lotteries.models import Entry, Lottery
from jishi.promotions.lotteries.operations import locked
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderState
from jishi.trade.orders.errors import OrderNotFound

COUNTS = (OrderState.PAID, OrderState.SHIPPED, OrderState.RECEIVED)


def enter(*, lottery_code: str, person_id: int, order_code: str = "", at: datetime | None = None) -> str:
    """Take part; return the public name of the entry. The same free entry, or order, gives the same entry.

    :raises LotteryNotFound: / LotteryNotOpen: there is none, or it takes no entries now.
    :raises InsidersExcluded: the person works for the shop.
    :raises OrderNotEligible: the order gives no entry here.
    :raises EnteredAlready: the person has as many entries as they may.
    :raises DomainError: the gate of the lottery lets nobody through, see `gates.take`.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        lottery = locked.lottery_by_code(lottery_code)
        source = order_code if lottery.entry_mode == EntryMode.ORDER else f"free:{person_id}"
        known = Entry.objects.filter(lottery=lottery, source=source, person_id=person_id).first()
        if known is not None:
            return known.code
        if lottery.state != LotteryState.ON or not lottery.starts_at <= now < lottery.ends_at:
            raise LotteryNotOpen(lottery=lottery.code)
        if person_id in {staff for staff, _ in merchant_queries.list_staff(lottery.shop_id)}:
            raise InsidersExcluded
        if lottery.entry_mode == EntryMode.ORDER:
            _check_order(lottery, person_id, order_code)
        turn = Entry.objects.filter(lottery=lottery, person_id=person_id).count() + 1
        if turn > lottery.per_person:
            raise EnteredAlready
        lottery.entries_count += 1
        lottery.save(update_fields=["entries_count"])
        entry = Entry.objects.create(
            lottery=lottery,
            number=lottery.entries_count,
            code=secrets.token_hex(12),
            person_id=person_id,
            who=crypto.blind_index(f"{lottery.code}:{person_id}", "lottery")[:24],
            turn=turn,
            source=source,
            at=now,
        )
        gates.take(subject=rules.gate_of(lottery.code), reference=entry.code, person_id=person_id, at=now)
        outbox.publish(LotteryEntered(**locked.facts(lottery, now), person_id=person_id))
    return entry.code


def _check_order(lottery: Lottery, person_id: int, order_code: str) -> None:
    """An order of this person in this shop, paid within the period, large enough and not going back.

    :raises OrderNotEligible: it is not.
    """
    try:
        order = order_queries.get_order(order_code, viewer_id=person_id)
    except OrderNotFound:
        raise OrderNotEligible from None
    is_own = order.buyer_id == person_id and order.shop_id == lottery.shop_id
    in_time = order.paid_at is not None and lottery.starts_at <= order.paid_at < lottery.ends_at
    is_large = order.total_minor >= max(1, lottery.min_order_minor)
    if not (is_own and in_time and is_large and order.state in COUNTS):
        raise OrderNotEligible
    if Entry.objects.filter(lottery=lottery, source=order_code).exists():
        raise EnteredAlready
