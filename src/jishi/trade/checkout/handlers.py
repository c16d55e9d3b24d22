"""What trade does when money moved. Handlers only translate facts into calls of operations."""

from jishi.money.payments.events import PaymentCaptured, RefundCompleted
from jishi.trade.checkout import operations as checkout


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
