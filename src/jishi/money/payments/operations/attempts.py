"""Sends a buyer to a provider, and asks providers that are silent.

A transaction is never open while a provider is called: the attempt is written first, the call is repeatable
by the attempt's code, and the answer is written afterwards. A process that dies in between loses nothing,
because the same attempt is used by the next click and the sweep asks about it.
"""

from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from jishi.kernel import clock, ids
from jishi.kernel.money import Money
from jishi.money.payments import providers, queries, rules
from jishi.money.payments.contracts import AttemptState, HostedPayment, IntentState, IntentView
from jishi.money.payments.errors import (
    AlreadyPaid,
    IntentClosed,
    IntentNotFound,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from jishi.money.payments.models import Attempt, Intent
from jishi.money.payments.operations.intents import locked_intent
from jishi.money.payments.operations.reports import record_report

REUSABLE = (AttemptState.CREATED, AttemptState.STARTED, AttemptState.AUTHORIZED)
BATCH = 50

# Everybody who pays comes by here.
_OPEN = """
SELECT * FROM payments_attempt
WHERE intent_id = %s AND provider = %s AND return_url = %s AND state = ANY(%s) ORDER BY id DESC LIMIT 1
"""
_PAGE = """
UPDATE payments_attempt
SET provider_ref = %s, pay_url = %s, state = CASE WHEN state = ANY(%s) THEN %s ELSE state END WHERE id = %s
"""

log = structlog.get_logger("payments")


def start_attempt(
    *,
    intent_code: str,
    buyer_id: int | None = None,
    provider: str = "sandbox",
    return_url: str,
    language: str = "",
    at: datetime | None = None,
) -> str:
    """Prepare a payment at a provider and return the page where the buyer pays it.

    The amount is the intent's, whatever a client may have sent. Two clicks get the same page. With
    ``buyer_id`` the payment must be that person's.

    :raises IntentNotFound: unknown, or somebody else's.
    :raises AlreadyPaid: it was captured.
    :raises IntentClosed: the orders were cancelled or the time is over.
    :raises ProviderUnknown: the provider is not offered.
    :raises ProviderUnavailable: it does not answer; nothing was charged.
    :raises ProviderRefused: it will not take this payment.
    """
    moment = clock.at_or_now(at)
    gateway = providers.get(provider)
    with transaction.atomic(durable=True):
        intent = locked_intent(intent_code)
        if buyer_id is not None and intent.buyer_id != buyer_id:
            raise IntentNotFound(code=intent_code)
        attempt = _claim(intent, provider, return_url, moment)
    if attempt.pay_url:
        return attempt.pay_url
    try:
        hosted = gateway.create_payment(
            reference=attempt.code,
            amount=Money(intent.amount_minor, intent.currency),
            description=f"集柿 Jishi · {intent.code}",
            return_url=return_url,
            expires_at=intent.expires_at,
            language=language,
        )
    except ProviderRefused as refusal:
        _store_refusal(attempt, str(refusal.fields.get("reason") or "refused"))
        raise
    _store_page(attempt, hosted)
    return hosted.pay_url


def _claim(intent: Intent, provider: str, return_url: str, at: datetime) -> Attempt:
    """The attempt that is on its way already, or a new one, under the intent's lock."""
    if IntentState(intent.state) in rules.PAID:
        raise AlreadyPaid(code=intent.code)
    if intent.state == IntentState.CLOSED or intent.expires_at <= at:
        raise IntentClosed(code=intent.code)
    for attempt in Attempt.objects.raw(_OPEN, [intent.pk, provider, return_url, list(REUSABLE)]):
        return attempt
    attempt = Attempt.objects.create(
        code=f"pa{ids.new_code()}",
        intent=intent,
        provider=provider,
        return_url=return_url,
        created_at=at,
        sync_at=at + rules.SYNC_FIRST_PAUSE,
    )
    return attempt


def _store_page(attempt: Attempt, hosted: HostedPayment) -> None:
    """Keep what the provider prepared. Its webhook may have come first, so the state only moves forward."""
    before = [state for state in AttemptState if rules.advances(state, AttemptState.STARTED)]
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_PAGE, [hosted.provider_ref, hosted.pay_url, before, AttemptState.STARTED, attempt.pk])


def _store_refusal(attempt: Attempt, reason: str) -> None:
    with transaction.atomic(durable=True):
        row = Attempt.objects.select_for_update().get(pk=attempt.pk)
        if rules.advances(AttemptState(row.state), AttemptState.FAILED):
            row.state, row.failure, row.sync_at = AttemptState.FAILED, reason[:200], None
            row.save(update_fields=["state", "failure", "sync_at"])


def sync_attempt(intent_code: str, *, at: datetime | None = None) -> IntentView:
    """Ask the providers about an unpaid intent now (the buyer came back); a silent provider changes nothing.

    :raises IntentNotFound: unknown.
    """
    moment = clock.at_or_now(at)
    view = queries.get_intent(intent_code)
    if view.state in rules.PAID:
        return view
    for attempt in Attempt.objects.filter(intent__code=intent_code).order_by("pk"):
        _ask(attempt, moment)
    return queries.get_intent(intent_code)


def sync_attempts(at: datetime, *, limit: int = BATCH) -> int:
    """Ask about attempts whose webhook is overdue; returns how many. The sweep behind lost webhooks."""
    with transaction.atomic(durable=True):
        due = list(
            Attempt.objects.filter(sync_at__lte=at)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("intent")
            .order_by("sync_at")[:limit]
        )
        for attempt in due:
            attempt.sync_at = _next_sync(attempt, at)
            attempt.sync_tries = min(attempt.sync_tries + 1, 1000)
        Attempt.objects.bulk_update(due, ["sync_at", "sync_tries"])
    for attempt in due:
        _ask(attempt, at)
    return len(due)


def _next_sync(attempt: Attempt, at: datetime) -> datetime | None:
    last: datetime = attempt.intent.expires_at + rules.SYNC_AFTER_CLOSE
    pause: timedelta = rules.sync_pause(attempt.sync_tries)
    return at + pause if at + pause <= last else None


def _ask(attempt: Attempt, at: datetime) -> None:
    if attempt.state == AttemptState.CAPTURED:
        return
    try:
        report = providers.get(attempt.provider).ask_payment(reference=attempt.code)
    except (ProviderUnavailable, ProviderUnknown) as error:
        log.warning("payments.no_answer", attempt=attempt.code, error=error.code)
        return
    if report is not None:
        record_report(provider=attempt.provider, report=report, at=at)
