"""Writes of payments: intents, tries at a provider, what providers report, and money going back."""

from jishi.money.payments.operations.attempts import start_attempt, sync_attempt, sync_attempts
from jishi.money.payments.operations.intents import cancel_intent, lock_intent, open_intent
from jishi.money.payments.operations.offline import PaidElsewhere, record_paid, record_paid_batch
from jishi.money.payments.operations.refunds import request_refund, retry_refund, send_refunds
from jishi.money.payments.operations.reports import receive_webhook, record_report

__all__ = [
    "PaidElsewhere",
    "cancel_intent",
    "lock_intent",
    "open_intent",
    "receive_webhook",
    "record_paid",
    "record_paid_batch",
    "record_report",
    "request_refund",
    "retry_refund",
    "send_refunds",
    "start_attempt",
    "sync_attempt",
    "sync_attempts",
]
