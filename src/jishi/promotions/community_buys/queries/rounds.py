"""Reading rounds with their items, what an item would mean, and the demand."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import VariantView
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.goods.pricing.contracts import PriceLine, PriceView
from jishi.kernel import clock, text
from jishi.promotions.community_buys import rules
from jishi.promotions.community_buys.contracts import (
    CollectionState,
    DemandLineView,
    DemandView,
    ItemPlan,
    ItemView,
    Preview,
    Progress,
    RoundFigures,
    RoundState,
    RoundView,
    SeriesRow,
    SeriesState,
    SeriesView,
    Shortage,
    Unpicked,
)
from jishi.promotions.community_buys.errors import ItemNotFound, RoundNotFound
from jishi.promotions.community_buys.models import (
    BOUGHT,
    Collection,
    Demand,
    DemandLine,
    Item,
    Round,
    Series,
)
from jishi.promotions.community_buys.queries import leading
from jishi.promotions.plays import queries as play_queries
from jishi.trade.checkout import queries as checkout_queries
from jishi.trade.checkout.contracts import CheckoutQuote

EXPORT_HEAD = ("product", "sku", "title", "options", "quantity")


def get_title(round_code: str) -> str:
    """Return the title of a round in the house's first language."""
    value = Round.objects.filter(code=round_code).values_list("title", flat=True).first()
    return text.pick(value, text.LANGUAGES[0])


def get_round(
    code: str,
    *,
    language: str,
    viewer_id: int | None = None,
    shop_id: int | None = None,
    at: datetime | None = None,
) -> RoundView:
    """Return a round. Without a shop of its own nobody sees one that is only planned.

    :raises RoundNotFound: there is none, or it is another shop's.
    """
    rows = Round.objects.filter(code=code)
    rows = rows.exclude(state=RoundState.PLANNED) if shop_id is None else rows.filter(shop_id=shop_id)
    found = round_views(rows, language=language, viewer_id=viewer_id, at=at)
    if not found:
        raise RoundNotFound
    return found[0]


def list_rounds(
    *, region: str = "", language: str, viewer_id: int | None = None, at: datetime | None = None
) -> tuple[RoundView, ...]:
    """Return the rounds that can be ordered from now or soon, the next cut-off first."""
    now = clock.at_or_now(at)
    rows = Round.objects.filter(state=RoundState.OPEN, cutoff_at__gt=now)
    if region:
        rows = rows.filter(region=region)
    return round_views(rows.order_by("cutoff_at", "pk")[:40], language=language, viewer_id=viewer_id, at=at)


def list_rounds_of_shop(shop_id: int, *, language: str, at: datetime | None = None) -> tuple[RoundView, ...]:
    """Return a shop's rounds, newest first."""
    rows = Round.objects.filter(shop_id=shop_id).order_by("-pk")[:60]
    return round_views(rows, language=language, at=at)


def list_figures(*, language: str, at: datetime | None = None) -> tuple[RoundFigures, ...]:
    """Return every shop's rounds with how they go, newest first, for the operators' board."""
    rows = list(Round.objects.exclude(state=RoundState.PLANNED).order_by("-pk")[:60])
    bought = Q(collections__state__in=list(BOUGHT))
    counted = {
        row["pk"]: row
        for row in Round.objects.filter(pk__in=[one.pk for one in rows])
        .values("pk")
        .annotate(
            orders=Count("collections", filter=bought),
            ready=Count("collections", filter=Q(collections__state=CollectionState.READY)),
            collected=Count("collections", filter=Q(collections__state=CollectionState.COLLECTED)),
        )
    }
    money = dict(
        Collection.objects.filter(round__in=rows, state__in=list(BOUGHT))
        .values("round_id")
        .annotate(total=Sum("portions__paid_minor"))
        .values_list("round_id", "total")
    )
    views = {view.code: view for view in round_views(rows, language=language, at=at)}
    return tuple(
        RoundFigures(
            view=views[row.code],
            orders=counted[row.pk]["orders"],
            ready=counted[row.pk]["ready"],
            collected=counted[row.pk]["collected"],
            paid_minor=money.get(row.pk) or 0,
            short_units=sum(item.short for item in views[row.code].items),
        )
        for row in rows
    )


def find_series(series_id: int | None) -> SeriesView | None:
    """Return the series a round belongs to, by the number its view carries."""
    row = Series.objects.filter(pk=series_id).annotate(n=Count("rounds")).first() if series_id else None
    return None if row is None else _series(row, row.n)


def list_series(*, shop_id: int | None = None, language: str, limit: int = 100) -> tuple[SeriesRow, ...]:
    """Return the series of a shop, or of all shops, the newest first."""
    rows = Series.objects.all() if shop_id is None else Series.objects.filter(shop_id=shop_id)
    found = list(rows.order_by("-pk").prefetch_related("rounds")[:limit])
    shops = merchant_queries.list_shops({row.shop_id for row in found}, language=language)
    made = [
        (row, max(row.rounds.all(), key=lambda one: one.cutoff_at), len(row.rounds.all())) for row in found
    ]
    return tuple(
        SeriesRow(
            series=_series(row, count),
            shop_id=row.shop_id,
            shop_name=shops[row.shop_id].name,
            title=text.pick(last.title, language),
            region=last.region,
            round_code=last.code,
        )
        for row, last, count in made
    )


def _series(row: Series, rounds: int) -> SeriesView:
    days = tuple(day for day in range(7) if row.weekdays >> day & 1)
    return SeriesView(row.code, days, SeriesState(row.state), row.due_at, rounds)


def get_progress(round_code: str) -> Progress:
    """Return how a round goes, in one statement: orders, what waits and was collected, the money."""
    rows = Collection.objects.filter(round__code=round_code, state__in=list(BOUGHT))
    found = rows.aggregate(
        orders=Count("pk", distinct=True),
        ready=Count("pk", distinct=True, filter=Q(state=CollectionState.READY)),
        collected=Count("pk", distinct=True, filter=Q(state=CollectionState.COLLECTED)),
        paid_minor=Sum("portions__paid_minor"),
    )
    return Progress(**{**found, "paid_minor": found["paid_minor"] or 0})


def price_lines(round_code: str, wanted: Mapping[str, int]) -> tuple[PriceLine, ...]:
    """Return items of a round (by code) as lines to price.

    :raises RoundNotFound: there is no such round.
    :raises ItemNotFound: something else is wanted, or nothing.
    """
    if not Round.objects.filter(code=round_code).exclude(state=RoundState.PLANNED).exists():
        raise RoundNotFound
    rows = dict(Item.objects.filter(round__code=round_code).values_list("code", "variant_id"))
    if not wanted or not set(wanted) <= set(rows):
        raise ItemNotFound
    return tuple(
        PriceLine(key=code, variant_id=rows[code], quantity=units) for code, units in sorted(wanted.items())
    )


def quote(
    *,
    round_code: str,
    point_code: str,
    wanted: Mapping[str, int],
    buyer_id: int,
    language: str,
    at: datetime | None = None,
) -> CheckoutQuote:
    """Return what an order in a round would cost; refusals as in `operations.order`."""
    return checkout_queries.quote(
        buyer_id=buyer_id,
        lines=price_lines(round_code, wanted),
        tokens={"round": round_code},
        pickup=leading.pickup_place(point_code, person_id=buyer_id),
        channel="community",
        language=language,
        at=at,
    )


def preview(*, shop_id: int, round_code: str, wish: ItemPlan) -> Preview:
    """Say what an item would mean in a round of a shop, with its warnings. Nothing is written.

    :raises RoundNotFound: / ItemNotFound: / ItemInvalid: it cannot be.
    """
    row = Round.objects.filter(code=round_code, shop_id=shop_id).first()
    if row is None:
        raise RoundNotFound
    variant, price = priced_variant(shop_id, wish.variant_id)
    rules.check_item(wish, list_minor=price.amount_minor)
    clash = play_queries.find_offer(product_id=variant.product_id, at=row.starts_at) is not None
    return rules.preview(
        wish,
        list_minor=price.amount_minor,
        house_bps=merchant_queries.get_shop(shop_id).commission_bps,
        leader_bps=row.commission_bps,
        budget_minor=row.budget_minor,
        clash=clash,
    )


def is_in_round(variant_id: int, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a variant can be ordered in a round at some time between these."""
    rows = Item.objects.filter(variant_id=variant_id, round__state__in=[RoundState.PLANNED, RoundState.OPEN])
    return rows.filter(round__starts_at__lt=ends_at, round__cutoff_at__gt=starts_at).exists()


def priced_variant(shop_id: int, variant_id: int) -> tuple[VariantView, PriceView]:
    """Return a shop's variant and its price in the shop's currency.

    :raises ItemNotFound: it is not this shop's, cannot be sold, or has no price.
    """
    variant = catalog_queries.find_variants([variant_id], language=text.LANGUAGES[0]).get(variant_id)
    if variant is None or variant.shop_id != shop_id or not variant.is_sellable:
        raise ItemNotFound
    currency = merchant_queries.get_shop(shop_id).currency
    price = pricing_queries.list_prices([variant_id], currency).get(variant_id)
    if price is None:
        raise ItemNotFound
    return variant, price


def find_demand(round_code: str, *, shop_id: int | None, language: str) -> DemandView | None:
    """Return the purchase demand of a round, of one shop if it is given; None before its cut-off."""
    rows = DemandLine.objects.filter(demand__round__code=round_code)
    if shop_id is not None:
        rows = rows.filter(demand__round__shop_id=shop_id)
    lines = list(rows.select_related("item", "demand").order_by("item_id"))
    if not lines:
        return None
    variants = catalog_queries.find_variants([line.item.variant_id for line in lines], language=language)
    return DemandView(
        code=lines[0].demand.code,
        round_code=round_code,
        made_at=lines[0].demand.made_at,
        orders=lines[0].demand.orders,
        lines=tuple(
            DemandLineView(
                product_code=variants[line.item.variant_id].product_code,
                sku=variants[line.item.variant_id].sku,
                title=variants[line.item.variant_id].product_title,
                options=tuple(variants[line.item.variant_id].options),
                quantity=line.quantity,
            )
            for line in lines
            if line.item.variant_id in variants
        ),
    )


def export_demand(view: DemandView) -> str:
    """Return a demand as CSV; texts that a spreadsheet would run as a formula are made harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(EXPORT_HEAD)
    for line in view.lines:
        cells = (line.product_code, line.sku, line.title, " / ".join(line.options))
        writer.writerow([_plain(cell) for cell in cells] + [line.quantity])
    return out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def round_views(
    rows: Iterable[Round], *, language: str, viewer_id: int | None = None, at: datetime | None = None
) -> tuple[RoundView, ...]:
    """Show rounds with their items to a viewer: four statements for any number of them."""
    found, now = list(rows), clock.at_or_now(at)
    if not found:
        return ()
    demand = Demand.objects.filter(round=OuterRef("round")).values("code")
    of_rounds = Item.objects.filter(round__in=found).annotate(demand_code=Subquery(demand))
    items = list(of_rounds.order_by("pk"))
    demands = {item.round_id: item.demand_code for item in items if item.demand_code}
    variants = catalog_queries.find_variants({item.variant_id for item in items}, language=language)
    shops = merchant_queries.list_shops({row.shop_id for row in found}, language=language)
    own: dict[int, list[str]] = {}
    if viewer_id is not None:
        mine = Collection.objects.filter(round__in=found, person_id=viewer_id)
        mine = mine.exclude(state=CollectionState.RELEASED).order_by("pk")
        for round_id, order_code in mine.values_list("round_id", "order_code"):
            own.setdefault(round_id, []).append(order_code)
    return tuple(
        RoundView(
            code=row.code,
            shop_id=row.shop_id,
            shop_name=shops[row.shop_id].name,
            title=text.pick(row.title, language),
            region=row.region,
            currency=row.currency,
            state=RoundState(row.state),
            face=rules.face(state=row.state, starts_at=row.starts_at, cutoff_at=row.cutoff_at, at=now),
            starts_at=row.starts_at,
            cutoff_at=row.cutoff_at,
            arrives_at=row.arrives_at,
            pickup_until_at=row.pickup_until_at,
            shortage=Shortage(row.shortage),
            unpicked=Unpicked(row.unpicked),
            commission_bps=row.commission_bps,
            budget_minor=row.budget_minor,
            commission_minor=row.commission_minor,
            reason=row.reason,
            demand_code=demands.get(row.pk, ""),
            items=tuple(
                _item(item, variants[item.variant_id], row.currency)
                for item in items
                if item.round_id == row.pk and item.variant_id in variants
            ),
            own=tuple(own.get(row.pk, ())),
            series_id=row.series_id,
        )
        for row in found
    )


def _item(row: Item, variant: VariantView, currency: str) -> ItemView:
    return ItemView(
        code=row.code,
        variant_id=row.variant_id,
        product_id=row.product_id,
        product_code=variant.product_code,
        product_slug=variant.product_slug,
        title=variant.product_title,
        options=tuple(variant.options),
        image_url=variant.image_url,
        currency=currency,
        price_minor=row.price_minor,
        list_minor=row.list_minor,
        cost_minor=row.cost_minor,
        cap=row.cap,
        limit_per_person=row.limit_per_person,
        held=row.held,
        sold=row.sold,
        arrived=row.arrived,
        given=row.given,
    )
