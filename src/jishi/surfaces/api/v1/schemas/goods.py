"""Goods as the API shows them. Amounts are whole minor units; numbers of our own never leave, codes do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jishi.goods.catalog.contracts import (
    CategoryView,
    Facets,
    ListingCard,
    MediaView,
    Named,
    OptionView,
    ProductView,
    Suggestion,
)
from jishi.goods.merchants.contracts import ShopView


@dataclass(frozen=True, slots=True)
class Listing:
    """A product in a list."""

    code: str
    title: str
    image_url: str
    image_srcset: str
    image_w: int
    image_h: int
    price_minor: int
    compare_at_minor: int | None
    currency: str
    in_stock: bool
    badge: Mapping[str, Any] | None
    sold_count: int
    shop_name: str


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A page of products; pass ``next_cursor`` back to go on."""

    items: list[Listing]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class FacetAnswer:
    """Counts beside a list."""

    facets: Facets


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Lines under the search box."""

    items: tuple[Suggestion, ...]
    did_you_mean: str


@dataclass(frozen=True, slots=True)
class Categories:
    """The category tree, parents before children."""

    items: list["Category"]


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the tree."""

    slug: str
    name: str
    parent_slug: str | None
    depth: int
    listing_count: int


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop."""

    slug: str
    name: str
    description: str
    currency: str
    time_zone: str
    delivery_fee_minor: int
    free_delivery_from_minor: int | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """What can be bought. ``team_price_minor`` is the price inside the running offer, if there is one."""

    variant_id: int
    options: tuple[str, ...]
    sku: str
    price_minor: int | None
    compare_at_minor: int | None
    team_price_minor: int | None
    currency: str
    available: int
    image_url: str
    is_sellable: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A running way of buying together."""

    code: str
    mechanic: str
    size: int
    currency: str
    price_from_minor: int
    ends_at: str | None
    terms: list[str]


@dataclass(frozen=True, slots=True)
class Product:
    """A product page."""

    code: str
    slug: str
    title: str
    description_html: str
    category: Named | None
    brand: Named | None
    options: tuple[OptionView, ...]
    attributes: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    media: tuple[MediaView, ...]
    variants: list[Variant]
    shop: Shop
    offer: Offer | None
    sold_count: int


def listing(card: ListingCard) -> Listing:
    """A list row without our own numbers."""
    return Listing(
        card.code,
        card.title,
        card.image_url,
        card.image_srcset,
        card.image_w,
        card.image_h,
        card.price_minor,
        card.compare_at_minor,
        card.currency,
        card.in_stock,
        card.badge,
        card.sold_count,
        card.shop_name,
    )


def category(view: CategoryView) -> Category:
    """A node of the tree."""
    return Category(view.slug, view.name, view.parent_slug, view.depth, view.listing_count)


def shop(view: ShopView) -> Shop:
    """A shop without its terms with the platform."""
    return Shop(
        view.slug,
        view.name,
        view.description,
        view.currency,
        view.time_zone,
        view.delivery_fee_minor,
        view.free_delivery_from_minor,
        view.is_open,
    )


def product(view: ProductView, *, variants: list[Variant], shop: Shop, offer: Offer | None) -> Product:
    """A product page from its parts."""
    return Product(
        code=view.code,
        slug=view.slug,
        title=view.title,
        description_html=view.description_html,
        category=view.category,
        brand=view.brand,
        options=view.options,
        attributes=view.attributes,
        tags=view.tags,
        media=view.media,
        variants=variants,
        shop=shop,
        offer=offer,
        sold_count=view.sold_count,
    )
