"""What an order's adjustments use up is held, settled or given back by the rule that proposed them.

Rules are called in one fixed order, so that two orders never wait for each other in a circle.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jishi.goods.pricing import ports
from jishi.goods.pricing.contracts import Adjustment
from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken


def hold_adjustments(
    *,
    adjustments: Sequence[Adjustment],
    hold_key: str,
    buyer_id: int | None,
    expires_at: datetime,
    at: datetime | None = None,
) -> None:
    """Set aside what the adjustments of one order use up; all of it or nothing.

    A rule that changed several lines by one reference is asked once, for the sum.

    :raises DomainError: the refusal of the rule whose thing is gone.
    """
    if not adjustments:
        return
    moment = clock.at_or_now(at)
    with transaction.atomic():
        for rule in _rules({made.rule for made in adjustments}):
            for made in _by_reference(made for made in adjustments if made.rule == rule.code):
                rule.hold(
                    adjustment=made, hold_key=hold_key, buyer_id=buyer_id, expires_at=expires_at, at=moment
                )


def settle_adjustments(
    *, rule_codes: Collection[str], hold_key: str, paid_at: datetime, at: datetime | None = None
) -> None:
    """Use up what an order holds, its payment being captured; all of it or nothing.

    :raises DomainError: a rule's held thing is gone and cannot be had again. Nothing was settled, and the
        caller's transaction is still good for the refund.
    """
    if not rule_codes:
        return
    moment = clock.at_or_now(at)
    with transaction.atomic():
        for rule in _rules(rule_codes):
            rule.settle(hold_key=hold_key, paid_at=paid_at, at=moment)


def release_adjustments(*, rule_codes: Collection[str], hold_key: str, at: datetime | None = None) -> None:
    """Give back what an order holds or used up."""
    if not rule_codes:
        return
    moment = clock.at_or_now(at)
    with transaction.atomic():
        for rule in _rules(rule_codes):
            rule.release(hold_key=hold_key, at=moment)


def brings_goods(rule_codes: Collection[str]) -> bool:
    """Whether the owner of one of these rules brings the goods of an order, so that no shelf is touched."""
    return any(getattr(rule, "brings_goods", False) for rule in _rules(rule_codes))


def _rules(codes: Collection[str]) -> list[ports.PriceRule]:
    found = [rule for _, rule in ports.rules_in_order() if rule.code in codes]
    missing = set(codes) - {rule.code for rule in found}
    if missing:
        raise InvariantBroken(f"an order carries adjustments of unknown rules: {sorted(missing)}")
    return found


def _by_reference(adjustments: Iterable[Adjustment]) -> list[Adjustment]:
    merged: dict[str, Adjustment] = {}
    for made in adjustments:
        first = merged.get(made.reference)
        if first is None:
            merged[made.reference] = made
        else:
            merged[made.reference] = replace(
                first, line_key=None, amount_minor=first.amount_minor + made.amount_minor
            )
    return [merged[reference] for reference in sorted(merged)]
