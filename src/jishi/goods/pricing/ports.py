"""The port through which promotions change prices, and the register of who does.

A rule only proposes; the engine decides. What registers is checked at the door, so that a rule with a missing
or misspelt verb fails when the program starts and not when somebody pays.
"""

import inspect
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from jishi.goods.pricing.contracts import STAGES, Adjustment, PriceRequest, QuoteLine, Stage


@runtime_checkable
class PriceRule(Protocol):
    """One source of price changes: one pure verb and three with effects, all idempotent.

    The three run inside the caller's transaction. `hold_key` is the code of the order that carries the
    adjustment; one order carries at most one thing of each rule.

    A rule with `brings_goods = True` gets the goods of its orders itself and only after they were paid; it
    answers for how many there are, and the shelves are not asked.
    """

    code: str

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Say what this rule would take off these lines; read only, and the same for the same input.

        :raises DomainError: a token was presented that cannot be honoured.
        """

    def hold(
        self,
        *,
        adjustment: Adjustment,
        hold_key: str,
        buyer_id: int | None,
        expires_at: datetime,
        at: datetime,
    ) -> None:
        """Set aside what the adjustment uses up (a seat, a coupon), until it expires.

        :raises DomainError: it is gone.
        """

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        """Use up what is held: the payment was captured.

        :raises DomainError: the held thing is gone and cannot be had again; the caller refunds.
        """

    def release(self, *, hold_key: str, at: datetime) -> None:
        """Give back what is held or used: the order came to nothing."""


_VERBS: dict[str, tuple[str, ...]] = {
    "propose": ("request", "lines"),
    "hold": ("adjustment", "hold_key", "buyer_id", "expires_at", "at"),
    "settle": ("hold_key", "paid_at", "at"),
    "release": ("hold_key", "at"),
}
_rules: dict[str, tuple[Stage, PriceRule]] = {}


def register(rule: PriceRule, stage: Stage) -> None:
    """Add a rule at the end of its stage.

    :raises TypeError: it does not have the verbs and parameters of a `PriceRule`.
    :raises ValueError: the stage does not exist, or another rule has this code.
    """
    if stage not in STAGES:
        raise ValueError(f"{stage!r} is no stage of pricing; the stages are {', '.join(STAGES)}")
    _check_shape(rule)
    if rule.code in _rules:
        raise ValueError(f"a price rule called {rule.code!r} is registered already")
    _rules[rule.code] = (stage, rule)


def rules_in_order() -> tuple[tuple[Stage, PriceRule], ...]:
    """Return every rule with its stage, in the order in which they change prices."""
    return tuple(sorted(_rules.values(), key=lambda entry: STAGES.index(entry[0])))


def _check_shape(rule: PriceRule) -> None:
    name = type(rule).__name__
    if not isinstance(getattr(rule, "code", None), str) or not rule.code:
        raise TypeError(f"{name} has no code")
    for verb, expected in _VERBS.items():
        method = getattr(rule, verb, None)
        if not callable(method):
            raise TypeError(f"{name} does not implement {verb}()")
        if tuple(inspect.signature(method).parameters) != expected:
            raise TypeError(f"{name}.{verb}() must take exactly ({', '.join(expected)})")
