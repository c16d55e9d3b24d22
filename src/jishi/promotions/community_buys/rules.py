"""What a round may be, how a shortage is shared out, what a shopper sees. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jishi.kernel.errors import N_, InvariantBroken
from jishi.kernel.money import allocate_minor, share_bps
from jishi.promotions.community_buys.contracts import (
    Application,
    Face,
    ItemPlan,
    Preview,
    RoundPlan,
    RoundState,
    Shortage,
    Unpicked,
)
from jishi.promotions.community_buys.errors import ApplicationInvalid, ItemInvalid, RoundInvalid

RULE = "community_buy"
"""The code of the price rule, and with it of every adjustment."""

EXPLANATION = N_("Community purchase price, collected at the point")
MOST_COMMISSION_BPS = 3000
MOST_UNITS = 100_000
MOST_PER_PERSON = 99
LONGEST = timedelta(days=60)
SUBSTITUTE_LONGEST = timedelta(days=60)
REMIND_BEFORE = timedelta(hours=12)
EARMARK_GRACE = timedelta(days=30)
LOOKED_AHEAD = 4000
"""Days within which the next cut-off of a series is found, however long nobody looked."""


def check_application(wish: Application) -> Application:
    """Return an application with its texts trimmed.

    :raises ApplicationInvalid: something is missing or too long.
    """
    made = Application(
        name=wish.name.strip(),
        phone=wish.phone.strip(),
        region=region_of(wish.region),
        about=wish.about.strip()[:300],
        point_name=wish.point_name.strip(),
        point_line=wish.point_line.strip(),
        hours=wish.hours.strip()[:60],
    )
    digits = sum(char.isdigit() for char in made.phone)
    texts = ((made.name, 40), (made.region, 60), (made.point_name, 60), (made.point_line, 160))
    if any(not 0 < len(value) <= most for value, most in texts) or not 5 <= digits <= 20:
        raise ApplicationInvalid
    return made


def region_of(text: str) -> str:
    """Return the name of an area as it is compared: without needless spaces."""
    return " ".join(text.split())


def check_round(plan: RoundPlan, *, house_bps: int, forfeit_allowed: bool, at: datetime) -> None:
    """Refuse a round whose times or promises contradict each other.

    :raises RoundInvalid: they do.
    """
    in_order = plan.starts_at < plan.cutoff_at < plan.arrives_at < plan.pickup_until_at
    soon = at < plan.cutoff_at and plan.pickup_until_at - plan.starts_at <= LONGEST
    commission = 0 <= plan.commission_bps <= MOST_COMMISSION_BPS
    budget = type(plan.budget_minor) is int and 0 <= plan.budget_minor <= 10**12
    named = bool(plan.title_zh.strip() or plan.title_en.strip()) and 0 < len(region_of(plan.region)) <= 60
    policy = plan.shortage in set(Shortage) and plan.unpicked in set(Unpicked)
    if plan.unpicked == Unpicked.FORFEIT and not forfeit_allowed:
        raise RoundInvalid
    if not (in_order and soon and commission and budget and named and policy):
        raise RoundInvalid
    # The shop's own part never sinks below a tenth of what buyers pay.
    if plan.commission_bps + house_bps > 9_000:
        raise RoundInvalid


def next_cutoff(after: datetime, *, weekdays: int, zone: str, at: datetime) -> datetime:
    """Return the next cut-off of a series: the same time of the shop's day as the last one, on the next of
    its days of the week that is still ahead. A shift of the clocks moves the instant, never the time of day.
    """
    last = after.astimezone(ZoneInfo(zone))
    for days in range(1, LOOKED_AHEAD):
        found = move_days(last, days)
        if weekdays >> found.weekday() & 1 and found > at:
            return found
    raise InvariantBroken("a series has at least one day of the week")


def move_days(moment: datetime, days: int) -> datetime:
    """Return the same time of day so many days later, where the moment is."""
    return datetime.combine(moment.date() + timedelta(days=days), moment.time(), moment.tzinfo)


def check_item(plan: ItemPlan, *, list_minor: int) -> None:
    """Refuse an item that could not be sold.

    :raises ItemInvalid: a number is out of bounds, or the price is above the ordinary one.
    """
    numbers = (plan.price_minor, plan.cap, plan.limit_per_person)
    if any(type(number) is not int for number in numbers):
        raise ItemInvalid
    if plan.cost_minor is not None and (type(plan.cost_minor) is not int or plan.cost_minor < 0):
        raise ItemInvalid
    if not (1 <= plan.cap <= MOST_UNITS and 1 <= plan.limit_per_person <= MOST_PER_PERSON):
        raise ItemInvalid
    if not 0 < plan.price_minor <= list_minor:
        raise ItemInvalid


def preview(
    plan: ItemPlan, *, list_minor: int, house_bps: int, leader_bps: int, budget_minor: int, clash: bool
) -> Preview:
    """Say what an item means for the shop, and what it should look at twice."""
    house = share_bps(plan.price_minor, house_bps)
    leader = share_bps(plan.price_minor, leader_bps)
    keeps = plan.price_minor - house - leader
    margin = None if plan.cost_minor is None else keeps - plan.cost_minor
    warnings = (
        ("below_cost", margin is not None and margin < 0),
        ("over_budget", leader * plan.cap > budget_minor),
        ("clash", clash),
        ("thin_margin", margin is not None and 0 <= margin * 20 < plan.price_minor),
        ("not_cheaper", plan.price_minor == list_minor),
    )
    return Preview(
        list_minor=list_minor,
        house_minor=house,
        leader_minor=min(leader * plan.cap, budget_minor),
        keeps_minor=keeps,
        margin_minor=margin,
        gives_minor=(list_minor - plan.price_minor) * plan.cap,
        liability_minor=plan.price_minor * plan.cap,
        warnings=tuple(code for code, is_so in warnings if is_so),
    )


def share_out(arrived: int, wanted: Sequence[int], *, by: str) -> list[int]:
    """Return what each order gets of what arrived; orders come in order of their payment.

    Proportional: each the same part of what it paid for, whole units by largest remainder, equal remainders
    to who paid first. Even: everybody gets one before anybody gets a second, the last ones to who paid first.
    Deterministic; nobody gets more than was paid for, and nothing that arrived is kept back while somebody
    lacks it.
    """
    if arrived >= sum(wanted):
        return list(wanted)
    if by == Shortage.PROPORTIONAL:
        return allocate_minor(arrived, wanted)
    level = _level(arrived, wanted)
    given = [min(quantity, level) for quantity in wanted]
    left = arrived - sum(given)
    for place, quantity in enumerate(wanted):
        if left and quantity > level:
            given[place] += 1
            left -= 1
    return given


def _level(arrived: int, wanted: Sequence[int]) -> int:
    """The most units that everybody who wants as many can have."""
    low, high = 0, max(wanted, default=0)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(quantity, middle) for quantity in wanted) <= arrived:
            low = middle
        else:
            high = middle - 1
    return low


def back_minor(*, paid_minor: int, quantity: int, given: int) -> int:
    """Return what goes back for units that did not come: what is kept is rounded down, for the buyer."""
    kept = paid_minor * given // quantity
    return paid_minor - kept


def commission(*, net_minor: int, bps: int, budget_minor: int, promised_minor: int) -> int:
    """Return what a leader gets of an order: the rate, but never more than is left of the round's budget."""
    return max(0, min(share_bps(max(net_minor, 0), bps), budget_minor - promised_minor))


def face(*, state: str, starts_at: datetime, cutoff_at: datetime, at: datetime) -> Face:
    """Return what a round is to a shopper."""
    if state in (RoundState.STOPPED, RoundState.CLOSED):
        return Face.STOPPED if state == RoundState.STOPPED else Face.OVER
    if state == RoundState.COUNTED:
        return Face.ARRIVED
    if state == RoundState.CUT or at >= cutoff_at:
        return Face.WAITING
    return Face.OPEN if state == RoundState.OPEN and at >= starts_at else Face.UPCOMING


def gate_of(round_code: str) -> str:
    """Return the name of the gate before a round."""
    return f"round:{round_code}"


def earmark_of(item_code: str) -> str:
    """Return the inventory's name for what arrived of an item and waits to be given to its orders."""
    return f"community:{item_code}"


def reference(item_code: str, quantity: int, point_code: str) -> str:
    """Return what an adjustment carries: the item, how many units, and where they are collected."""
    return f"{item_code}:{quantity}:{point_code}"


def read_reference(text: str) -> tuple[str, int, str]:
    """Return (item, units, point) of an adjustment."""
    code, quantity, point = text.split(":")
    return code, int(quantity), point


def hold_ref(order_code: str) -> str:
    """Return the name of the hold that keeps an order from being sent by parcel."""
    return f"{RULE}:{order_code}"
