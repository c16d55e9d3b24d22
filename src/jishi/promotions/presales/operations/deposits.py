"""A deposit's life: reserved, paid into escrow, then bought with its balance, forfeited, or sent back.

The deposit is a payment of its own, held in escrow under the reservation's code; the balance is an ordinary
order with a payment of its own. Both are released when the goods are received, and both go back when the
order is called off.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock, outbox
from jishi.kernel.errors import DomainError
from jishi.kernel.money import Money, share_bps
from jishi.money.escrow import operations as escrow
from jishi.money.escrow.contracts import Split
from jishi.money.ledger import operations as ledger
from jishi.money.ledger.contracts import AccountRef
from jishi.money.payments import operations as payments
from jishi.money.payments.contracts import Allocation
from jishi.promotions.gates import operations as gates
from jishi.promotions.presales import rules
from jishi.promotions.presales.contracts import PresaleState, ReservationState
from jishi.promotions.presales.errors import (
    AlreadyReserved,
    DepositClosed,
    NotPossibleNow,
    PresaleSoldOut,
    TooManyUnits,
)
from jishi.promotions.presales.events import ReservationEnded
from jishi.promotions.presales.models import LIVE, Presale, Reservation
from jishi.promotions.presales.operations import locked, selling

BATCH = 200

log = structlog.get_logger("presales")


def reserve(
    *, presale_code: str, person_id: int, quantity: int = 1, at: datetime | None = None
) -> Reservation:
    """Reserve units for a person and open the payment of the deposit. Again while it waits: the same one.

    :raises PresaleNotFound: there is none.
    :raises DepositClosed: deposits are not taken now.
    :raises TooManyUnits: the limit per person is lower.
    :raises AlreadyReserved: the person has paid a deposit, or asks for another number.
    :raises PresaleSoldOut: fewer units are left.
    :raises DomainError: the gate of the presale lets nobody through, see `gates.take`.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.presale(presale_code)
        own = row.reservations.filter(person_id=person_id, state__in=list(LIVE)).first()
        if own is not None:
            if own.state == ReservationState.HELD and own.quantity == quantity and now < own.due_at:
                return own
            raise AlreadyReserved
        if row.state != PresaleState.OPEN or not row.starts_at <= now < row.deposit_until_at:
            raise DepositClosed
        if type(quantity) is not int or not 1 <= quantity <= row.limit_per_person:
            raise TooManyUnits(limit=row.limit_per_person)
        if row.units - row.held - row.taken - row.back < quantity:
            raise PresaleSoldOut
        row.held += quantity
        row.save(update_fields=["held"])
        one = _write(row, person_id, quantity, now)
        gates.take(
            subject=rules.gate_of(row.code), reference=one.code, person_id=person_id, units=quantity, at=now
        )
        return one


def apply_deposit(
    *, code: str, intent_code: str, amount_minor: int, paid_at: datetime, at: datetime | None = None
) -> None:
    """A deposit was captured: into escrow, or back where it came from. Doing so again changes nothing.

    One that comes after its reservation had lapsed is accepted if it was paid in time and units are left.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        found = locked.reservation(code=code)
        if found is None:
            return
        row, one = found
        if one.intent_code == intent_code and _accepts(row, one, paid_at):
            _deposit(row, one, intent_code, paid_at, now)
        elif (
            one.state in (ReservationState.HELD, ReservationState.RELEASED) or one.intent_code != intent_code
        ):
            _let_go(row, one, now)  # still held only if the presale was stopped meanwhile
            payments.request_refund(
                intent_code=intent_code,
                order_code=code,
                amount_minor=amount_minor,
                reason="late",
                natural_key=f"presale_late:{code}",
                at=now,
            )


def withdraw(*, code: str, person_id: int, at: datetime | None = None) -> None:
    """A buyer calls a reservation off, where that may be; a paid deposit goes back. Again changes nothing.

    :raises ReservationNotFound: the person has no such one.
    :raises NotPossibleNow: deposits of this presale are not given back, or the balance is under way.
    """
    now = clock.at_or_now(at)

    def work() -> None:
        with transaction.atomic():
            row, one = locked.own(code, person_id)
            if one.state in (ReservationState.RELEASED, ReservationState.REFUNDED):
                return
            if not rules.can_withdraw(state=one.state, forfeits=row.forfeits):
                raise NotPossibleNow
            if one.state == ReservationState.DEPOSITED:
                send_back(row, one, "withdrawn", now)
            elif not _let_go(row, one, now):
                raise NotPossibleNow

    ledger.patiently(work)


def release_due(at: datetime) -> int:
    """Let reservations go whose deposit was not paid in time, or whose presale was stopped; a sweep."""
    due = Reservation.objects.filter(state=ReservationState.HELD).filter(
        Q(due_at__lte=at) | Q(presale__state=PresaleState.STOPPED)
    )
    return sum(_release(code, at) for code in list(due.order_by("pk").values_list("code", flat=True)[:BATCH]))


def close_due(at: datetime) -> int:
    """End deposits whose balance was not paid in its time, or whose presale was stopped; a sweep.

    Exactly once each: the state changes under the lock, and the money moves under natural keys.
    """
    due = Reservation.objects.filter(state=ReservationState.DEPOSITED).filter(
        Q(presale__balance_until_at__lte=at) | Q(presale__state=PresaleState.STOPPED)
    )
    ended = 0
    for code in list(due.order_by("pk").values_list("code", flat=True)[:BATCH]):
        try:
            ended += ledger.patiently(partial(_close, code, at))
        except DomainError as refusal:
            log.info("presales.not_closed", reservation=code, code=refusal.code)
    return ended


def send_back(row: Presale, one: Reservation, reason: str, at: datetime) -> None:
    """Refund the deposit of a locked reservation; its units go to the shelf if they are not with an order."""
    if one.state == ReservationState.DEPOSITED:
        row.taken -= one.quantity
        row.save(update_fields=["taken"])
        _free_units(row, one, at)
    escrow.refund(
        order_code=one.code, amount_minor=None, natural_key=f"presale_back:{one.code}", reason=reason, at=at
    )
    _end(row, one, ReservationState.REFUNDED, at)


def _write(row: Presale, person_id: int, quantity: int, at: datetime) -> Reservation:
    due_at = at + timedelta(seconds=settings.JISHI_PAYMENT_WINDOW_S)
    one = Reservation(
        presale=row,
        person_id=person_id,
        quantity=quantity,
        deposit_minor=row.deposit_minor * quantity,
        worth_minor=row.worth_minor * quantity,
        due_at=due_at,
        reserved_at=at,
    )
    intent = payments.open_intent(
        buyer_id=person_id,
        amount=Money(one.deposit_minor, row.currency),
        allocations=[Allocation(one.code, one.deposit_minor)],
        natural_key=f"presale:{one.code}",
        expires_at=due_at,
        at=at,
    )
    one.intent_code = intent.code
    one.save(force_insert=True)
    return one


def _accepts(row: Presale, one: Reservation, paid_at: datetime) -> bool:
    if one.state == ReservationState.HELD:
        return row.state == PresaleState.OPEN
    if one.state != ReservationState.RELEASED or row.state != PresaleState.OPEN:
        return False
    taken_again = row.reservations.filter(person_id=one.person_id, state__in=list(LIVE)).exists()
    left = row.units - row.held - row.taken - row.back
    if paid_at >= row.deposit_until_at or taken_again or left < one.quantity:
        return False
    try:
        gates.take_again(reference=one.code, at=paid_at)
    except DomainError:
        return False
    return True


def _deposit(row: Presale, one: Reservation, intent_code: str, paid_at: datetime, at: datetime) -> None:
    if one.state == ReservationState.HELD:
        row.held -= one.quantity
    row.taken += one.quantity
    row.save(update_fields=["held", "taken"])
    one.state, one.deposited_at, one.ended_at = ReservationState.DEPOSITED, paid_at, None
    one.save(update_fields=["state", "deposited_at", "ended_at"])
    bps = merchant_queries.get_shop(row.shop_id).commission_bps
    commission = share_bps(one.deposit_minor, bps)
    shop = AccountRef("shop", str(row.shop_id), "payable", row.currency)
    house = AccountRef("platform", "commission", "revenue", row.currency)
    parts = (
        Split(ref=shop, amount_minor=one.deposit_minor - commission, role="merchant"),
        Split(ref=house, amount_minor=commission, role="commission", rate_bps=bps),
    )
    escrow.hold(
        order_code=one.code,
        intent_code=intent_code,
        amount=Money(one.deposit_minor, row.currency),
        splits=[part for part in parts if part.amount_minor],
        at=at,
    )


def _release(code: str, at: datetime) -> bool:
    with transaction.atomic():
        found = locked.reservation(code=code)
        return found is not None and _let_go(*found, at)


def _let_go(row: Presale, one: Reservation, at: datetime) -> bool:
    """Release a locked reservation; false when its money is here and only the news of it is not."""
    if one.state != ReservationState.HELD:
        return False
    stopped = row.state == PresaleState.STOPPED
    captured = payments.cancel_intent(intent_code=one.intent_code, at=at).captured_at is not None
    if captured and not stopped:
        return False
    row.held -= one.quantity
    row.save(update_fields=["held"])
    _free_units(row, one, at)
    gates.give_back(reference=one.code)
    one.state, one.ended_at = ReservationState.RELEASED, at
    one.save(update_fields=["state", "ended_at"])
    return True


def _close(code: str, at: datetime) -> bool:
    with transaction.atomic():
        found = locked.reservation(code=code)
        if found is None or found[1].state != ReservationState.DEPOSITED:
            return False
        row, one = found
        stopped = row.state == PresaleState.STOPPED
        if not stopped and at < row.balance_until_at:
            return False
        if stopped or not row.forfeits:
            send_back(row, one, "presale_stopped" if stopped else "balance_unpaid", at)
            return True
        escrow.release(order_code=one.code, at=at)
        row.taken -= one.quantity
        row.save(update_fields=["taken"])
        _free_units(row, one, at)
        _end(row, one, ReservationState.FORFEITED, at)
    return True


def _free_units(row: Presale, one: Reservation, at: datetime) -> None:
    """Units of a reservation that ends are free for others; after deposits have ended, on the shelf."""
    if row.freed_at is not None or at >= row.deposit_until_at:
        selling.give_back(row, one.quantity)


def _end(row: Presale, one: Reservation, state: ReservationState, at: datetime) -> None:
    gates.give_back(reference=one.code)
    one.state, one.ended_at = state, at
    one.save(update_fields=["state", "ended_at"])
    outbox.publish(
        ReservationEnded(
            reservation_code=one.code,
            presale_code=row.code,
            person_id=one.person_id,
            product_id=row.product_id,
            outcome=state.value,
            at=at,
        )
    )
