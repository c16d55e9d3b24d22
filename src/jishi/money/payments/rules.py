"""Pure rules of payments: states that only move forward, time-outs that grow, accounts that money passes.

Providers deliver in any order and more than once. An attempt therefore takes the *latest* state it ever heard
of, and captured, once true, stays true.
"""

from collections.abc import Sequence
from datetime import timedelta

from jishi.money.ledger.contracts import AccountRef
from jishi.money.payments.contracts import Allocation, AttemptState, IntentState

_RANK = {state: rank for rank, state in enumerate(AttemptState)}
OF_KIND = {
    "created": AttemptState.STARTED,
    "authorized": AttemptState.AUTHORIZED,
    "failed": AttemptState.FAILED,
    "captured": AttemptState.CAPTURED,
}
REFUND_KINDS = frozenset({"refund_succeeded", "refund_failed"})

INTENT_MOVES: dict[IntentState, frozenset[IntentState]] = {
    IntentState.OPEN: frozenset({IntentState.CLOSED, IntentState.CAPTURED}),
    IntentState.CLOSED: frozenset({IntentState.CAPTURED}),
    IntentState.CAPTURED: frozenset({IntentState.PARTIALLY_REFUNDED, IntentState.REFUNDED}),
    IntentState.PARTIALLY_REFUNDED: frozenset({IntentState.REFUNDED}),
    IntentState.REFUNDED: frozenset(),
}
PAID = frozenset({IntentState.CAPTURED, IntentState.PARTIALLY_REFUNDED, IntentState.REFUNDED})

REFUND_FIRST_PAUSE = timedelta(seconds=15)
REFUND_LONGEST_PAUSE = timedelta(hours=6)
SYNC_FIRST_PAUSE = timedelta(seconds=60)
SYNC_LONGEST_PAUSE = timedelta(hours=1)
SYNC_AFTER_CLOSE = timedelta(days=1)
"""How long after the end of an intent a provider is still asked: money can arrive late."""


def advances(old: AttemptState, new: AttemptState) -> bool:
    """Whether hearing ``new`` changes an attempt in ``old``."""
    return _RANK[new] > _RANK[old]


def can_move(old: IntentState, new: IntentState) -> bool:
    """Whether an intent may go from ``old`` to ``new``."""
    return new in INTENT_MOVES[old]


def refund_state(captured_minor: int, refunded_minor: int) -> IntentState:
    """The state of a captured intent of which ``refunded_minor`` went back."""
    if refunded_minor == 0:
        return IntentState.CAPTURED
    return IntentState.REFUNDED if refunded_minor == captured_minor else IntentState.PARTIALLY_REFUNDED


def refund_pause(tries: int) -> timedelta:
    """How long to wait after the n-th unsuccessful try of a refund."""
    return min(REFUND_FIRST_PAUSE * (1 << min(tries, 20)), REFUND_LONGEST_PAUSE)


def sync_pause(tries: int) -> timedelta:
    """How long to wait before asking a provider again about a payment it was silent about."""
    return min(SYNC_FIRST_PAUSE * (1 << min(tries, 20)), SYNC_LONGEST_PAUSE)


def adds_up(amount_minor: int, allocations: Sequence[Allocation]) -> bool:
    """Whether the allocations are distinct orders, none negative, that make up a positive amount exactly."""
    orders = {allocation.order_code for allocation in allocations}
    return (
        amount_minor > 0
        and len(orders) == len(allocations)
        and all(type(part.amount_minor) is int and part.amount_minor >= 0 for part in allocations)
        and sum(part.amount_minor for part in allocations) == amount_minor
    )


def clearing(provider: str, currency: str) -> AccountRef:
    """What a provider holds for us; below zero by the amount it owes."""
    return AccountRef("provider", provider, "clearing", currency)


def unapplied(currency: str) -> AccountRef:
    """Captured money that belongs to no order yet."""
    return AccountRef("platform", "payments", "unapplied", currency)


def refunds_due(currency: str) -> AccountRef:
    """Money promised back to buyers that has not left yet."""
    return AccountRef("platform", "payments", "refunds_due", currency)
