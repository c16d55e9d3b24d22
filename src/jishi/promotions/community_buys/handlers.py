"""What community purchase does when an order is called off, and whom it tells of decisions and goods."""

from jishi.goods.merchants import queries as merchant_queries
from jishi.people.notifications import operations as notifications
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.events import (
    CollectionEnded,
    CollectionReady,
    LeaderDecided,
    RoundCut,
    SeriesEnded,
)
from jishi.trade.orders.events import OrderRefunding


def on_order_refunding(event: OrderRefunding) -> None:
    """The order's units can be had by others, and the leader's part of it is gone."""
    community.refund(order_code=event.order_code, at=event.at)


def on_leader_decided(event: LeaderDecided) -> None:
    """Tell the person."""
    notifications.notify(
        person_id=event.person_id,
        kind=f"leader_{event.state}",
        params={"reason": event.reason},
        url="/leader/",
        natural_key=f"leader_{event.state}:{event.leader_code}:{event.at.isoformat()}",
        at=event.at,
    )


def on_round_cut(event: RoundCut) -> None:
    """Tell the shop's people that the demand is there."""
    if not event.demand_code:
        return
    notifications.notify_many(
        person_ids=[person_id for person_id, _ in merchant_queries.list_staff(event.shop_id)],
        kind="round_cut",
        params={"round": queries.get_title(event.round_code)},
        natural_key=f"round_cut:{event.round_code}",
        url=f"/m/rounds/{event.round_code}/",
        at=event.at,
    )


def on_series_ended(event: SeriesEnded) -> None:
    """Tell the shop's people that no further round opens by itself."""
    notifications.notify_many(
        person_ids=[person_id for person_id, _ in merchant_queries.list_staff(event.shop_id)],
        kind="round_series_ended",
        params={"round": queries.get_title(event.round_code)},
        natural_key=f"round_series_ended:{event.round_code}",
        url=f"/m/rounds/{event.round_code}/",
        at=event.at,
    )


def on_collection_ready(event: CollectionReady) -> None:
    """Tell the buyer that the goods wait, and that some did not come."""
    kind = "pickup_short" if event.short_minor else "pickup_ready"
    notifications.notify(
        person_id=event.person_id,
        kind=kind,
        params={"order": event.order_code},
        url=f"/collect/{event.order_code}/",
        natural_key=f"pickup_ready:{event.order_code}",
        at=event.at,
    )


def on_collection_ended(event: CollectionEnded) -> None:
    """Tell the buyer who did not come."""
    if event.outcome == "collected":
        return
    notifications.notify(
        person_id=event.person_id,
        kind=f"pickup_{event.outcome}",
        params={"order": event.order_code},
        url=f"/collect/{event.order_code}/",
        natural_key=f"pickup_ended:{event.order_code}",
        at=event.at,
    )
