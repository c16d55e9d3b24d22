"""Bargains and collected likes: what a help gives, what may be bought, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import ALONE, NOON

from jishi.kernel.outbox import relay
from jishi.money.payments import queries as payment_queries
from jishi.people.accounts.models import User
from jishi.people.notifications.models import Notice
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import HelpState, RallyScreen, RallyState
from jishi.promotions.plays.errors import (
    BudgetUsedUp,
    HelpedAlready,
    HelpsUsedUpToday,
    NothingToBuyYet,
    OfferSoldOut,
    OwnRally,
    RallyMoved,
    RallyNotFound,
    RallyOver,
    SoldOutToday,
    TooManyHere,
    TooManyRallies,
)
from jishi.promotions.plays.models import Help, Offer, Rally, Tally
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders import operations as orders

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hear(placed: Placed, *, paid_at: object, at: object) -> None:
    checkout.apply_payment(
        intent_code=placed.intent_code,
        allocations={placed.order_codes[0]: placed.total_minor},
        paid_at=paid_at,
        at=at,
    )


def age(*people: trade.Buyer) -> None:
    """Make accounts old enough not to be looked at."""
    User.objects.filter(pk__in=[one.id for one in people]).update(joined_at=NOON - 30 * DAY)


def old_friend() -> trade.Buyer:
    friend = trade.buyer()
    age(friend)
    return friend


def test_a_bargain_reaches_its_floor_exactly_and_with_no_more_helpers_than_were_said() -> None:
    game = made.rally_round(helpers=5, first_bps=1000)
    starter = trade.buyer()
    code = game.start(starter)

    said = [made.see(code).helps_left]
    for _ in range(5):
        game.help(code, old_friend())
        said.append(made.see(code).helps_left)

    rally = made.rally(code)
    assert (rally.state, rally.gained, rally.goal) == (RallyState.WON, 600, 600)
    assert said == [5, 4, 3, 2, 1, 0]
    amounts = list(Help.objects.filter(rally=rally).order_by("position").values_list("amount", flat=True))
    assert sum(amounts) == 600
    assert amounts[0] == 60
    assert min(amounts) >= 1
    assert made.see(code, starter).screen == RallyScreen.OWN_PAY


def test_a_person_helps_once_however_often_they_tap() -> None:
    game = made.rally_round()
    code = game.start(trade.buyer())
    friend = old_friend()

    first = game.help(code, friend)
    second = game.help(code, friend)

    assert second == first
    assert made.rally(code).helps_counted == 1
    with pytest.raises(IntegrityError, match="plays_help_once_per_rally"), transaction.atomic():
        Help.objects.create(
            rally=made.rally(code),
            offer_id=made.rally(code).offer_id,
            person_id=friend.id,
            position=9,
            at=NOON,
        )


def test_nobody_helps_themselves() -> None:
    game = made.rally_round()
    starter = trade.buyer()
    code = game.start(starter)

    with pytest.raises(OwnRally):
        game.help(code, starter)

    assert made.rally(code).helps_counted == 0


def test_a_newcomer_cuts_more_but_never_below_the_floor() -> None:
    shares = []
    for percent in (100, 300):
        game = made.rally_round(helpers=4, first_bps=0, newcomer_percent=percent)
        code = game.start(trade.buyer())
        Rally.objects.filter(code=code).update(seed="the same for both")
        shares.append(game.help(code, old_friend()).amount)
        for _ in range(3):
            game.help(code, old_friend())
        assert made.rally(code).gained == 600

    assert shares[0] < shares[1] < 600


def test_the_database_refuses_a_price_below_the_floor() -> None:
    game = made.rally_round()
    code = game.start(trade.buyer())

    with pytest.raises(IntegrityError, match="plays_rally_not_below_floor"), transaction.atomic():
        Rally.objects.filter(code=code).update(gained=601)
    with pytest.raises(IntegrityError, match="plays_rally_helps_bounded"), transaction.atomic():
        Rally.objects.filter(code=code).update(helps_counted=11)


def test_it_is_bought_at_the_price_reached_so_far() -> None:
    game = made.rally_round(helpers=5)
    starter = trade.buyer()
    code = game.start(starter)
    game.help(code, old_friend())
    price = made.see(code, starter).price_minor
    assert price is not None and 400 < price < ALONE

    placed = game.buy(starter, code)
    assert placed.total_minor == price
    assert made.see(code, starter).screen == RallyScreen.OWN_PAYING
    with pytest.raises(RallyOver):
        game.help(code, old_friend())
    trade.pay(placed)

    rally = made.rally(code)
    assert (rally.state, rally.order_code) == (RallyState.BOUGHT, placed.order_codes[0])
    assert not trade.order(placed.order_codes[0]).on_hold
    assert Offer.objects.get().units_claimed == 1


def test_where_only_the_floor_sells_nothing_is_sold_before() -> None:
    game = made.rally_round(helpers=2, pays_when="floor")
    starter = trade.buyer()
    code = game.start(starter)

    with pytest.raises(NothingToBuyYet):
        game.buy(starter, code)
    assert made.see(code, starter).actions == ("invite",)
    game.help(code, old_friend())
    game.help(code, old_friend())

    assert game.buy(starter, code).total_minor == 400


def test_a_stranger_cannot_buy_what_somebody_else_earned() -> None:
    game = made.rally_round(helpers=1)
    code = game.start(trade.buyer())
    game.help(code, old_friend())

    with pytest.raises(RallyNotFound):
        game.buy(trade.buyer(), code)


def test_a_help_between_quote_and_order_asks_the_buyer_to_look_again() -> None:
    game = made.rally_round(helpers=5)
    starter = trade.buyer()
    code = game.start(starter)
    before = made.see(code, starter).price_minor
    game.help(code, old_friend())

    with pytest.raises(RallyMoved):
        plays.hold_rally(
            order_code="a" * 12, rally_code=code, price_minor=before or 0, person_id=starter.id, at=NOON
        )

    assert made.rally(code).state == RallyState.OPEN


def test_an_order_that_expires_gives_the_bargain_back_as_it_was() -> None:
    game = made.rally_round(helpers=5)
    starter = trade.buyer()
    code = game.start(starter)
    game.help(code, old_friend())
    gained = made.rally(code).gained
    placed = game.buy(starter, code)

    orders.expire(checkout_code=placed.checkout_code, at=NOON + HOUR)

    rally = made.rally(code)
    assert (rally.state, rally.gained, rally.due_at) == (RallyState.OPEN, gained, rally.ends_at)
    game.help(code, old_friend(), at=NOON + HOUR)
    assert made.rally(code).gained > gained


def test_the_time_to_gather_and_the_time_to_buy_both_end() -> None:
    game = made.rally_round(helpers=1, hours=2, pay_hours=3, stock_limit=5)
    lone, lucky = trade.buyer(), trade.buyer()
    gathering, won = game.start(lone), game.start(lucky)
    game.help(won, old_friend(), at=NOON + HOUR)
    assert Offer.objects.get().units_claimed == 2

    assert plays.close_due_rallies(NOON + 2 * HOUR - timedelta(seconds=1)) == 0
    assert plays.close_due_rallies(NOON + 2 * HOUR) == 1
    assert plays.close_due_rallies(NOON + 4 * HOUR) == 1
    assert plays.close_due_rallies(NOON + 9 * HOUR) == 0

    assert {made.rally(gathering).state, made.rally(won).state} == {RallyState.EXPIRED}
    assert (made.rally(gathering).close_reason, made.rally(won).close_reason) == ("deadline", "unpaid")
    assert Offer.objects.get().units_claimed == 0
    with pytest.raises(RallyOver):
        game.help(gathering, old_friend(), at=NOON + 2 * HOUR)
    relay.drain()
    assert Notice.objects.filter(kind="rally_ended").count() == 2
    assert Notice.objects.filter(kind="rally_won", person_id=lucky.id).count() == 1


@pytest.mark.parametrize(("policy", "state"), [("refund", "cancelled"), ("honour", "paid")])
def test_pay_044_paid_after_the_right_was_over(policy: str, state: str) -> None:
    game = made.rally_round(helpers=1, pay_hours=1, paid_late=policy)
    starter = trade.buyer()
    code = game.start(starter)
    game.help(code, old_friend())
    placed = game.buy(starter, code, at=NOON + 55 * timedelta(minutes=1))
    late = NOON + 61 * timedelta(minutes=1)
    trade.capture(placed.intent_code, at=late)

    hear(placed, paid_at=late, at=late)

    assert made.order_state(placed) == state
    back = sum(one.amount_minor for one in payment_queries.list_refunds(placed.order_codes[0]))
    assert back == (placed.total_minor if policy == "refund" else 0)
    assert made.rally(code).state == (RallyState.EXPIRED if policy == "refund" else RallyState.BOUGHT)


def test_a_refund_gives_the_piece_back_and_leaves_the_helps() -> None:
    game = made.rally_round(helpers=1, stock_limit=1)
    starter = trade.buyer()
    code = game.start(starter)
    game.help(code, old_friend())
    placed = game.buy(starter, code)
    trade.pay(placed)

    orders.cancel(order_code=placed.order_codes[0], by=starter.id, reason="no", at=NOON + HOUR)
    relay.drain()

    assert made.rally(code).state == RallyState.REFUNDED
    assert Offer.objects.get().units_claimed == 0
    assert Help.objects.filter(rally__code=code, state=HelpState.COUNTED).count() == 2


def test_what_is_set_aside_is_kept_and_the_last_piece_goes_to_one_person() -> None:
    game = made.rally_round(helpers=1, stock_limit=1)
    first = trade.buyer()
    code = game.start(first)

    with pytest.raises(OfferSoldOut):
        game.start(trade.buyer())
    game.help(code, old_friend())

    assert game.buy(first, code).total_minor == 400


def test_without_a_piece_set_aside_the_faster_buyer_gets_it_and_the_page_says_so() -> None:
    game = made.rally_round(helpers=1, stock_limit=1, sets_aside="order")
    slow, quick = trade.buyer(), trade.buyer()
    waiting, bought = game.start(slow), game.start(quick)
    game.help(bought, old_friend())
    game.help(waiting, old_friend())
    game.buy(quick, bought)

    with pytest.raises(OfferSoldOut):
        game.buy(slow, waiting)

    assert made.see(waiting, slow).screen == RallyScreen.SOLD_OUT


def test_the_budget_is_reserved_for_the_floor_and_freed_by_buying_above_it() -> None:
    game = made.rally_round(helpers=5, budget_minor=600)
    starter = trade.buyer()
    code = game.start(starter)
    assert Offer.objects.get().budget_used_minor == 600
    with pytest.raises(BudgetUsedUp):
        game.start(trade.buyer())
    game.help(code, old_friend())

    placed = game.buy(starter, code)
    trade.pay(placed)

    assert Offer.objects.get().budget_used_minor == ALONE - placed.total_minor
    with pytest.raises(IntegrityError, match="plays_offer_within_budget"), transaction.atomic():
        Offer.objects.update(budget_used_minor=601)


def test_starting_twice_is_starting_once_and_the_limit_counts_every_start() -> None:
    game = made.rally_round(hours=1)
    starter = trade.buyer()

    assert game.start(starter) == game.start(starter)
    plays.close_due_rallies(NOON + HOUR)

    with pytest.raises(TooManyRallies):
        game.start(starter, at=NOON + 2 * HOUR)
    assert Rally.objects.count() == 1


def test_starts_a_day_are_limited_and_go_on_tomorrow() -> None:
    game = made.rally_round(units_per_day=1)
    game.start(trade.buyer())

    with pytest.raises(SoldOutToday):
        game.start(trade.buyer())

    assert game.start(trade.buyer(), at=NOON + DAY)
    with pytest.raises(IntegrityError, match="plays_tally_within_limit"), transaction.atomic():
        Tally.objects.filter(scope="day").update(used=2)


def test_one_address_gets_so_many_whoever_orders() -> None:
    game = made.rally_round(helpers=1, household_total=1)
    one, other = trade.buyer(), trade.buyer()
    first, second = game.start(one), game.start(other)
    trade.pay(game.buy(one, first))

    with pytest.raises(TooManyHere):
        game.buy(other, second)

    assert made.rally(second).state == RallyState.OPEN


def test_helps_a_day_are_limited_and_the_page_says_so() -> None:
    game = made.rally_round(helps_per_day=2)
    friend = old_friend()
    codes = [game.start(trade.buyer()) for _ in range(3)]
    game.help(codes[0], friend)
    game.help(codes[1], friend)

    with pytest.raises(HelpsUsedUpToday):
        game.help(codes[2], friend)

    assert made.see(codes[2], friend).screen == RallyScreen.LIMIT
    assert made.see(codes[2], friend, at=NOON + 20 * HOUR).screen == RallyScreen.HELP


# --- Collecting likes -------------------------------------------------------------------------------------


def test_likes_earn_a_free_piece_that_ships_at_once() -> None:
    game = made.rally_round("like_collect", floor=0, goal=2)
    starter = trade.buyer()
    code = game.start(starter)
    game.help(code, old_friend())
    with pytest.raises(NothingToBuyYet):
        game.buy(starter, code)
    game.help(code, old_friend())

    placed = game.buy(starter, code)

    assert placed.total_minor == trade.order(placed.order_codes[0]).delivery_minor
    if placed.total_minor:
        trade.pay(placed)
    assert made.order_state(placed) == "paid"
    assert made.rally(code).state == RallyState.BOUGHT


def test_a_friend_helps_one_person_of_a_campaign() -> None:
    game = made.rally_round("like_collect", goal=3)
    friend = old_friend()
    first, second = game.start(trade.buyer()), game.start(trade.buyer())
    game.help(first, friend)

    with pytest.raises(HelpedAlready):
        game.help(second, friend)

    assert made.rally(second).helps_counted == 0
    assert made.see(second, friend).screen == RallyScreen.LIMIT


def test_a_newcomers_like_counts_double_but_never_too_much() -> None:
    game = made.rally_round("like_collect", goal=3, newcomer_likes=2)
    code = game.start(trade.buyer())

    assert game.help(code, old_friend()).amount == 2
    assert game.help(code, old_friend()).amount == 1

    assert made.rally(code).state == RallyState.WON


# --- Abuse: kept and looked at, never lost ----------------------------------------------------------------


def test_a_second_help_from_one_device_is_kept_and_counts_once_somebody_looked() -> None:
    game = made.rally_round("like_collect", goal=2)
    starter, operator = trade.buyer(), trade.buyer()
    code = game.start(starter)
    game.help(code, old_friend(), device="a phone")
    doubtful = old_friend()

    kept = game.help(code, doubtful, device="a phone")

    assert (kept.state, kept.amount) == (HelpState.KEPT, 0)
    assert made.see(code, doubtful).screen == RallyScreen.CHECKING
    (waiting,) = play_queries.list_kept_helps()
    assert waiting.signals == ("same_device",)
    given = plays.review_help(help_id=waiting.id, by=operator.id, counts_now=True, at=NOON)
    assert (given.state, given.amount) == (HelpState.COUNTED, 1)
    assert made.rally(code).state == RallyState.WON
    assert play_queries.list_kept_helps() == ()


def test_helping_from_the_starters_own_device_is_looked_at() -> None:
    game = made.rally_round("like_collect", goal=2)
    code = game.start(trade.buyer(), device="mine")

    assert game.help(code, old_friend(), device="mine").state == HelpState.KEPT


def test_the_fourth_brand_new_account_is_looked_at() -> None:
    game = made.rally_round(helpers=9, new_accounts=3)
    code = game.start(trade.buyer())
    User.objects.update(joined_at=NOON)

    states = []
    for _ in range(4):
        young = trade.buyer()
        User.objects.filter(pk=young.id).update(joined_at=NOON)
        states.append(game.help(code, young).state)

    assert states == [HelpState.COUNTED] * 3 + [HelpState.KEPT]


def test_a_deadline_waits_for_the_look_and_then_ends_once() -> None:
    game = made.rally_round("like_collect", goal=1, hours=1)
    starter = trade.buyer()
    code = game.start(starter, device="mine")
    game.help(code, old_friend(), device="mine")

    assert plays.close_due_rallies(NOON + HOUR) == 0
    (kept,) = play_queries.list_kept_helps()
    plays.review_help(help_id=kept.id, by=starter.id, counts_now=True, at=NOON + 2 * HOUR)
    plays.close_due_rallies(NOON + 3 * HOUR)

    assert made.rally(code).state == RallyState.WON
    refused = game.start(trade.buyer(), device="other", at=NOON)
    game.help(refused, old_friend(), device="other")
    plays.close_due_rallies(NOON + HOUR)
    (kept,) = play_queries.list_kept_helps()
    plays.review_help(help_id=kept.id, by=starter.id, counts_now=False, at=NOON + 2 * HOUR)
    assert plays.close_due_rallies(NOON + 2 * HOUR) == 1
    assert made.rally(refused).state == RallyState.EXPIRED


def test_stopping_an_offer_with_all_it_runs_ends_gathering_and_keeps_orders() -> None:
    game = made.rally_round(helpers=5)
    going, paying = trade.buyer(), trade.buyer()
    stopped, ordered = game.start(going), game.start(paying)
    placed = game.buy(paying, ordered)

    plays.stop_offer(offer_code=game.offer.code, close_teams=True, at=NOON)
    trade.pay(placed)

    assert made.rally(stopped).state == RallyState.STOPPED
    assert made.rally(ordered).state == RallyState.BOUGHT
    assert Offer.objects.get().units_claimed == 1
