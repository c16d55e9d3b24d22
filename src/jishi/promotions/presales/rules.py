"""What a presale may be, and what a shopper sees of it. Pure."""

from datetime import datetime, timedelta

from jishi.kernel.errors import N_
from jishi.kernel.money import share_bps
from jishi.promotions.presales.contracts import Face, PresalePlan, PresaleState, Preview, ReservationState
from jishi.promotions.presales.errors import PlanInvalid

RULE = "presale"
"""The code of the price rule, and with it of every adjustment."""

PRICE = N_("Presale price")
PAID_BEFORE = N_("Deposit that you have paid")
GROWN = N_("Your deposit counts for more")
MOST_UNITS, MOST_PER_PERSON = 100_000, 20
MOST_MULTIPLIER_BPS = 50_000
LONGEST = timedelta(days=180)
GRACE = timedelta(days=14)
"""How long after the end an earmark lapses by itself, should nobody have closed the presale."""

REMIND_BEFORE = timedelta(hours=24)


def worth_of(deposit_minor: int, multiplier_bps: int) -> int:
    """Return what a deposit counts for: never less than itself, rounded down."""
    times, rest = divmod(multiplier_bps, 10_000)
    return max(deposit_minor, deposit_minor * times + share_bps(deposit_minor, rest))


def check_plan(plan: PresalePlan, *, list_minor: int, at: datetime) -> None:
    """Refuse a presale whose numbers or windows contradict each other.

    :raises PlanInvalid: they do.
    """
    numbers = (plan.price_minor, plan.deposit_minor, plan.multiplier_bps, plan.units, plan.limit_per_person)
    if any(type(number) is not int for number in numbers):
        raise PlanInvalid
    windows = plan.starts_at < plan.deposit_until_at <= plan.balance_from_at < plan.balance_until_at
    if not windows or at >= plan.deposit_until_at or plan.balance_until_at - plan.starts_at > LONGEST:
        raise PlanInvalid
    if not (10_000 <= plan.multiplier_bps <= MOST_MULTIPLIER_BPS and 0 < plan.price_minor <= list_minor):
        raise PlanInvalid
    # Something is left to pay, or the second payment could not exist.
    if not 0 < plan.deposit_minor <= worth_of(plan.deposit_minor, plan.multiplier_bps) < plan.price_minor:
        raise PlanInvalid
    if not (1 <= plan.units <= MOST_UNITS and 1 <= plan.limit_per_person <= MOST_PER_PERSON):
        raise PlanInvalid
    if plan.cost_minor is not None and (type(plan.cost_minor) is not int or plan.cost_minor < 0):
        raise PlanInvalid


def preview(
    plan: PresalePlan, *, list_minor: int, commission_bps: int, free_units: int, forfeits: bool, clash: bool
) -> Preview:
    """Say what a presale means for the shop, and what it should look at twice."""
    worth = worth_of(plan.deposit_minor, plan.multiplier_bps)
    final = plan.price_minor - worth + plan.deposit_minor
    commission = share_bps(final, commission_bps)
    margin = None if plan.cost_minor is None else final - commission - plan.cost_minor
    warnings = (
        ("below_cost", margin is not None and margin < 0),
        ("too_few_units", free_units < plan.units),
        ("clash", clash),
        ("big_deposit", plan.deposit_minor * 5 > plan.price_minor),
        ("thin_margin", margin is not None and 0 <= margin * 20 < final),
    )
    return Preview(
        list_minor=list_minor,
        worth_minor=worth,
        final_minor=final,
        commission_minor=commission,
        keeps_minor=final - commission,
        margin_minor=margin,
        gives_minor=(list_minor - final) * plan.units,
        liability_minor=plan.deposit_minor * plan.units,
        free_units=free_units,
        forfeits=forfeits,
        warnings=tuple(code for code, is_so in warnings if is_so),
    )


def face(
    *,
    state: str,
    starts_at: datetime,
    deposit_until_at: datetime,
    balance_from_at: datetime,
    balance_until_at: datetime,
    left: int,
    at: datetime,
) -> Face:
    """Return what a presale is to a shopper; periods include their start and exclude their end."""
    if state == PresaleState.STOPPED:
        return Face.STOPPED
    if at < starts_at:
        return Face.UPCOMING
    if at < deposit_until_at:
        return Face.DEPOSIT if left > 0 else Face.SOLD_OUT
    if at < balance_from_at:
        return Face.BETWEEN
    return Face.BALANCE if at < balance_until_at else Face.OVER


def can_withdraw(*, state: str, forfeits: bool) -> bool:
    """Whether a buyer may call a deposit off: always before it is paid, afterwards where it is refundable."""
    return state == ReservationState.HELD or (state == ReservationState.DEPOSITED and not forfeits)


def gate_of(presale_code: str) -> str:
    """Return the name of the gate before a presale."""
    return f"presale:{presale_code}"


def earmark_of(presale_code: str) -> str:
    """Return the inventory's name for the units of a presale."""
    return f"presale:{presale_code}"
