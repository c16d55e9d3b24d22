"""Reads of escrow: where an order's money is, what a shop gets, how much is held in all."""

from collections.abc import Iterable

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.money.escrow.contracts import HoldingView, SettlementView, ShopMoney, SplitView
from jishi.money.escrow.errors import HoldingNotFound
from jishi.money.escrow.models import Holding, SplitRow
from jishi.money.ledger.contracts import AccountRef


def get_holding(order_code: str) -> HoldingView:
    """Where an order's money is.

    :raises HoldingNotFound: none was held.
    """
    found = list_holdings([order_code])
    if order_code not in found:
        raise HoldingNotFound(order_code=order_code)
    return found[order_code]


def find_holding(order_code: str) -> HoldingView | None:
    """Where an order's money is, if any was held."""
    return list_holdings([order_code]).get(order_code)


def list_holdings(order_codes: Iterable[str]) -> dict[str, HoldingView]:
    """Holdings by order; orders without one are absent."""
    rows = Holding.objects.filter(order_code__in=list(order_codes)).prefetch_related("splits")
    return {row.order_code: _view(row) for row in rows}


def total_held(currency: str) -> int:
    """All money in escrow in one currency."""
    return Holding.objects.filter(currency=currency).aggregate(total=Sum("held_minor"))["total"] or 0


def list_totals() -> dict[str, tuple[int, int, int, int]]:
    """Per currency: captured, held, released and refunded money of all orders."""
    rows = Holding.objects.values("currency").annotate(
        captured=Sum("captured_minor"),
        held=Sum("held_minor"),
        released=Sum("released_minor"),
        refunded=Sum("refunded_minor"),
    )
    return {
        row["currency"]: (row["captured"], row["held"], row["released"], row["refunded"])
        for row in rows.order_by("currency")
    }


def list_shop_money(shop_id: int | None = None) -> list[ShopMoney]:
    """Per shop and currency, what is held and what was released to it; of one shop if it is given."""
    rows = SplitRow.objects.filter(owner_kind="shop", role="merchant")
    if shop_id is not None:
        rows = rows.filter(owner_key=str(shop_id))
    held = Q(holding__state="held")
    found = (
        rows.order_by()
        .values("owner_key", currency=F("holding__currency"))
        .annotate(
            held_orders=Count("pk", filter=held),
            held_minor=Coalesce(Sum("holding__held_minor", filter=held), 0),
            share_minor=Coalesce(Sum(F("amount_minor") - F("refunded_minor"), filter=held), 0),
            released=Coalesce(Sum("released_minor"), 0),
        )
    )
    money = [
        ShopMoney(
            shop_id=int(row["owner_key"]),
            currency=row["currency"],
            held_orders=row["held_orders"],
            held_minor=row["held_minor"],
            share_minor=row["share_minor"],
            released_minor=row["released"],
        )
        for row in found
    ]
    return sorted(money, key=lambda one: (-one.held_minor, one.shop_id, one.currency))


def page_settlements(
    shop_id: int, *, state: str = "", cursor: str | None = None, limit: int = 30
) -> Page[SettlementView]:
    """What a shop gets and got of its orders, newest first, by page.

    :raises BadCursor: the cursor was not made here.
    """
    rows = SplitRow.objects.filter(owner_kind="shop", owner_key=str(shop_id), role="merchant")
    if state:
        rows = rows.filter(holding__state=state)
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    found = list(
        rows.select_related("holding").prefetch_related("holding__splits").order_by("-pk")[: limit + 1]
    )
    more, found = len(found) > limit, found[:limit]
    return Page([_settlement(row) for row in found], encode_cursor(found[-1].pk) if more else None)


def list_settlements(shop_id: int, *, limit: int = 100) -> list[SettlementView]:
    """What a shop gets and got of its orders, newest first."""
    rows = (
        SplitRow.objects.filter(owner_kind="shop", owner_key=str(shop_id), role="merchant")
        .select_related("holding")
        .prefetch_related("holding__splits")
        .order_by("-pk")[:limit]
    )
    return [_settlement(row) for row in rows]


def _settlement(row: SplitRow) -> SettlementView:
    holding = row.holding
    commission = sum(split.amount_minor for split in holding.splits.all() if split.role == "commission")
    return SettlementView(
        order_code=holding.order_code,
        currency=holding.currency,
        state=holding.state,
        captured_minor=holding.captured_minor,
        share_minor=row.amount_minor,
        commission_minor=commission,
        released_minor=row.released_minor,
        refunded_minor=row.refunded_minor,
        held_at=holding.held_at,
        closed_at=holding.closed_at,
    )


def _view(row: Holding) -> HoldingView:
    splits = sorted(row.splits.all(), key=lambda split: split.position)
    return HoldingView(
        order_code=row.order_code,
        intent_code=row.intent_code,
        currency=row.currency,
        captured_minor=row.captured_minor,
        held_minor=row.held_minor,
        released_minor=row.released_minor,
        refunded_minor=row.refunded_minor,
        state=row.state,
        splits=tuple(
            SplitView(
                ref=AccountRef(split.owner_kind, split.owner_key, split.purpose, row.currency),
                role=split.role,
                rate_bps=split.rate_bps,
                amount_minor=split.amount_minor,
                released_minor=split.released_minor,
                refunded_minor=split.refunded_minor,
            )
            for split in splits
        ),
        held_at=row.held_at,
        closed_at=row.closed_at,
    )
