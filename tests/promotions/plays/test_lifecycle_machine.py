"""Any order of starting, joining, paying, expiring, leaving and closing keeps a team's promises.

A stateful search over short random stories. After each step: no team is overfilled, counters equal seats,
closed teams stay closed; at the end every payment has either its formed team or its refund, never both, never
neither.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import NOON

from jishi.kernel.errors import DomainError
from jishi.kernel.outbox import relay
from jishi.money.payments import queries as payment_queries
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.models import Seat, Team
from jishi.promotions.plays.rules import CLOSED_TEAMS
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders import operations as orders

PEOPLE = 5


class TeamLife(RuleBasedStateMachine):
    """People around one offer for teams of two or three that fill within an hour."""

    party: made.Party
    world: Any

    @initialize(
        size=st.integers(2, 3),
        late=st.sampled_from(["refund", "another_team"]),
        held=st.sampled_from(["refund", "honour"]),
        leaves=st.sampled_from(["hand_over", "close_team"]),
        winners=st.sampled_from([0, 0, 1]),
    )
    def open_shop(self, size: int, late: str, held: str, leaves: str, winners: int) -> None:
        self.world = transaction.atomic()
        self.world.__enter__()
        self.now: datetime = NOON
        self.people = [trade.buyer() for _ in range(PEOPLE)]
        self.placed: list[Placed] = []
        self.paid: dict[str, datetime] = {}
        self.ended: dict[int, str] = {}
        self.winners = winners
        self.party = made.party(
            size=size,
            hours=1,
            late_payment=late,
            paid_after_deadline=held,
            leader_leaves=leaves,
            draw_winners=winners,
        )

    def teardown(self) -> None:
        if not hasattr(self, "party"):
            return
        try:
            self.settle_everything()
            self.nobody_lost_money()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    # --- What people do -----------------------------------------------------------------------------------

    @rule(who=st.integers(0, PEOPLE - 1), team=st.none() | st.integers(0, 9), move=st.booleans())
    def place(self, who: int, team: int | None, move: bool) -> None:
        tokens = {"move_ok": "1"} if move else {}
        teams = list(Team.objects.order_by("pk"))
        try:
            if team is None or not teams:
                placed = self.party.start(self.people[who], at=self.now, **tokens)
            else:
                code = teams[team % len(teams)].code
                placed = self.party.join(self.people[who], code, at=self.now, **tokens)
        except DomainError:
            return
        self.placed.append(placed)

    @precondition(lambda self: self.placed)
    @rule(which=st.integers(0, 30), delay=st.sampled_from([0, 0, 0, 20, 59, 60]))
    def pay(self, which: int, delay: int) -> None:
        """Pay an order now; the news of it comes `delay` minutes later."""
        placed = self.placed[which % len(self.placed)]
        if placed.intent_code in self.paid:
            return
        self.paid[placed.intent_code] = self.now
        trade.capture(placed.intent_code, at=self.now)
        self.now += timedelta(minutes=delay)
        self.hear(placed)

    def hear(self, placed: Placed) -> None:
        checkout.apply_payment(
            intent_code=placed.intent_code,
            allocations={placed.order_codes[0]: placed.total_minor},
            paid_at=self.paid[placed.intent_code],
            at=self.now,
        )
        relay.drain()

    @precondition(lambda self: self.paid)
    @rule(which=st.integers(0, 30))
    def news_comes_again(self, which: int) -> None:
        heard = [placed for placed in self.placed if placed.intent_code in self.paid]
        self.hear(heard[which % len(heard)])

    @rule(minutes=st.sampled_from([1, 16, 59, 61]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for placed in self.placed:
            orders.expire(checkout_code=placed.checkout_code, at=self.now)
        plays.close_due_teams(self.now)
        relay.drain()

    @precondition(lambda self: self.placed)
    @rule(which=st.integers(0, 30))
    def leave(self, which: int) -> None:
        seat = made.seat_of(self.placed[which % len(self.placed)])
        try:
            plays.leave_team(team_code=seat.team.code, person_id=seat.person_id, at=self.now)
        except DomainError:
            return
        relay.drain()

    @precondition(lambda self: self.placed)
    @rule(which=st.integers(0, 30))
    def cancel(self, which: int) -> None:
        """Call an order off, paid or not, on its own page."""
        seat = made.seat_of(self.placed[which % len(self.placed)])
        try:
            orders.cancel(order_code=seat.order_code, by=seat.person_id, reason="no", at=self.now)
        except DomainError:
            return
        relay.drain()

    # --- What always holds --------------------------------------------------------------------------------

    @invariant()
    def counters_equal_seats(self) -> None:
        if not hasattr(self, "party"):
            return
        for team in Team.objects.all():
            seats = Counter(Seat.objects.filter(team=team).values_list("state", flat=True))
            assert team.seats_taken + team.seats_held <= team.size
            assert team.seats_held == seats[SeatState.HELD]
            if team.state in (TeamState.STARTING, TeamState.OPEN, TeamState.FORMED):
                kept = Seat.objects.filter(team=team, keeps_place=True).count()
                assert team.seats_taken == seats[SeatState.TAKEN] + kept
            else:
                assert not seats[SeatState.TAKEN]
            if team.state == TeamState.OPEN:
                live = Seat.objects.filter(
                    team=team, is_leader=True, state__in=[SeatState.HELD, SeatState.TAKEN]
                )
                assert [seat.person_id for seat in live] == [team.leader_id]

    @invariant()
    def closed_teams_stay_closed(self) -> None:
        if not hasattr(self, "party"):
            return
        for team in Team.objects.filter(state__in=CLOSED_TEAMS):
            assert self.ended.setdefault(team.pk, team.state) == team.state

    def settle_everything(self) -> None:
        self.now += timedelta(hours=2)
        for placed in self.placed:
            orders.expire(checkout_code=placed.checkout_code, at=self.now)
        plays.close_due_teams(self.now)
        relay.drain()

    def nobody_lost_money(self) -> None:
        for team in Team.objects.filter(state=TeamState.FORMED):
            got = Seat.objects.filter(team=team, drawn="won").count()
            assert got == self.winners, (team.pk, got)
        for placed in self.placed:
            code = placed.order_codes[0]
            back = sum(refund.amount_minor for refund in payment_queries.list_refunds(code))
            paid = placed.total_minor if placed.intent_code in self.paid else 0
            seat = made.seat_of(placed)
            has_goods = seat.state == SeatState.TAKEN and seat.team.state == TeamState.FORMED
            assert back == (0 if has_goods else paid), (code, seat.state, seat.team.state)
            assert not has_goods or (paid and not trade.order(code).on_hold)


@pytest.mark.django_db
def test_every_story_of_a_team_ends_well() -> None:
    run_machine(
        TeamLife,
        settings=settings(
            max_examples=12,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
