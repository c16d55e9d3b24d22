"""How a team ends, once and for all, under the locks of a `Play`: it forms, expires or fails.

Whoever paid in a team that did not form is marked for a refund here; the money itself is sent by `deadlines`,
each refund in a transaction of its own.
"""

from datetime import datetime

from jishi.kernel import outbox
from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.events import TeamExpired, TeamFailed, TeamFormed
from jishi.promotions.plays.models import Seat
from jishi.promotions.plays.operations import counts
from jishi.promotions.plays.operations.locked import Play
from jishi.promotions.plays.rules import Crowd, Verdict
from jishi.trade.orders import operations as orders


def judge(play: Play, *, at: datetime, is_over: bool) -> Verdict:
    """Ask the mechanic what becomes of the team, and do it."""
    team = play.team
    crowd = Crowd(taken=team.seats_taken, held=team.seats_held, virtual=team.seats_virtual)
    verdict = play.mechanic.decide(play.terms, crowd, is_over)
    if verdict == "form":
        _form(play, at=at)
    elif verdict == "expire":
        _expire(play, at=at)
    return verdict


def fail(play: Play, reason: str, *, at: datetime) -> None:
    """End a team before its deadline; whoever paid is refunded."""
    taken = _end(play, TeamState.FAILED, reason, at=at)
    if play.team.opened_at is None:
        # Nobody ever saw this team, so nobody needs to hear of its end.
        return
    outbox.publish(
        TeamFailed(
            **play.facts(),
            at=at,
            person_ids=[seat.person_id for seat in taken],
            order_codes=[seat.order_code for seat in taken],
            reason=reason,
        )
    )


def _form(play: Play, *, at: datetime) -> None:
    team = play.team
    team.state = rules.move_team(team.state, TeamState.FORMED)
    team.seats_virtual = team.size - team.seats_taken
    team.formed_at = team.closed_at = at
    team.save(update_fields=["state", "seats_virtual", "formed_at", "closed_at"])
    taken = list(Seat.objects.filter(team=team, state=SeatState.TAKEN).order_by("pk"))
    orders.release_holds(refs=[f"{play.mechanic.code}:{seat.order_code}" for seat in taken], at=at)
    outbox.publish(
        TeamFormed(
            **play.facts(),
            at=at,
            person_ids=[seat.person_id for seat in taken],
            order_codes=[seat.order_code for seat in taken],
            virtual=team.seats_virtual,
        )
    )


def _expire(play: Play, *, at: datetime) -> None:
    missing = play.team.size - play.team.seats_taken
    taken = _end(play, TeamState.EXPIRED, "deadline", at=at)
    outbox.publish(
        TeamExpired(
            **play.facts(),
            at=at,
            person_ids=[seat.person_id for seat in taken],
            order_codes=[seat.order_code for seat in taken],
            missing=missing,
        )
    )


def _end(play: Play, state: TeamState, reason: str, *, at: datetime) -> list[Seat]:
    """Close a team that did not form: held seats are released, paid ones marked for refund, units
    returned.
    """
    team = play.team
    live = list(Seat.objects.filter(team=team, state__in=rules.LIVE_SEATS).order_by("pk").select_for_update())
    taken = [seat for seat in live if seat.state == SeatState.TAKEN]
    held = [seat.pk for seat in live if seat.state == SeatState.HELD]
    Seat.objects.filter(pk__in=held).update(state=SeatState.RELEASED, left_at=at)
    Seat.objects.filter(pk__in=[seat.pk for seat in taken]).update(state=SeatState.REFUND_DUE)
    counts.return_units(play.offer, sum(seat.quantity for seat in live))
    team.state = rules.move_team(team.state, state)
    team.seats_held = 0
    team.closed_at, team.close_reason = at, reason
    team.save(update_fields=["state", "seats_held", "closed_at", "close_reason"])
    return taken
