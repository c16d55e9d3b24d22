"""Lists of teams for shoppers and consoles: order, marks, pages, figures, and the statements they take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import NOON, TOGETHER

from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import TeamState
from jishi.promotions.plays.errors import OfferNotFound, TeamNotFound

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_open_teams_fewest_missing_first_then_the_one_that_ends_first() -> None:
    party = made.party(size=3)
    viewer = trade.buyer()
    late, early = party.started(at=NOON + 2 * MINUTE), party.started(at=NOON)
    nearly = party.started(at=NOON + 3 * MINUTE)
    party.joined(nearly, viewer, at=NOON + 4 * MINUTE)
    full = party.started(at=NOON)
    party.joined(full)
    party.join(trade.buyer(), full.code, at=NOON + 4 * MINUTE)
    party.started(viewer, at=NOON)
    product = party.scene.product_id
    at = NOON + 5 * MINUTE

    rows = play_queries.list_open_teams(product_id=product, viewer_id=viewer.id, limit=9, at=at)

    assert [row.code for row in rows] == [nearly.code, early.code, late.code]
    assert [row.joined for row in rows] == [True, False, False]
    assert [(row.missing, row.filled) for row in rows] == [(1, 2), (2, 1), (2, 1)]
    assert [len(row.members) for row in rows] == [2, 1, 1]
    strangers = play_queries.list_open_teams(product_id=product, viewer_id=None, limit=9, at=at)
    assert len(strangers) == 4
    over = play_queries.list_open_teams(product_id=product, viewer_id=None, at=NOON + timedelta(days=2))
    assert over == ()


def test_lists_take_the_same_statements_whatever_their_length(django_assert_max_num_queries: Any) -> None:
    party = made.party(size=3)
    for _ in range(3):
        party.joined(party.started())

    with django_assert_max_num_queries(3):
        play_queries.list_open_teams(
            product_id=party.scene.product_id, viewer_id=None, limit=9, at=NOON + MINUTE
        )
    with django_assert_max_num_queries(3):
        play_queries.page_teams()
    team, viewer = party.started(), trade.buyer()
    with django_assert_max_num_queries(8):
        made.view(team, viewer)


def test_consoles_page_through_teams_of_a_shop_and_a_state() -> None:
    party, other = made.party(), made.party()
    teams = [party.started() for _ in range(3)]
    party.joined(teams[0])
    other.started()
    unseen = party.start(trade.buyer())
    shop = party.scene.shop.id

    first = play_queries.page_teams(shop_id=shop, limit=2)
    assert first.next_cursor is not None
    rest = play_queries.page_teams(shop_id=shop, limit=2, cursor=first.next_cursor)
    formed = play_queries.page_teams(shop_id=shop, state="formed")

    assert [row.code for row in (*first.items, *rest.items)] == [
        made.team_of(unseen).code,
        *[team.code for team in reversed(teams)],
    ]
    assert rest.next_cursor is None
    assert [row.code for row in formed.items] == [teams[0].code]
    assert len(formed.items[0].order_codes) == 2


def test_figures_count_only_teams_whose_leader_paid() -> None:
    party = made.party(hours=1)
    formed, expired, running = party.started(), party.started(), party.started(at=NOON + 90 * MINUTE)
    party.joined(formed)
    party.start(trade.buyer())
    plays.close_due_teams(NOON + 61 * MINUTE)

    stats = play_queries.team_stats(shop_id=party.scene.shop.id)

    assert stats.by_state == {"open": 1, "formed": 1, "expired": 1, "failed": 0}
    assert (stats.opened, stats.completion_bps, stats.people, stats.open_seats) == (3, 5000, 4, 1)
    later = play_queries.team_stats(since=NOON + MINUTE)
    assert (later.opened, later.completion_bps) == (1, 0)
    assert made.fresh(expired).state == TeamState.EXPIRED
    assert made.fresh(running).state == TeamState.OPEN


def test_an_order_knows_its_team_and_a_person_their_teams() -> None:
    party = made.party()
    leader = trade.buyer()
    placed = party.start(leader)
    assert play_queries.list_teams_of(leader.id) == ()
    trade.pay(placed)

    found = play_queries.find_team_of_order(placed.order_codes[0])

    assert found is not None and (found.team_state, found.missing, found.is_leader) == ("open", 1, True)
    assert play_queries.list_teams_of(leader.id) == (found,)
    assert play_queries.find_team_of_order("unknown") is None


def test_the_merchant_sees_what_an_offer_means_before_publishing_it() -> None:
    scene = trade.scene(price=1000)

    preview = play_queries.preview_offer(
        mechanic="group_buy",
        params={"size": 3, "leader_discount_bps": 1000, "per_person_total": 2},
        prices={scene.variant_id: 700},
        currency="CNY",
    )

    assert preview.lines[0].params == {
        "size": 3,
        "together_minor": 700,
        "alone_minor": 1000,
        "currency": "CNY",
    }
    assert preview.lines[1].params == {"cost_minor": 970, "sales_minor": 2030, "currency": "CNY"}
    assert len(preview.problems) == 1
    kind, *_ = play_queries.list_mechanics()
    assert {param.name for param in kind.params} >= {"size", "hours", "late_payment"}


def test_a_product_finds_its_running_offer_with_its_terms() -> None:
    party = made.party(size=3, newcomers_only="joiners", leader_discount_bps=500)

    offer = play_queries.find_offer(product_id=party.scene.product_id, at=NOON)

    assert offer is not None and offer.is_on and offer.price_from_minor == TOGETHER
    assert [phrase.message % phrase.params for phrase in offer.terms] == [
        "3 people within 24 hours, or everybody is refunded in full.",
        "At most 5 per order.",
        "Whoever joins is buying here for the first time.",
        "Whoever starts the team saves another 5%.",
    ]
    with pytest.raises(OfferNotFound):
        play_queries.get_offer("nothing")
    with pytest.raises(TeamNotFound):
        play_queries.get_team("nothing", viewer_id=None)
