"""What plays do when orders and teams move. Every handler may run twice; the operations look at states
first.
"""

from collections.abc import Sequence

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import operations as merchants
from jishi.people.accounts import queries as account_queries
from jishi.people.notifications import operations as notifications
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries
from jishi.promotions.plays.events import (
    RallyEnded,
    RallyEvent,
    RallyHelped,
    RallyWon,
    SeatMatched,
    SeatTaken,
    TeamEvent,
    TeamExpired,
    TeamFailed,
    TeamFormed,
)
from jishi.social.communities.contracts import PartnerState
from jishi.social.communities.events import PartnerDecided
from jishi.trade.orders.events import OrderRefunded, OrderRefunding


def on_order_refunding(event: OrderRefunding) -> None:
    """An order is on its way back: its seat is free, or its place stays filled in a formed team."""
    plays.free_seat(order_code=event.order_code, at=event.at)
    plays.refund_rally(order_code=event.order_code, at=event.at)


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
    """Tell everybody in the team that it formed, or how the draw went, and what goes back; and the shop."""
    if event.lost_ids:
        _tell("team_drawn", event, event.person_ids)
        _tell("team_not_drawn", event, event.lost_ids)
    else:
        _tell("team_formed", event, event.person_ids)
    _tell("team_grew", event, event.back_ids)
    merchants.report(shop_id=event.shop_id, kind="shop_team_formed", url="/m/offers/", at=event.at)


def on_seat_matched(event: SeatMatched) -> None:
    """Tell a member that they are in another team now, with the same seat and price."""
    _tell("team_matched", event, [event.person_id], about=event.order_code)


def on_rally_helped(event: RallyHelped) -> None:
    """Tell the starter who helped; the last help is told by the goal."""
    if event.rest:
        helper = account_queries.get_person(event.person_id).nickname
        _tell_starter("rally_helped", event, about=str(event.person_id), nickname=helper)


def on_rally_won(event: RallyWon) -> None:
    """Tell the starter that it may be bought now."""
    _tell_starter("rally_won", event)


def on_rally_ended(event: RallyEnded) -> None:
    """Tell the starter that the time is over."""
    _tell_starter("rally_ended", event)


def on_team_expired(event: TeamExpired) -> None:
    """Tell everybody that their money is on its way back, and the shop that nothing came of the team."""
    _tell("team_expired", event, event.person_ids)
    merchants.report(shop_id=event.shop_id, kind="shop_team_ended", url="/m/offers/", at=event.at)


def on_team_failed(event: TeamFailed) -> None:
    """Tell everybody that their money is on its way back, and the shop that nothing came of the team."""
    _tell("team_failed", event, event.person_ids)
    merchants.report(shop_id=event.shop_id, kind="shop_team_ended", url="/m/offers/", at=event.at)


def on_partner_decided(event: PartnerDecided) -> None:
    """The owner of a community ended the agreement with a shop: its offers for the members stop."""
    if event.state == PartnerState.ENDED:
        plays.stop_partner_offers(shop_id=event.shop_id, slug=event.slug, at=event.at)


def _tell_starter(kind: str, event: RallyEvent, *, about: str = "", **words: str) -> None:
    language = account_queries.get_profile(event.starter_id).language
    title = catalog_queries.get_product(event.product_id, language=language).title
    notifications.notify(
        person_id=event.starter_id,
        kind=kind,
        params={"product": title, "rally": event.rally_code, **words},
        url=f"/b/{event.rally_code}/",
        natural_key=f"{kind}:{event.rally_code}:{about}",
        at=event.at,
    )


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
