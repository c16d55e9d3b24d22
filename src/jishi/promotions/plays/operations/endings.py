"""How a team ends, once and for all, under the locks of a `Play`: it forms, expires or fails.

Whoever paid in a team that did not form is marked for a refund here; the money itself is sent by `deadlines`,
each refund in a transaction of its own.
"""

from collections.abc import Sequence
from datetime import datetime

from jishi.kernel import fairdraw, outbox
from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.events import TeamExpired, TeamFailed, TeamFormed
from jishi.promotions.plays.models import OfferPrice, Seat
from jishi.promotions.plays.operations import counts
from jishi.promotions.plays.operations.locked import Play
from jishi.promotions.plays.rules import Crowd, Verdict
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries


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
    team, terms = play.team, play.terms
    team.state = rules.move_team(team.state, TeamState.FORMED)
    if terms.forms_from:
        # Enough, though not all: the team is as large as it became.
        team.size = team.seats_taken
        team.tier = rules.tier_reached(terms, team.size)
    team.seats_virtual = team.size - team.seats_taken
    team.formed_at = team.closed_at = at
    team.save(update_fields=["state", "size", "tier", "seats_virtual", "formed_at", "closed_at"])
    taken = list(Seat.objects.filter(team=team, state=SeatState.TAKEN).order_by("pk").select_for_update())
    if team.tier:
        _owe_difference(play, taken)
    lost = _draw(play, taken, at=at) if terms.draw_winners else []
    stay = [seat for seat in taken if seat not in lost]
    orders.release_holds(refs=[f"{play.mechanic.code}:{seat.order_code}" for seat in stay], at=at)
    outbox.publish(
        TeamFormed(
            **play.facts(),
            at=at,
            person_ids=[seat.person_id for seat in stay],
            order_codes=[seat.order_code for seat in stay],
            virtual=team.seats_virtual,
            lost_ids=[seat.person_id for seat in lost],
            back_ids=[seat.person_id for seat in stay if seat.back_minor],
        )
    )


def _owe_difference(play: Play, seats: Sequence[Seat]) -> None:
    """Note what goes back to each member because the team became large enough for a better price."""
    prices = dict(OfferPrice.objects.filter(offer=play.offer).values_list("variant_id", "price_minor"))
    for order in order_queries.list_orders([seat.order_code for seat in seats]):
        seat = next(one for one in seats if one.order_code == order.code)
        unit = rules.tier_price(play.terms, prices[seat.variant_id], play.team.size)
        paid = order.goods_minor - order.discount_minor
        seat.back_minor = max(0, min(paid - unit * seat.quantity, order.total_minor - 1))
    Seat.objects.bulk_update(seats, ["back_minor"])


def _draw(play: Play, seats: Sequence[Seat], *, at: datetime) -> list[Seat]:
    """Draw who gets the goods, as promised by the seed's digest; return the others, who are refunded.

    Their places stay filled, as of members who leave a formed team; their units go back to the offer.
    """
    ranked = fairdraw.ranking(play.team.seed, [rules.draw_entry(seat.order_code) for seat in seats])
    lucky = set(ranked[: play.terms.draw_winners])
    lost = [seat for seat in seats if rules.draw_entry(seat.order_code) not in lucky]
    for seat in seats:
        seat.drawn = "lost" if seat in lost else "won"
    for seat in lost:
        seat.state, seat.keeps_place, seat.left_at = SeatState.REFUND_DUE, True, at
    Seat.objects.bulk_update(seats, ["drawn", "state", "keeps_place", "left_at"])
    counts.return_seats(play.offer, play.terms, lost)
    return lost


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
    counts.return_seats(play.offer, play.terms, live)
    team.state = rules.move_team(team.state, state)
    team.seats_held = 0
    team.closed_at, team.close_reason = at, reason
    team.save(update_fields=["state", "seats_held", "closed_at", "close_reason"])
    return taken
