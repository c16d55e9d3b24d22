"""Rallies without their database: the curve of helps, the true bound, suspicion, and what a viewer sees.

A rally gathers `goal` units: minor units of money to cut, or points. A share is drawn from a seed and the
help's
position, so it can be computed again; one unit is kept back for every help still to come, and the last takes
the rest. Hence the sum is the goal exactly, and never more helps are needed than was said.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jishi.promotions.plays.contracts import RallyScreen, RallyState
from jishi.promotions.plays.rules.params import Params


@dataclass(frozen=True, slots=True)
class RallyTerms:
    """The rules of one rally offer in the engine's words. Zero means "no limit" where a limit is meant.

    `first_bps`: the starter's own first share of the goal. `newcomer_percent`: what a newcomer's help weighs,
    100 being everybody else's. `once_per_offer`: nobody helps two people under one offer. `buys_early`: the
    starter may buy before the goal is reached. `sets_aside`: a unit is kept from the start, not from the
    order.
    `honours_late`: an order placed in time may still be paid after the rally's end.
    """

    helpers: int
    hours: int
    pay_hours: int
    per_person: int = 1
    per_household: int = 0
    per_day: int = 0
    helps_per_day: int = 0
    helps_per_offer: int = 0
    once_per_offer: bool = False
    first_bps: int = 0
    newcomer_percent: int = 100
    is_steep: bool = False
    buys_early: bool = False
    sets_aside: bool = True
    honours_late: bool = False
    new_accounts: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rally is: gathered units, and helps of those it may take."""

    goal: int
    gained: int
    helps: int
    helps_most: int

    @property
    def rest(self) -> int:
        """What is still to be gathered."""
        return self.goal - self.gained

    @property
    def helps_left(self) -> int:
        """The true upper bound: the goal is reached after at most this many more helps."""
        return min(self.helps_most - self.helps, self.rest)


@dataclass(frozen=True, slots=True)
class RallyRules:
    """What a mechanic with helpers declares beside its settings and texts.

    `goal(alone_minor, floor_minor, params)` says how much is to be gathered, `most(goal, terms)` after how
    many
    helps that is certain, `gain(terms, progress, seed, is_newcomer)` what the next help gives, and
    `price(progress, alone_minor, floor_minor)` what the starter pays now; None while there is nothing to buy.
    """

    terms: Callable[[Params], RallyTerms]
    goal: Callable[[int, int, Params], int]
    most: Callable[[int, RallyTerms], int]
    gain: Callable[[RallyTerms, Progress, str, bool], int]
    price: Callable[[Progress, int, int], int | None]


def first_share(terms: RallyTerms, goal: int) -> int:
    """Return what the starter does alone; something is always left for friends."""
    return min(goal - 1, goal * terms.first_bps // 10_000) if goal else 0


def drawn_share(progress: Progress, *, seed: str, is_steep: bool, percent: int = 100) -> int:
    """Return the next help's share of what is left, drawn between half and one and a half times its turn.

    Steep curves give the first helps more. One unit stays for every later help; the last takes what is left.
    """
    left = progress.helps_left
    if left <= 1:
        return progress.rest
    spare = progress.rest - left
    ticket = hashlib.sha256(f"{seed}|{progress.helps + 1}".encode()).digest()
    chance = 512 + int.from_bytes(ticket[:8], "big") % 1025
    share, out_of = (2, left + 1) if is_steep else (1, left)
    return 1 + min(spare, spare * chance * share * percent // (1024 * out_of * 100))


# --- Suspicion ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HelperFacts:
    """What is known of a help that might be no friend's: numbers of other helps of the same rally."""

    same_device: int
    same_network: int
    is_new_account: bool
    new_accounts: int


NETWORK_MOST = 5
"""Helps from one network address before the next is looked at: a family or an office is nothing unusual."""


def suspicion(facts: HelperFacts, *, new_accounts_most: int) -> tuple[str, ...]:
    """Return why somebody should look at a help before it counts; nothing for nearly all of them."""
    found = []
    if facts.same_device:
        found.append("same_device")
    if facts.same_network >= NETWORK_MOST:
        found.append("same_network")
    if new_accounts_most and facts.is_new_account and facts.new_accounts >= new_accounts_most:
        found.append("new_accounts")
    return tuple(found)


# --- The page: status × viewer ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RallyFacts:
    """What the page must know of a rally. `can_start`: somebody could begin one of their own now."""

    state: str
    is_over: bool
    can_buy: bool
    can_start: bool
    has_unit: bool


@dataclass(frozen=True, slots=True)
class HelperView:
    """The viewer's part: the starter, somebody who helped (`help_state`), or a friend; `at_limit` is
    today's.
    """

    is_starter: bool = False
    help_state: str = ""
    at_limit: bool = False


def rally_screen(facts: RallyFacts, viewer: HelperView) -> tuple[RallyScreen, tuple[str, ...]]:
    """Decide what a viewer sees of a rally and may do with it; the first action is the main one."""
    own = ("start_own",) if facts.can_start else ("similar",)
    if viewer.is_starter:
        return _own_screen(facts, own)
    if viewer.help_state == "kept":
        return RallyScreen.CHECKING, own
    if viewer.help_state:
        return RallyScreen.HELPED, own
    if facts.state in (RallyState.WON, RallyState.BOUGHT, RallyState.REFUNDED):
        return RallyScreen.FULL, own
    if facts.state != RallyState.OPEN or facts.is_over:
        return RallyScreen.OVER, own
    if not facts.has_unit:
        return RallyScreen.SOLD_OUT, ("similar",)
    if viewer.at_limit:
        return RallyScreen.LIMIT, own
    return RallyScreen.HELP, ("help",)


def _own_screen(facts: RallyFacts, own: tuple[str, ...]) -> tuple[RallyScreen, tuple[str, ...]]:
    if facts.state == RallyState.ORDERED:
        return RallyScreen.OWN_PAYING, ("see_order",)
    if facts.state in (RallyState.BOUGHT, RallyState.REFUNDED):
        return RallyScreen.OWN_BOUGHT, ("see_order", *own)
    if facts.state in (RallyState.EXPIRED, RallyState.STOPPED):
        return RallyScreen.OWN_EXPIRED, ("buy_alone", *own)
    if not facts.has_unit:
        return RallyScreen.SOLD_OUT, ("similar",)
    if facts.state == RallyState.WON:
        return RallyScreen.OWN_PAY, ("buy",)
    if facts.is_over:
        # The sweep has not come round, or helps are still being looked at.
        return RallyScreen.OWN_EXPIRED, ("buy_alone", *own)
    return RallyScreen.OWN_GOING, ("invite", "buy") if facts.can_buy else ("invite",)


def ends_at(at: datetime, *, hours: int, offer_ends: datetime | None) -> datetime:
    """Return when gathering ends that begins now; never later than the offer, if that has an end."""
    own = at + timedelta(hours=hours)
    return own if offer_ends is None else min(own, offer_ends)
