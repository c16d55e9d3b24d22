"""What a flash sale may be, what a shopper sees of it, and the frozen terms of an item. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from jishi.goods.pricing.contracts import Quote
from jishi.kernel.errors import N_
from jishi.kernel.money import share_bps
from jishi.promotions.flash_sales.contracts import Face, ItemState, Preview, SlotPhase, Wish
from jishi.promotions.flash_sales.errors import PriceTooHigh, SlotInvalid, WishInvalid

RULE = "flash_sale"
"""The code of the price rule, and with it of every adjustment."""

EXPLANATION = N_("Flash sale price")
MOST_PER_PERSON = 10
MOST_UNITS = 1_000_000
LONGEST = timedelta(days=7)
HOLD_GRACE = timedelta(minutes=5)
"""How much longer units stay with an unpaid order than there is time to pay: its own expiry comes first."""

EARMARK_GRACE = timedelta(days=3)
"""How long after its slot an earmark lapses by itself, should nobody have closed the item."""

PAY_WITHIN_S = 600
"""An unpaid unit keeps others from the flash price, so there is less time to pay than usual."""

REMIND_BEFORE = timedelta(minutes=5)
OPEN_BEFORE = timedelta(seconds=30)


def gate_of(item_code: str) -> str:
    """Return the name of the gate before an item."""
    return f"flash:{item_code}"


def earmark_of(item_code: str) -> str:
    """Return the inventory's name for the units of an item."""
    return f"flash:{item_code}"


def check_slot(*, starts_at: datetime, ends_at: datetime, enrol_until: datetime, at: datetime) -> None:
    """Refuse times that contradict each other.

    :raises SlotInvalid: they do.
    """
    if not at < ends_at or not enrol_until <= starts_at < ends_at or ends_at - starts_at > LONGEST:
        raise SlotInvalid


def check_wish(wish: Wish, *, list_minor: int) -> None:
    """Refuse an enrolment that could not be sold.

    :raises WishInvalid: a number is out of bounds.
    :raises PriceTooHigh: the price is not below the ordinary one.
    """
    numbers = (wish.price_minor, wish.allocation, wish.limit_per_person)
    if any(type(number) is not int for number in numbers):
        raise WishInvalid
    if not (1 <= wish.allocation <= MOST_UNITS and 1 <= wish.limit_per_person <= MOST_PER_PERSON):
        raise WishInvalid
    if wish.cost_minor is not None and (type(wish.cost_minor) is not int or wish.cost_minor < 0):
        raise WishInvalid
    if not 0 < wish.price_minor < list_minor:
        raise PriceTooHigh(list_minor=list_minor)


def preview(
    wish: Wish,
    *,
    list_minor: int,
    lowest_minor: int | None,
    commission_bps: int,
    free_units: int,
    clash: bool,
) -> Preview:
    """Say what an enrolment means for the shop, and what it should look at twice."""
    commission = share_bps(wish.price_minor, commission_bps)
    keeps = wish.price_minor - commission
    margin = None if wish.cost_minor is None else keeps - wish.cost_minor
    warnings = (
        ("below_cost", margin is not None and margin < 0),
        ("too_few_units", free_units < wish.allocation),
        ("clash", clash),
        ("not_the_lowest", lowest_minor is not None and wish.price_minor >= lowest_minor),
        ("thin_margin", margin is not None and 0 <= margin * 20 < wish.price_minor),
    )
    return Preview(
        list_minor=list_minor,
        lowest_minor=lowest_minor,
        commission_minor=commission,
        keeps_minor=keeps,
        margin_minor=margin,
        gives_minor=(list_minor - wish.price_minor) * wish.allocation,
        free_units=free_units,
        warnings=tuple(code for code, is_so in warnings if is_so),
    )


def phase(*, starts_at: datetime, ends_at: datetime, stopped_at: datetime | None, at: datetime) -> SlotPhase:
    """Return where a slot stands; its period includes the start and excludes the end."""
    if stopped_at is not None:
        return SlotPhase.STOPPED
    if at < starts_at:
        return SlotPhase.UPCOMING
    return SlotPhase.ON if at < ends_at else SlotPhase.ENDED


def face(*, state: str, slot: SlotPhase, available: int, held: int, has_claim: bool) -> Face:
    """Return what an item is to a shopper now."""
    if has_claim:
        return Face.MINE
    if slot in (SlotPhase.ENDED, SlotPhase.STOPPED) or state == ItemState.CLOSED:
        return Face.ENDED
    if slot == SlotPhase.UPCOMING or state == ItemState.APPROVED:
        return Face.UPCOMING
    if available > 0:
        return Face.ON_SALE
    return Face.RETURNING if held > 0 else Face.SOLD_OUT


def reference(item_code: str, quantity: int, household: str = "") -> str:
    """Return what an adjustment carries: item, units, and the household where that is limited."""
    return f"{item_code}:{quantity}:{household}" if household else f"{item_code}:{quantity}"


def read_reference(text: str) -> tuple[str, int, str]:
    """Return (item, units, household) of an adjustment."""
    code, quantity, *household = text.split(":")
    return code, int(quantity), household[0] if household else ""


def terms(
    quotes: Mapping[int, Quote],
    *,
    titles: Mapping[str, tuple[str, Sequence[str]]],
    delivery_code: str,
    commission_bps: int,
    pay_within_s: int,
    most_unpaid: int,
) -> dict[str, Any] | None:
    """Return the frozen price of an item from the engine's quotes, one per quantity a person may have.

    None when the engine does not give the flash price: something else is better, or the list price fell.
    """
    by: dict[str, dict[str, Any]] = {}
    line = next(iter(quotes.values())).lines[0]
    for quantity, quote in quotes.items():
        adjustment = next((made for made in quote.adjustments if made.rule == RULE), None)
        if adjustment is None or len(quote.adjustments) > 1:
            return None
        shop = quote.shops[0]
        by[str(quantity)] = {
            "goods": shop.goods_minor,
            "discount": shop.discount_minor,
            "delivery": shop.delivery_minor,
            "total": shop.total_minor,
            "params": dict(adjustment.explanation.params),
        }
        funder, message = adjustment.funder, adjustment.explanation.message
    return {
        "by": by,
        "unit": line.unit_minor,
        "product_code": line.product_code,
        "image_url": line.image_url[:500],
        "texts": {
            language: {"title": title[:300], "options": list(options)}
            for language, (title, options) in titles.items()
        },
        "delivery_code": delivery_code,
        "commission_bps": commission_bps,
        "pay_within_s": pay_within_s,
        "most_unpaid": most_unpaid,
        "message": message,
        "funder_kind": funder.kind,
        "funder_id": funder.id,
    }
