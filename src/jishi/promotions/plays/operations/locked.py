"""Locking an offer, a team and a seat in that order, with the terms that apply to them now."""

from dataclasses import dataclass
from typing import Any

from jishi.kernel import policy
from jishi.promotions.plays import mechanics
from jishi.promotions.plays.errors import OfferNotFound, TeamNotFound
from jishi.promotions.plays.models import Offer, Seat, Team
from jishi.promotions.plays.rules import Mechanic, Terms


@dataclass(slots=True)
class Play:
    """A locked offer with a locked team under it, and what its mechanic says. Rows are fresh."""

    offer: Offer
    team: Team
    mechanic: Mechanic
    terms: Terms

    def facts(self) -> dict[str, Any]:
        """Return the fields every team event carries, but for the instant."""
        return {
            "team_code": self.team.code,
            "offer_code": self.offer.code,
            "mechanic": self.offer.mechanic,
            "shop_id": self.offer.shop_id,
            "product_id": self.offer.product_id,
        }


def terms_of(offer: Offer) -> Terms:
    """Return an offer's terms under the law of now: what the rule pack forbids is off, whatever was
    published.
    """
    mechanic = mechanics.get(offer.mechanic)
    params = dict(offer.params)
    for name, path in mechanic.pack_rules.items():
        if params[name] and not policy.pack().get(path, False):
            params[name] = False
    return mechanic.terms(params)


def offer_by_code(code: str) -> Offer:
    """Lock the offer with this code.

    :raises OfferNotFound: there is none.
    """
    offer = Offer.objects.select_for_update(no_key=True).filter(code=code).first()
    if offer is None:
        raise OfferNotFound(offer=code)
    return offer


def play(offer: Offer, team: Team) -> Play:
    """Join a locked offer and one of its locked teams."""
    return Play(offer, team, mechanics.get(offer.mechanic), terms_of(offer))


def team_by_code(offer: Offer, code: str) -> Team:
    """Lock a team of a locked offer.

    :raises TeamNotFound: the offer has no such team.
    """
    team = Team.objects.select_for_update(no_key=True).filter(code=code, offer=offer).first()
    if team is None:
        raise TeamNotFound(team=code)
    return team


def play_by_team(team_id: int) -> Play:
    """Lock a team and its offer by the team's id."""
    offer_id = Team.objects.values_list("offer_id", flat=True).get(pk=team_id)
    offer = Offer.objects.select_for_update(no_key=True).get(pk=offer_id)
    return play(offer, Team.objects.select_for_update(no_key=True).get(pk=team_id))


def play_by_order(order_code: str) -> tuple[Play, Seat] | None:
    """Lock everything behind an order's seat; None when the order has no seat.

    A seat only ever moves between teams of one offer and under that offer's lock, so it is read again after
    it.
    """
    offer_id = Seat.objects.filter(order_code=order_code).values_list("team__offer_id", flat=True).first()
    if offer_id is None:
        return None
    offer = Offer.objects.select_for_update(no_key=True).get(pk=offer_id)
    team_id = Seat.objects.values_list("team_id", flat=True).get(order_code=order_code)
    team = Team.objects.select_for_update(no_key=True).get(pk=team_id)
    seat = Seat.objects.select_for_update(no_key=True).get(order_code=order_code)
    return play(offer, team), seat
