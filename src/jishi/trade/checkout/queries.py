"""Reading carts and quoting checkouts. Nothing here writes or holds anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import VariantView
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.merchants.contracts import ShopView
from jishi.goods.pricing import queries as pricing_queries
from jishi.goods.pricing.contracts import DeliveryChoice, PriceLine, PriceRequest, PriceView, Quote
from jishi.kernel import clock, crypto
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import AddressView
from jishi.trade.checkout import rules
from jishi.trade.checkout.contracts import CartLineView, CartShop, CartView, CheckoutQuote, PickupPlace
from jishi.trade.checkout.errors import DeliveryUnknown, NotSellable, OneCurrencyOnly
from jishi.trade.checkout.models import CartLine, Checkout
from jishi.trade.fulfillment import queries as fulfillment_queries
from jishi.trade.fulfillment.contracts import DeliveryOption

_LINES = """
SELECT l.variant_id, l.quantity, l.selected FROM checkout_cart c JOIN checkout_cartline l ON l.cart_id = c.id
WHERE c.person_id = %s OR c.session_key = NULLIF(%s, '') ORDER BY l.id
"""


HOUSEHOLD = "household"
"""The token by which price rules tell which delivery addresses are one; buyers cannot send it."""

PICKUP = "pickup"
"""The token that names the place where the goods are collected; buyers cannot send it either."""


class CartRow(NamedTuple):
    """A line of a cart as the table has it."""

    variant_id: int
    quantity: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Priced:
    """A quote with the choices it was made for."""

    quote: Quote
    shops: Mapping[int, ShopView]
    deliveries: Mapping[int, str]


def get_cart(*, person_id: int | None = None, session_key: str = "", language: str) -> CartView:
    """Return a person's or a visitor's cart, split by shop, at today's list prices."""
    rows = list(_plain_lines(person_id, session_key))
    variants = catalog_queries.find_variants([row.variant_id for row in rows], language=language)
    rows = [row for row in rows if row.variant_id in variants]
    if not rows:
        return CartView(shops=(), currency="", count=0, selected_count=0, selected_minor=0)
    shops = merchant_queries.list_shops({variants[row.variant_id].shop_id for row in rows}, language=language)
    prices = _prices_in_shop_currency(variants, shops)
    available = inventory_queries.list_available(list(variants))
    lines = [
        (variants[row.variant_id].shop_id, _cart_line(row, variants, prices, available, shops))
        for row in rows
    ]
    parts = tuple(
        _cart_shop(shop, [line for shop_id, line in lines if shop_id == shop.id]) for shop in shops.values()
    )
    return CartView(
        shops=parts,
        currency=parts[0].shop.currency,
        count=len(lines),
        selected_count=sum(line.selected and not line.problem for _, line in lines),
        selected_minor=sum(part.selected_minor for part in parts),
    )


def count_lines(*, person_id: int | None = None, session_key: str = "") -> int:
    """Return how many different things lie in a cart; for the badge on every page."""
    return cart_lines(person_id=person_id, session_key=session_key).count()


def quote(
    *,
    buyer_id: int,
    lines: Sequence[PriceLine] | None = None,
    address: AddressView | None = None,
    deliveries: Mapping[int, str] | None = None,
    tokens: Mapping[str, str] | None = None,
    pickup: PickupPlace | None = None,
    channel: str = "web",
    language: str,
    at: datetime | None = None,
) -> CheckoutQuote:
    """Return what a checkout would cost and how it could be delivered. Without lines: the selected cart
    lines. With a place to collect at, nothing is delivered and no address counts.

    :raises CartEmpty: there is nothing to order.
    :raises InvalidQuantity: a quantity cannot be ordered.
    :raises NotSellable: a variant is not for sale.
    :raises OneCurrencyOnly: the shops sell in different currencies.
    :raises DeliveryUnknown: a shop does not offer the chosen way.
    """
    if lines is None:
        lines = selected_lines(_plain_lines(buyer_id, ""))
    priced = price(
        buyer_id=buyer_id,
        lines=lines,
        address=address,
        deliveries=deliveries or {},
        tokens=tokens or {},
        pickup=pickup,
        channel=channel,
        language=language,
        at=clock.at_or_now(at),
    )
    net = {shop.shop_id: shop.goods_minor - shop.discount_minor for shop in priced.quote.shops}
    options = (
        fulfillment_queries.pickup_options(priced.shops, language=language)
        if pickup
        else fulfillment_queries.options_for(
            priced.shops, address=address, goods_by_shop=net, language=language
        )
    )
    return CheckoutQuote(
        quote=priced.quote,
        delivery_options=options,
        deliveries=priced.deliveries,
        address=pickup.address if pickup else address,
        slugs={shop.id: shop.slug for shop in priced.shops.values()},
    )


def price(
    *,
    buyer_id: int | None,
    lines: Sequence[PriceLine],
    address: AddressView | None,
    deliveries: Mapping[int, str],
    tokens: Mapping[str, str],
    pickup: PickupPlace | None = None,
    channel: str,
    language: str,
    at: datetime,
) -> Priced:
    """Ask the pricing engine for these lines with each shop's delivery, by default the shop's first way."""
    lines = rules.check_lines(lines)
    variants = catalog_queries.find_variants({line.variant_id for line in lines}, language=language)
    if any(line.variant_id not in variants for line in lines):
        raise NotSellable
    shops = merchant_queries.list_shops({view.shop_id for view in variants.values()}, language=language)
    currencies = {shop.currency for shop in shops.values()}
    if len(currencies) > 1:
        raise OneCurrencyOnly
    options = (
        fulfillment_queries.pickup_options(shops, language=language)
        if pickup
        else fulfillment_queries.options_for(shops, address=address, language=language)
    )
    choices = tuple(_choice(shop_id, options[shop_id], deliveries.get(shop_id)) for shop_id in sorted(shops))
    request = PriceRequest(
        lines=lines,
        currency=currencies.pop(),
        buyer_id=buyer_id,
        channel=channel,
        tokens={
            **{name: value for name, value in tokens.items() if name not in (HOUSEHOLD, PICKUP)},
            **({HOUSEHOLD: _household(address)} if address else {}),
            **({PICKUP: pickup.code} if pickup else {}),
        },
        deliveries=choices,
        at=at,
    )
    return Priced(
        quote=pricing_queries.quote(request, language=language, variants=variants, shops=shops),
        shops=shops,
        deliveries={choice.shop_id: choice.code for choice in choices},
    )


def cart_lines(*, person_id: int | None = None, session_key: str = "") -> QuerySet[CartLine]:
    """Return the rows of a cart, oldest first; nobody's cart is empty."""
    rows = CartLine.objects.order_by("pk")
    if person_id is not None:
        return rows.filter(cart__person_id=person_id)
    return rows.filter(cart__session_key=session_key) if session_key else rows.none()


def _plain_lines(person_id: int | None, session_key: str) -> list[CartRow]:
    """A cart's lines in one plain statement; every cart and checkout page needs them."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [person_id, session_key if person_id is None else ""])
        return [CartRow(*row) for row in cursor.fetchall()]


def selected_lines(rows: Sequence[CartRow]) -> tuple[PriceLine, ...]:
    """Return the selected rows of a cart as lines to price; the key is the variant."""
    return tuple(
        PriceLine(key=str(row.variant_id), variant_id=row.variant_id, quantity=row.quantity)
        for row in rows
        if row.selected
    )


def find_checkout_code(*, buyer_id: int, checkout_key: str) -> str | None:
    """Return the code of the checkout that a buyer placed under a key."""
    found = Checkout.objects.filter(buyer_id=buyer_id, checkout_key=checkout_key)
    return found.values_list("code", flat=True).first()


def household_of(person_id: int) -> str:
    """Return the digest of the place somebody lives at, as deliveries to it have; empty when unknown."""
    address = account_queries.find_default_address(person_id)
    return _household(address) if address else ""


def _household(address: AddressView) -> str:
    """One keyed digest for everybody who is delivered to at a place."""
    return crypto.blind_index(rules.place_of(address), "household")[:24]


def _choice(shop_id: int, options: Sequence[DeliveryOption], code: str | None) -> DeliveryChoice:
    for option in options:
        if code in (None, "", option.code):
            return DeliveryChoice(
                shop_id=shop_id,
                code=option.code,
                fee_minor=option.fee_minor,
                free_from_minor=option.free_from_minor,
            )
    raise DeliveryUnknown


def _prices_in_shop_currency(
    variants: Mapping[int, VariantView], shops: Mapping[int, ShopView]
) -> dict[int, PriceView]:
    by_currency: dict[str, list[int]] = {}
    for view in variants.values():
        by_currency.setdefault(shops[view.shop_id].currency, []).append(view.variant_id)
    prices: dict[int, PriceView] = {}
    for currency, ids in by_currency.items():
        prices.update(pricing_queries.list_prices(ids, currency))
    return prices


def _cart_line(
    row: CartRow,
    variants: Mapping[int, VariantView],
    prices: Mapping[int, PriceView],
    available: Mapping[int, int],
    shops: Mapping[int, ShopView],
) -> CartLineView:
    variant = variants[row.variant_id]
    found = prices.get(row.variant_id)
    left = available.get(row.variant_id, 0)
    return CartLineView(
        variant_id=row.variant_id,
        product_id=variant.product_id,
        product_code=variant.product_code,
        title=variant.product_title,
        options=tuple(variant.options),
        image_url=variant.image_url,
        currency=shops[variant.shop_id].currency,
        unit_minor=found.amount_minor if found else 0,
        compare_at_minor=found.compare_at_minor if found else None,
        quantity=row.quantity,
        subtotal_minor=found.amount_minor * row.quantity if found else 0,
        selected=row.selected,
        available=left,
        problem=_problem(variant.is_sellable and found is not None, left, row.quantity),
    )


def _problem(is_sellable: bool, left: int, quantity: int) -> str:
    if not is_sellable:
        return "not_sellable"
    if left < 1:
        return "sold_out"
    return "too_few" if left < quantity else ""


def _cart_shop(shop: ShopView, lines: Sequence[CartLineView]) -> CartShop:
    total = sum(line.subtotal_minor for line in lines if line.selected and not line.problem)
    return CartShop(shop=shop, lines=tuple(lines), selected_minor=total)
