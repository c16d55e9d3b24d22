"""Counting units, budget, limits and seats: the one place where what a seat uses up goes up or down
together.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from jishi.promotions.plays import queries, rules
from jishi.promotions.plays.contracts import SeatState
from jishi.promotions.plays.errors import BudgetUsedUp
from jishi.promotions.plays.models import Offer, Seat
from jishi.promotions.plays.operations import admission, tallies
from jishi.promotions.plays.operations.locked import Play
from jishi.promotions.plays.operations.tallies import Want
from jishi.promotions.plays.rules import Terms


def claim_units(offer: Offer, quantity: int, discount_minor: int = 0) -> None:
    """Count units and their discount against the offer's stock and budget; its row is locked.

    :raises OfferSoldOut: there are not so many left.
    :raises BudgetUsedUp: what the shop gives is given.
    """
    admission.check_units(offer, quantity)
    if offer.budget_minor is not None and offer.budget_used_minor + discount_minor > offer.budget_minor:
        raise BudgetUsedUp(offer=offer.code)
    _move(offer, quantity, discount_minor)


def return_units(offer: Offer, quantity: int, discount_minor: int = 0) -> None:
    """Give units and budget back; the offer's row is locked."""
    _move(offer, -quantity, -discount_minor)


def claim_seat(play_offer: Offer, terms: Terms, seat: Seat, *, at: datetime) -> None:
    """Count everything a seat uses up: units, budget and the limits of its person, address and day.

    :raises OfferSoldOut: / BudgetUsedUp: nothing is left.
    :raises TooMany: / TooManyTeams: / TooManyHere: / TooManyToday: / SoldOutToday: a limit is reached.
    """
    if terms.per_person_day or terms.per_day:
        seat.counted_on = queries.shop_day(play_offer.shop_id, at)
    claim_units(play_offer, seat.quantity, seat.discount_minor)
    tallies.claim(play_offer.pk, wants(terms, seat))


def return_seats(offer: Offer, terms: Terms, seats: Iterable[Seat]) -> None:
    """Give back everything these seats used up; one that was only reserved used up nothing."""
    for seat in seats:
        if seat.reserved_until is not None:
            continue
        return_units(offer, seat.quantity, seat.discount_minor)
        tallies.give_back(offer.pk, wants(terms, seat))


def release(play: Play, seat: Seat, *, at: datetime) -> None:
    """Give a held seat and all it uses up back."""
    seat.state = rules.move_seat(seat.state, SeatState.RELEASED)
    seat.left_at = at
    seat.save(update_fields=["state", "left_at"])
    play.team.seats_held -= 1
    play.team.save(update_fields=["seats_held"])
    return_seats(play.offer, play.terms, [seat])


def wants(terms: Terms, seat: Seat) -> list[Want]:
    """Return which limits a seat counts against."""
    person, quantity = rules.person_key(seat.person_id), seat.quantity
    found = []
    if terms.per_person:
        found.append(Want("person", person, quantity, terms.per_person))
    if terms.teams_per_person:
        found.append(Want("teams", person, 1, terms.teams_per_person))
    if terms.per_household and seat.household:
        found.append(Want("household", seat.household, quantity, terms.per_household))
    if terms.per_person_day and seat.counted_on:
        key = rules.person_day_key(seat.person_id, seat.counted_on)
        found.append(Want("person_day", key, quantity, terms.per_person_day))
    if terms.per_day and seat.counted_on:
        found.append(Want("day", seat.counted_on.isoformat(), quantity, terms.per_day))
    return found


def _move(offer: Offer, units: int, discount_minor: int) -> None:
    offer.units_claimed += units
    offer.budget_used_minor += discount_minor
    Offer.objects.filter(pk=offer.pk).update(
        units_claimed=F("units_claimed") + units, budget_used_minor=F("budget_used_minor") + discount_minor
    )
