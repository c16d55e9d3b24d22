"""Takes captured money into escrow, with the shares frozen as they are now.

In the books: a posted transfer from the unapplied money to escrow, and pending transfers from escrow to each
share.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.kernel.money import Money
from jishi.money.escrow import queries, rules
from jishi.money.escrow.contracts import HoldingView, HoldRow, Split
from jishi.money.escrow.errors import HoldingConflict, HoldingNotFound, SplitsDisagree
from jishi.money.escrow.models import Holding, SplitRow
from jishi.money.ledger import operations as ledger
from jishi.money.ledger.contracts import AccountRef, JournalSpec, TransferSpec
from jishi.money.payments import operations as payments

UNAPPLIED = ("platform", "payments", "unapplied")


def hold(
    *,
    order_code: str,
    intent_code: str,
    amount: Money,
    splits: Sequence[Split],
    at: datetime | None = None,
) -> HoldingView:
    """Hold an order's captured money until it is released or sent back. Repeating the same call changes
    nothing.

    :raises SplitsDisagree: the shares do not make up the amount.
    :raises HoldingConflict: it is held already with other shares.
    :raises IntentNotFound: unknown payment.
    :raises InsufficientBalance: so much money was not captured.
    """
    row = HoldRow(order_code, intent_code, amount, tuple(splits))
    with transaction.atomic():
        _hold([row], clock.at_or_now(at), settled=False)
        return queries.get_holding(order_code)


def hold_batch(rows: Sequence[HoldRow], *, at: datetime | None = None) -> int:
    """Hold the money of many orders at once; returns how many were new. Refusals as in :func:`hold`."""
    with transaction.atomic():
        return _hold(rows, clock.at_or_now(at), settled=False)


def settle_batch(rows: Sequence[HoldRow], *, at: datetime | None = None) -> int:
    """Book many past orders as held and released; returns how many were new. Refusals as in :func:`hold`."""
    with transaction.atomic():
        return _hold(rows, clock.at_or_now(at), settled=True)


def _hold(rows: Sequence[HoldRow], at: datetime, *, settled: bool) -> int:
    for row in rows:
        if not rules.adds_up(row.amount.amount_minor, row.amount.currency, row.splits):
            raise SplitsDisagree(order_code=row.order_code)
    # The intent before the accounts: the order in which refunds take them too.
    for intent_code in sorted({row.intent_code for row in rows}):
        payments.lock_intent(intent_code=intent_code)
    known = Holding.objects.filter(order_code__in=[row.order_code for row in rows]).prefetch_related("splits")
    existing = {holding.order_code: holding for holding in known}
    for row in rows:
        if row.order_code in existing and not _same(existing[row.order_code], row):
            raise HoldingConflict(order_code=row.order_code)
    fresh = [row for row in rows if row.order_code not in existing]
    _write_rows(fresh, at, settled=settled)
    ledger.post_batch([journal for row in fresh for journal in _journals(row, settled=settled)], at=at)
    return len(fresh)


def _same(holding: Holding, row: HoldRow) -> bool:
    held = [
        (split.owner_kind, split.owner_key, split.purpose, split.role, split.rate_bps, split.amount_minor)
        for split in sorted(holding.splits.all(), key=lambda split: split.position)
    ]
    wanted = [
        (s.ref.owner_kind, s.ref.owner_key, s.ref.purpose, s.role, s.rate_bps, s.amount_minor)
        for s in row.splits
    ]
    amount = Money(holding.captured_minor, holding.currency)
    return (holding.intent_code, amount, held) == (row.intent_code, row.amount, wanted)


def _write_rows(rows: Sequence[HoldRow], at: datetime, *, settled: bool) -> None:
    holdings = Holding.objects.bulk_create(
        Holding(
            order_code=row.order_code,
            intent_code=row.intent_code,
            currency=row.amount.currency,
            captured_minor=row.amount.amount_minor,
            held_minor=0 if settled else row.amount.amount_minor,
            released_minor=row.amount.amount_minor if settled else 0,
            state=rules.RELEASED if settled else rules.HELD,
            held_at=at,
            closed_at=at if settled else None,
        )
        for row in rows
    )
    SplitRow.objects.bulk_create(
        SplitRow(
            holding=holding,
            position=position,
            owner_kind=split.ref.owner_kind,
            owner_key=split.ref.owner_key,
            purpose=split.ref.purpose,
            role=split.role,
            rate_bps=split.rate_bps,
            amount_minor=split.amount_minor,
            released_minor=split.amount_minor if settled else 0,
        )
        for holding, row in zip(holdings, rows, strict=True)
        for position, split in enumerate(row.splits)
    )


def _journals(row: HoldRow, *, settled: bool) -> list[JournalSpec]:
    """The bookings of a new holding; an order that cost nothing has none."""
    held = rules.held(row.amount.currency)
    shares = tuple(
        TransferSpec(held, split.ref, split.amount_minor, split.role)
        for split in row.splits
        if split.amount_minor
    )
    if not shares:
        return []
    source = AccountRef(*UNAPPLIED, row.amount.currency)
    intake = TransferSpec(source, held, row.amount.amount_minor)
    key = f"escrow:{row.order_code}"
    follow = (
        JournalSpec(f"{key}:release", "escrow.release", shares)
        if settled
        else JournalSpec(f"{key}:split:0", "escrow.split", shares, pending=True)
    )
    return [JournalSpec(f"{key}:hold", "escrow.hold", (intake,)), follow]


def locked_holding(order_code: str) -> tuple[Holding, list[SplitRow]]:
    """A holding and its shares under our lock, after its intent's.

    :raises HoldingNotFound: unknown order.
    """
    row = Holding.objects.select_for_update().filter(order_code=order_code).first()
    if row is None:
        raise HoldingNotFound(order_code=order_code)
    return row, list(row.splits.order_by("position"))


def ref_of(split: SplitRow, currency: str) -> AccountRef:
    """The account of a share."""
    return AccountRef(split.owner_kind, split.owner_key, split.purpose, currency)
