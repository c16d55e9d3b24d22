"""Buying what a rally earned: one order at a time, at the price reached; and how rallies end.

Locks: offer, then rally. An order that comes to nothing gives the rally back as it was, or to its end.
"""

from datetime import datetime, timedelta

from django.db import transaction

from jishi.kernel import clock, outbox
from jishi.kernel.errors import Conflict
from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import RallyState
from jishi.promotions.plays.errors import NothingToBuyYet, RallyGone, RallyMoved, RallyNotFound, RallyOver
from jishi.promotions.plays.events import RallyBought, RallyEnded
from jishi.promotions.plays.models import Offer, Rally
from jishi.promotions.plays.operations import counts, locked, tallies
from jishi.promotions.plays.operations.locked import Gathering
from jishi.promotions.plays.operations.sweeping import each
from jishi.promotions.plays.operations.tallies import Want

LOOKING = timedelta(hours=24)
"""How long a rally whose time is over waits for somebody to look at helps that were kept."""


def hold_rally(
    *,
    order_code: str,
    rally_code: str,
    price_minor: int,
    person_id: int,
    household: str = "",
    at: datetime | None = None,
) -> None:
    """Keep what a rally earned for an order that waits for payment; no more help is taken meanwhile.

    :raises RallyNotFound: there is none of this person.
    :raises NothingToBuyYet: / RallyOver: it cannot be bought (any more).
    :raises RallyMoved: a friend has just helped: the price is lower than the order's.
    :raises OfferSoldOut: / BudgetUsedUp: / TooManyHere: a limit is reached.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        play = locked.gathering(rally_code, with_offer=True)
        rally = play.rally
        if rally.starter_id != person_id:
            raise RallyNotFound(rally=rally_code)
        if rally.state == RallyState.ORDERED and rally.order_code == order_code:
            return
        if check_buyable(play, at=now) != price_minor:
            raise RallyMoved(rally=rally_code)
        _claim(play, household=household, price_minor=price_minor)
        rally.state = rules.move_rally(rally.state, RallyState.ORDERED)
        rally.order_code, rally.due_at = order_code, None
        rally.save()


def settle_rally(*, order_code: str, paid_at: datetime, at: datetime | None = None) -> None:
    """Take note that the order was paid. The instant of payment decides, unless the offer honours orders.

    :raises RallyGone: the right was over or somebody's else by then; the money must go back.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        play = locked.gathering_by_order(order_code)
        if play is None:
            raise RallyGone(order=order_code)
        rally = play.rally
        if rally.state == RallyState.BOUGHT:
            return
        in_time = play.terms.honours_late or paid_at < (rally.pay_by_at or rally.ends_at)
        if rally.state == RallyState.ORDERED and in_time:
            _buy(play, at=now)
            return
        if rally.state in (RallyState.OPEN, RallyState.WON, RallyState.EXPIRED) and in_time:
            try:
                with transaction.atomic():
                    _claim(play, household=rally.household, price_minor=_price(play))
            except Conflict:
                raise RallyGone(order=order_code) from None
            if rally.state != RallyState.EXPIRED:
                rally.state = RallyState.ORDERED
            _buy(play, at=now)
            return
        raise RallyGone(order=order_code)


def release_rally(*, order_code: str, at: datetime | None = None) -> None:
    """An order came to nothing: the rally goes on, or ends if its time is over. A paid one is as refunded."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        play = locked.gathering_by_order(order_code)
        if play is None:
            return
        rally = play.rally
        if rally.state == RallyState.BOUGHT:
            _refund(play, at=now)
        if rally.state != RallyState.ORDERED:
            return
        _let_go(play, keeps_unit=play.terms.sets_aside)
        if rally.gained == rally.goal and rally.pay_by_at and now < rally.pay_by_at:
            rally.state, rally.due_at = rules.move_rally(rally.state, RallyState.WON), rally.pay_by_at
        elif rally.gained < rally.goal and now < rally.ends_at:
            rally.state, rally.due_at = rules.move_rally(rally.state, RallyState.OPEN), rally.ends_at
        else:
            _end(play, RallyState.EXPIRED, "unpaid", at=now)
        rally.save()


def refund_rally(*, order_code: str, at: datetime | None = None) -> None:
    """Note that the order is being refunded: the piece goes back to the offer. Helps stay what they were."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        play = locked.gathering_by_order(order_code)
        if play is not None and play.rally.state == RallyState.BOUGHT:
            _refund(play, at=now)


def close_due_rallies(at: datetime | None = None) -> int:
    """End rallies whose time to gather or to buy is over; return how many."""
    now = clock.at_or_now(at)
    due = Rally.objects.filter(due_at__lte=now).order_by("due_at", "pk").values_list("code", flat=True)
    return each(list(due[:500]), lambda code: _close_due(code, now))


def stop_rallies(offer: Offer, *, at: datetime) -> int:
    """End what still gathers or waits to be bought under a locked offer; orders that are placed go on."""
    live = Rally.objects.filter(offer=offer, state__in=[RallyState.OPEN, RallyState.WON]).order_by("pk")
    codes = list(live.values_list("code", flat=True))
    for code in codes:
        play = locked.gathering(code, with_offer=True)
        if play.rally.state in (RallyState.OPEN, RallyState.WON):
            _end(play, RallyState.STOPPED, "stopped", at=at)
            play.rally.save()
    return len(codes)


def check_buyable(play: Gathering, *, at: datetime) -> int:
    """Return what the starter pays now.

    :raises NothingToBuyYet: / RallyOver: it cannot be bought (any more).
    """
    rally = play.rally
    if rally.state == RallyState.WON and rally.pay_by_at and at < rally.pay_by_at:
        return _price(play)
    if rally.state == RallyState.OPEN and at < rally.ends_at:
        if not play.terms.buys_early:
            raise NothingToBuyYet(rally=rally.code)
        return _price(play)
    raise RallyOver(rally=rally.code)


# --- Steps under the locks of a Gathering -----------------------------------------------------------------


def _price(play: Gathering) -> int:
    rally = play.rally
    price = play.kind.price(locked.progress_of(rally), rally.alone_minor, rally.floor_minor)
    if price is None:
        raise NothingToBuyYet(rally=rally.code)
    return price


def _claim(play: Gathering, *, household: str, price_minor: int) -> None:
    rally, terms = play.rally, play.terms
    if not rally.has_unit:
        discount = rally.alone_minor - price_minor
        counts.claim_units(play.offer, 1, discount)
        rally.has_unit, rally.discount_minor = True, discount
    if terms.per_household and household:
        tallies.claim(play.offer.pk, [Want("household", household, 1, terms.per_household)])
    rally.household = household


def _let_go(play: Gathering, *, keeps_unit: bool = False) -> None:
    """Give back what the rally holds of the offer: its piece, its budget, the count of its address."""
    rally = play.rally
    if rally.has_unit and not keeps_unit:
        counts.return_units(play.offer, 1, rally.discount_minor)
        rally.has_unit, rally.discount_minor = False, 0
    if play.terms.per_household and rally.household:
        want = Want("household", rally.household, 1, play.terms.per_household)
        tallies.give_back(play.offer.pk, [want])
        rally.household = ""


def _buy(play: Gathering, *, at: datetime) -> None:
    rally = play.rally
    price = _price(play)
    spare = rally.discount_minor - (rally.alone_minor - price)
    if spare > 0:
        # The budget was reserved for the lowest price; it was bought above.
        counts.return_units(play.offer, 0, spare)
        rally.discount_minor -= spare
    rally.state = rules.move_rally(rally.state, RallyState.BOUGHT)
    rally.due_at, rally.closed_at, rally.close_reason = None, at, "bought"
    rally.save()
    outbox.publish(
        RallyBought(
            **play.facts(),
            at=at,
            order_code=rally.order_code,
            price_minor=price,
            helps=rally.helps_counted,
        )
    )


def _refund(play: Gathering, *, at: datetime) -> None:
    _let_go(play)
    play.rally.state = rules.move_rally(play.rally.state, RallyState.REFUNDED)
    play.rally.close_reason = "refunded"
    play.rally.save()


def _close_due(code: str, at: datetime) -> int:
    with transaction.atomic():
        play = locked.gathering(code, with_offer=True)
        rally = play.rally
        if rally.due_at is None or rally.due_at > at:
            return 0
        if rally.state == RallyState.OPEN and rally.helps_kept and at < rally.ends_at + LOOKING:
            rally.due_at = rally.ends_at + LOOKING
            rally.save(update_fields=["due_at"])
            return 0
        reason = "unpaid" if rally.state == RallyState.WON else "deadline"
        _end(play, RallyState.EXPIRED, reason, at=at)
        rally.save()
    return 1


def _end(play: Gathering, state: RallyState, reason: str, *, at: datetime) -> None:
    rally = play.rally
    _let_go(play)
    rally.state = rules.move_rally(rally.state, state)
    rally.due_at, rally.closed_at, rally.close_reason = None, at, reason
    outbox.publish(RallyEnded(**play.facts(), at=at, reason=reason))
