"""Group buy complete: better prices for larger teams, draws, matching near the deadline, limits, budget."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import ALONE, NOON, TOGETHER

from jishi.kernel import fairdraw
from jishi.kernel.outbox import relay
from jishi.money.payments import queries as payment_queries
from jishi.people.notifications.models import Notice
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.errors import (
    BudgetUsedUp,
    ParamsContradict,
    PrizeTooDear,
    SoldOutToday,
    TooMany,
    TooManyHere,
    TooManyToday,
)
from jishi.promotions.plays.models import Offer, Seat, Tally, Team
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders import operations as orders

pytestmark = pytest.mark.django_db
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def back_minor(placed: Placed) -> int:
    return sum(one.amount_minor for one in payment_queries.list_refunds(placed.order_codes[0]))


def filled(party: made.Party, people: int, *, at: object = NOON) -> tuple[Team, list[Placed]]:
    """A team with so many members who paid."""
    first = party.start(trade.buyer(), at=at)
    trade.pay(first, at=at)
    team = made.team_of(first)
    return team, [first, *(party.joined(team, at=at) for _ in range(people - 1))]


# --- Better prices by size --------------------------------------------------------------------------------


def test_a_team_that_grew_pays_everybody_the_difference_back() -> None:
    party = made.party(size=2, tier2_size=3, tier2_bps=1000)

    team, placed = filled(party, 3)
    plays.send_refunds(NOON + MINUTE)
    plays.send_refunds(NOON + MINUTE)

    assert made.fresh(team).state == TeamState.FORMED
    assert made.fresh(team).tier == 1
    assert [back_minor(one) for one in placed] == [70, 70, 70]
    assert [made.order_state(one) for one in placed] == ["paid"] * 3
    assert not any(trade.order(one.order_codes[0]).on_hold for one in placed)
    relay.drain()
    assert Notice.objects.filter(kind="team_grew").count() == 3


def test_with_enough_but_not_all_it_forms_at_the_deadline_at_the_first_price() -> None:
    party = made.party(size=2, tier2_size=4, tier2_bps=1000, hours=1)
    team, placed = filled(party, 2)
    assert made.fresh(team).state == TeamState.OPEN

    plays.close_due_teams(NOON + HOUR)

    assert (made.fresh(team).state, made.fresh(team).size, made.fresh(team).tier) == (TeamState.FORMED, 2, 0)
    assert [back_minor(one) for one in placed] == [0, 0]
    shown = made.view(team)
    assert [(tier.size, tier.price_minor, tier.reached) for tier in shown.tiers] == [
        (2, TOGETHER, True),
        (4, 630, False),
    ]


def test_whoever_is_refunded_after_the_difference_gets_the_rest_and_is_done() -> None:
    party = made.party(size=2, tier2_size=3, tier2_bps=1000)
    _, placed = filled(party, 3)
    plays.send_refunds(NOON + MINUTE)
    trade.finish_refunds(placed[0].order_codes[0])

    orders.refund(order_code=placed[0].order_codes[0], reason="broken", natural_key="x", at=NOON + HOUR)
    made.finish_refunds(placed[0])

    assert back_minor(placed[0]) == placed[0].total_minor
    assert made.order_state(placed[0]) == "refunded"
    assert made.seat_of(placed[0]).state == SeatState.REFUNDED


def test_settings_of_better_prices_that_contradict_each_other_are_refused() -> None:
    for wrong in (
        {"tier2_size": 2, "tier2_bps": 100},
        {"tier2_size": 3},
        {"tier2_size": 3, "tier2_bps": 500, "tier3_size": 4, "tier3_bps": 400},
        {"draw_winners": 2},
        {"draw_winners": 1, "tier2_size": 3, "tier2_bps": 100},
    ):
        with pytest.raises(ParamsContradict):
            made.party(size=2, **wrong)


# --- Draws ------------------------------------------------------------------------------------------------


def test_grp_096_a_draw_among_members_can_be_repeated_by_anybody(tmp_path: Path) -> None:
    party = made.party(size=4, draw_winners=1)
    leader = trade.buyer()
    first = party.start(leader)
    trade.pay(first, at=NOON)
    team = made.team_of(first)
    promised = play_queries.get_draw(team.code)
    assert (promised.seed, promised.data) == ("", {})
    others = [party.joined(team) for _ in range(3)]

    proof = play_queries.get_draw(team.code)
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof.data))
    checked = subprocess.run(
        [sys.executable, fairdraw.__file__, str(file)], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout
    assert proof.seed_hash == promised.seed_hash == fairdraw.commitment(proof.seed)
    seats = {made.seat_of(one).drawn: made.seat_of(one) for one in (first, *others)}
    assert set(seats) == {"won", "lost"}
    winner = proof.data["winners"][0]["entry"]
    assert play_queries.find_draw_entry(team.code, person_id=seats["won"].person_id) == winner
    forged = {**proof.data, "winners": [{"entry": proof.data["entries"][0]["entry"], "prize": "goods"}] * 2}
    assert fairdraw.check(forged) == ["the winners are not those of the calculation"]


def test_who_is_not_drawn_gets_everything_back_once_and_only_the_winner_is_shipped() -> None:
    party = made.party(size=3, draw_winners=1, stock_limit=3)
    team, placed = filled(party, 3)

    plays.send_refunds(NOON + MINUTE)
    plays.send_refunds(NOON + MINUTE)
    relay.drain()
    made.finish_refunds(*placed)

    won = [one for one in placed if made.seat_of(one).drawn == "won"]
    lost = [one for one in placed if made.seat_of(one).drawn == "lost"]
    assert (len(won), len(lost)) == (1, 2)
    assert made.fresh(team).state == TeamState.FORMED
    assert [made.order_state(one) for one in lost] == ["refunded", "refunded"]
    assert [back_minor(one) for one in lost] == [one.total_minor for one in lost]
    assert (made.order_state(won[0]), back_minor(won[0])) == ("paid", 0)
    assert not trade.order(won[0].order_codes[0]).on_hold
    assert Offer.objects.get().units_claimed == 1
    assert Notice.objects.filter(kind="team_not_drawn").count() == 2


def test_a_prize_may_not_be_worth_more_than_the_rule_pack_says(settings: object) -> None:
    scene = trade.scene(price=6_000_000)

    with pytest.raises(PrizeTooDear):
        plays.create_offer(
            shop_id=scene.shop.id,
            product_id=scene.product_id,
            mechanic="group_buy",
            params={"size": 3, "draw_winners": 1},
            prices={scene.variant_id: 100},
            starts_at=NOON,
            at=NOON,
        )

    assert not Offer.objects.exists()


# --- Matching ---------------------------------------------------------------------------------------------


def test_two_teams_that_cannot_fill_are_put_together_and_told() -> None:
    party = made.party(size=3, hours=1, match_minutes=10)
    full, kept = filled(party, 2)
    poor, moved = filled(party, 1, at=NOON + MINUTE)

    assert plays.match_due_teams(NOON + 49 * MINUTE) == 0
    assert plays.match_due_teams(NOON + 52 * MINUTE) == 1
    assert plays.match_due_teams(NOON + 53 * MINUTE) == 0
    relay.drain()

    assert made.fresh(full).state == TeamState.FORMED
    assert (made.fresh(poor).state, made.fresh(poor).close_reason) == (TeamState.FAILED, "matched")
    seat = made.seat_of(moved[0])
    assert (seat.team_id, seat.moved_from_id, seat.is_leader) == (full.pk, poor.pk, False)
    assert not any(trade.order(one.order_codes[0]).on_hold for one in (*kept, *moved))
    assert [back_minor(one) for one in (*kept, *moved)] == [0, 0, 0]
    assert list(Notice.objects.filter(kind="team_matched").values_list("person_id", flat=True)) == [
        seat.person_id
    ]


def test_teams_that_would_not_fill_together_stay_apart() -> None:
    party = made.party(size=4, hours=1, match_minutes=30)
    filled(party, 2)
    filled(party, 1)

    assert plays.match_due_teams(NOON + 40 * MINUTE) == 0

    assert not Seat.objects.filter(moved_from__isnull=False).exists()


def test_three_teams_of_two_make_two_of_three_and_nobody_is_matched_with_themselves() -> None:
    party = made.party(size=3, hours=1, match_minutes=30)
    teams = [filled(party, 2)[0] for _ in range(3)]
    both = Seat.objects.filter(team=teams[0]).first()
    assert both is not None

    formed = plays.match_due_teams(NOON + 40 * MINUTE)

    assert formed == 2
    states = sorted(made.fresh(team).state for team in teams)
    assert states == [TeamState.FAILED, TeamState.FORMED, TeamState.FORMED]
    assert Seat.objects.filter(state=SeatState.TAKEN).count() == 6


def test_a_seat_that_is_being_paid_keeps_its_team_out_of_the_matching() -> None:
    party = made.party(size=3, hours=1, match_minutes=30)
    team, _ = filled(party, 2)
    filled(party, 1)
    party.join(trade.buyer(), team.code, at=NOON + 39 * MINUTE)

    assert plays.match_due_teams(NOON + 40 * MINUTE) == 0


# --- Limits and budget ------------------------------------------------------------------------------------


def test_cpn_082_units_of_one_address_are_limited_whoever_orders() -> None:
    party = made.party(household_total=2, per_person_limit=2)
    party.start(trade.buyer(), quantity=2)

    with pytest.raises(TooManyHere):
        party.start(trade.buyer(), quantity=1)

    assert Seat.objects.count() == 1


def test_cpn_082_a_seat_given_up_frees_the_limit_of_its_address() -> None:
    party = made.party(household_total=1, per_person_limit=1)
    placed = party.start(trade.buyer())

    orders.expire(checkout_code=placed.checkout_code, at=NOON + HOUR)

    assert Tally.objects.get(scope="household").used == 0
    assert party.start(trade.buyer(), at=NOON + HOUR)


def test_cpn_082_units_a_day_of_a_person_and_of_everybody() -> None:
    party = made.party(per_person_day=1, units_per_day=2, per_person_limit=1)
    keen = trade.buyer()
    party.start(keen)
    with pytest.raises(TooManyToday):
        party.start(keen)
    party.start(trade.buyer())

    with pytest.raises(SoldOutToday):
        party.start(trade.buyer())

    assert party.start(keen, at=NOON + DAY)


def test_cpn_077_the_table_itself_refuses_to_count_beyond_a_limit() -> None:
    party = made.party(per_person_total=1, per_person_limit=1)
    party.start(trade.buyer())

    with pytest.raises(IntegrityError, match="plays_tally_within_limit"), transaction.atomic():
        Tally.objects.filter(scope="person").update(used=2)


def test_yd_the_first_purchase_counts_against_the_total_like_any_other() -> None:
    party = made.party(per_person_total=2, per_person_limit=2)
    buyer = trade.buyer()

    party.start(buyer, quantity=2)
    with pytest.raises(TooMany):
        party.start(buyer, quantity=1)

    assert Tally.objects.get(scope="person").used == 2


def test_cpn_084_discounts_never_exceed_the_budget() -> None:
    party = made.party(budget_minor=2 * (ALONE - TOGETHER))
    team = party.started()
    placed = party.join(trade.buyer(), team.code)

    with pytest.raises(BudgetUsedUp):
        party.start(trade.buyer())

    assert Offer.objects.get().budget_used_minor == 600
    orders.expire(checkout_code=placed.checkout_code, at=NOON + HOUR)
    assert Offer.objects.get().budget_used_minor == 300


def test_the_budget_is_reserved_for_the_best_price_a_team_can_reach() -> None:
    party = made.party(size=2, tier2_size=3, tier2_bps=1000, budget_minor=1000)

    party.start(trade.buyer())

    assert Offer.objects.get().budget_used_minor == ALONE - 630


def test_a_shop_is_warned_of_clashes_and_of_prices_below_cost() -> None:
    party = made.party()
    variant = party.scene.variant_id

    found = play_queries.list_warnings(
        product_id=party.scene.product_id,
        mechanic="bargain",
        params={},
        prices={variant: 400},
        costs={variant: 500},
        currency="CNY",
        starts_at=NOON,
        ends_at=None,
    )

    assert [(one.kind, one.params.get("loss_minor")) for one in found] == [
        ("clash", None),
        ("below_cost", 100),
    ]
