"""What trade does when money or an order moved. Handlers only translate facts into calls of operations."""

from jishi.goods.catalog import operations as catalog
from jishi.goods.merchants import operations as merchants
from jishi.money.payments.events import PaymentCaptured, RefundCompleted
from jishi.trade.checkout import operations as checkout
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.events import OrderPaid, OrderRefunding


def on_payment_captured(event: PaymentCaptured) -> None:
    """Make the orders of the payment paid, or send their money back."""
    checkout.apply_payment(
        intent_code=event.intent_code,
        allocations={str(code): int(amount) for code, amount in event.allocations},
        paid_at=event.paid_at,
    )


def on_refund_completed(event: RefundCompleted) -> None:
    """Tell the order that its money is back with the buyer."""
    if event.order_code:
        checkout.apply_refund(
            intent_code=event.intent_code, order_code=event.order_code, amount_minor=event.amount_minor
        )


def on_order_paid(event: OrderPaid) -> None:
    """Count the goods as sold, outside the payment's own transaction: a bestseller's row is a hot one."""
    rows = [(int(line["product_id"]), int(line["quantity"])) for line in event.lines]
    catalog.add_sold(rows=rows, at=event.paid_at)


def tell_shop(event: OrderPaid) -> None:
    """Count the order for the next word to the shop's people: one notice for all of about an hour."""
    merchants.report(shop_id=event.shop_id, kind="shop_order_paid", url="/m/orders/", at=event.paid_at)


def on_order_refunding(event: OrderRefunding) -> None:
    """Count the goods of a called-off order as not sold after all."""
    order = order_queries.find_order(event.order_code)
    if order is not None and order.paid_at is not None:
        rows = [(line.product_id, -line.quantity) for line in order.lines]
        catalog.add_sold(rows=rows, at=order.paid_at)
