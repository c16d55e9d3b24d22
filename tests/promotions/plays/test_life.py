"""A team's life through placing, paying and the handlers: forming, leaving, limits, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.factories import goods, trade
from tests.factories import plays as made
from tests.factories.plays import NOON, TOGETHER

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel import policy
from jishi.kernel.outbox import relay
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import Screen, SeatState, TeamState
from jishi.promotions.plays.errors import (
    AlreadyInTeam,
    BoughtAlone,
    NewcomersOnly,
    NotInTeam,
    OfferEnded,
    OfferNotFound,
    OfferNotStarted,
    OfferOverlaps,
    OfferPeriodEmpty,
    OfferPriceTooHigh,
    OfferSoldOut,
    OfferVariantsWrong,
    ParamsContradict,
    TeamClosed,
    TeamFull,
    TeamNotFound,
    TooMany,
    TooManyTeams,
    VirtualCompletionRefused,
)
from jishi.promotions.plays.models import Offer, Seat, Team
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.fulfillment.errors import FulfilmentOnHold
from jishi.trade.orders import operations as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ship(code: str) -> None:
    fulfillment.ship(order_code=code, carrier="sf", tracking_number="SF1234567890", by=None, at=NOON)


def test_two_people_pay_and_the_team_forms_and_only_then_may_anything_ship() -> None:
    party = made.party()
    leader, friend = trade.buyer(), trade.buyer()
    first = party.start(leader)
    assert made.team_of(first).state == TeamState.STARTING
    trade.pay(first)
    team = made.team_of(first)
    with pytest.raises(FulfilmentOnHold):
        ship(first.order_codes[0])

    second = party.joined(team, friend)

    team = made.fresh(team)
    assert (team.state, team.seats_taken, team.seats_held) == (TeamState.FORMED, 2, 0)
    assert first.total_minor == second.total_minor == TOGETHER
    ship(first.order_codes[0])
    ship(second.order_codes[0])
    assert (made.order_state(first), made.order_state(second)) == ("shipped", "shipped")


def test_a_team_that_waits_for_its_leader_is_seen_by_nobody_else() -> None:
    party = made.party()
    leader = trade.buyer()
    team = made.team_of(party.start(leader))

    with pytest.raises(TeamNotFound):
        made.view(team)
    assert made.view(team, leader).actions == ("pay", "see_order")
    with pytest.raises(TeamClosed):
        party.join(trade.buyer(), team.code)


def test_the_last_seat_being_paid_is_shown_with_its_end_and_cannot_be_had() -> None:
    party = made.party()
    team = party.started()
    held = party.join(trade.buyer(), team.code)

    shown = made.view(team)

    assert (shown.screen, shown.missing, shown.held) == (Screen.FILLING, 0, 1)
    assert shown.held_until == made.seat_of(held).held_until
    with pytest.raises(TeamFull):
        party.join(trade.buyer(), team.code)


def test_an_unpaid_seat_is_free_again_when_the_order_expires() -> None:
    party = made.party()
    team = party.started()
    held = party.join(trade.buyer(), team.code)

    orders.expire(checkout_code=held.checkout_code, at=NOON + timedelta(minutes=16))

    assert made.seat_of(held).state == SeatState.RELEASED
    assert made.fresh(team).seats_held == 0
    party.joined(team)
    assert made.fresh(team).state == TeamState.FORMED


def test_a_leader_who_never_pays_leaves_no_team_behind() -> None:
    party = made.party()
    placed = party.start(trade.buyer())

    orders.expire(checkout_code=placed.checkout_code, at=NOON + timedelta(minutes=16))

    team = made.team_of(placed)
    assert (team.state, team.opened_at) == (TeamState.FAILED, None)
    assert play_queries.team_stats().opened == 0
    assert Offer.objects.get().units_claimed == 0


def test_nobody_joins_twice() -> None:
    party = made.party(size=3)
    leader = trade.buyer()
    team = party.started(leader)

    with pytest.raises(AlreadyInTeam) as refused:
        party.join(leader, team.code)

    assert refused.value.fields["order"] == Seat.objects.get().order_code


# --- A member goes ----------------------------------------------------------------------------------------


def test_before_the_team_forms_a_refund_frees_the_seat() -> None:
    party = made.party(size=3)
    team = party.started()
    friend = trade.buyer()
    second = party.joined(team, friend)

    orders.cancel(order_code=second.order_codes[0], by=friend.id, reason="changed my mind", at=NOON)
    relay.drain()
    made.finish_refunds(second)

    assert made.seat_of(second).state == SeatState.REFUNDED
    assert made.fresh(team).seats_taken == 1
    assert made.view(team, friend).actions == ("join",)
    refund = made.view(team, friend).refund
    assert refund is not None and (refund.amount_minor, refund.state) == (TOGETHER, "refunded")
    assert party.joined(team, friend).order_codes


def test_a_leader_who_leaves_hands_over_to_whoever_paid_first() -> None:
    party = made.party(size=4)
    leader, second, third = trade.buyer(), trade.buyer(), trade.buyer()
    team = party.started(leader)
    party.joined(team, third, at=NOON + timedelta(minutes=2))
    party.joined(team, second, at=NOON + timedelta(minutes=1))

    plays.leave_team(team_code=team.code, person_id=leader.id, at=NOON + timedelta(minutes=3))
    relay.drain()

    team = made.fresh(team)
    assert (team.state, team.leader_id, team.seats_taken) == (TeamState.OPEN, second.id, 2)
    assert made.view(team, second).viewer_state == "leader"
    assert made.view(team, leader).viewer_state == "stranger"


def test_a_leader_alone_may_cancel_and_the_team_is_closed() -> None:
    party = made.party()
    leader = trade.buyer()
    placed = party.start(leader)
    trade.pay(placed)
    team = made.team_of(placed)
    assert "cancel" in made.view(team, leader).actions

    plays.leave_team(team_code=team.code, person_id=leader.id, at=NOON)
    made.finish_refunds(placed)

    assert (made.fresh(team).state, made.fresh(team).close_reason) == (TeamState.FAILED, "empty")
    assert made.order_state(placed) == "refunded"


def test_the_shop_may_choose_that_a_team_without_its_leader_is_closed() -> None:
    party = made.party(size=3, leader_leaves="close_team")
    leader = trade.buyer()
    team = party.started(leader)
    second = party.joined(team)

    plays.leave_team(team_code=team.code, person_id=leader.id, at=NOON)
    plays.send_refunds(NOON)

    assert (made.fresh(team).state, made.fresh(team).close_reason) == (TeamState.FAILED, "leader_left")
    assert made.order_state(second) == "refunding"


def test_leadership_passes_to_somebody_who_is_still_paying() -> None:
    party = made.party(size=3)
    leader, payer = trade.buyer(), trade.buyer()
    team = party.started(leader)
    held = party.join(payer, team.code)

    plays.leave_team(team_code=team.code, person_id=leader.id, at=NOON)
    assert made.fresh(team).leader_id == payer.id
    trade.pay(held)

    assert (made.fresh(team).state, made.fresh(team).seats_taken) == (TeamState.OPEN, 1)


def test_after_the_team_formed_a_refund_changes_nothing_for_the_others() -> None:
    party = made.party()
    leader, friend = trade.buyer(), trade.buyer()
    first = party.start(leader)
    trade.pay(first)
    team = made.team_of(first)
    second = party.joined(team, friend)

    orders.cancel(order_code=second.order_codes[0], by=friend.id, reason="changed my mind", at=NOON)
    relay.drain()
    made.finish_refunds(second)

    team = made.fresh(team)
    assert (team.state, team.seats_taken) == (TeamState.FORMED, 2)
    assert made.seat_of(second).keeps_place
    assert trade.order(first.order_codes[0]).total_minor == TOGETHER
    assert not trade.order(first.order_codes[0]).on_hold
    with pytest.raises(TeamClosed):
        party.join(trade.buyer(), team.code)
    with pytest.raises(NotInTeam):
        plays.leave_team(team_code=team.code, person_id=friend.id, at=NOON)


# --- Limits -----------------------------------------------------------------------------------------------


def test_limits_count_the_first_purchase_too() -> None:
    party = made.party(size=5, per_person_limit=2, per_person_total=3)
    who = trade.buyer()
    with pytest.raises(TooMany):
        party.start(who, quantity=3)
    placed = party.start(who, quantity=2)
    trade.pay(placed)

    with pytest.raises(TooMany):
        party.start(who, quantity=2)

    assert party.start(who, quantity=1).order_codes


def test_teams_per_person() -> None:
    party = made.party(size=5, per_person_teams=1)
    who = trade.buyer()
    party.started(who)

    with pytest.raises(TooManyTeams):
        party.start(who)


def test_newcomers_only_holds_for_whoever_joins() -> None:
    regular = trade.buyer()
    made.party().started(regular)
    party = made.party(size=3, newcomers_only="joiners")
    team = party.started(regular)

    with pytest.raises(NewcomersOnly):
        old = trade.buyer()
        made.party().started(old)
        party.join(old, team.code)

    assert party.joined(team, trade.buyer()).order_codes


def test_two_first_purchases_cannot_run_side_by_side() -> None:
    one, other = made.party(newcomers_only="everyone"), made.party(newcomers_only="everyone")
    who = trade.buyer()
    one.start(who)

    with pytest.raises(NewcomersOnly):
        other.start(who)


def test_the_quantity_set_aside_is_never_exceeded_and_comes_back() -> None:
    party = made.party(size=3, stock_limit=2)
    team = party.started()
    friend = trade.buyer()
    party.joined(team, friend)
    with pytest.raises(OfferSoldOut):
        party.join(trade.buyer(), team.code)
    assert made.view(team).screen == Screen.ENDED
    assert play_queries.find_offer(product_id=party.scene.product_id, at=NOON) is None

    plays.leave_team(team_code=team.code, person_id=friend.id, at=NOON)

    assert Offer.objects.get(code=party.offer.code).units_claimed == 1
    assert party.joined(team).order_codes


def test_the_database_refuses_what_the_code_must_never_ask_for() -> None:
    party = made.party()
    team = party.started()
    for broken in (
        {"seats_taken": 3},
        {"state": TeamState.FORMED, "formed_at": NOON},
        {"state": TeamState.EXPIRED},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Team.objects.filter(pk=team.pk).update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        seat = Seat.objects.get(team=team)
        seat.pk, seat.order_code = None, "another"
        seat.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(code=party.offer.code).update(stock_limit=0)


# --- Prices and tokens ------------------------------------------------------------------------------------


def test_the_leader_discount_is_the_leaders_alone() -> None:
    party = made.party(leader_discount_bps=1000)

    placed = party.start(trade.buyer())
    trade.pay(placed)
    joined = party.join(trade.buyer(), made.team_of(placed).code)

    assert (placed.total_minor, joined.total_minor) == (630, TOGETHER)


def test_the_quote_says_whose_discount_it_is_and_that_it_waits() -> None:
    party = made.party()

    quoted = trade.quote(
        trade.buyer(), trade.lines((party.scene.variant_id, 2)), tokens={"offer": party.offer.code}
    )

    (adjustment,) = quoted.quote.adjustments
    assert adjustment.amount_minor == -600
    assert (adjustment.rule, adjustment.defers_fulfilment) == ("group_buy", True)
    assert (adjustment.funder.kind, adjustment.funder.id) == ("merchant", party.scene.shop.id)
    assert adjustment.explanation.params == {"size": 2}


def test_a_team_is_bought_by_itself() -> None:
    party = made.party()
    other = goods.offer(party.scene.shop)

    with pytest.raises(BoughtAlone):
        trade.place(
            trade.buyer(),
            (party.scene.variant_id, 1),
            (other.variant_ids[0], 1),
            tokens={"offer": party.offer.code},
        )


def test_grp_092_forged_early_and_late_calls_are_refused() -> None:
    ahead = made.party(starts_at=NOON + DAY, ends_at=NOON + 2 * DAY)
    over = made.party(ends_at=NOON + DAY)
    other = made.party()
    who = trade.buyer()

    with pytest.raises(OfferNotStarted):
        ahead.start(who)
    with pytest.raises(OfferEnded):
        over.start(who, at=NOON + DAY)
    with pytest.raises(OfferNotFound):
        trade.place(who, (over.scene.variant_id, 1), tokens={"offer": "forged234567"})
    with pytest.raises(OfferNotFound):
        trade.place(who, (over.scene.variant_id, 1), tokens={"offer": other.offer.code})
    with pytest.raises(TeamNotFound):
        over.join(who, "forged234567")
    with pytest.raises(TeamNotFound):
        over.join(who, other.started().code)
    assert not Seat.objects.filter(person_id=who.id).exists()


# --- Offers -----------------------------------------------------------------------------------------------


def badge(product_id: int) -> object:
    return catalog_queries.list_cards([product_id], language="en")[product_id].badge


def test_the_badge_follows_the_period() -> None:
    party = made.party(starts_at=NOON, ends_at=NOON + DAY)
    product = party.scene.product_id
    assert badge(product) is None

    plays.switch_badges(NOON)
    shown = badge(product)
    plays.switch_badges(NOON + DAY)

    assert isinstance(shown, dict) and (shown["kind"], shown["size"]) == ("group_buy", 2)
    assert shown["price_minor"] == TOGETHER
    assert badge(product) is None


def test_a_stopped_offer_starts_no_team_and_lets_running_ones_fill() -> None:
    party = made.party()
    team = party.started()

    plays.stop_offer(offer_code=party.offer.code, at=NOON)

    with pytest.raises(OfferEnded):
        party.start(trade.buyer())
    assert badge(party.scene.product_id) is None
    party.joined(team)
    assert made.fresh(team).state == TeamState.FORMED


def test_a_stopped_offer_may_close_its_teams() -> None:
    party = made.party()
    placed = party.start(trade.buyer())
    trade.pay(placed)

    plays.stop_offer(offer_code=party.offer.code, close_teams=True, at=NOON)
    plays.close_due_teams(NOON)

    assert made.order_state(placed) == "refunding"
    assert made.team_of(placed).close_reason == "offer_stopped"


def test_offers_that_make_no_sense_are_refused() -> None:
    party = made.party(ends_at=NOON + DAY)
    scene = party.scene
    draft = {
        "shop_id": scene.shop.id,
        "product_id": scene.product_id,
        "mechanic": "group_buy",
        "params": {},
        "prices": {scene.variant_id: 700},
        "starts_at": NOON + DAY,
        "ends_at": NOON + 2 * DAY,
        "at": NOON,
    }
    refused = [
        (OfferOverlaps, {"starts_at": NOON}),
        (OfferPriceTooHigh, {"prices": {scene.variant_id: 1000}}),
        (OfferVariantsWrong, {"prices": {}}),
        (OfferVariantsWrong, {"prices": {goods.offer(scene.shop).variant_ids[0]: 500}}),
        (OfferPeriodEmpty, {"ends_at": NOON}),
        (ParamsContradict, {"params": {"per_person_limit": 5, "per_person_total": 2}}),
        (VirtualCompletionRefused, {"params": {"virtual_completion": True}}),
    ]

    for error, change in refused:
        with pytest.raises(error):
            plays.create_offer(**{**draft, **change})

    assert plays.create_offer(**draft).code


def test_virtual_completion_needs_the_law_and_is_shown_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    allowing = policy.RulePack("test", {"group_buy": {"virtual_completion": True}})
    monkeypatch.setattr(policy, "pack", lambda code=None: allowing)
    party = made.party(size=3, virtual_completion=True, virtual_from_percent=60)
    full, empty = party.started(), party.started()
    party.joined(full)

    plays.close_due_teams(NOON + DAY)

    team = made.fresh(full)
    assert (team.state, team.seats_taken, team.seats_virtual) == (TeamState.FORMED, 2, 1)
    assert [member.is_house for member in made.view(team).members] == [False, False, True]
    assert made.fresh(empty).state == TeamState.EXPIRED


def test_a_law_that_changed_stops_virtual_completion_of_offers_published_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allowing = policy.RulePack("test", {"group_buy": {"virtual_completion": True}})
    with monkeypatch.context() as law:
        law.setattr(policy, "pack", lambda code=None: allowing)
        party = made.party(size=3, virtual_completion=True, virtual_from_percent=1)
    team = party.started()

    plays.close_due_teams(NOON + DAY)

    assert made.fresh(team).state == TeamState.EXPIRED
