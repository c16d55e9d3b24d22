"""A seat's life up to payment: held when the order is placed, taken when it is paid, released when it is not.

Every public verb may be repeated. A payment whose seat is gone looks for another one here, in the transaction
that records the payment, and otherwise refuses, upon which the money goes back.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from jishi.kernel import clock, fairdraw, locks, outbox
from jishi.kernel.errors import Conflict
from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.errors import SeatGone
from jishi.promotions.plays.events import SeatTaken, TeamStarted
from jishi.promotions.plays.models import Offer, Seat, Team
from jishi.promotions.plays.operations import admission, counts, endings, leaving, locked
from jishi.promotions.plays.operations.locked import Play
from jishi.promotions.plays.rules import Terms, Wish


def hold_seat(
    *,
    order_code: str,
    wish: Wish,
    person_id: int,
    expires_at: datetime,
    discount_minor: int = 0,
    at: datetime | None = None,
) -> None:
    """Keep a seat for an order that waits for payment; starting a team creates it, unseen until it is paid.

    A seat that the rush lane reserved for the person becomes the order's; it passes the same checks.

    :raises OfferNotFound: no such offer, or it does not cover the variant.
    :raises OfferNotStarted: / OfferEnded: teams cannot be started now.
    :raises TeamNotFound: / TeamClosed: / TeamFull: / AlreadyInTeam: there is no seat for this person.
    :raises OfferSoldOut: / BudgetUsedUp: / SoldOutToday: nothing is left (today).
    :raises TooMany: / TooManyTeams: / TooManyHere: / TooManyToday: / NewcomersOnly: a limit is reached.
    :raises OfferMembersOnly: it is for an audience that the person is not in.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        if Seat.objects.filter(order_code=order_code).exists():
            return
        offer = locked.offer_by_code(wish.offer_code)
        admission.check_audience(offer, person_id=person_id)
        terms = locked.terms_of(offer)
        admission.team_price(offer, wish.variant_id)
        starts, reserved = wish.team_code is None, None
        if wish.team_code is None:
            admission.check_runs(offer, now)
            team = _new_team(offer, terms, person_id, deadline_at=expires_at, at=now)
        else:
            team = locked.team_by_code(offer, wish.team_code)
            reserved = admission.check_joinable(team, person_id=person_id, at=now)
        admission.check_limits(offer, terms, person_id=person_id, quantity=wish.quantity)
        if terms.newcomers != "no":
            # One first purchase at a time: the check below reads what another offer may be writing.
            locks.advisory("plays.newcomer", person_id)
        admission.check_newcomer(terms, person_id=person_id, starts=starts)
        seat = reserved or Seat(team=team, person_id=person_id, is_leader=starts)
        is_new, seat.reserved_until = seat.pk is None, None
        seat.order_code, seat.variant_id, seat.quantity = order_code, wish.variant_id, wish.quantity
        seat.move_ok, seat.household, seat.discount_minor = wish.move_ok, wish.household, discount_minor
        seat.held_at, seat.lapses_at = now, expires_at
        seat.held_until = expires_at if starts or terms.honours_holds else min(expires_at, team.deadline_at)
        counts.claim_seat(offer, terms, seat, at=now)
        if is_new:
            team.seats_held += 1
            team.save(update_fields=["seats_held"])
        seat.save(force_insert=is_new)


def settle_seat(*, order_code: str, paid_at: datetime, at: datetime | None = None) -> None:
    """Take the seat of a paid order; the last one forms the team.

    The instant of payment decides whether the held seat counts. A payment without a seat gets one in its
    own team
    if there is room, a team of its own if it was to start one, or a seat elsewhere if offer and buyer allow
    that.

    :raises SeatGone: there is no seat to be had; nothing changed, and the money must go back.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        found = locked.play_by_order(order_code)
        if found is None:
            raise SeatGone(order=order_code)
        play, seat = found
        if seat.state == SeatState.TAKEN:
            return
        if seat.state == SeatState.HELD:
            if _holds_good(play, paid_at=paid_at):
                take(play, seat, paid_at=paid_at, at=now)
                return
            counts.release(play, seat, at=now)
            leaving.settle_succession(play, seat, at=now)
        if seat.state != SeatState.RELEASED:
            raise SeatGone(order=order_code)
        _take_late(play, seat, paid_at=paid_at, at=now)


def release_seat(*, order_code: str, at: datetime | None = None) -> None:
    """Free the seat of an order that came to nothing; one that was paid is left as by a refund."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        found = locked.play_by_order(order_code)
        if found is None:
            return
        play, seat = found
        if seat.state == SeatState.HELD:
            counts.release(play, seat, at=now)
            leaving.settle_succession(play, seat, at=now)
        elif seat.state == SeatState.TAKEN:
            leaving.leave(play, seat, at=now)


# --- Steps under the locks of a Play ----------------------------------------------------------------------


def take(play: Play, seat: Seat, *, paid_at: datetime, at: datetime, moved_from: Team | None = None) -> None:
    """Turn a held or released seat into a taken one, open the team if its leader paid, and form it if it is
    full.
    """
    team = play.team
    if seat.state == SeatState.HELD:
        team.seats_held -= 1
    seat.state = rules.move_seat(seat.state, SeatState.TAKEN)
    seat.paid_at, seat.left_at = paid_at, None
    seat.team, seat.moved_from = team, moved_from or seat.moved_from
    team.seats_taken += 1
    if team.state == TeamState.STARTING:
        _open(play, opened_at=at if moved_from else paid_at, at=at)
    seat.save(update_fields=["state", "paid_at", "left_at", "team", "moved_from", "is_leader", "counted_on"])
    team.save(update_fields=["seats_taken", "seats_held", "state", "opened_at", "deadline_at", "match_at"])
    outbox.publish(
        SeatTaken(
            **play.facts(),
            at=at,
            person_id=seat.person_id,
            order_code=seat.order_code,
            missing=team.size - team.seats_taken - team.seats_virtual,
            moved_from=moved_from.code if moved_from else "",
        )
    )
    endings.judge(play, at=at, is_over=False)


def _open(play: Play, *, opened_at: datetime, at: datetime) -> None:
    team = play.team
    team.state = rules.move_team(team.state, TeamState.OPEN)
    team.opened_at = opened_at
    team.deadline_at = rules.deadline(play.terms, opened_at=opened_at, ends_at=play.offer.ends_at)
    if play.terms.match_minutes:
        team.match_at = max(opened_at, team.deadline_at - timedelta(minutes=play.terms.match_minutes))
    outbox.publish(
        TeamStarted(
            **play.facts(), at=at, leader_id=team.leader_id, size=team.size, deadline_at=team.deadline_at
        )
    )


def _holds_good(play: Play, *, paid_at: datetime) -> bool:
    if play.team.state == TeamState.STARTING:
        # A team opened after the end of its offer would have no time to fill.
        return play.offer.ends_at is None or paid_at < play.offer.ends_at
    return play.team.state == TeamState.OPEN and rules.is_in_time(
        play.terms, paid_at=paid_at, deadline_at=play.team.deadline_at
    )


def _take_late(play: Play, seat: Seat, *, paid_at: datetime, at: datetime) -> None:
    first = play.team
    target = _find_room(play, seat, paid_at=paid_at, at=at)
    if target is None:
        raise SeatGone(order=seat.order_code)
    try:
        admission.check_limits(
            play.offer,
            play.terms,
            person_id=seat.person_id,
            quantity=seat.quantity,
            without=seat.order_code,
        )
        with transaction.atomic():
            counts.claim_seat(play.offer, play.terms, seat, at=at)
    except Conflict:
        raise SeatGone(order=seat.order_code) from None
    moved_from = first if target.pk != first.pk else None
    seat.is_leader = target.state == TeamState.STARTING
    new = locked.play(play.offer, target)
    take(new, seat, paid_at=paid_at, at=at, moved_from=moved_from)


def _find_room(play: Play, seat: Seat, *, paid_at: datetime, at: datetime) -> Team | None:
    """Return a locked team with room for a late payment: its own, a new one for a starter, or another open
    one.
    """
    team = play.team
    if _has_room(team, seat, at=at) and paid_at < team.deadline_at:
        return team
    if seat.is_leader and team.opened_at is None:
        try:
            admission.check_runs(play.offer, at)
        except Conflict:
            return None
        return _new_team(play.offer, play.terms, seat.person_id, deadline_at=at, at=at)
    if not (play.terms.late_elsewhere and seat.move_ok):
        return None
    others = (
        Team.objects.filter(offer=play.offer, state=TeamState.OPEN, deadline_at__gt=at)
        .exclude(pk=team.pk)
        .annotate(missing=F("size") - F("seats_taken") - F("seats_held") - F("seats_virtual"))
        .filter(missing__gte=1)
        .exclude(seats__in=Seat.objects.filter(person_id=seat.person_id, state__in=rules.LIVE_SEATS))
        .order_by("missing", "deadline_at", "pk")
        .values_list("pk", flat=True)
    )
    # Seats of this offer change only under its lock, which is ours: the first candidate is as good as it
    # looks.
    chosen = others.first()
    return None if chosen is None else Team.objects.select_for_update(no_key=True).get(pk=chosen)


def _has_room(team: Team, seat: Seat, *, at: datetime) -> bool:
    if team.state != TeamState.OPEN or at >= team.deadline_at or admission.free_seats(team) < 1:
        return False
    same = Seat.objects.filter(team=team, person_id=seat.person_id, state__in=rules.LIVE_SEATS)
    return not same.exclude(pk=seat.pk).exists()


def _new_team(offer: Offer, terms: Terms, leader_id: int, *, deadline_at: datetime, at: datetime) -> Team:
    seed = fairdraw.new_seed() if terms.draw_winners else ""
    return Team.objects.create(
        offer=offer,
        size=terms.size,
        leader_id=leader_id,
        created_at=at,
        deadline_at=deadline_at,
        seed=seed,
        seed_hash=fairdraw.commitment(seed) if seed else "",
    )
