"""The clock's part: teams whose deadline passed end, and refunds that are due are sent.

The sweep cannot miss, because what is due is a column, and cannot double, because every step looks at the
state
under the lock it changes it with. One team or refund that fails holds up no other.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from jishi.kernel import clock
from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.errors import TeamClosed, TeamNotFound
from jishi.promotions.plays.models import Seat, Team
from jishi.promotions.plays.operations import counts, endings, leaving, locked
from jishi.promotions.plays.operations.locked import Play
from jishi.promotions.plays.operations.sweeping import each
from jishi.trade.orders import operations as orders

NEWS_OF_PAYMENT = timedelta(minutes=15)
"""How long after an order's time to pay its team still waits: a payment made in time may be heard of late."""


def close_due_teams(at: datetime | None = None) -> int:
    """End every team whose deadline passed, and send the refunds that are due; return how much was done."""
    now = clock.at_or_now(at)
    due = Team.objects.filter(state=TeamState.OPEN, deadline_at__lte=now).order_by("deadline_at", "pk")
    closed = each(due.values_list("pk", flat=True), lambda team_id: _close_due(team_id, now))
    return closed + send_refunds(now)


def send_refunds(at: datetime | None = None) -> int:
    """Refund every seat that is marked for it; return how many were."""
    now = clock.at_or_now(at)
    due = Seat.objects.filter(state=SeatState.REFUND_DUE).order_by("pk")
    sent = each(due.values_list("pk", flat=True), lambda seat_id: _refund(seat_id, now))
    owed = Seat.objects.filter(back_minor__gt=0, back_sent_at__isnull=True).order_by("pk")
    return sent + each(owed.values_list("pk", flat=True), lambda seat_id: _send_difference(seat_id, now))


def close_team(*, team_code: str, reason: str, at: datetime | None = None) -> None:
    """End an open team by hand (the shop cannot deliver, an operator steps in); everybody is refunded.

    :raises TeamNotFound: there is none.
    :raises TeamClosed: it ended already.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        team_id = Team.objects.filter(code=team_code).values_list("pk", flat=True).first()
        if team_id is None:
            raise TeamNotFound(team=team_code)
        play = locked.play_by_team(team_id)
        if play.team.state in rules.CLOSED_TEAMS:
            raise TeamClosed(team=team_code)
        endings.fail(play, reason, at=now)


# --- One due thing, one transaction -----------------------------------------------------------------------


def _close_due(team_id: int, at: datetime) -> int:
    with transaction.atomic():
        play = locked.play_by_team(team_id)
        if play.team.state != TeamState.OPEN or play.team.deadline_at > at:
            return 0
        _drop_lapsed_holds(play, at=at)
        if play.team.state != TeamState.OPEN:
            return 1
        return 0 if endings.judge(play, at=at, is_over=True) == "wait" else 1


def _drop_lapsed_holds(play: Play, *, at: datetime) -> None:
    """Release seats whose order should have been paid or given up long ago, and reserved ones that no order
    took over, so that no team waits for ever.
    """
    late = Q(lapses_at__lte=at - NEWS_OF_PAYMENT) | Q(reserved_until__lte=at)
    lapsed = Seat.objects.filter(late, team=play.team, state=SeatState.HELD)
    for seat in list(lapsed.order_by("pk").select_for_update()):
        counts.release(play, seat, at=at)
        leaving.settle_succession(play, seat, at=at)


def _refund(seat_id: int, at: datetime) -> int:
    with transaction.atomic():
        seat = (
            Seat.objects.select_related("team")
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .filter(pk=seat_id, state=SeatState.REFUND_DUE)
            .first()
        )
        if seat is None:
            return 0
        orders.refund(
            order_code=seat.order_code,
            reason="not_drawn" if seat.drawn == "lost" else f"team_{seat.team.state}",
            natural_key=f"team:{seat.team.code}:{seat.order_code}",
            at=at,
        )
        seat.state = rules.move_seat(seat.state, SeatState.REFUNDING)
        seat.save(update_fields=["state"])
    return 1


def _send_difference(seat_id: int, at: datetime) -> int:
    """Send what a better price of a larger team gives back; a seat that is refunded altogether gets no
    more.
    """
    with transaction.atomic():
        seat = (
            Seat.objects.select_related("team")
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .filter(pk=seat_id, back_minor__gt=0, back_sent_at__isnull=True)
            .first()
        )
        if seat is None:
            return 0
        if seat.state == SeatState.TAKEN:
            orders.refund_part(
                order_code=seat.order_code,
                amount_minor=seat.back_minor,
                reason="team_grew",
                natural_key=f"tier:{seat.team.code}:{seat.order_code}",
                at=at,
            )
        else:
            seat.back_minor = 0
        seat.back_sent_at = at
        seat.save(update_fields=["back_minor", "back_sent_at"])
    return 1
