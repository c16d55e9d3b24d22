"""Lifting what keeps an order from being shipped.

Only the hold's own row is touched, never the order's: whoever lifts holds may therefore do it under locks of
its own (a team's row, say) without waiting for orders.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.trade.orders.models import FulfilmentHold


def release_hold(*, ref: str, at: datetime | None = None) -> bool:
    """Lift one hold; true if it was still in place."""
    return release_holds(refs=[ref], at=at) == 1


def release_holds(*, refs: Sequence[str], at: datetime | None = None) -> int:
    """Lift several holds with one statement pair and return how many were still in place."""
    with transaction.atomic():
        open_holds = FulfilmentHold.objects.filter(ref__in=list(refs), released_at=None)
        ids = list(open_holds.order_by("pk").select_for_update().values_list("pk", flat=True))
        return FulfilmentHold.objects.filter(pk__in=ids).update(released_at=clock.at_or_now(at))
