"""What sharing does when orders move."""

from jishi.social.shares import operations as shares
from jishi.trade.orders.events import OrderPaid


def on_order_paid(event: OrderPaid) -> None:
    """Attribute the order to the link that brought its buyer, if one did."""
    if event.share_code:
        shares.record_order(
            share_code=event.share_code,
            order_code=event.order_code,
            buyer_id=event.buyer_id,
            amount_minor=event.total_minor,
            currency=event.currency,
            paid_at=event.paid_at,
        )
