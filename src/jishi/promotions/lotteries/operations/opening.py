"""A shop publishes a lottery with its prizes set aside, and may stop it before the draw."""

from datetime import datetime

from django.db import transaction

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import queries as price_queries
from jishi.kernel import clock, fairdraw, policy
from jishi.promotions.gates import operations as gates
from jishi.promotions.lotteries import rules
from jishi.promotions.lotteries.contracts import LotteryDraft, LotteryState
from jishi.promotions.lotteries.errors import LotteryInvalid, LotteryNotOpen, PrizeTooHigh
from jishi.promotions.lotteries.models import Lottery, Prize
from jishi.promotions.lotteries.operations import locked


def publish(*, shop_id: int, draft: LotteryDraft, at: datetime | None = None) -> str:
    """Open a lottery: its seed is promised and its prizes are set aside, all or nothing. Returns its code.

    :raises LotteryInvalid: a setting makes no sense, or a prize is not the shop's.
    :raises PrizeTooHigh: a prize is worth more than the rule pack allows.
    :raises OutOfStock: there are not so many pieces of a prize.
    :raises GateInvalid: / AudienceNotAgreed: whom it is for, or its limits, cannot be.
    """
    now = clock.at_or_now(at)
    fault = rules.fault(draft, now)
    if fault:
        raise LotteryInvalid(field=fault)
    shop = merchant_queries.get_shop(shop_id)
    variants = catalog_queries.find_variants([one.variant_id for one in draft.prizes], language="zh-hans")
    worth = price_queries.list_prices([one.variant_id for one in draft.prizes], shop.currency)
    for prize in draft.prizes:
        known = variants.get(prize.variant_id)
        if known is None or known.shop_id != shop_id or prize.variant_id not in worth:
            raise LotteryInvalid(field="prizes")
    cap = policy.pack().get("prizes.max_value_minor", 0)
    if cap and any(view.amount_minor > cap for view in worth.values()):
        raise PrizeTooHigh(limit_minor=cap, currency=shop.currency)
    seed = fairdraw.new_seed()
    with transaction.atomic():
        lottery = Lottery.objects.create(
            shop_id=shop_id,
            title=draft.title.strip(),
            note=draft.note.strip(),
            entry_mode=draft.entry_mode,
            min_order_minor=draft.min_order_minor,
            currency=shop.currency,
            per_person=draft.per_person,
            wins_per_person=draft.wins_per_person,
            starts_at=draft.starts_at,
            ends_at=draft.ends_at,
            claim_days=draft.claim_days,
            seed=seed,
            seed_hash=fairdraw.commitment(seed),
            created_at=now,
            due_at=draft.ends_at,
        )
        gates.set_gate(subject=rules.gate_of(lottery.code), shop_id=shop_id, wish=draft.gate, at=now)
        for position, prize in enumerate(draft.prizes, start=1):
            variant = variants[prize.variant_id]
            Prize.objects.create(
                lottery=lottery,
                position=position,
                product_id=variant.product_id,
                variant_id=prize.variant_id,
                title=" · ".join((variant.product_title, *variant.options))[:300],
                quantity=prize.quantity,
                value_minor=worth[prize.variant_id].amount_minor,
            )
            inventory.earmark(
                reference=rules.earmark(lottery.code, position),
                variant_id=prize.variant_id,
                quantity=prize.quantity,
                expires_at=locked.kept_until(lottery),
                at=now,
            )
    return lottery.code


def stop(*, lottery_code: str, reason: str, at: datetime | None = None) -> None:
    """Call a lottery off before its draw; the reason is shown to everybody. Doing so again changes nothing.

    :raises LotteryNotFound: there is none.
    :raises LotteryInvalid: no reason is given.
    :raises LotteryNotOpen: it is drawn already.
    """
    now = clock.at_or_now(at)
    if not 2 <= len(reason.strip()) <= 200:
        raise LotteryInvalid(field="reason")
    with transaction.atomic():
        lottery = locked.lottery_by_code(lottery_code)
        if lottery.state == LotteryState.STOPPED:
            return
        if lottery.state != LotteryState.ON:
            raise LotteryNotOpen(lottery=lottery_code)
        lottery.state, lottery.stop_reason = LotteryState.STOPPED, reason.strip()
        lottery.closed_at, lottery.due_at = now, None
        lottery.save(update_fields=["state", "stop_reason", "closed_at", "due_at"])
        give_back(lottery, at=now)


def give_back(lottery: Lottery, *, at: datetime) -> None:
    """Return what is still set aside of the prizes of a locked lottery to the shop's shelves."""
    for position in lottery.prizes.order_by("position").values_list("position", flat=True):
        inventory.release(reference=rules.earmark(lottery.code, position), at=at)
