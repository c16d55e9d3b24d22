"""Shop staff and operators: ship, price, count, import, publish; and the platform's numbers.

Every endpoint proves first that the caller works for the shop it names; other shops do not exist here.
"""

from dataclasses import asdict
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import File, Query, Router
from ninja.files import UploadedFile

from jishi.goods.catalog import queries as catalog
from jishi.goods.catalog.errors import CsvTooLarge, ProductUnknown
from jishi.goods.imports import operations as imports
from jishi.goods.imports import queries as import_queries
from jishi.goods.imports.contracts import MAX_BYTES, ImportView
from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import queries as merchants
from jishi.goods.merchants.contracts import ShopView
from jishi.goods.merchants.errors import ShopUnknown
from jishi.goods.pricing import operations as pricing
from jishi.goods.pricing.errors import PricedVariantUnknown
from jishi.kernel import audit, clock
from jishi.money.escrow import queries as escrow
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import OfferView
from jishi.promotions.plays.errors import OfferNotFound
from jishi.social.shares import queries as shares
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.orders import detail, order
from jishi.surfaces.api.v1.schemas import business as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes
from jishi.surfaces.shell import phrases
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import queries as orders
from jishi.trade.orders.errors import OrderNotFound

router = Router(tags=["business"])


@router.get("/merchant/shops/{slug}/orders", response=trade_shapes.OrderPage)
def list_orders(
    request: HttpRequest,
    slug: str,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = Query(20, ge=1, le=60),
) -> HttpResponse:
    """The shop's orders, newest first."""
    shop = own_shop(request, slug)
    page = orders.page_orders(shop_id=shop.id, state=state, cursor=cursor, limit=limit)
    return answers.reply(trade_shapes.OrderPage([order(view) for view in page.items], page.next_cursor))


@router.get("/merchant/shops/{slug}/orders/{code}", response=trade_shapes.OrderDetail)
def get_order(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One of the shop's orders, with the address it goes to."""
    shop = own_shop(request, slug)
    view = orders.get_order(code, viewer_id=answers.person(request))
    if view.shop_id != shop.id:
        raise OrderNotFound
    return answers.reply(detail(view))


@router.post("/merchant/shops/{slug}/orders/{code}/ship", response=trade_shapes.Order)
def ship(request: HttpRequest, slug: str, code: str, body: trade_shapes.ShipIn) -> HttpResponse:
    """Hand the parcel to a carrier. Needs an Idempotency-Key; refused while its team is not complete."""
    shop, person_id = own_shop(request, slug), answers.person(request)

    def effect() -> trade_shapes.Order:
        found = orders.find_order(code)
        if found is None or found.shop_id != shop.id:
            raise OrderNotFound
        fulfillment.ship(
            order_code=code, carrier=body.carrier, tracking_number=body.tracking_number, by=person_id
        )
        return order(orders.get_order(code, viewer_id=person_id))

    return answers.once(request, body.dict(), effect, status=200)


@router.put("/merchant/shops/{slug}/prices", response=shapes.Changed)
def set_prices(request: HttpRequest, slug: str, body: shapes.PricesIn) -> HttpResponse:
    """Set list prices of the shop's own variants; all of them or none."""
    shop = own_shop(request, slug)
    known = catalog.find_variants([row.variant_id for row in body.rows], language=answers.language(request))
    for row in body.rows:
        if row.variant_id not in known or known[row.variant_id].shop_id != shop.id:
            raise PricedVariantUnknown(variant=row.variant_id)
    rows = [(row.variant_id, shop.currency, row.amount_minor, row.compare_at_minor) for row in body.rows]
    changed = pricing.set_prices(rows)
    audit.record(actor_id=answers.person(request), action="prices.set", subject=f"shop:{shop.code}")
    return answers.reply(shapes.Changed(changed or 0))


@router.put("/merchant/shops/{slug}/stock", response=shapes.Changed)
def set_stock(request: HttpRequest, slug: str, body: shapes.StockIn) -> HttpResponse:
    """Adjust the shelf to a count; the same reference counts once."""
    shop = own_shop(request, slug)
    changed = inventory.set_stock(
        rows=[(row.variant_id, row.on_hand) for row in body.rows],
        shop_id=shop.id,
        reference=f"api:{body.reference}",
    )
    audit.record(actor_id=answers.person(request), action="stock.count", subject=f"shop:{shop.code}")
    return answers.reply(shapes.Changed(changed))


@router.post("/merchant/shops/{slug}/products/import", response={202: shapes.Import})
def import_products(
    request: HttpRequest, slug: str, file: File[UploadedFile], dry_run: bool = False
) -> HttpResponse:
    """Bring a product file (Shopify's or WooCommerce's form), imported wholly or not at all by a worker.

    With ``dry_run`` it waits for `apply` after its check; otherwise it goes on by itself if no row stands in
    the way. The same file again while it is open is the same import. Ask for its address until it has ended.
    """
    shop = own_shop(request, slug)
    if (file.size or 0) > MAX_BYTES:
        raise CsvTooLarge(limit=MAX_BYTES >> 20)
    found = imports.upload(
        shop_id=shop.id,
        by_id=answers.person(request),
        data=file.read(),
        name=file.name or "",
        goes_on=not dry_run,
    )
    return answers.reply(_import(found, request), status=202)


@router.get("/merchant/shops/{slug}/imports", response=shapes.Imports)
def list_imports(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest imports of the shop, without the lines of their reports."""
    shop = own_shop(request, slug)
    found = import_queries.list_imports(shop_id=shop.id)
    return answers.reply(shapes.Imports([_import(view, request) for view in found]))


@router.get("/merchant/shops/{slug}/imports/{code}", response=shapes.Import)
def get_import(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """How far an import is, and its report."""
    shop = own_shop(request, slug)
    return answers.reply(_import(import_queries.get_import(shop_id=shop.id, code=code), request))


@router.post("/merchant/shops/{slug}/imports/{code}/apply", response={202: shapes.Import})
def apply_import(request: HttpRequest, slug: str, code: str, body: shapes.ImportYes) -> HttpResponse:
    """Say yes to a checked file, with the columns of a table whose headers are unknown."""
    shop = own_shop(request, slug)
    found = imports.apply(
        shop_id=shop.id, code=code, by_id=answers.person(request), mapping=body.mapping or None
    )
    return answers.reply(_import(found, request), status=202)


@router.delete("/merchant/shops/{slug}/imports/{code}", response=shapes.Import)
def cancel_import(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Stop an import that is not written yet."""
    shop = own_shop(request, slug)
    found = imports.cancel(shop_id=shop.id, code=code, by_id=answers.person(request))
    return answers.reply(_import(found, request))


@router.get("/merchant/shops/{slug}/products/export")
def export_products(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The shop's products as Shopify's product file, sent while it is read."""
    shop = own_shop(request, slug)
    parts = import_queries.stream(shop_id=shop.id, language=answers.language(request))
    response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{shop.slug}-products.csv"'
    return response


@router.post("/merchant/shops/{slug}/offers", response={201: shapes.PublishedOffer})
def create_offer(request: HttpRequest, slug: str, body: shapes.OfferIn) -> HttpResponse:
    """Publish an offer. Needs an Idempotency-Key."""
    shop = own_shop(request, slug)
    product_id = catalog.find_product_id(body.product_code)
    if product_id is None:
        raise ProductUnknown

    def effect() -> shapes.PublishedOffer:
        view = plays.create_offer(
            shop_id=shop.id,
            product_id=product_id,
            mechanic=body.mechanic,
            params=body.params,
            prices=body.prices,
            starts_at=body.starts_at or clock.now(),
            ends_at=body.ends_at,
            stock_limit=body.stock_limit,
            audience=AudienceRef("community", body.community) if body.community else None,
        )
        audit.record(actor_id=answers.person(request), action="offer.create", subject=f"offer:{view.code}")
        return _offer(view)

    return answers.once(request, body.dict(), effect)


@router.post("/merchant/shops/{slug}/offers/{code}/stop", response=shapes.PublishedOffer)
def stop_offer(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Let nobody start a team any more; running teams may still fill."""
    shop = own_shop(request, slug)
    if play_queries.get_offer(code).shop_id != shop.id:
        raise OfferNotFound(offer=code[:12])
    view = plays.stop_offer(offer_code=code)
    audit.record(actor_id=answers.person(request), action="offer.stop", subject=f"offer:{code}")
    return answers.reply(_offer(view))


@router.get("/merchant/shops/{slug}/settlements", response=shapes.Settlements)
def list_settlements(request: HttpRequest, slug: str) -> HttpResponse:
    """What the shop gets and got of its orders, newest first."""
    shop = own_shop(request, slug)
    items = [
        shapes.Settlement(
            row.order_code,
            row.currency,
            row.share_minor,
            row.commission_minor,
            row.released_minor,
            row.refunded_minor,
            row.state,
        )
        for row in escrow.list_settlements(shop.id)
    ]
    return answers.reply(shapes.Settlements(items))


@router.get("/ops/overview", response=shapes.Overview)
def overview(request: HttpRequest, days: int = Query(30, ge=1, le=366)) -> HttpResponse:
    """The platform's numbers over the last days; for operators."""
    people.require_operator(person_id=answers.person(request))
    now = clock.now()
    since = now - timedelta(days=days)
    teams = play_queries.team_stats(since=since, until=now)
    chains = shares.chain_depths(since=since, until=now)
    sales = [
        shapes.Sales(f.currency, f.placed, f.paid, f.refunded, f.paid_minor, f.refunded_minor)
        for f in orders.sales_figures(since=since, until=now)
    ]
    return answers.reply(
        shapes.Overview(
            sales=sales,
            orders_by_state=orders.state_counts(),
            teams_by_state=dict(teams.by_state),
            team_completion_bps=teams.completion_bps,
            escrow_held_minor={currency: held[1] for currency, held in escrow.list_totals().items()},
            deepest_share=chains.deepest,
            mean_share_depth_hundredths=chains.mean_depth_hundredths,
            orders_through_shares=chains.orders,
            computed_at=now,
        )
    )


def own_shop(request: HttpRequest, slug: str) -> ShopView:
    """The shop, if the caller works there.

    :raises ShopUnknown: there is none, or the caller has no business knowing.
    """
    shop = merchants.find_shop(slug)
    if shop is None or shop.id not in merchants.shops_of(answers.person(request)):
        raise ShopUnknown
    return shop


def _import(view: ImportView, request: HttpRequest) -> shapes.Import:
    language = answers.language(request)
    return shapes.Import(
        view.code,
        view.name,
        view.state,
        view.phase,
        view.done,
        view.total,
        view.is_cancelling,
        shapes.ImportFigures(**asdict(view.figures)),
        view.needs_mapping,
        phrases.say(view.refusal, view.refusal_params, language) if view.refusal else "",
        [
            shapes.ImportIssue(
                issue.row, issue.level, issue.code, phrases.say(issue.message, issue.params, language)
            )
            for issue in view.issues
        ],
        {column.column: column.field for column in view.columns},
        view.created_at,
        view.ended_at,
    )


def _offer(view: OfferView) -> shapes.PublishedOffer:
    return shapes.PublishedOffer(
        view.code,
        view.mechanic,
        view.status,
        view.is_on,
        view.size,
        view.currency,
        dict(view.prices),
        view.starts_at,
        view.ends_at,
    )
