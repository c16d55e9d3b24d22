"""Ordering in a round: an ordinary order of its items, collected at a point instead of being sent."""

from collections.abc import Mapping
from datetime import datetime

from jishi.promotions.community_buys import queries
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed

CHANNEL = "community"


def order(
    *,
    round_code: str,
    point_code: str,
    wanted: Mapping[str, int],
    buyer_id: int,
    fingerprint: str,
    checkout_key: str,
    language: str,
    share_code: str = "",
    at: datetime | None = None,
) -> Placed:
    """Place an order of items (by code) of a round. Repeating the key returns the first result.

    :raises RoundNotFound: / ItemNotFound: / PointClosed: there is no such thing.
    :raises Conflict: the round takes no orders, too few are left, or the limit is reached.
    :raises QuoteChanged: the price is not the one with this fingerprint.
    """
    lines = queries.price_lines(round_code, wanted)
    return checkout.place(
        buyer_id=buyer_id,
        lines=lines,
        address_id=None,
        tokens={"round": round_code},
        pickup=queries.pickup_place(point_code, person_id=buyer_id),
        share_code=share_code,
        fingerprint=fingerprint,
        checkout_key=checkout_key,
        channel=CHANNEL,
        language=language,
        at=at,
    )
