"""Seats that the rush lane reserved (see `settle`) and that no order took over: they are given back.

The lane's next batch does the same for the teams it settles; here it is done for all others, and where the
seat that goes may leave a team without a leader.
"""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.promotions.plays.contracts import SeatState
from jishi.promotions.plays.models import Seat
from jishi.promotions.plays.operations import counts, leaving, locked
from jishi.promotions.plays.operations.sweeping import each


def free_reserved_seats(at: datetime | None = None) -> int:
    """Give every seat back whose time to order is over; return how many."""
    now = clock.at_or_now(at)
    due = Seat.objects.filter(state=SeatState.HELD, reserved_until__lte=now).order_by("reserved_until", "pk")
    return each(due.values_list("order_code", flat=True), lambda code: _free(code, at=now, only_lapsed=True))


def let_seat_go(*, team_code: str, person_id: int, at: datetime | None = None) -> bool:
    """Give the seat back that is reserved for a person; return whether there was one."""
    now = clock.at_or_now(at)
    own = Seat.objects.filter(team__code=team_code, person_id=person_id, state=SeatState.HELD)
    code = own.filter(reserved_until__isnull=False).values_list("order_code", flat=True).first()
    return code is not None and bool(_free(code, at=now, only_lapsed=False))


def _free(seat_code: str, *, at: datetime, only_lapsed: bool) -> int:
    with transaction.atomic():
        found = locked.play_by_order(seat_code)
        if found is None:
            return 0
        play, seat = found
        if seat.state != SeatState.HELD or seat.reserved_until is None:
            return 0
        if only_lapsed and seat.reserved_until > at:
            return 0
        counts.release(play, seat, at=at)
        leaving.settle_succession(play, seat, at=at)
    return 1
