"""Reading earnings and payouts."""

from jishi.money.ledger import queries as ledger
from jishi.money.ledger.contracts import AccountRef
from jishi.money.wallet.contracts import EarningsView, PayoutState, PayoutView
from jishi.money.wallet.models import Payout

PURPOSE = "earnings"
MOST = 50


def account(person_id: int, currency: str) -> AccountRef:
    """Name the account of what a person earned."""
    return AccountRef("person", str(person_id), PURPOSE, currency)


def list_earnings(person_id: int) -> tuple[EarningsView, ...]:
    """Return what a person has, by currency."""
    found = ledger.list_balances(owner_kind="person", owner_key=str(person_id))
    return tuple(
        EarningsView(one.ref.currency, one.balance_minor, one.pending_out_minor, one.available_minor)
        for one in found
        if one.ref.purpose == PURPOSE and one.balance_minor
    )


def list_payouts(person_id: int, *, limit: int = MOST) -> tuple[PayoutView, ...]:
    """Return a person's payouts, the newest first."""
    return tuple(view(row) for row in Payout.objects.filter(person_id=person_id).order_by("-pk")[:limit])


def list_waiting(*, limit: int = MOST) -> tuple[PayoutView, ...]:
    """Return the payouts that wait to be decided, who has waited longest first."""
    rows = Payout.objects.filter(state=PayoutState.ASKED).order_by("asked_at", "pk")[:limit]
    return tuple(view(row) for row in rows)


def list_decided(*, limit: int = MOST) -> tuple[PayoutView, ...]:
    """Return the payouts that were decided, the newest first."""
    return tuple(view(row) for row in Payout.objects.exclude(state=PayoutState.ASKED).order_by("-pk")[:limit])


def view(row: Payout) -> PayoutView:
    """Return a row as others see it."""
    return PayoutView(
        code=row.code,
        person_id=row.person_id,
        currency=row.currency,
        amount_minor=row.amount_minor,
        destination=row.destination,
        state=PayoutState(row.state),
        reason=row.reason,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
    )
