"""Sends an order's money back: out of escrow while it is held, from the shares once it was released.

Every share gives in proportion to its frozen amount, so a commission is returned at the rate at which it was
taken.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken
from jishi.money.escrow import queries, rules
from jishi.money.escrow.errors import NothingToRefund
from jishi.money.escrow.models import Holding, HoldingRefund, SplitRow
from jishi.money.escrow.operations.holding import locked_holding, ref_of
from jishi.money.ledger import operations as ledger
from jishi.money.ledger.contracts import AccountRef, TransferSpec
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.money.payments.contracts import RefundView
from jishi.money.payments.errors import RefundConflict


def refund(
    *,
    order_code: str,
    amount_minor: int | None = None,
    natural_key: str,
    reason: str,
    at: datetime | None = None,
) -> RefundView:
    """Send back a part of an order's money, or (``None``) all that is left of it.

    The same key returns the first refund.

    :raises HoldingNotFound: no money was held for the order.
    :raises NothingToRefund: less is left than shall go back.
    :raises InsufficientBalance: the money was released, and a share's owner no longer has it.
    :raises RefundConflict: the key names another refund.
    :raises LedgerBusy: the accounts could not be locked.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        intent_code = queries.get_holding(order_code).intent_code
        payments.lock_intent(intent_code=intent_code)
        holding, splits = locked_holding(order_code)
        known = _known(holding, natural_key, amount_minor)
        if known is not None:
            return known
        amount = _amount(holding, amount_minor)
        was_released = holding.state == rules.RELEASED
        parts = rules.take_back(amount, [split.amount_minor - split.refunded_minor for split in splits])
        if not was_released:
            _void(holding, moment)
        view = payments.request_refund(
            intent_code=intent_code,
            order_code=order_code,
            amount_minor=amount,
            reason=reason,
            natural_key=natural_key,
            sources=_sources(holding, splits, parts),
            at=moment,
        )
        _move(holding, splits, parts, moment)
        _reserve_rest(holding, splits, moment)
        HoldingRefund.objects.create(
            holding=holding,
            natural_key=natural_key,
            amount_minor=amount,
            parts_minor=parts,
            after_release=was_released,
            refund_code=view.code,
        )
        return view


def _known(holding: Holding, natural_key: str, amount_minor: int | None) -> RefundView | None:
    row = HoldingRefund.objects.filter(natural_key=natural_key).first()
    if row is None:
        return None
    if row.holding_id != holding.pk or amount_minor not in (None, row.amount_minor):
        raise RefundConflict(natural_key=natural_key)
    view = payment_queries.find_refund(natural_key)
    if view is None:
        raise InvariantBroken(f"escrow gave money for the refund {natural_key}, which does not exist")
    return view


def _amount(holding: Holding, amount_minor: int | None) -> int:
    left = holding.held_minor + holding.released_minor
    amount = left if amount_minor is None else amount_minor
    if type(amount) is not int or not 0 < amount <= left:
        raise NothingToRefund(order_code=holding.order_code, left_minor=left, wanted_minor=str(amount))
    return amount


def _void(holding: Holding, at: datetime) -> None:
    key = f"escrow:{holding.order_code}"
    ledger.void_pending(
        natural_key=f"{key}:void:{holding.reservation}",
        reserved_key=f"{key}:split:{holding.reservation}",
        at=at,
    )


def _sources(
    holding: Holding, splits: Sequence[SplitRow], parts: Sequence[int]
) -> list[tuple[AccountRef, int]]:
    """The accounts that give the money: escrow while it is held, else each share's own."""
    if holding.state == rules.HELD:
        return [(rules.held(holding.currency), sum(parts))]
    return [
        (ref_of(split, holding.currency), part) for split, part in zip(splits, parts, strict=True) if part
    ]


def _move(holding: Holding, splits: Sequence[SplitRow], parts: Sequence[int], at: datetime) -> None:
    """The rows follow the books: from held or released to refunded."""
    amount = sum(parts)
    released = holding.state == rules.RELEASED
    for split, part in zip(splits, parts, strict=True):
        split.refunded_minor += part
        split.released_minor -= part if released else 0
    SplitRow.objects.bulk_update(splits, ["refunded_minor", "released_minor"])
    holding.refunded_minor += amount
    if released:
        holding.released_minor -= amount
    else:
        holding.held_minor -= amount
    if holding.refunded_minor == holding.captured_minor:
        holding.state, holding.closed_at = rules.REFUNDED, at


def _reserve_rest(holding: Holding, splits: Sequence[SplitRow], at: datetime) -> None:
    """Reserve what is left for the shares anew, and write the holding."""
    if holding.state == rules.HELD:
        holding.reservation += 1
        held = rules.held(holding.currency)
        rest = [
            TransferSpec(
                held, ref_of(split, holding.currency), split.amount_minor - split.refunded_minor, split.role
            )
            for split in splits
            if split.amount_minor > split.refunded_minor
        ]
        key = f"escrow:{holding.order_code}:split:{holding.reservation}"
        ledger.reserve(natural_key=key, kind="escrow.split", transfers=rest, at=at)
    holding.save(
        update_fields=["held_minor", "released_minor", "refunded_minor", "state", "closed_at", "reservation"]
    )
