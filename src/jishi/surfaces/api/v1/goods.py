"""Goods: lists, search, facets, product pages, shops."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from jishi.goods.catalog import queries as catalog
from jishi.goods.catalog.contracts import ListingFilter
from jishi.goods.catalog.errors import ProductUnknown
from jishi.goods.inventory import queries as inventory
from jishi.goods.merchants import queries as merchants
from jishi.goods.merchants.errors import ShopUnknown
from jishi.goods.pricing import queries as pricing
from jishi.kernel import clock
from jishi.promotions.plays import queries as plays
from jishi.promotions.plays.contracts import OfferView
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import goods as shapes
from jishi.surfaces.shell import phrases

router = Router(tags=["goods"])


class ListQuery(Schema):
    """What a product list may be asked for."""

    q: str = Field("", max_length=100)
    category: str = Field("", max_length=80)
    brand: list[str] = Field([], max_length=20)
    shop: str = Field("", max_length=80)
    price_min: int | None = Field(None, ge=0, le=2**53)
    price_max: int | None = Field(None, ge=0, le=2**53)
    in_stock: bool = False
    badge: str = Field("", max_length=20)

    def listing_filter(self) -> ListingFilter:
        """The domain's filter.

        :raises ShopUnknown: the shop does not exist.
        """
        return ListingFilter(
            text=self.q,
            category_slug=self.category,
            brand_slugs=tuple(self.brand),
            shop_id=_shop_id(self.shop) if self.shop else None,
            price_min_minor=self.price_min,
            price_max_minor=self.price_max,
            in_stock_only=self.in_stock,
            badge_kind=self.badge,
        )


@router.get("/products", response=shapes.ListingPage, auth=None)
def list_products(
    request: HttpRequest,
    query: Query[ListQuery],
    sort: str = "relevance",
    cursor: str | None = None,
    limit: int = Query(20, ge=1, le=60),
) -> HttpResponse:
    """Products by text, category, brand, shop, price and stock; page on with ``next_cursor``."""
    page = catalog.page_listings(
        filter=query.listing_filter(),
        sort=sort,
        cursor=cursor,
        limit=limit,
        language=answers.language(request),
    )
    return answers.reply(shapes.ListingPage([shapes.listing(card) for card in page.items], page.next_cursor))


@router.get("/products/facets", response=shapes.FacetAnswer, auth=None)
def count_facets(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """How many products each further choice would leave."""
    facets = catalog.count_facets(filter=query.listing_filter(), language=answers.language(request))
    return answers.reply(shapes.FacetAnswer(facets))


@router.get("/products/{code}", response=shapes.Product, auth=None)
def get_product(request: HttpRequest, code: str) -> HttpResponse:
    """One product with its variants, prices, stock, shop and running offer."""
    language = answers.language(request)
    view = catalog.find_product_by_code(code, language=language)
    if view is None or not view.is_public:
        raise ProductUnknown
    shop = merchants.get_shop(view.shop_id, language=language)
    offer = plays.find_offer(product_id=view.product_id, at=clock.now())
    ids = [variant.variant_id for variant in view.variants]
    prices = pricing.list_prices(ids, shop.currency)
    available = inventory.list_available(ids)
    variants = []
    for variant in view.variants:
        price = prices.get(variant.variant_id)
        variants.append(
            shapes.Variant(
                variant_id=variant.variant_id,
                options=variant.options,
                sku=variant.sku,
                price_minor=price.amount_minor if price else None,
                compare_at_minor=price.compare_at_minor if price else None,
                team_price_minor=offer.prices.get(variant.variant_id) if offer else None,
                currency=shop.currency,
                available=available.get(variant.variant_id, 0),
                image_url=variant.image_url,
                is_sellable=variant.is_sellable and price is not None,
            )
        )
    product = shapes.product(
        view, variants=variants, shop=shapes.shop(shop), offer=_offer(offer, language) if offer else None
    )
    return answers.reply(product)


@router.get("/suggest", response=shapes.Suggestions, auth=None)
def suggest(request: HttpRequest, q: str = Query("", max_length=100)) -> HttpResponse:
    """Lines under the search box, and a better spelling where there is one."""
    language = answers.language(request)
    found = catalog.suggest(q, language=language)
    return answers.reply(shapes.Suggestions(found, catalog.did_you_mean(q, language) if q else ""))


@router.get("/categories", response=shapes.Categories, auth=None)
def list_categories(request: HttpRequest) -> HttpResponse:
    """The category tree, parents before children."""
    tree = catalog.list_categories(answers.language(request))
    return answers.reply(shapes.Categories([shapes.category(node) for node in tree]))


@router.get("/shops/{slug}", response=shapes.Shop, auth=None)
def get_shop(request: HttpRequest, slug: str) -> HttpResponse:
    """One shop."""
    return answers.reply(shapes.shop(merchants.get_shop(_shop_id(slug), language=answers.language(request))))


def _shop_id(slug: str) -> int:
    shop = merchants.find_shop(slug)
    if shop is None:
        raise ShopUnknown
    return shop.id


def _offer(offer: OfferView, language: str) -> shapes.Offer:
    return shapes.Offer(
        code=offer.code,
        mechanic=offer.mechanic,
        size=offer.size,
        currency=offer.currency,
        price_from_minor=offer.price_from_minor,
        ends_at=offer.ends_at.isoformat() if offer.ends_at else None,
        terms=[phrases.say(term.message, term.params, language) for term in offer.terms],
    )
