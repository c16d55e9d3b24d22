"""What stock does when its own facts are told."""

from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory.events import StockReturned


def on_stock_returned(event: StockReturned) -> None:
    """Tell whoever asked for it."""
    inventory.tell_waiting(product_id=event.product_id, at=event.at)
