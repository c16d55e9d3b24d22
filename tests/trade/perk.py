"""A price rule for tests: a perk that takes some money off, for so many people, until it closes.

Its uses are kept in a table the kernel offers to everybody, so they take part in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from jishi.goods.pricing import ports
from jishi.goods.pricing.contracts import Adjustment, Explanation, Funder, PriceRequest, QuoteLine
from jishi.kernel import locks
from jishi.kernel.errors import Conflict
from jishi.kernel.models import IdempotentAnswer

SCOPE = "test.perk"
LIVE = (1, 2)
HELD, SETTLED, RELEASED = 1, 2, 3


class PerkGone(Conflict):
    """Nobody can have it any more."""

    code = "test.perk_gone"


class PerkRule:
    """Takes `off_minor` from the first line of whoever presents the token `perk`."""

    code = "perk"

    def __init__(
        self,
        *,
        total: int = 1000,
        per_person: int = 1000,
        off_minor: int = 100,
        closes_at: datetime | None = None,
    ) -> None:
        self.total, self.per_person = total, per_person
        self.off_minor, self.closes_at = off_minor, closes_at
        self.defers = False
        self.checks_limits = True

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        if "perk" not in request.tokens or (self.closes_at and request.at >= self.closes_at):
            return ()
        return (
            Adjustment(
                line_key=lines[0].key,
                shop_id=lines[0].shop_id,
                amount_minor=-self.off_minor,
                rule=self.code,
                reference="perk",
                funder=Funder("merchant", lines[0].shop_id),
                explanation=Explanation("A perk of %(off)s.", {"off": self.off_minor}),
                defers_fulfilment=self.defers,
            ),
        )

    def hold(
        self,
        *,
        adjustment: Adjustment,
        hold_key: str,
        buyer_id: int | None,
        expires_at: datetime,
        at: datetime,
    ) -> None:
        locks.advisory(SCOPE)
        self._check(buyer_id)
        IdempotentAnswer.objects.create(
            scope=SCOPE, key=hold_key, fingerprint=str(buyer_id), status=HELD, body={}
        )

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        locks.advisory(SCOPE)
        row = IdempotentAnswer.objects.get(scope=SCOPE, key=hold_key)
        if row.status == RELEASED:
            if self.closes_at and paid_at >= self.closes_at:
                raise PerkGone()
            self._check(int(row.fingerprint))
        self._set(hold_key, SETTLED)

    def release(self, *, hold_key: str, at: datetime) -> None:
        locks.advisory(SCOPE)
        self._set(hold_key, RELEASED)

    def _check(self, buyer_id: int | None) -> None:
        live = IdempotentAnswer.objects.filter(scope=SCOPE, status__in=LIVE)
        if not self.checks_limits:
            return
        if live.count() >= self.total or live.filter(fingerprint=str(buyer_id)).count() >= self.per_person:
            raise PerkGone()

    def _set(self, hold_key: str, status: int) -> None:
        IdempotentAnswer.objects.filter(scope=SCOPE, key=hold_key).update(status=status)


def uses() -> int:
    """Return how many perks are held or used."""
    return IdempotentAnswer.objects.filter(scope=SCOPE, status__in=LIVE).count()


@contextmanager
def registered(rule: PerkRule) -> Iterator[PerkRule]:
    """Have the rule price for a while."""
    ports.register(rule, "shop_coupon")
    try:
        yield rule
    finally:
        ports._rules.pop(rule.code)
