"""Rounds that come again: at every cut-off of a series the next round opens, with what can still be offered.

Exactly once: the series' row is locked, its due time moves with the round that was made, and the database
refuses a second round of a series with the same cut-off.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import audit, clock, outbox
from jishi.promotions.community_buys import queries, rules
from jishi.promotions.community_buys.contracts import RoundState, SeriesState
from jishi.promotions.community_buys.errors import (
    ItemNotFound,
    NotPossibleNow,
    SeriesNotFound,
    WeekdaysMissing,
)
from jishi.promotions.community_buys.events import SeriesEnded
from jishi.promotions.community_buys.models import Item, Round, Series
from jishi.promotions.community_buys.operations import locked
from jishi.promotions.gates import operations as gates
from jishi.promotions.gates import queries as gate_queries
from jishi.promotions.gates.contracts import OPEN

BATCH = 100


def repeat(
    *, shop_id: int, round_code: str, days: frozenset[int], by: int | None, at: datetime | None = None
) -> str:
    """Let an open round come again at the same times of these days of the week (0 is Monday); returns the
    code of the series. The next round opens when this one is cut.

    :raises RoundNotFound: it is not this shop's.
    :raises WeekdaysMissing: no day, or none that exists.
    :raises NotPossibleNow: it takes no orders any more, or comes again already.
    """
    now = clock.at_or_now(at)
    if not days or not days <= set(range(7)):
        raise WeekdaysMissing
    with transaction.atomic():
        row = locked.round_(round_code, shop_id=shop_id)
        if row.state != RoundState.OPEN or now >= row.cutoff_at or row.series_id is not None:
            raise NotPossibleNow
        series = Series.objects.create(
            shop_id=shop_id, weekdays=sum(1 << day for day in days), due_at=row.cutoff_at, created_at=now
        )
        row.series = series
        row.save(update_fields=["series"])
        detail = {"series": series.code, "days": sorted(days)}
        audit.record(actor_id=by, action="community_buys.repeat", subject=f"round:{row.code}", detail=detail)
    return series.code


def end_series(*, shop_id: int, series_code: str, by: int | None, at: datetime | None = None) -> None:
    """No further round opens by itself; the one that runs goes on. Doing so again changes nothing.

    :raises SeriesNotFound: it is not this shop's.
    """
    with transaction.atomic():
        found = (
            Series.objects.select_for_update(no_key=True).filter(code=series_code, shop_id=shop_id).first()
        )
        if found is None:
            raise SeriesNotFound
        if found.state != SeriesState.ON:
            return
        _end(found, SeriesState.STOPPED, "", clock.at_or_now(at))
        audit.record(actor_id=by, action="community_buys.end_series", subject=f"series:{found.code}")


def open_next_due(at: datetime) -> int:
    """Open the next round of every series whose latest one has passed its cut-off; a sweep."""
    due = Series.objects.filter(state=SeriesState.ON, due_at__lte=at).order_by("pk")
    return sum(_open_next(pk, at) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def _open_next(series_id: int, at: datetime) -> bool:
    with transaction.atomic():
        rows = Series.objects.select_for_update(skip_locked=True, no_key=True)
        series = rows.filter(pk=series_id, state=SeriesState.ON, due_at__lte=at).first()
        if series is None:
            return False
        last = series.rounds.order_by("-cutoff_at")[0]
        if last.state == RoundState.STOPPED:
            _end(series, SeriesState.STOPPED, "", at)
            return False
        items = _still_offered(last)
        if not items:
            _end(series, SeriesState.FAILED, "nothing_left", at)
            outbox.publish(SeriesEnded(round_code=last.code, shop_id=last.shop_id, at=at))
            return False
        made = _next_of(last, series, at)
        for item in items:
            item.round = made
        Item.objects.bulk_create(items)
        gate = gate_queries.find(rules.gate_of(last.code)) or OPEN
        subject = rules.gate_of(made.code)
        gates.set_gate(subject=subject, shop_id=made.shop_id, wish=gate, at=at, is_asked=False)
        series.due_at = made.cutoff_at
        series.save(update_fields=["due_at"])
        detail = {"series": series.code}
        audit.record(actor_id=None, action="community_buys.open", subject=f"round:{made.code}", detail=detail)
    return True


def _next_of(last: Round, series: Series, at: datetime) -> Round:
    """The same round with later dates; it takes orders at once, until the same time of another day."""
    zone = merchant_queries.get_shop(last.shop_id).time_zone
    cutoff = rules.next_cutoff(last.cutoff_at, weekdays=series.weekdays, zone=zone, at=at)
    here = ZoneInfo(zone)
    days = (cutoff.date() - last.cutoff_at.astimezone(here).date()).days
    return Round.objects.create(
        shop_id=last.shop_id,
        title=last.title,
        region=last.region,
        currency=last.currency,
        state=RoundState.OPEN,
        starts_at=at,
        cutoff_at=cutoff,
        arrives_at=rules.move_days(last.arrives_at.astimezone(here), days),
        pickup_until_at=rules.move_days(last.pickup_until_at.astimezone(here), days),
        shortage=last.shortage,
        unpicked=last.unpicked,
        commission_bps=last.commission_bps,
        budget_minor=last.budget_minor,
        series=series,
        created_at=at,
    )


def _still_offered(last: Round) -> list[Item]:
    """The items that can be sold and do not cost more than alone meanwhile."""
    found = []
    for item in last.items.order_by("pk"):
        try:
            _, price = queries.priced_variant(last.shop_id, item.variant_id)
        except ItemNotFound:
            continue
        if item.price_minor <= price.amount_minor:
            found.append(
                Item(
                    variant_id=item.variant_id,
                    product_id=item.product_id,
                    price_minor=item.price_minor,
                    list_minor=price.amount_minor,
                    cost_minor=item.cost_minor,
                    cap=item.cap,
                    limit_per_person=item.limit_per_person,
                )
            )
    return found


def _end(series: Series, state: SeriesState, reason: str, at: datetime) -> None:
    series.state, series.reason, series.ended_at = state, reason, at
    series.save(update_fields=["state", "reason", "ended_at"])
