"""Takes in what providers say, by webhook or when asked: each event once, in any order, compared with our
books.

Deduplication is by the event's id, under the lock of the intent: whichever delivery comes first has the
effect, the others wait and find it done. An amount, a currency or a reference that differs is recorded as a
break and changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from jishi.kernel import clock, outbox
from jishi.money.ledger import operations as ledger
from jishi.money.ledger.contracts import TransferSpec
from jishi.money.payments import providers, rules
from jishi.money.payments.contracts import AttemptState, IntentState, PaymentReport, WebhookResult
from jishi.money.payments.events import PaymentCaptured, PaymentFailed
from jishi.money.payments.models import (
    Attempt,
    Capture,
    Disposition,
    Intent,
    ReconciliationBreak,
    Refund,
)
from jishi.money.payments.operations import refunds

# Written out, as every payment comes by here.
_INTENT = """
SELECT i.* FROM payments_intent i JOIN payments_attempt a ON a.intent_id = i.id
WHERE a.provider = %s AND a.code = %s FOR UPDATE OF i
"""
_ATTEMPT = "SELECT * FROM payments_attempt WHERE provider = %s AND code = %s FOR UPDATE"
_KNOWN = "SELECT EXISTS (SELECT 1 FROM payments_webhookreceipt WHERE provider = %s AND event_id = %s)"
_RECEIPT = """
INSERT INTO payments_webhookreceipt (provider, event_id, kind, reference, outcome)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_MOVED = "UPDATE payments_attempt SET state = %s, provider_ref = %s, failure = %s, sync_at = %s WHERE id = %s"
_CAPTURE = """
INSERT INTO payments_capture (attempt_id, intent_id, amount_minor, disposition, paid_at)
SELECT %s, %s, %s,
       CASE WHEN EXISTS (SELECT 1 FROM payments_capture WHERE intent_id = %s AND disposition = 'applied')
            THEN 'surplus' ELSE 'applied' END, %s
RETURNING id, disposition
"""
_PAID = """
WITH paid AS (UPDATE payments_intent SET state = %s, captured_at = %s WHERE id = %s RETURNING id)
SELECT a.order_code, a.amount_minor
FROM payments_allocation a JOIN paid ON paid.id = a.intent_id ORDER BY a.id
"""

APPLIED, DUPLICATE, IGNORED, BREAK = "applied", "duplicate", "ignored", "break"


def receive_webhook(
    *, provider: str, headers: Mapping[str, str], body: bytes, at: datetime | None = None
) -> WebhookResult:
    """Check a provider's message and take it in. Every outcome but an exception is to be acknowledged.

    :raises ProviderUnknown: no such provider.
    :raises WebhookRefused: the signature is wrong, missing or too old; nothing changed.
    :raises WebhookMalformed: signed, but not readable.
    :raises LedgerBusy: the accounts could not be locked; the provider shall deliver again.
    """
    moment = clock.at_or_now(at)
    report = providers.get(provider).read_webhook(headers=headers, body=body, at=moment)
    return record_report(provider=provider, report=report, at=moment)


def record_report(*, provider: str, report: PaymentReport, at: datetime | None = None) -> WebhookResult:
    """Take in what a provider said, in one transaction; repeated after a deadlock.

    :raises LedgerBusy: the accounts could not be locked.
    """
    moment = clock.at_or_now(at)

    def work() -> WebhookResult:
        with transaction.atomic():
            return _record(provider, report, moment)

    return ledger.patiently(work)


def _record(provider: str, report: PaymentReport, at: datetime) -> WebhookResult:
    # The intent is locked first and both are read after that: the order of locks of the whole area.
    intent = next(iter(Intent.objects.raw(_INTENT, [provider, report.reference])), None)
    if intent is None:
        return _unknown(provider, report)
    attempt = Attempt.objects.raw(_ATTEMPT, [provider, report.reference])[0]
    if _is_known_event(provider, report):
        return WebhookResult(report.event_id, DUPLICATE, intent.code)
    if report.kind in rules.REFUND_KINDS:
        outcome = _apply_refund(provider, intent, attempt, report, at)
    else:
        outcome = _apply_payment(provider, intent, attempt, report, at)
    _receipt(provider, report, outcome)
    return WebhookResult(report.event_id, outcome, intent.code)


def _unknown(provider: str, report: PaymentReport) -> WebhookResult:
    """A validly signed message about a payment that is not ours: for a person, not for endless retries."""
    if _is_known_event(provider, report):
        return WebhookResult(report.event_id, DUPLICATE)
    _break(provider, report, "unknown_payment", None, {"reference": report.reference})
    _receipt(provider, report, BREAK)
    return WebhookResult(report.event_id, BREAK)


def _is_known_event(provider: str, report: PaymentReport) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [provider, report.event_id])
        known: bool = cursor.fetchone()[0]
    return known


def _receipt(provider: str, report: PaymentReport, outcome: str) -> None:
    # Only messages about nothing of ours can meet here; for the others the intent's lock comes first.
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPT, [provider, report.event_id, report.kind, report.reference[:64], outcome])


def _break(
    provider: str, report: PaymentReport, kind: str, attempt: Attempt | None, detail: dict[str, object]
) -> None:
    ReconciliationBreak.objects.bulk_create(
        [
            ReconciliationBreak(
                provider=provider, event_id=report.event_id, kind=kind, attempt=attempt, detail=detail
            )
        ],
        ignore_conflicts=True,
    )


def _apply_payment(
    provider: str, intent: Intent, attempt: Attempt, report: PaymentReport, at: datetime
) -> str:
    if attempt.provider_ref not in (None, report.provider_ref):
        detail: dict[str, object] = {"ours": attempt.provider_ref, "theirs": report.provider_ref}
        _break(provider, report, "reference", attempt, detail)
        return BREAK
    if (report.amount_minor, report.currency) != (intent.amount_minor, intent.currency):
        detail = {
            "ours": [intent.amount_minor, intent.currency],
            "theirs": [report.amount_minor, report.currency],
        }
        _break(provider, report, "amount", attempt, detail)
        return BREAK
    state = rules.OF_KIND[report.kind]
    if not rules.advances(AttemptState(attempt.state), state):
        return IGNORED
    attempt.state = state
    attempt.provider_ref = report.provider_ref
    if state is AttemptState.CAPTURED:
        attempt.sync_at = None
        capture(intent, attempt, report.at, at)
    elif state is AttemptState.FAILED:
        attempt.failure = report.reason
        if intent.state == IntentState.OPEN:
            outbox.publish(PaymentFailed(intent.code, attempt.code, intent.buyer_id, report.reason, at))
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVED, [attempt.state, attempt.provider_ref, attempt.failure, attempt.sync_at, attempt.pk]
        )
    return APPLIED


def capture(intent: Intent, attempt: Attempt, paid_at: datetime, at: datetime) -> None:
    """Book money that arrived. The first of an intent pays it, also when it is late; any other goes back."""
    row = Capture(
        attempt=attempt,
        intent=intent,
        amount_minor=intent.amount_minor,
        # A provider whose clock is ahead must not buy its payer more time.
        paid_at=min(paid_at, at),
    )
    with connection.cursor() as cursor:
        cursor.execute(_CAPTURE, [attempt.pk, intent.pk, row.amount_minor, intent.pk, row.paid_at])
        row.pk, row.disposition = cursor.fetchone()
    move = TransferSpec(
        rules.clearing(attempt.provider, intent.currency), rules.unapplied(intent.currency), row.amount_minor
    )
    ledger.post(
        natural_key=f"payment:{attempt.code}:capture", kind="payment.captured", transfers=[move], at=at
    )
    if row.disposition == Disposition.SURPLUS:
        refunds.return_surplus(row, at)
        return
    intent.state = IntentState.CAPTURED
    intent.captured_at = row.paid_at
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [intent.state, intent.captured_at, intent.pk])
        parts = cursor.fetchall()
    outbox.publish(
        PaymentCaptured(
            intent_code=intent.code,
            attempt_code=attempt.code,
            currency=intent.currency,
            amount_minor=intent.amount_minor,
            paid_at=row.paid_at,
            buyer_id=intent.buyer_id,
            allocations=tuple(parts),
        )
    )


def _apply_refund(
    provider: str, intent: Intent, attempt: Attempt, report: PaymentReport, at: datetime
) -> str:
    refund = (
        Refund.objects.select_for_update(of=("self",))
        .select_related("capture")
        .filter(code=report.refund_reference, capture__attempt=attempt)
        .first()
    )
    if refund is None:
        _break(provider, report, "unknown_refund", attempt, {"refund": report.refund_reference})
        return BREAK
    if (report.amount_minor, report.currency) != (refund.amount_minor, intent.currency):
        detail: dict[str, object] = {
            "ours": [refund.amount_minor, intent.currency],
            "theirs": [report.amount_minor, report.currency],
        }
        _break(provider, report, "refund_amount", attempt, detail)
        return BREAK
    if report.kind == "refund_succeeded":
        changed = refunds.complete(intent, refund, report.provider_ref, at)
    else:
        changed = refunds.fail(intent, refund, report.reason, at)
    return APPLIED if changed else IGNORED
