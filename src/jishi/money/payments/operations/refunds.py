"""Sends money back: asked for under the intent's lock, sent by a worker, settled by the provider's word.

Σ refunds of a capture, and of each order's part of it, never exceeds what was captured; a refund counts from
the moment it is asked for, so two that race cannot both fit. The refund's code is the key at the provider: a
call that timed out is simply made again. No transaction is open while the provider is called.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Sum

from jishi.kernel import clock, outbox
from jishi.kernel.money import Money
from jishi.money.ledger import operations as ledger
from jishi.money.ledger.contracts import AccountRef, TransferSpec
from jishi.money.payments import providers, queries, rules
from jishi.money.payments.contracts import RefundAnswer, RefundState, RefundView
from jishi.money.payments.errors import (
    AmountsDisagree,
    NothingCaptured,
    ProviderUnavailable,
    ProviderUnknown,
    RefundConflict,
    RefundNotFound,
    RefundTooLarge,
)
from jishi.money.payments.events import RefundCompleted, RefundFailed
from jishi.money.payments.models import Capture, Disposition, Intent, Refund
from jishi.money.payments.operations.intents import locked_intent

LEASE = timedelta(seconds=60)
"""How long a claimed refund is left to the worker that claimed it; far longer than the call's time-outs."""
BATCH = 50

log = structlog.get_logger("payments")


def request_refund(
    *,
    intent_code: str,
    order_code: str,
    amount_minor: int,
    reason: str,
    natural_key: str,
    sources: Sequence[tuple[AccountRef, int]] = (),
    at: datetime | None = None,
) -> RefundView:
    """Promise an order's money back and book it as due; the sweep sends it.

    ``sources`` are the accounts that give the money (by default the captured money that belongs to no order
    yet). The same key with the same content returns the first refund.

    :raises IntentNotFound: unknown.
    :raises NothingCaptured: nothing was paid.
    :raises RefundTooLarge: more than is left of the order's part.
    :raises RefundConflict: the key names another refund.
    :raises AmountsDisagree: the amount is not positive, or the sources do not add up to it.
    :raises InsufficientBalance: a source does not have the money any more.
    """
    moment = clock.at_or_now(at)
    if type(amount_minor) is not int or amount_minor <= 0:
        raise AmountsDisagree(amount_minor=str(amount_minor))
    if sources and sum(part for _, part in sources) != amount_minor:
        raise AmountsDisagree(amount_minor=amount_minor)
    with transaction.atomic():
        intent = locked_intent(intent_code)
        known = queries.find_refund(natural_key)
        if known is not None:
            if (known.intent_code, known.order_code, known.amount_minor) != (
                intent.code,
                order_code,
                amount_minor,
            ):
                raise RefundConflict(natural_key=natural_key)
            return known
        capture = Capture.objects.filter(intent=intent, disposition=Disposition.APPLIED).first()
        if capture is None:
            raise NothingCaptured(code=intent.code)
        _check_left(intent, capture, order_code, amount_minor)
        row = _book(capture, intent, order_code, amount_minor, reason, natural_key, moment, sources)
        return queries.get_refund(row.code)


def _check_left(intent: Intent, capture: Capture, order_code: str, amount_minor: int) -> None:
    part = intent.allocations.filter(order_code=order_code).first()
    asked = Refund.objects.filter(capture=capture)
    of_order = asked.filter(order_code=order_code).aggregate(total=Sum("amount_minor"))["total"] or 0
    of_all = asked.aggregate(total=Sum("amount_minor"))["total"] or 0
    left = min((part.amount_minor if part else 0) - of_order, capture.amount_minor - of_all)
    if amount_minor > left:
        raise RefundTooLarge(left_minor=left, wanted_minor=amount_minor)


def _book(
    capture: Capture,
    intent: Intent,
    order_code: str,
    amount_minor: int,
    reason: str,
    natural_key: str,
    at: datetime,
    sources: Sequence[tuple[AccountRef, int]] = (),
) -> Refund:
    """The refund and the booking that makes it due, together."""
    due = rules.refunds_due(intent.currency)
    moves = [TransferSpec(ref, due, part) for ref, part in sources if part] or [
        TransferSpec(rules.unapplied(intent.currency), due, amount_minor)
    ]
    ledger.post(natural_key=f"refund:{natural_key}:due", kind="refund.due", transfers=moves, at=at)
    return Refund.objects.create(
        natural_key=natural_key,
        capture=capture,
        order_code=order_code,
        amount_minor=amount_minor,
        reason=reason[:120],
        requested_at=at,
        next_at=at,
    )


def return_surplus(capture: Capture, at: datetime) -> None:
    """Send back a payment that was made a second time; the caller holds the intent's lock."""
    key = f"surplus:{capture.attempt.code}"
    _book(capture, capture.intent, "", capture.amount_minor, "paid_twice", key, at)


def retry_refund(*, refund_code: str, at: datetime | None = None) -> RefundView:
    """Have a refused refund sent at the next sweep instead of waiting out its pause.

    :raises RefundNotFound: unknown.
    """
    with transaction.atomic():
        row = Refund.objects.select_for_update().filter(code=refund_code).first()
        if row is None:
            raise RefundNotFound(code=refund_code)
        if row.state == RefundState.FAILED:
            row.next_at = clock.at_or_now(at)
            row.save(update_fields=["next_at"])
    return queries.get_refund(refund_code)


def send_refunds(at: datetime, *, limit: int = BATCH) -> int:
    """Send what is due and ask about what was sent; returns how many were worked."""
    with transaction.atomic(durable=True):
        claimed = list(
            Refund.objects.filter(next_at__lte=at)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("capture__attempt", "capture__intent")
            .order_by("next_at")[:limit]
        )
        for refund in claimed:
            refund.next_at = at + LEASE
            refund.tries = min(refund.tries + 1, 1000)
        Refund.objects.bulk_update(claimed, ["next_at", "tries"])
    for refund in claimed:
        answer = _call(refund)
        if answer is not None:
            _settle(refund, answer, at)
    return len(claimed)


def _call(refund: Refund) -> RefundAnswer | None:
    """The provider's answer; None when it gave none, and the lease's end will bring another try."""
    attempt = refund.capture.attempt
    try:
        gateway = providers.get(attempt.provider)
        if refund.state == RefundState.SENT:
            return gateway.ask_refund(refund_reference=refund.code)
        return gateway.send_refund(
            reference=attempt.code,
            refund_reference=refund.code,
            amount=Money(refund.amount_minor, refund.capture.intent.currency),
            reason=refund.reason,
        )
    except (ProviderUnavailable, ProviderUnknown) as error:
        log.warning("payments.refund_unanswered", refund=refund.code, tries=refund.tries, error=error.code)
        return None


def _settle(refund: Refund, answer: RefundAnswer, at: datetime) -> None:
    def work() -> None:
        with transaction.atomic():
            intent = Intent.objects.select_for_update().get(pk=refund.capture.intent_id)
            row = Refund.objects.select_for_update(of=("self",)).select_related("capture").get(pk=refund.pk)
            if answer.state == "succeeded":
                complete(intent, row, answer.provider_ref, at)
            elif answer.state == "refused":
                fail(intent, row, answer.reason, at)
            elif row.state != RefundState.SUCCEEDED:
                row.state, row.provider_ref = RefundState.SENT, answer.provider_ref
                row.next_at = at + rules.refund_pause(row.tries)
                row.save(update_fields=["state", "provider_ref", "next_at"])

    ledger.patiently(work)


def complete(intent: Intent, refund: Refund, provider_ref: str, at: datetime) -> bool:
    """Book money that has left; false if that was known. The caller holds intent and refund."""
    if refund.state == RefundState.SUCCEEDED:
        return False
    attempt = refund.capture.attempt
    move = TransferSpec(
        rules.refunds_due(intent.currency),
        rules.clearing(attempt.provider, intent.currency),
        refund.amount_minor,
    )
    ledger.post(natural_key=f"refund:{refund.code}:sent", kind="refund.sent", transfers=[move], at=at)
    refund.state, refund.provider_ref, refund.last_error = RefundState.SUCCEEDED, provider_ref, ""
    refund.completed_at, refund.next_at = at, None
    refund.save(update_fields=["state", "provider_ref", "last_error", "completed_at", "next_at"])
    # A surplus concerns no order: the intent stays paid and nobody above needs to hear of it.
    if refund.capture.disposition == Disposition.APPLIED:
        intent.refunded_minor += refund.amount_minor
        intent.state = rules.refund_state(intent.amount_minor, intent.refunded_minor)
        intent.save(update_fields=["refunded_minor", "state"])
        outbox.publish(
            RefundCompleted(
                refund_code=refund.code,
                intent_code=intent.code,
                order_code=refund.order_code,
                currency=intent.currency,
                amount_minor=refund.amount_minor,
                natural_key=refund.natural_key,
                buyer_id=intent.buyer_id,
                at=at,
            )
        )
    return True


def fail(intent: Intent, refund: Refund, reason: str, at: datetime) -> bool:
    """Note a refusal and when to try again; false if the money has left. The caller holds both rows."""
    if refund.state == RefundState.SUCCEEDED:
        return False
    first = refund.state != RefundState.FAILED
    refund.state, refund.last_error = RefundState.FAILED, reason[:200] or "refused"
    refund.next_at = at + rules.refund_pause(refund.tries)
    refund.save(update_fields=["state", "last_error", "next_at"])
    if first and refund.order_code:
        outbox.publish(
            RefundFailed(
                refund_code=refund.code,
                intent_code=intent.code,
                order_code=refund.order_code,
                amount_minor=refund.amount_minor,
                natural_key=refund.natural_key,
                reason=refund.last_error,
                at=at,
            )
        )
    return True
