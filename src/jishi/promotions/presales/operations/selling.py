"""Shops open presales, shops and operators stop them; free units go back when deposits end."""

from datetime import datetime

from django.db import transaction

from jishi.goods.inventory import operations as inventory
from jishi.kernel import audit, clock, policy
from jishi.promotions.gates import operations as gates
from jishi.promotions.presales import queries, rules
from jishi.promotions.presales.contracts import PresalePlan, PresaleState
from jishi.promotions.presales.errors import AlreadyPlanned, NotPossibleNow, ReasonMissing
from jishi.promotions.presales.models import LIVE, Presale
from jishi.promotions.presales.operations import locked

BATCH = 100


def forfeits() -> bool:
    """Whether a deposit is lost when the balance is not paid, by the rule pack of this installation."""
    return bool(policy.pack().get("presales.forfeit", False))


def open_presale(*, shop_id: int, wish: PresalePlan, by: int | None, at: datetime | None = None) -> str:
    """Open a presale and set its units aside; returns its code. From now on it does not change.

    :raises VariantUnknown: the variant is not this shop's, or has no price.
    :raises PlanInvalid: the numbers or windows make no sense.
    :raises AlreadyPlanned: the variant has an open presale.
    :raises OutOfStock: there are not as many units.
    :raises GateInvalid: / AudienceNotAgreed: whom it is for, or its limits, cannot be.
    """
    now = clock.at_or_now(at)
    variant, price = queries.priced_variant(shop_id, wish.variant_id)
    rules.check_plan(wish, list_minor=price.amount_minor, at=now)
    with transaction.atomic():
        open_ones = Presale.objects.filter(variant_id=wish.variant_id, state=PresaleState.OPEN)
        if open_ones.select_for_update().exists():
            raise AlreadyPlanned
        row = Presale.objects.create(
            shop_id=shop_id,
            product_id=variant.product_id,
            variant_id=wish.variant_id,
            currency=price.currency,
            price_minor=wish.price_minor,
            list_minor=price.amount_minor,
            deposit_minor=wish.deposit_minor,
            worth_minor=rules.worth_of(wish.deposit_minor, wish.multiplier_bps),
            cost_minor=wish.cost_minor,
            units=wish.units,
            limit_per_person=wish.limit_per_person,
            forfeits=forfeits(),
            starts_at=wish.starts_at,
            deposit_until_at=wish.deposit_until_at,
            balance_from_at=wish.balance_from_at,
            balance_until_at=wish.balance_until_at,
            created_at=now,
        )
        inventory.earmark(
            reference=rules.earmark_of(row.code),
            variant_id=wish.variant_id,
            quantity=wish.units,
            expires_at=wish.balance_until_at + rules.GRACE,
            at=now,
        )
        gates.set_gate(subject=rules.gate_of(row.code), shop_id=shop_id, wish=wish.gate, at=now)
        audit.record(actor_id=by, action="presales.open", subject=f"presale:{row.code}")
    return row.code


def stop_presale(
    *, presale_code: str, by: int | None, reason: str, shop_id: int | None = None, at: datetime | None = None
) -> None:
    """End a presale: every deposit without a paid balance goes back in full, by the sweep, whatever the law
    says of buyers who do not pay. Orders that are paid stay orders.

    :raises PresaleNotFound: there is none, or it is not this shop's.
    :raises ReasonMissing: buyers would not learn why.
    :raises NotPossibleNow: it is over.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.presale(presale_code, shop_id=shop_id)
        if not reason.strip():
            raise ReasonMissing
        if row.state != PresaleState.OPEN:
            raise NotPossibleNow
        row.state, row.reason, row.closed_at = PresaleState.STOPPED, reason.strip()[:200], now
        row.save(update_fields=["state", "reason", "closed_at"])
        detail = {"reason": row.reason}
        audit.record(actor_id=by, action="presales.stop", subject=f"presale:{row.code}", detail=detail)


def free_due(at: datetime) -> int:
    """Give units that nobody reserved back to the shelf when deposits end, finish what is over; a sweep."""
    due = Presale.objects.filter(freed_at=None, deposit_until_at__lte=at) | Presale.objects.filter(
        freed_at=None, state=PresaleState.STOPPED
    )
    done = sum(_free(code, at) for code in list(due.order_by("pk").values_list("code", flat=True)[:BATCH]))
    over = Presale.objects.filter(state=PresaleState.OPEN, balance_until_at__lte=at).exclude(freed_at=None)
    return done + sum(
        _settle(code, at) for code in list(over.order_by("pk").values_list("code", flat=True)[:BATCH])
    )


def give_back(row: Presale, quantity: int) -> None:
    """Move units of a locked presale from its earmark to the ordinary shelf."""
    reference = rules.earmark_of(row.code)
    if quantity and inventory.free_for(source=reference, reference=reference, quantity=quantity):
        row.back += quantity
        row.save(update_fields=["back"])


def _free(code: str, at: datetime) -> bool:
    with transaction.atomic():
        row = locked.presale(code)
        if row.freed_at is not None or row.held:
            return False  # a deposit may still be paid: its own end comes first
        give_back(row, row.units - row.held - row.taken - row.back)
        row.freed_at = at
        row.save(update_fields=["freed_at"])
    return True


def _settle(code: str, at: datetime) -> bool:
    with transaction.atomic():
        row = locked.presale(code)
        if row.state != PresaleState.OPEN or row.reservations.filter(state__in=list(LIVE)).exists():
            return False
        row.state, row.closed_at = PresaleState.SETTLED, at
        row.save(update_fields=["state", "closed_at"])
    return True
