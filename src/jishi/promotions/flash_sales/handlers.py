"""What flash sales do when an order is called off after payment, and whom they tell of decisions."""

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.people.accounts import queries as account_queries
from jishi.people.notifications import operations as notifications
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales.events import ItemDecided
from jishi.trade.orders.events import OrderRefunding


def on_order_refunding(event: OrderRefunding) -> None:
    """The order's claim is over; its units lie on the ordinary shelf."""
    flash.refund(order_code=event.order_code, at=event.at)


def on_item_decided(event: ItemDecided) -> None:
    """Tell the shop's people what became of their enrolment."""
    kind = "flash_approved" if event.is_approved else "flash_refused"
    for person_id, _ in merchant_queries.list_staff(event.shop_id):
        language = account_queries.get_profile(person_id).language
        product = catalog_queries.get_product(event.product_id, language=language)
        notifications.notify(
            person_id=person_id,
            kind=kind,
            params={"product": product.title, "reason": event.reason},
            url="/m/flash/",
            natural_key=f"{kind}:{event.item_code}",
            at=event.at,
        )
