"""Reads of payments: intents, refunds, and what does not agree with a provider."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from jishi.money.payments.contracts import Allocation, AttemptView, BreakView, IntentView, RefundView
from jishi.money.payments.errors import IntentNotFound, RefundNotFound
from jishi.money.payments.models import Attempt, Intent, ReconciliationBreak, Refund

# What a pay page asks for again and again while the buyer is away at the provider.
_INTENT = """
SELECT i.code, i.natural_key, i.buyer_id, i.currency, i.amount_minor, i.refunded_minor, i.state,
       i.expires_at, i.captured_at,
       (SELECT json_agg(json_build_array(a.order_code, a.amount_minor) ORDER BY a.id)
        FROM payments_allocation a WHERE a.intent_id = i.id),
       (SELECT t.failure FROM payments_attempt t WHERE t.intent_id = i.id AND t.state = 'failed'
        ORDER BY t.id DESC LIMIT 1)
FROM payments_intent i WHERE i.code = %s
"""


def get_intent(code: str, *, viewer_id: int | None = None) -> IntentView:
    """One payment; with ``viewer_id`` only if it is that person's.

    :raises IntentNotFound: unknown, or somebody else's.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INTENT, [code])
        row = cursor.fetchone()
    if row is None or (viewer_id is not None and row[2] != viewer_id):
        raise IntentNotFound(code=code)
    allocations = tuple(Allocation(order_code, amount) for order_code, amount in row[9] or ())
    # Only an unpaid payment has a failure worth telling.
    failure = (row[10] or "") if row[6] == "open" else ""
    facts: list[Any] = [*row[:9], allocations, failure]
    return IntentView(*facts)


def list_attempts(intent_code: str) -> list[AttemptView]:
    """The tries to pay an intent, oldest first."""
    rows = Attempt.objects.filter(intent__code=intent_code).order_by("pk")
    return [
        AttemptView(
            code=row.code,
            provider=row.provider,
            provider_ref=row.provider_ref or "",
            state=row.state,
            failure=row.failure,
            created_at=row.created_at,
        )
        for row in rows
    ]


def count_refunds() -> dict[str, int]:
    """How many refunds are in each state; states without any are absent."""
    return dict(Refund.objects.order_by().values_list("state").annotate(n=Count("pk")))


def find_intent_for_order(order_code: str) -> IntentView | None:
    """The payment that covers an order; the newest, if it was opened again."""
    rows = Intent.objects.filter(allocations__order_code=order_code).prefetch_related("allocations")
    row = rows.order_by("-pk").first()
    return intent_view(row) if row else None


def get_refund(code: str) -> RefundView:
    """One refund.

    :raises RefundNotFound: unknown.
    """
    row = _refunds().filter(code=code).first()
    if row is None:
        raise RefundNotFound(code=code)
    return refund_view(row)


def find_refund(natural_key: str) -> RefundView | None:
    """The refund that was asked for under this key."""
    row = _refunds().filter(natural_key=natural_key).first()
    return refund_view(row) if row else None


def list_refunds(order_code: str) -> list[RefundView]:
    """The refunds of one order, oldest first."""
    return [refund_view(row) for row in _refunds().filter(order_code=order_code).order_by("pk")]


def list_refunds_of(order_codes: Iterable[str]) -> dict[str, list[RefundView]]:
    """The refunds of several orders by order, oldest first; orders without one are absent."""
    found: dict[str, list[RefundView]] = {}
    for row in _refunds().filter(order_code__in=list(order_codes)).order_by("pk"):
        found.setdefault(row.order_code, []).append(refund_view(row))
    return found


def list_stuck_refunds(limit: int = 100) -> list[RefundView]:
    """Refunds that a provider refused and that are still to be paid out, oldest first."""
    return [refund_view(row) for row in _refunds().filter(state="failed").order_by("pk")[:limit]]


def list_breaks(limit: int = 100) -> list[BreakView]:
    """What providers said that our books do not, newest first."""
    rows = ReconciliationBreak.objects.select_related("attempt").order_by("-pk")[:limit]
    return [
        BreakView(
            id=row.pk,
            provider=row.provider,
            event_id=row.event_id,
            kind=row.kind,
            attempt_code=row.attempt.code if row.attempt else "",
            detail=row.detail,
            at=row.recorded_at,
        )
        for row in rows
    ]


def new_intent_view(row: Intent, allocations: Iterable[Allocation]) -> IntentView:
    """The frozen view of an intent that was written this moment: it has no history to read."""
    return _intent_view(row, tuple(allocations), "")


def intent_view(row: Intent) -> IntentView:
    """The frozen view of an intent."""
    parts = sorted(row.allocations.all(), key=lambda part: part.pk)
    failures = (
        Attempt.objects.filter(intent=row, state="failed").order_by("-pk").values_list("failure", flat=True)
    )
    allocations = tuple(Allocation(part.order_code, part.amount_minor) for part in parts)
    # Only an unpaid payment has a failure worth telling.
    return _intent_view(row, allocations, (failures.first() or "") if row.state == "open" else "")


def _intent_view(row: Intent, allocations: tuple[Allocation, ...], last_failure: str) -> IntentView:
    return IntentView(
        code=row.code,
        natural_key=row.natural_key,
        buyer_id=row.buyer_id,
        currency=row.currency,
        amount_minor=row.amount_minor,
        refunded_minor=row.refunded_minor,
        state=row.state,
        expires_at=row.expires_at,
        captured_at=row.captured_at,
        allocations=allocations,
        last_failure=last_failure,
    )


def refund_view(row: Refund) -> RefundView:
    """The frozen view of a refund whose capture and intent are loaded."""
    return RefundView(
        code=row.code,
        intent_code=row.capture.intent.code,
        order_code=row.order_code,
        amount_minor=row.amount_minor,
        currency=row.capture.intent.currency,
        state=row.state,
        reason=row.reason,
        natural_key=row.natural_key,
        requested_at=row.requested_at,
        completed_at=row.completed_at,
        last_error=row.last_error,
    )


def _refunds() -> QuerySet[Refund]:
    return Refund.objects.select_related("capture__intent")
