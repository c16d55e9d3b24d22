"""The last seats of teams in batches: who gets one, what it becomes, and that it never stays with nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import MINUTE, NOON
from tests.promotions.plays.test_races import counters_are_true

import jishi.verification as verification
from jishi.kernel.errors import DomainError
from jishi.people.accounts.models import User
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.errors import AlreadyInTeam, TeamFull
from jishi.promotions.plays.models import Offer, Seat, Team
from jishi.trade.checkout.contracts import Placed

pytestmark = pytest.mark.django_db(transaction=True)
Race = Callable[[int, Callable[..., Any]], list[Any]]


def kinds(*wishes: tuple[str, int], **more: Any) -> list[str]:
    return [outcome.kind for outcome in made.reserve(*wishes, **more)]


def broken() -> int:
    return sum(finding.broken for finding in verification.run())


def test_grp_087_two_settlers_and_the_checkout_race_for_the_last_seats_of_three_teams(race: Race) -> None:
    party = made.party(size=3, stock=500)
    teams = [party.started() for _ in range(3)]
    for team in teams:
        party.joined(team)
    crowd = [user.pk for user in User.objects.bulk_create(User(nickname=f"c{n}") for n in range(120))]
    buyers = [trade.buyer() for _ in range(3)]

    def rush(number: int) -> Any:
        if number < 3:
            return party.join(buyers[number], teams[number].code)
        # Each person asks for two teams, in both orders; the batches cross each other's teams.
        order = teams if number % 2 else teams[::-1]
        return made.reserve(*((team.code, person) for person in crowd for team in order[:2]))

    outcomes = race(7, rush)

    given = [one for batch in outcomes[3:] for one in batch]
    ordered = [one for one in outcomes[:3] if isinstance(one, Placed)]
    assert all(isinstance(one, TeamFull) for one in outcomes[:3] if not isinstance(one, Placed))
    assert set(Counter(one.kind for one in given)) <= {"won", "yours", "full"}
    won = sum(one.kind == "won" for one in given)
    assert won + len(ordered) == 3
    assert Seat.objects.filter(reserved_until__isnull=False).count() == won
    assert [(made.fresh(team).seats_taken, made.fresh(team).seats_held) for team in teams] == [(2, 1)] * 3
    assert counters_are_true()
    assert broken() == 0


def test_grp_087_a_reserved_seat_becomes_the_order_s_and_forms_the_team() -> None:
    party = made.party()
    team, (winner, late) = party.started(), (trade.buyer(), trade.buyer())

    first = made.reserve((team.code, winner.id), (team.code, late.id), (team.code, winner.id))
    again = made.reserve((team.code, winner.id), at=NOON + MINUTE)[0]
    seen = queries.get_team(team.code, viewer_id=winner.id, at=NOON + MINUTE)
    others = queries.get_team(team.code, viewer_id=late.id, at=NOON + MINUTE)
    with pytest.raises(TeamFull):
        party.join(late, team.code, at=NOON + MINUTE)

    assert [one.kind for one in first] == ["won", "full", "won"]
    assert (again.kind, again.until) == ("yours", first[0].until)
    assert (seen.actions, seen.reserved_until, seen.order_code) == (
        ("take_seat", "let_go"),
        first[0].until,
        None,
    )
    assert (others.screen, others.reserved_until, Offer.objects.get().units_claimed) == ("filling", None, 1)

    placed = party.join(winner, team.code, at=NOON + 2 * MINUTE)
    seat = Seat.objects.get(person_id=winner.id)
    assert (seat.order_code, seat.reserved_until, seat.state) == (placed.order_codes[0], None, SeatState.HELD)
    assert (Offer.objects.get().units_claimed, made.fresh(team).seats_held) == (2, 1)
    assert kinds((team.code, winner.id), at=NOON + 3 * MINUTE) == ["member"]
    with pytest.raises(AlreadyInTeam):
        party.join(winner, team.code, at=NOON + 3 * MINUTE)
    trade.pay(placed, at=NOON + 3 * MINUTE)
    assert made.fresh(team).state == TeamState.FORMED
    assert counters_are_true() and broken() == 0


def test_a_seat_that_nobody_orders_with_goes_to_the_next_and_a_waverer_takes_the_ordinary_way() -> None:
    party = made.party()
    one, two = party.started(), party.started()
    waverer, patient = trade.buyer().id, trade.buyer()
    assert kinds((one.code, waverer), (two.code, waverer)) == ["won", "won"]

    early = plays.free_reserved_seats(NOON + 4 * MINUTE)
    waiting = made.reserve((one.code, patient.id), at=NOON + 4 * MINUTE)[0]
    given = made.reserve((one.code, patient.id), at=NOON + 5 * MINUTE)[0]
    swept = plays.free_reserved_seats(NOON + 5 * MINUTE), plays.free_reserved_seats(NOON + 5 * MINUTE)

    assert (early, waiting.kind, waiting.held, given.kind, swept) == (0, "full", 1, "won", (1, 0))
    assert made.fresh(two).seats_held == 0
    assert kinds((two.code, waverer), at=NOON + 6 * MINUTE) == ["won"]
    assert plays.let_seat_go(team_code=two.code, person_id=waverer, at=NOON + 6 * MINUTE)
    assert not plays.let_seat_go(team_code=two.code, person_id=waverer, at=NOON + 6 * MINUTE)
    assert kinds((two.code, waverer), at=NOON + 7 * MINUTE) == ["spent"]
    # At the deadline of the team a seat without an order holds up nothing.
    end = made.fresh(two).deadline_at
    assert kinds((two.code, patient.id), at=end - MINUTE) == ["won"]
    assert Seat.objects.get(team=two, person_id=patient.id).reserved_until == end
    plays.close_due_teams(end)
    assert made.fresh(two).state == TeamState.EXPIRED
    assert set(Seat.objects.filter(reserved_until__isnull=False).values_list("state", flat=True)) == {
        SeatState.RELEASED
    }
    assert counters_are_true() and broken() == 0


def test_who_could_never_order_gets_no_seat() -> None:
    party = made.party(per_person_teams=1, per_person_total=1, per_person_limit=1)
    team, mine = party.started(), trade.buyer()
    party.started(mine)
    new = made.party(newcomers_only="joiners").started()
    over = made.party(hours=1).started()
    last = made.party(stock_limit=1).started()
    people = [trade.buyer().id for _ in range(2)]
    User.objects.filter(pk=people[1]).update(token_epoch=4)
    plain = made.party()
    many = [plain.started().code for _ in range(4)]
    members = made.party().started()
    Offer.objects.filter(pk=members.offer_id).update(audience_kind="community", audience_key="x")

    assert kinds((team.code, mine.id), (new.code, mine.id)) == ["limit", "newcomers"]
    assert kinds((over.code, people[0]), at=NOON + 60 * MINUTE) == ["closed"]
    assert kinds(("nothing", people[0]), (last.code, people[0]), (members.code, people[0])) == [
        "unknown",
        "sold_out",
        "ordinary",
    ]
    assert kinds(*((code, people[0]) for code in many)) == ["won", "won", "won", "many"]
    assert kinds((team.code, people[1])) == ["stranger"]
    assert kinds((team.code, people[1]), epoch=4) == ["won"]
    assert Team.objects.filter(seats_held=1).count() == 4
    with pytest.raises(DomainError):
        party.join(mine, team.code)
