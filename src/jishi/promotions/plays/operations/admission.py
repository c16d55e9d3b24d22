"""Who may have a seat: period, capacity, limits, newcomers. Asked when quoting, and again under the offer's
lock.
"""

from datetime import datetime

from django.db.models import Count, Sum

from jishi.people.accounts import ports as accounts
from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.plays.contracts import OfferStatus, SeatState, TeamState
from jishi.promotions.plays.errors import (
    AlreadyInTeam,
    NewcomersOnly,
    OfferEnded,
    OfferMembersOnly,
    OfferNotFound,
    OfferNotStarted,
    OfferSoldOut,
    TeamClosed,
    TeamFull,
    TooMany,
    TooManyTeams,
)
from jishi.promotions.plays.models import Offer, OfferPrice, Seat, Team
from jishi.promotions.plays.rules import LIVE_SEATS, Terms
from jishi.trade.orders import queries as order_queries


def check_runs(offer: Offer, at: datetime) -> None:
    """Return quietly if teams may be started under the offer now.

    :raises OfferNotStarted: its period lies ahead.
    :raises OfferEnded: its period is over, or the shop stopped it.
    """
    if offer.status != OfferStatus.ON or (offer.ends_at is not None and at >= offer.ends_at):
        raise OfferEnded(offer=offer.code)
    if at < offer.starts_at:
        raise OfferNotStarted(offer=offer.code, starts_at=offer.starts_at.isoformat())


def check_audience(offer: Offer, *, person_id: int | None) -> None:
    """Return quietly if the offer is for everybody, or for an audience the person is in now.

    :raises OfferMembersOnly: it is not for them.
    """
    if not offer.audience_kind:
        return
    ref = AudienceRef(offer.audience_kind, offer.audience_key)
    if person_id is None or not accounts.is_member(ref, person_id):
        raise OfferMembersOnly(audience=ref.key)


def check_joinable(team: Team, *, person_id: int | None, at: datetime) -> Seat | None:
    """Return quietly if this person may still get into the team, with the seat reserved for them if there
    is one.

    :raises AlreadyInTeam: they are in it.
    :raises TeamClosed: it is not open (any more).
    :raises TeamFull: no seat is free.
    """
    own = None
    if person_id is not None:
        own = Seat.objects.filter(team=team, person_id=person_id, state__in=LIVE_SEATS).first()
        if own is not None and own.reserved_until is None:
            raise AlreadyInTeam(team=team.code, order=own.order_code)
    if team.state != TeamState.OPEN or at >= team.deadline_at:
        raise TeamClosed(team=team.code)
    if own is None and free_seats(team) < 1:
        raise TeamFull(team=team.code)
    return own


def free_seats(team: Team) -> int:
    """Return how many seats are neither taken nor being paid."""
    return team.size - team.seats_taken - team.seats_held - team.seats_virtual


def check_units(offer: Offer, quantity: int) -> None:
    """Return quietly if the offer still has that many units.

    :raises OfferSoldOut: it has not.
    """
    if offer.stock_limit is not None and offer.units_claimed + quantity > offer.stock_limit:
        raise OfferSoldOut(available=offer.stock_limit - offer.units_claimed)


def check_limits(
    offer: Offer, terms: Terms, *, person_id: int | None, quantity: int, without: str = ""
) -> None:
    """Return quietly if the person stays within the offer's limits. A first purchase counts like any other.

    `without` names an order of theirs that is not to be counted.

    :raises TooMany: more units than allowed per order or in all.
    :raises TooManyTeams: more teams than allowed.
    """
    if terms.per_order and quantity > terms.per_order:
        raise TooMany(limit=terms.per_order)
    if person_id is None or not (terms.per_person or terms.teams_per_person):
        return
    own = Seat.objects.filter(
        team__offer=offer, person_id=person_id, state__in=LIVE_SEATS, reserved_until__isnull=True
    )
    had = own.exclude(order_code=without).aggregate(units=Sum("quantity"), teams=Count("pk"))
    if terms.per_person and (had["units"] or 0) + quantity > terms.per_person:
        raise TooMany(limit=terms.per_person)
    if terms.teams_per_person and had["teams"] >= terms.teams_per_person:
        raise TooManyTeams(limit=terms.teams_per_person)


def check_newcomer(terms: Terms, *, person_id: int | None, starts: bool) -> None:
    """Return quietly if the seat is not kept for newcomers, or the person is one.

    Somebody whose first purchase is being paid right now counts as having bought, or two first purchases
    could run side by side.

    :raises NewcomersOnly: they bought before.
    """
    if person_id is None or terms.newcomers == "no" or (starts and terms.newcomers == "joiners"):
        return
    is_paying = Seat.objects.filter(
        person_id=person_id, state=SeatState.HELD, reserved_until__isnull=True
    ).exists()
    if is_paying or order_queries.has_paid_before(person_id):
        raise NewcomersOnly()


def team_price(offer: Offer, variant_id: int) -> int:
    """Return what the offer asks for one unit of a variant.

    :raises OfferNotFound: it does not cover the variant.
    """
    price = OfferPrice.objects.filter(offer=offer, variant_id=variant_id).values_list(
        "price_minor", flat=True
    )
    found: int | None = price.first()
    if found is None:
        raise OfferNotFound(offer=offer.code)
    return found
