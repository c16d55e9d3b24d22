"""One product as a buyer can buy it: the catalogue's view with prices, stock and the running team offer.

Pure reading: composed once per request, so that product, choice and team pages show the same facts.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from jishi.goods.catalog.contracts import ProductView
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.merchants.contracts import ShopView
from jishi.goods.pricing import queries as pricing_queries
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import OfferView
from jishi.surfaces.shell import formats

FEW = 10


@dataclass(frozen=True, slots=True)
class Sku:
    """One variant with what it costs and whether it can be had."""

    variant_id: int
    options: tuple[str, ...]
    price_minor: int
    compare_at_minor: int | None
    team_minor: int | None
    available: int
    sellable: bool
    image_url: str

    def fact(self, currency: str, language: str) -> dict[str, Any]:
        """What the choice element needs, already written out for people."""
        team = self.team_minor
        return {
            "id": self.variant_id,
            "options": list(self.options),
            "price": formats.money(self.price_minor, currency, language),
            "team": formats.money(team, currency, language) if team is not None else "",
            "stock": self.stock_text,
            "sellable": self.sellable,
            "image": self.image_url,
        }

    @property
    def stock_text(self) -> str:
        """Said only when it matters."""
        if not self.sellable:
            return gettext("Sold out")
        return gettext("Only %(left)s left") % {"left": self.available} if self.available < FEW else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option value of the choice form."""

    value: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product, its shop, its running offer for teams, those for friends who help, and its variants."""

    product: ProductView
    shop: ShopView
    offer: OfferView | None
    skus: tuple[Sku, ...]
    language: str
    rallies: tuple[OfferView, ...] = ()

    @property
    def ref(self) -> str:
        """The product's part of an address."""
        return f"{self.product.code}-{self.product.slug}" if self.product.slug else self.product.code

    @property
    def currency(self) -> str:
        """The shop's currency; everything on the page is in it."""
        return self.shop.currency

    @property
    def first(self) -> Sku | None:
        """The variant that is chosen when the page opens: the first that can be bought."""
        return next((sku for sku in self.skus if sku.sellable), self.skus[0] if self.skus else None)

    @property
    def can_buy(self) -> bool:
        """Whether anything of it can be bought now."""
        return self.shop.is_open and self.product.is_public and any(sku.sellable for sku in self.skus)

    @property
    def solo_minor(self) -> int:
        """The lowest price for one person."""
        return min((sku.price_minor for sku in self.skus), default=0)

    @property
    def solo_varies(self) -> bool:
        """Whether variants have different prices."""
        return len({sku.price_minor for sku in self.skus}) > 1

    @property
    def compare_at_minor(self) -> int | None:
        """The struck price of the cheapest variant."""
        cheapest = min(self.skus, key=lambda sku: sku.price_minor, default=None)
        return cheapest.compare_at_minor if cheapest else None

    @property
    def team_minor(self) -> int | None:
        """The lowest team price."""
        return min((sku.team_minor for sku in self.skus if sku.team_minor is not None), default=None)

    @property
    def facts(self) -> list[dict[str, Any]]:
        """Every variant for the choice element."""
        return [sku.fact(self.currency, self.language) for sku in self.skus]

    @property
    def choices(self) -> list[tuple[str, list[Choice]]]:
        """Option names with their values, the first sellable variant chosen."""
        chosen = self.first.options if self.first else ()
        return [
            (
                option.name,
                [Choice(value, index < len(chosen) and chosen[index] == value) for value in option.values],
            )
            for index, option in enumerate(self.product.options)
        ]

    def find(self, variant_id: int | None, options: tuple[str, ...]) -> Sku | None:
        """The variant a form names: by its options where it sends them, else by id."""
        if options:
            return next((sku for sku in self.skus if sku.options == options), None)
        return next((sku for sku in self.skus if sku.variant_id == variant_id), None)


def take_down(product: ProductView, *, language: str, offer: OfferView | None = None) -> Shelf:
    """Read everything a buyer needs about a product in a fixed number of queries."""
    shop = merchant_queries.get_shop(product.shop_id, language=language)
    ids = [variant.variant_id for variant in product.variants]
    prices = pricing_queries.list_prices(ids, shop.currency)
    stock = inventory_queries.list_available(ids)
    offers = () if offer else play_queries.list_running_offers(product.product_id)
    running = offer or next((one for one in offers if not one.gathers_friends), None)
    team_prices = running.prices if running is not None and running.is_on else {}
    skus = tuple(
        Sku(
            variant_id=variant.variant_id,
            options=variant.options,
            price_minor=prices[variant.variant_id].amount_minor,
            compare_at_minor=prices[variant.variant_id].compare_at_minor,
            team_minor=team_prices.get(variant.variant_id),
            available=stock.get(variant.variant_id, 0),
            sellable=variant.is_sellable and stock.get(variant.variant_id, 0) > 0,
            image_url=variant.image_url,
        )
        for variant in product.variants
        if variant.variant_id in prices
    )
    return Shelf(
        product,
        shop,
        running if team_prices else None,
        skus,
        language,
        tuple(one for one in offers if one.gathers_friends),
    )
