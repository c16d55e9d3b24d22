"""A paid member goes: before the team forms the seat is free again; afterwards the team stays as it is.

Whoever leads hands over to the member who paid first, then to whoever is paying; nobody left closes the team.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from jishi.kernel import clock, outbox
from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.errors import NotInTeam, TeamClosed
from jishi.promotions.plays.events import SeatFreed
from jishi.promotions.plays.models import Seat, Team
from jishi.promotions.plays.operations import counts, endings, locked
from jishi.promotions.plays.operations.locked import Play
from jishi.trade.orders import operations as orders


def leave_team(*, team_code: str, person_id: int, at: datetime | None = None) -> str:
    """Take a member out of a team that is still filling and send their money back; return their order's code.

    :raises NotInTeam: they have no paid seat in it.
    :raises TeamClosed: it formed or ended already; a refund is then a matter of the order.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        order_code = (
            Seat.objects.filter(team__code=team_code, person_id=person_id, state=SeatState.TAKEN)
            .values_list("order_code", flat=True)
            .first()
        )
        found = locked.play_by_order(order_code) if order_code else None
        if found is None:
            raise NotInTeam(team=team_code)
        play, seat = found
        if seat.state != SeatState.TAKEN or play.team.state != TeamState.OPEN:
            raise TeamClosed(team=team_code)
        leave(play, seat, at=now)
        orders.cancel(order_code=seat.order_code, by=person_id, reason="left_team", at=now)
    return seat.order_code


def free_seat(*, order_code: str, at: datetime | None = None) -> None:
    """Note that an order is being refunded, for whatever reason; its seat is left unless that has
    happened.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        found = locked.play_by_order(order_code)
        if found is None:
            return
        play, seat = found
        if seat.state == SeatState.TAKEN:
            leave(play, seat, at=now)
        elif seat.state == SeatState.REFUND_DUE:
            seat.state = rules.move_seat(seat.state, SeatState.REFUNDING)
            seat.save(update_fields=["state"])


def mark_seat_refunded(*, order_code: str, at: datetime | None = None) -> None:
    """Note that the money of a seat is back with its buyer."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        free_seat(order_code=order_code, at=now)
        Seat.objects.filter(order_code=order_code, state=SeatState.REFUNDING).update(
            state=SeatState.REFUNDED, refunded_at=now
        )


# --- Steps under the locks of a Play ----------------------------------------------------------------------


def leave(play: Play, seat: Seat, *, at: datetime) -> None:
    """Take a paid seat out. In a formed team the place stays filled: the others keep price and goods."""
    seat.state = rules.move_seat(seat.state, SeatState.REFUNDING)
    seat.left_at = at
    seat.keeps_place = play.team.state == TeamState.FORMED
    seat.save(update_fields=["state", "left_at", "keeps_place"])
    if seat.keeps_place:
        return
    play.team.seats_taken -= 1
    play.team.save(update_fields=["seats_taken"])
    counts.return_seats(play.offer, play.terms, [seat])
    settle_succession(play, seat, at=at)
    outbox.publish(
        SeatFreed(
            **play.facts(),
            at=at,
            person_id=seat.person_id,
            order_code=seat.order_code,
            leader_id=play.team.leader_id if play.team.state == TeamState.OPEN else None,
        )
    )


def settle_succession(play: Play, gone: Seat, *, at: datetime) -> None:
    """After a seat went: close a team nobody is left in, or find the next leader of one whose leader went."""
    team = play.team
    if team.state == TeamState.STARTING:
        endings.fail(play, "unpaid", at=at)
        return
    if team.state != TeamState.OPEN:
        return
    if team.seats_taken + team.seats_held == 0:
        endings.fail(play, "empty", at=at)
    elif gone.is_leader and gone.team_id == team.pk:
        if gone.state == SeatState.REFUNDING and play.terms.leader_leaves == "close_team":
            endings.fail(play, "leader_left", at=at)
        else:
            _hand_over(team, gone)


def find_leader(team: Team) -> None:
    """Let the member who paid first lead a locked team that has no leader; then whoever is paying."""
    live = Seat.objects.filter(team=team, state__in=rules.LIVE_SEATS)
    # A seat that is paid comes before one that is only held: nulls sort last.
    heir = live.order_by(F("paid_at").asc(nulls_last=True), "pk").first()
    if heir is None:
        return
    heir.is_leader = True
    heir.save(update_fields=["is_leader"])
    team.leader_id = heir.person_id
    team.save(update_fields=["leader"])


def _hand_over(team: Team, gone: Seat) -> None:
    if not Seat.objects.filter(team=team, state__in=rules.LIVE_SEATS).exists():
        return
    gone.is_leader = False
    gone.save(update_fields=["is_leader"])
    find_leader(team)
