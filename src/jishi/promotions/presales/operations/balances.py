"""The balance: an ordinary order takes the reserved units and what the deposit is worth off its price."""

from datetime import datetime

from django.db import transaction

from jishi.goods.inventory import operations as inventory
from jishi.kernel import clock
from jishi.money.escrow import operations as escrow
from jishi.money.ledger import operations as ledger
from jishi.people.notifications import operations as notifications
from jishi.promotions.presales import rules
from jishi.promotions.presales.contracts import PresaleState, ReservationState
from jishi.promotions.presales.errors import BalanceClosed, BalanceGone, ReservationNotFound
from jishi.promotions.presales.models import Presale, Reservation
from jishi.promotions.presales.operations import deposits, locked

BATCH = 300


def check(row: Presale, one: Reservation, *, at: datetime) -> None:
    """Return quietly if the balance of a reservation can be paid now.

    :raises BalanceClosed: it cannot.
    """
    in_time = row.balance_from_at <= at < row.balance_until_at
    if one.state != ReservationState.DEPOSITED or row.state != PresaleState.OPEN or not in_time:
        raise BalanceClosed


def hold(
    *, code: str, order_code: str, person_id: int, expires_at: datetime, at: datetime | None = None
) -> None:
    """Let an order that waits for payment carry a reservation and its units.

    :raises ReservationNotFound: the person has no such one.
    :raises BalanceClosed: the balance cannot be paid now.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row, one = locked.own(code, person_id)
        if one.order_code == order_code and one.state == ReservationState.ORDERED:
            return
        check(row, one, at=now)
        one.state, one.order_code = ReservationState.ORDERED, order_code
        one.save(update_fields=["state", "order_code"])
        handed = inventory.hand_over(
            source=rules.earmark_of(row.code),
            target=order_code,
            quantity=one.quantity,
            expires_at=expires_at + rules.GRACE,
            at=now,
        )
        if not handed:
            raise ReservationNotFound


def settle(*, order_code: str, paid_at: datetime) -> None:
    """The balance was paid. One that comes after the order had lapsed counts if it was paid in time and the
    deposit is still there.

    :raises BalanceGone: it is not; nothing changed, and the money must go back.
    """
    with transaction.atomic():
        found = locked.reservation(order_code=order_code)
        if found is None:
            raise BalanceGone
        row, one = found
        if one.state == ReservationState.BOUGHT:
            return
        if row.state != PresaleState.OPEN:
            raise BalanceGone
        if one.state == ReservationState.DEPOSITED:
            freed = paid_at < row.balance_until_at and inventory.free_for(
                source=rules.earmark_of(row.code), reference=order_code, quantity=one.quantity
            )
            if not freed:
                raise BalanceGone
        elif one.state != ReservationState.ORDERED:
            raise BalanceGone
        one.state = ReservationState.BOUGHT
        one.save(update_fields=["state"])


def release(*, order_code: str) -> None:
    """The order came to nothing: the deposit waits for another order until its time is over."""
    with transaction.atomic():
        found = locked.reservation(order_code=order_code)
        if found is None or found[1].state != ReservationState.ORDERED:
            return
        row, one = found
        one.state = ReservationState.DEPOSITED
        one.save(update_fields=["state"])
        inventory.take_back(
            source=order_code,
            target=rules.earmark_of(row.code),
            quantity=one.quantity,
            expires_at=row.balance_until_at + rules.GRACE,
        )


def finish(*, order_code: str, at: datetime | None = None) -> None:
    """The goods were received: the deposit goes to those who share it."""
    now = clock.at_or_now(at)

    def work() -> None:
        with transaction.atomic():
            found = locked.reservation(order_code=order_code)
            if found is not None and found[1].state == ReservationState.BOUGHT:
                escrow.release(order_code=found[1].code, at=now)

    ledger.patiently(work)


def refund(*, order_code: str, reason: str, at: datetime | None = None) -> None:
    """The paid order was called off: its deposit goes back too; the units lie on the shelf already."""
    now = clock.at_or_now(at)

    def work() -> None:
        with transaction.atomic():
            found = locked.reservation(order_code=order_code)
            if found is None or found[1].state != ReservationState.BOUGHT:
                return
            row, one = found
            row.taken -= one.quantity
            row.back += one.quantity
            row.save(update_fields=["taken", "back"])
            deposits.send_back(row, one, reason, now)

    ledger.patiently(work)


def remind_due(at: datetime) -> int:
    """Tell people that the balance can be paid, and again a day before its time ends; a sweep."""
    rows = Reservation.objects.filter(
        state=ReservationState.DEPOSITED, presale__state=PresaleState.OPEN, presale__balance_until_at__gt=at
    )
    opened = rows.filter(told_from_at=None, presale__balance_from_at__lte=at)
    ending = rows.filter(
        told_end_at=None,
        presale__balance_until_at__lte=at + rules.REMIND_BEFORE,
        presale__balance_from_at__lte=at,
    )
    told = 0
    for due, column, kind in (
        (opened, "told_from_at", "presale_balance"),
        (ending, "told_end_at", "presale_ending"),
    ):
        with transaction.atomic():
            found = list(
                due.select_related("presale")
                .select_for_update(of=("self",), skip_locked=True)
                .order_by("pk")[:BATCH]
            )
            for one in found:
                notifications.notify(
                    person_id=one.person_id,
                    kind=kind,
                    params={},
                    url=f"/presales/{one.presale.code}/",
                    natural_key=f"{kind}:{one.code}",
                    at=at,
                )
            Reservation.objects.filter(pk__in=[one.pk for one in found]).update(**{column: at})
        told += len(found)
    return told
