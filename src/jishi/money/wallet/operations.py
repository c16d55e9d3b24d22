"""Asking for a payout and deciding about it. Row and journal change in one transaction.

Asked for, the amount is reserved in the ledger, so that nobody can ask for the same money twice or spend it
meanwhile; sent, the reservation is posted to the clearing account of payouts; refused or taken back, it is
voided. The ledger's keys are the payout's code, so no verb books twice. The person is told of the decision.
"""

from datetime import datetime

from django.db import transaction

from jishi.kernel import audit, clock, locks
from jishi.money.ledger import operations as ledger
from jishi.money.ledger.contracts import AccountRef, TransferSpec
from jishi.money.ledger.errors import InsufficientBalance
from jishi.money.wallet import queries
from jishi.money.wallet.contracts import LEAST_MINOR, PayoutState, PayoutView
from jishi.money.wallet.errors import (
    NotEnough,
    OwnPayout,
    PayoutDecided,
    PayoutInvalid,
    PayoutNotFound,
    PayoutWaiting,
)
from jishi.money.wallet.models import Payout
from jishi.people.notifications import operations as notifications


def ask(
    *, person_id: int, currency: str, amount_minor: int, destination: str, at: datetime | None = None
) -> PayoutView:
    """Ask for a payout; asking for the same again while it waits returns the one that waits.

    :raises PayoutInvalid: it is too little, or does not say where to.
    :raises PayoutWaiting: another one waits.
    :raises NotEnough: it is more than is available.
    """
    where = destination.strip()[:200]
    if type(amount_minor) is not int or amount_minor < LEAST_MINOR or not where:
        raise PayoutInvalid
    now = clock.at_or_now(at)
    with transaction.atomic():
        locks.advisory("wallet.payout", person_id, currency)
        waiting = Payout.objects.filter(
            person_id=person_id, currency=currency, state=PayoutState.ASKED
        ).first()
        if waiting is not None:
            if (waiting.amount_minor, waiting.destination) == (amount_minor, where):
                return queries.view(waiting)
            raise PayoutWaiting
        row = Payout.objects.create(
            person_id=person_id,
            currency=currency,
            amount_minor=amount_minor,
            destination=where,
            asked_at=now,
        )
        out = AccountRef("platform", "payouts", "clearing", currency)
        transfer = TransferSpec(queries.account(person_id, currency), out, amount_minor)
        try:
            ledger.reserve(natural_key=f"payout:{row.code}", kind="payout", transfers=(transfer,), at=now)
        except InsufficientBalance:
            raise NotEnough from None
        return queries.view(row)


def send(*, payout_code: str, by: int, at: datetime | None = None) -> None:
    """Note that the money was sent: it leaves the person's earnings. Doing so again changes nothing.

    :raises PayoutNotFound: there is none.
    :raises PayoutDecided: it was refused or taken back.
    :raises OwnPayout: it is the decider's own.
    """
    _decide(payout_code, PayoutState.SENT, by=by, reason="", at=at)


def refuse(*, payout_code: str, by: int, reason: str, at: datetime | None = None) -> None:
    """Say no, with a reason; the money is available again. Doing so again changes nothing.

    :raises PayoutNotFound: there is none.
    :raises PayoutDecided: it was sent or taken back.
    :raises OwnPayout: it is the decider's own.
    :raises PayoutInvalid: no reason is given.
    """
    if not reason.strip():
        raise PayoutInvalid
    _decide(payout_code, PayoutState.REFUSED, by=by, reason=reason.strip()[:200], at=at)


def take_back(*, payout_code: str, person_id: int, at: datetime | None = None) -> None:
    """Take one's own request back while it waits; doing so again changes nothing.

    :raises PayoutNotFound: it is not theirs.
    :raises PayoutDecided: it was decided.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(payout_code)
        if row.person_id != person_id:
            raise PayoutNotFound
        _end(row, PayoutState.TAKEN_BACK, by=None, reason="", at=now)


def forget(*, person_id: int) -> None:
    """Forget where the decided payouts of a person went."""
    Payout.objects.filter(person_id=person_id).exclude(state=PayoutState.ASKED).update(destination="")


def _decide(code: str, state: PayoutState, *, by: int, reason: str, at: datetime | None) -> None:
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(code)
        if row.person_id == by:
            raise OwnPayout
        if _end(row, state, by=by, reason=reason, at=now):
            detail = {"amount_minor": row.amount_minor, "currency": row.currency, "reason": reason}
            action = "wallet.send" if state == PayoutState.SENT else "wallet.refuse"
            audit.record(actor_id=by, action=action, subject=f"payout:{code}", detail=detail)
            notifications.notify(
                person_id=row.person_id,
                kind=f"payout_{state}",
                params=detail,
                url=f"/leader/#payout-{code}",
                natural_key=f"payout:{code}",
                at=now,
            )


def _end(row: Payout, state: PayoutState, *, by: int | None, reason: str, at: datetime) -> bool:
    """Book and note the end of a locked payout; false when it has ended like this before."""
    if row.state == state:
        return False
    if row.state != PayoutState.ASKED:
        raise PayoutDecided
    reserved = f"payout:{row.code}"
    if state == PayoutState.SENT:
        ledger.post_pending(natural_key=f"{reserved}:sent", reserved_key=reserved, at=at)
    else:
        ledger.void_pending(natural_key=f"{reserved}:void", reserved_key=reserved, at=at)
    row.state, row.reason, row.decided_at, row.decided_by_id = state, reason, at, by
    row.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    return True


def _locked(code: str) -> Payout:
    row = Payout.objects.select_for_update(no_key=True).filter(code=code).first()
    if row is None:
        raise PayoutNotFound
    return row
