"""Reading timed prices: what holds now, and what a shop is asked for."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Count, QuerySet

from jishi.kernel import clock
from jishi.kernel.lately import Lately
from jishi.promotions.timed_prices import rules
from jishi.promotions.timed_prices.contracts import Current, PriceState, TimedView
from jishi.promotions.timed_prices.errors import TimedPriceNotFound
from jishi.promotions.timed_prices.models import TimedPrice

# Every quote asks this, and hardly ever is there one. A window that was quoted counts a little longer for
# whoever names it.
_NOW = """
SELECT i.product_id, w.code, p.off_bps, w.ends_at, p.shop_id
FROM timed_prices_timedprice p
JOIN timed_prices_item i ON i.price_id = p.id
JOIN timed_prices_window w ON w.price_id = p.id
WHERE p.state = 'open' AND i.product_id = ANY(%s) AND w.starts_at <= %s
  AND (w.ends_at > %s OR (w.code = %s AND w.ends_at > %s))
ORDER BY i.product_id, w.ends_at DESC
"""
_OPEN = """
SELECT i.product_id, w.code, p.off_bps, w.starts_at, w.ends_at
FROM timed_prices_timedprice p
JOIN timed_prices_item i ON i.price_id = p.id
JOIN timed_prices_window w ON w.price_id = p.id
WHERE p.state = 'open' AND w.ends_at > %s
"""
FRESH_S = 5.0


def list_current(product_ids: Collection[int], *, at: datetime, quoted: str = "") -> dict[int, Current]:
    """What holds for these products at a moment, by product; `quoted` is the window a quote was taken in."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW, [sorted(product_ids), at, at, quoted[:12], at - rules.GRACE])
        return {
            product: Current(code, off_bps, ends_at)
            for product, code, off_bps, ends_at, _ in cursor.fetchall()
        }


def _read_windows() -> dict[int, list[tuple[datetime, Current]]]:
    """All windows of open prices that are not over, by product."""
    windows: dict[int, list[tuple[datetime, Current]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [clock.now()])
        for product, code, off_bps, starts_at, ends_at in cursor.fetchall():
            windows.setdefault(product, []).append((starts_at, Current(code, off_bps, ends_at)))
    return windows


_windows = Lately(_read_windows, seconds=FRESH_S)


def find_current(product_id: int, *, at: datetime | None = None) -> Current | None:
    """What holds for a product now, for its page: from a list some seconds old. Quotes ask the tables."""
    moment = clock.at_or_now(at)
    held = _windows.get().get(product_id, ())
    return next((one for starts, one in held if starts <= moment < one.ends_at), None)


def get_price(code: str) -> TimedView:
    """One timed price.

    :raises TimedPriceNotFound: there is none.
    """
    row = _rows().filter(code=code).first()
    if row is None:
        raise TimedPriceNotFound
    return view(row)


def list_of_shop(shop_id: int) -> tuple[TimedView, ...]:
    """What a shop was asked for, the newest first."""
    return tuple(view(row) for row in _rows().filter(shop_id=shop_id).order_by("-id")[:50])


def count_asked(shop_id: int) -> int:
    """How many wait for the shop's answer."""
    return TimedPrice.objects.filter(shop_id=shop_id, state=PriceState.PROPOSED).count()


def window_codes(code: str) -> tuple[str, ...]:
    """The windows of a price, as orders name them."""
    found = TimedPrice.objects.filter(code=code).values_list("windows__code", flat=True)
    return tuple(found.order_by("windows__starts_at"))


def _rows() -> QuerySet[TimedPrice]:
    return TimedPrice.objects.annotate(times=Count("windows", distinct=True)).prefetch_related("items")


def view(row: TimedPrice) -> TimedView:
    """A row as others see it."""
    return TimedView(
        code=row.code,
        title=row.title,
        shop_id=row.shop_id,
        product_ids=tuple(sorted(one.product_id for one in row.items.all())),
        off_bps=row.off_bps,
        state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        windows=getattr(row, "times", 0),
        agreed_at=row.agreed_at,
    )
