"""What presales do when money or an order moved, and whom they tell."""

from jishi.money.payments.events import PaymentCaptured
from jishi.people.notifications import operations as notifications
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales.events import ReservationEnded
from jishi.trade.orders.events import OrderReceived, OrderRefunding


def on_payment_captured(event: PaymentCaptured) -> None:
    """Take deposits into escrow; payments of orders are checkout's."""
    for code, amount in event.allocations:
        presales.apply_deposit(
            code=str(code), intent_code=event.intent_code, amount_minor=int(amount), paid_at=event.paid_at
        )


def on_order_received(event: OrderReceived) -> None:
    """The deposit follows the balance to the shop."""
    presales.finish(order_code=event.order_code, at=event.at)


def on_order_refunding(event: OrderRefunding) -> None:
    """The deposit goes back with the balance."""
    presales.refund(order_code=event.order_code, reason=event.reason or "order_refunded", at=event.at)


def on_reservation_ended(event: ReservationEnded) -> None:
    """Tell the buyer what became of the deposit."""
    notifications.notify(
        person_id=event.person_id,
        kind=f"presale_{event.outcome}",
        params={},
        url=f"/presales/{event.presale_code}/",
        natural_key=f"presale_ended:{event.reservation_code}",
        at=event.at,
    )
