"""Teams of one offer that cannot fill alone are put together near their deadline, so that some of them
complete.

A member keeps seat, order and price and is told. Nobody is moved into a team that would not form by it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock, outbox
from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.events import SeatMatched
from jishi.promotions.plays.models import Offer, Seat, Team
from jishi.promotions.plays.operations import endings, leaving, locked
from jishi.promotions.plays.operations.locked import Play


def match_due_teams(at: datetime | None = None) -> int:
    """Match the teams of every offer that has several near their deadline; return how many formed."""
    now = clock.at_or_now(at)
    due = Team.objects.filter(state=TeamState.OPEN, match_at__lte=now, deadline_at__gt=now, seats_held=0)
    offers = sorted(set(due.values_list("offer_id", flat=True)))
    return sum(_match_offer(offer_id, now) for offer_id in offers)


def _match_offer(offer_id: int, at: datetime) -> int:
    with transaction.atomic():
        offer = Offer.objects.select_for_update(no_key=True).get(pk=offer_id)
        waiting = Team.objects.filter(
            offer=offer, state=TeamState.OPEN, match_at__lte=at, deadline_at__gt=at, seats_held=0
        )
        teams = {team.pk: team for team in waiting.order_by("pk").select_for_update(no_key=True)}
        # Different sizes happen when the rules of an offer's mechanic changed; they never mix.
        sizes = {team.size for team in teams.values()}
        moves = [
            move
            for size in sorted(sizes)
            for move in rules.match(_lots([team for team in teams.values() if team.size == size]))
        ]
        for seat_id, source, target in moves:
            _move(locked.play(offer, teams[target]), teams[source], seat_id, at=at)
        for team_id in dict.fromkeys(target for _, _, target in moves):
            endings.judge(locked.play(offer, teams[team_id]), at=at, is_over=False)
        for team_id in dict.fromkeys(source for _, source, _ in moves):
            _tidy(locked.play(offer, teams[team_id]), at=at)
        return len({target for _, _, target in moves})


def _lots(teams: Sequence[Team]) -> list[rules.Lot]:
    seats = Seat.objects.filter(team__in=teams, state=SeatState.TAKEN).order_by("pk").select_for_update()
    members: dict[int, list[rules.Member]] = {team.pk: [] for team in teams}
    for seat in seats:
        members[seat.team_id].append(rules.Member(seat.pk, seat.person_id, seat.is_leader))
    return [
        rules.Lot(
            team_id=team.pk,
            missing=team.size - team.seats_taken - team.seats_virtual,
            deadline_at=team.deadline_at,
            members=members[team.pk],
        )
        for team in teams
    ]


def _move(play: Play, source: Team, seat_id: int, *, at: datetime) -> None:
    """Carry one paid seat from a team into another one of the same offer; both are locked."""
    seat = Seat.objects.get(pk=seat_id)
    seat.team, seat.moved_from, seat.is_leader = play.team, source, False
    seat.save(update_fields=["team", "moved_from", "is_leader"])
    source.seats_taken -= 1
    source.save(update_fields=["seats_taken"])
    play.team.seats_taken += 1
    play.team.save(update_fields=["seats_taken"])
    outbox.publish(
        SeatMatched(
            **play.facts(),
            at=at,
            person_id=seat.person_id,
            order_code=seat.order_code,
            from_team=source.code,
        )
    )


def _tidy(play: Play, *, at: datetime) -> None:
    """End a team that gave all its members away, or let the next one lead it."""
    team = play.team
    if team.state != TeamState.OPEN:
        return
    if team.seats_taken + team.seats_held == 0:
        endings.fail(play, "matched", at=at)
        return
    if not Seat.objects.filter(team=team, state__in=rules.LIVE_SEATS, is_leader=True).exists():
        leaving.find_leader(team)
