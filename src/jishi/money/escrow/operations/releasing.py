"""Pays an order's held money out to those who share it."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.money.escrow import queries, rules
from jishi.money.escrow.contracts import HoldingView
from jishi.money.escrow.errors import HoldingClosed
from jishi.money.escrow.models import SplitRow
from jishi.money.escrow.operations.holding import locked_holding
from jishi.money.ledger import operations as ledger


def release(*, order_code: str, at: datetime | None = None) -> HoldingView:
    """Post every pending share. A holding that was released stays as it is; one that was sent back refuses.

    :raises HoldingNotFound: no money was held for the order.
    :raises HoldingClosed: all of it went back to the buyer.
    :raises LedgerBusy: the accounts could not be locked.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        holding, splits = locked_holding(order_code)
        if holding.state == rules.REFUNDED:
            raise HoldingClosed(order_code=order_code)
        if holding.state == rules.HELD:
            if holding.held_minor:
                ledger.post_pending(
                    natural_key=f"escrow:{order_code}:release",
                    reserved_key=f"escrow:{order_code}:split:{holding.reservation}",
                    at=moment,
                )
            for split in splits:
                split.released_minor = split.amount_minor - split.refunded_minor
            SplitRow.objects.bulk_update(splits, ["released_minor"])
            holding.released_minor, holding.held_minor = holding.held_minor, 0
            holding.state, holding.closed_at = rules.RELEASED, moment
            holding.save(update_fields=["released_minor", "held_minor", "state", "closed_at"])
        return queries.get_holding(order_code)
