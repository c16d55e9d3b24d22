"""The state machine of an order, and who may do what. Pure: no database, no clock.

Invariant: an order changes state only along `TRANSITIONS`. Received, refunded and cancelled are final;
expired is left only by `revive`, when money arrives late and stock and price can still be had.
"""

from collections.abc import Iterable, Mapping

from jishi.kernel.errors import N_
from jishi.trade.orders.contracts import OrderDraft, OrderState
from jishi.trade.orders.errors import DraftRefused, NotPossibleNow

AWAITING, PAID, SHIPPED = OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.SHIPPED
RECEIVED, EXPIRED, CANCELLED = OrderState.RECEIVED, OrderState.EXPIRED, OrderState.CANCELLED
REFUNDING, REFUNDED = OrderState.REFUNDING, OrderState.REFUNDED

TRANSITIONS: Mapping[tuple[OrderState, str], OrderState] = {
    (AWAITING, "pay"): PAID,
    (AWAITING, "expire"): EXPIRED,
    (AWAITING, "cancel"): CANCELLED,
    (EXPIRED, "revive"): PAID,
    (PAID, "ship"): SHIPPED,
    (PAID, "refund"): REFUNDING,
    (SHIPPED, "receive"): RECEIVED,
    (SHIPPED, "refund"): REFUNDING,
    (REFUNDING, "finish_refund"): REFUNDED,
}
"""(state, verb) to the next state. What is not here cannot happen."""

STATE_NAMES: Mapping[OrderState, str] = {
    AWAITING: N_("To pay"),
    PAID: N_("Paid"),
    SHIPPED: N_("On its way"),
    RECEIVED: N_("Received"),
    EXPIRED: N_("Payment time over"),
    CANCELLED: N_("Cancelled"),
    REFUNDING: N_("Refund on its way"),
    REFUNDED: N_("Refunded"),
}
"""Names for people, to be translated where they are shown."""

HOLDS_MONEY = frozenset({PAID, SHIPPED, REFUNDING})
"""States in which escrow or a pending refund holds the buyer's money."""

ENDED = frozenset({RECEIVED, EXPIRED, CANCELLED, REFUNDED})
"""States an order does not leave by itself; nothing is owed to anybody any more."""

LEGAL_STEPS = frozenset((before.value, after.value) for (before, _), after in TRANSITIONS.items()) | {
    ("", AWAITING.value)
}
"""Every pair of states that may follow each other in the record; "" stands before the first."""


def next_state(state: str, verb: str) -> OrderState:
    """Return where `verb` leads from `state`.

    :raises NotPossibleNow: the machine has no such move.
    """
    try:
        return TRANSITIONS[OrderState(state), verb]
    except (KeyError, ValueError):
        raise NotPossibleNow(state=str(state), verb=verb) from None


def can(state: str, verb: str) -> bool:
    """Whether `verb` is a legal move from `state`."""
    return (OrderState(state), verb) in TRANSITIONS


def is_final(state: str) -> bool:
    """Whether no move leads out of `state`."""
    return not any(before == state for before, _ in TRANSITIONS)


BUYER_ACTIONS: Mapping[str, tuple[str, ...]] = {
    AWAITING: ("pay", "cancel"),
    PAID: ("cancel",),
    SHIPPED: ("track", "confirm_receipt"),
    RECEIVED: ("track", "buy_again"),
    EXPIRED: ("buy_again",),
    CANCELLED: ("buy_again",),
    REFUNDING: (),
    REFUNDED: ("buy_again",),
}


def actions_for(*, viewer: str, state: str, on_hold: bool) -> tuple[str, ...]:
    """Return the verbs open to a viewer, most important first; pages and the API show exactly these."""
    if viewer == "buyer":
        return BUYER_ACTIONS[state]
    if viewer not in ("staff", "operator"):
        return ()
    if state == AWAITING:
        return ("change_delivery_fee", "cancel")
    if state == PAID:
        return ("refund",) if on_hold else ("ship", "refund")
    if state == SHIPPED:
        return ("track", "refund")
    return ("track",) if state == RECEIVED else ()


def check_draft(draft: OrderDraft) -> None:
    """Refuse a draft whose sums do not add up, before the database would.

    :raises DraftRefused: with the first problem found.
    """
    if not draft.lines:
        raise DraftRefused(problem="lines")
    if any(line.total_minor != line.quantity * line.unit_minor - line.discount_minor for line in draft.lines):
        raise DraftRefused(problem="line")
    if any(line.quantity < 1 or line.total_minor < 0 or line.discount_minor < 0 for line in draft.lines):
        raise DraftRefused(problem="line")
    if draft.goods_minor != sum(line.quantity * line.unit_minor for line in draft.lines):
        raise DraftRefused(problem="goods")
    if draft.total_minor != draft.goods_minor - draft.discount_minor + draft.delivery_minor:
        raise DraftRefused(problem="total")
    if draft.total_minor < 0 or draft.discount_minor < 0 or draft.delivery_minor < 0:
        raise DraftRefused(problem="negative")


def check_fee(delivery_minor: int) -> None:
    """Refuse a delivery fee that is none.

    :raises DraftRefused: it is negative, absurd or no whole number.
    """
    if type(delivery_minor) is not int or not 0 <= delivery_minor <= 10**12:
        raise DraftRefused(problem="delivery")


def hold_ref(rule_code: str, order_code: str) -> str:
    """Return the name of the fulfilment hold that a rule put on an order."""
    return f"{rule_code}:{order_code}"


def illegal_steps(steps: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the recorded (from, to) pairs that the machine does not allow; empty when history is sound."""
    return [step for step in steps if step not in LEGAL_STEPS]
