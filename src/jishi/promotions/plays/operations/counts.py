"""Counting units and seats: the one place where an offer's stock and a team's held seats go up or down
together.
"""

from datetime import datetime

from django.db.models import F

from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import SeatState
from jishi.promotions.plays.models import Offer, Seat
from jishi.promotions.plays.operations import admission
from jishi.promotions.plays.operations.locked import Play


def claim_units(offer: Offer, quantity: int) -> None:
    """Count units against the offer's stock; its row is locked.

    :raises OfferSoldOut: there are not so many left.
    """
    admission.check_units(offer, quantity)
    offer.units_claimed += quantity
    Offer.objects.filter(pk=offer.pk).update(units_claimed=F("units_claimed") + quantity)


def return_units(offer: Offer, quantity: int) -> None:
    """Give units back to the offer's stock; its row is locked."""
    offer.units_claimed -= quantity
    Offer.objects.filter(pk=offer.pk).update(units_claimed=F("units_claimed") - quantity)


def release(play: Play, seat: Seat, *, at: datetime) -> None:
    """Give a held seat and its units back."""
    seat.state = rules.move_seat(seat.state, SeatState.RELEASED)
    seat.left_at = at
    seat.save(update_fields=["state", "left_at"])
    play.team.seats_held -= 1
    play.team.save(update_fields=["seats_held"])
    return_units(play.offer, seat.quantity)
