"""Proposing a timed price, the shop's answer, opening, pausing and ending it. Whoever proposes decides when.

Locks: the price's row. One opening at a time looks at the goods that others have.
"""

from datetime import datetime

from django.db import transaction

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel import audit, clock, locks
from jishi.promotions.timed_prices import rules
from jishi.promotions.timed_prices.contracts import PriceState, Proposal
from jishi.promotions.timed_prices.errors import (
    GoodsTaken,
    NotBelowCost,
    TimedPriceInvalid,
    TimedPriceNotFound,
    TimedPriceWrongState,
)
from jishi.promotions.timed_prices.models import Item, TimedPrice, Window


def propose(*, proposal: Proposal, by: int | None, at: datetime | None = None) -> str:
    """Ask a shop whether it would give this price in these windows; returns the code.

    :raises TimedPriceInvalid: something about it cannot be, or goods are not the shop's.
    """
    if field := rules.fault(proposal):
        raise TimedPriceInvalid(field=field)
    products = sorted(set(proposal.product_ids))
    cards = catalog_queries.list_cards(products, language="en")
    if any(one not in cards or cards[one].shop_id != proposal.shop_id for one in products):
        raise TimedPriceInvalid(field="products")
    with transaction.atomic():
        row = TimedPrice.objects.create(
            title=proposal.title.strip(),
            shop_id=proposal.shop_id,
            off_bps=proposal.off_bps,
            starts_at=proposal.windows[0].starts_at,
            ends_at=proposal.windows[-1].ends_at,
            created_at=clock.at_or_now(at),
        )
        Item.objects.bulk_create(Item(price=row, product_id=one) for one in products)
        Window.objects.bulk_create(
            Window(price=row, starts_at=one.starts_at, ends_at=one.ends_at) for one in proposal.windows
        )
        _record(row, "propose", by)
    return row.code


def agree(*, code: str, shop_id: int, not_below_cost: bool, by: int, at: datetime | None = None) -> None:
    """The shop says yes. Nothing is cheaper yet.

    :raises TimedPriceNotFound: the shop was not asked for this.
    :raises NotBelowCost: it did not say that it covers its cost.
    :raises TimedPriceWrongState: it was answered already, or the first window has begun.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(code, shop_id)
        if row.state != PriceState.PROPOSED or row.starts_at <= moment:
            raise TimedPriceWrongState
        if not not_below_cost:
            raise NotBelowCost
        TimedPrice.objects.filter(pk=row.pk).update(state=PriceState.READY, agreed_at=moment)
        _record(row, "agree", by)


def refuse(*, code: str, shop_id: int, by: int) -> None:
    """The shop says no, or takes its yes back before anything opened.

    :raises TimedPriceNotFound: the shop was not asked for this.
    :raises TimedPriceWrongState: it is open, or over.
    """
    with transaction.atomic():
        row = _locked(code, shop_id)
        if row.state not in (PriceState.PROPOSED, PriceState.READY):
            raise TimedPriceWrongState
        TimedPrice.objects.filter(pk=row.pk).update(state=PriceState.REFUSED)
        _record(row, "refuse", by)


def open_windows(*, code: str, by: int | None, at: datetime | None = None) -> None:
    """From here on the windows count.

    :raises TimedPriceNotFound: there is none.
    :raises TimedPriceWrongState: the shop has not agreed, or the first window has begun.
    :raises GoodsTaken: another one has some of the goods at that time.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        locks.advisory("timed_prices.open")
        row = _locked(code)
        if row.state != PriceState.READY or row.starts_at <= moment:
            raise TimedPriceWrongState
        mine = Item.objects.filter(price=row).values("product_id")
        live = TimedPrice.objects.filter(state__in=[PriceState.OPEN, PriceState.PAUSED])
        overlapping = live.filter(starts_at__lt=row.ends_at, ends_at__gt=row.starts_at)
        if overlapping.filter(items__product_id__in=mine).exists():
            raise GoodsTaken
        TimedPrice.objects.filter(pk=row.pk).update(state=PriceState.OPEN)
        _record(row, "open", by)


def pause(*, code: str, by: int | None) -> bool:
    """Nobody gets it for now. Returns whether it was open."""
    return _move(code, PriceState.OPEN, PriceState.PAUSED, by)


def resume(*, code: str, by: int | None) -> bool:
    """The windows that are left count again. Returns whether it was paused."""
    return _move(code, PriceState.PAUSED, PriceState.OPEN, by)


def end(*, code: str, by: int | None) -> None:
    """Nobody gets it again; what was ordered stays as it was.

    :raises TimedPriceNotFound: there is none.
    """
    with transaction.atomic():
        row = _locked(code)
        if row.state in (PriceState.ENDED, PriceState.REFUSED):
            return
        TimedPrice.objects.filter(pk=row.pk).update(state=PriceState.ENDED)
        _record(row, "end", by)


def _move(code: str, before: PriceState, after: PriceState, by: int | None) -> bool:
    with transaction.atomic():
        row = _locked(code)
        if row.state != before:
            return False
        TimedPrice.objects.filter(pk=row.pk).update(state=after)
        _record(row, after.value, by)
    return True


def _locked(code: str, shop_id: int | None = None) -> TimedPrice:
    rows = TimedPrice.objects.select_for_update().filter(code=code)
    row = (rows if shop_id is None else rows.filter(shop_id=shop_id)).first()
    if row is None:
        raise TimedPriceNotFound
    return row


def _record(row: TimedPrice, act: str, by: int | None) -> None:
    audit.record(actor_id=by, action=f"timed_prices.{act}", subject=f"timed_price:{row.code}")
