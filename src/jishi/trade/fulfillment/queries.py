"""Reading delivery: what a shop offers, and where parcels are."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext, override

from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.merchants.contracts import ShopView
from jishi.people.accounts.contracts import AddressView
from jishi.trade.fulfillment import rules
from jishi.trade.fulfillment.contracts import Carrier, DeliveryOption, ParcelView
from jishi.trade.fulfillment.models import Parcel


def delivery_options(
    shop_ids: Iterable[int],
    *,
    address: AddressView | None = None,
    goods_by_shop: Mapping[int, int] | None = None,
    language: str = "zh-hans",
) -> dict[int, tuple[DeliveryOption, ...]]:
    """Return how each shop can send a basket to an address, the cheapest first.

    With `goods_by_shop` (what the goods cost after discounts) fees are those for that basket; without, they
    are the fees below the free threshold.
    """
    shops = merchant_queries.list_shops(list(shop_ids), language=language)
    return options_for(shops, address=address, goods_by_shop=goods_by_shop, language=language)


def options_for(
    shops: Mapping[int, ShopView],
    *,
    address: AddressView | None = None,
    goods_by_shop: Mapping[int, int] | None = None,
    language: str = "zh-hans",
) -> dict[int, tuple[DeliveryOption, ...]]:
    """Like `delivery_options`, for shops the caller has read already: no statement at all."""
    goods = goods_by_shop or {}
    # Express is offered at home only; an address abroad gets the standard way.
    with override(language):
        return {
            shop.id: _options(shop, goods.get(shop.id), abroad=bool(address and address.country != "CN"))
            for shop in shops.values()
        }


def pickup_options(
    shops: Mapping[int, ShopView], *, language: str = "zh-hans"
) -> dict[int, tuple[DeliveryOption, ...]]:
    """Return the one way in which goods reach a buyer who collects them: free of charge."""
    with override(language):
        way = DeliveryOption(
            code=rules.PICKUP,
            label=gettext(rules.OPTION_NAMES[rules.PICKUP]),
            fee_minor=0,
            free_from_minor=None,
            eta_days=rules.ETA_DAYS[rules.PICKUP],
        )
    return dict.fromkeys(shops, (way,))


def list_carriers(language: str = "zh-hans") -> tuple[Carrier, ...]:
    """Return the parcel services a shop can choose from."""
    with override(language):
        return tuple(Carrier(code, gettext(name)) for code, name in rules.CARRIERS.items())


def list_parcels(order_code: str, *, language: str = "zh-hans") -> tuple[ParcelView, ...]:
    """Return the parcels of an order."""
    return tuple(list_parcels_of([order_code], language=language).get(order_code, ()))


def list_parcels_of(order_codes: Iterable[str], *, language: str = "zh-hans") -> dict[str, list[ParcelView]]:
    """Return the parcels of several orders in one statement, by order."""
    rows = Parcel.objects.filter(order__code__in=list(order_codes)).select_related("order").order_by("pk")
    found: dict[str, list[ParcelView]] = {}
    with override(language):
        for row in rows.only("code", "carrier", "tracking_number", "shipped_at", "order__code"):
            found.setdefault(row.order.code, []).append(parcel_view(row, row.order.code))
    return found


def parcel_view(row: Parcel, order_code: str) -> ParcelView:
    """Show a parcel in the active language."""
    return ParcelView(
        code=row.code,
        order_code=order_code,
        carrier=row.carrier,
        carrier_name=gettext(rules.CARRIERS.get(row.carrier, row.carrier)),
        tracking_number=row.tracking_number,
        shipped_at=row.shipped_at,
    )


def _options(shop: ShopView, goods_minor: int | None, *, abroad: bool) -> tuple[DeliveryOption, ...]:
    free_from = shop.free_delivery_from_minor
    is_free = goods_minor is not None and free_from is not None and goods_minor >= free_from
    standard = DeliveryOption(
        code=rules.STANDARD,
        label=gettext(rules.OPTION_NAMES[rules.STANDARD]),
        fee_minor=0 if is_free else shop.delivery_fee_minor,
        free_from_minor=free_from,
        eta_days=rules.ETA_DAYS[rules.STANDARD],
    )
    if abroad:
        return (standard,)
    express = DeliveryOption(
        code=rules.EXPRESS,
        label=gettext(rules.OPTION_NAMES[rules.EXPRESS]),
        fee_minor=rules.express_fee(shop.delivery_fee_minor, shop.currency),
        free_from_minor=None,
        eta_days=rules.ETA_DAYS[rules.EXPRESS],
    )
    return (standard, express)
