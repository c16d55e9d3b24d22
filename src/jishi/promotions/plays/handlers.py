"""What plays do when orders and teams move. Every handler may run twice; the operations look at states
first.
"""

from collections.abc import Sequence

from jishi.goods.catalog import queries as catalog_queries
from jishi.people.accounts import queries as account_queries
from jishi.people.notifications import operations as notifications
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries
from jishi.promotions.plays.events import SeatTaken, TeamEvent, TeamExpired, TeamFailed, TeamFormed
from jishi.social.communities.contracts import PartnerState
from jishi.social.communities.events import PartnerDecided
from jishi.trade.orders.events import OrderRefunded, OrderRefunding


def on_order_refunding(event: OrderRefunding) -> None:
    """An order is on its way back: its seat is free, or its place stays filled in a formed team."""
    plays.free_seat(order_code=event.order_code, at=event.at)


def on_order_refunded(event: OrderRefunded) -> None:
    """The money arrived: the seat's story is over."""
    plays.mark_seat_refunded(order_code=event.order_code, at=event.at)


def on_seat_taken(event: SeatTaken) -> None:
    """Tell the others who joined, and a buyer whose payment came late that they are in another team now."""
    joined = account_queries.get_person(event.person_id).nickname
    others = [person for person in queries.list_member_ids(event.team_code) if person != event.person_id]
    _tell("seat_taken", event, others, nickname=joined, about=event.order_code)
    if event.moved_from:
        _tell("team_moved", event, [event.person_id], about=event.order_code)


def on_team_formed(event: TeamFormed) -> None:
    """Tell everybody in the team."""
    _tell("team_formed", event, event.person_ids)


def on_team_expired(event: TeamExpired) -> None:
    """Tell everybody that their money is on its way back."""
    _tell("team_expired", event, event.person_ids)


def on_team_failed(event: TeamFailed) -> None:
    """Tell everybody that their money is on its way back."""
    _tell("team_failed", event, event.person_ids)


def on_partner_decided(event: PartnerDecided) -> None:
    """The owner of a community ended the agreement with a shop: its offers for the members stop."""
    if event.state == PartnerState.ENDED:
        plays.stop_partner_offers(shop_id=event.shop_id, slug=event.slug, at=event.at)


def _tell(kind: str, event: TeamEvent, person_ids: Sequence[int], *, about: str = "", **words: str) -> None:
    """Leave a notice with each of them, in their own language, once per team and occasion."""
    titles: dict[str, str] = {}
    for person_id in person_ids:
        language = account_queries.get_profile(person_id).language
        if language not in titles:
            product = catalog_queries.get_product(event.product_id, language=language)
            titles[language] = product.title
        notifications.notify(
            person_id=person_id,
            kind=kind,
            params={"product": titles[language], "team": event.team_code, **words},
            url=f"/g/{event.team_code}/",
            natural_key=f"{kind}:{event.team_code}:{about}",
            at=event.at,
        )
