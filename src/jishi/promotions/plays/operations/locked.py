"""Locking an offer, a team and a seat, or a rally, in that order, with the terms that apply to them now."""

from dataclasses import dataclass
from typing import Any

from jishi.kernel import policy
from jishi.promotions.plays import mechanics
from jishi.promotions.plays.errors import OfferNotFound, RallyNotFound, TeamNotFound
from jishi.promotions.plays.models import Offer, Rally, Seat, Team
from jishi.promotions.plays.rules import Mechanic, Progress, RallyRules, RallyTerms, Terms


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


@dataclass(slots=True)
class Gathering:
    """A locked rally with its offer (locked as well where units or budget move) and what its mechanic
    says.
    """

    offer: Offer
    rally: Rally
    kind: RallyRules
    terms: RallyTerms

    def facts(self) -> dict[str, Any]:
        """Return the fields every event of a rally carries, but for the instant."""
        return {
            "rally_code": self.rally.code,
            "offer_code": self.offer.code,
            "mechanic": self.offer.mechanic,
            "shop_id": self.offer.shop_id,
            "product_id": self.offer.product_id,
            "starter_id": self.rally.starter_id,
        }


def rally_rules(offer: Offer) -> RallyRules:
    """Return what the mechanic of an offer says about helps.

    :raises OfferNotFound: it is an offer for teams.
    """
    found = mechanics.get(offer.mechanic).rally
    if found is None:
        raise OfferNotFound(offer=offer.code)
    return found


def gathering(code: str, *, with_offer: bool = False) -> Gathering:
    """Lock a rally, after its offer if units or budget are to move.

    :raises RallyNotFound: there is none.
    """
    offer_id = Rally.objects.filter(code=code).values_list("offer_id", flat=True).first()
    if offer_id is None:
        raise RallyNotFound(rally=code[:12])
    rows = Offer.objects.select_for_update(no_key=True) if with_offer else Offer.objects.all()
    offer = rows.get(pk=offer_id)
    rally = Rally.objects.select_for_update(no_key=True).get(code=code)
    kind = rally_rules(offer)
    return Gathering(offer, rally, kind, kind.terms(offer.params))


def gathering_by_order(order_code: str) -> Gathering | None:
    """Lock the rally that an order buys, with its offer; None when it buys none (any more)."""
    code = Rally.objects.filter(order_code=order_code).values_list("code", flat=True).first()
    if code is None:
        return None
    found = gathering(code, with_offer=True)
    return found if found.rally.order_code == order_code else None


def progress_of(rally: Rally) -> Progress:
    """Return how far a rally is."""
    return Progress(
        goal=rally.goal, gained=rally.gained, helps=rally.helps_counted, helps_most=rally.helps_most
    )


def terms_of(offer: Offer) -> Terms:
    """Return an offer's terms under the law of now: what the rule pack forbids is off, whatever was
    published.
    """
    mechanic = mechanics.get(offer.mechanic)
    params = dict(offer.params)
    for name, path in mechanic.pack_rules.items():
        if params.get(name) and not policy.pack().get(path, False):
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
