"""Opening shops and saying who works for them.

Terms are checked here for a clear refusal and again by the table's constraints.
"""

import re
from datetime import datetime
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from jishi.goods.merchants import queries
from jishi.goods.merchants.contracts import ShopView, StaffRole
from jishi.goods.merchants.errors import (
    ShopAddressInvalid,
    ShopTermsInvalid,
    ShopUnknown,
    SlugTaken,
    TimeZoneUnknown,
)
from jishi.goods.merchants.models import Shop, ShopStaff
from jishi.kernel import clock, ids, money
from jishi.kernel.text import Translated

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])")
_MOST_MINOR = 10**12


def open_shop(
    *,
    slug: str,
    name: Translated,
    owner_id: int,
    currency: str = "CNY",
    description: Translated | None = None,
    time_zone: str = "Asia/Shanghai",
    country: str = "CN",
    commission_bps: int = 500,
    auto_confirm_days: int = 10,
    delivery_fee_minor: int = 0,
    free_delivery_from_minor: int | None = None,
    at: datetime | None = None,
    language: str = "zh-hans",
) -> ShopView:
    """Open a shop and make one person its owner.

    :raises ShopAddressInvalid: the slug cannot stand in a URL.
    :raises SlugTaken: another shop lives there.
    :raises ShopTermsInvalid: a rate, fee or period is out of range.
    :raises TimeZoneUnknown: the time zone does not exist.
    """
    if not _SLUG.fullmatch(slug):
        raise ShopAddressInvalid
    if time_zone not in available_timezones():
        raise TimeZoneUnknown(time_zone=time_zone)
    money.exponent(currency)  # refuses a currency that nobody knows
    _check_terms(commission_bps, auto_confirm_days, delivery_fee_minor, free_delivery_from_minor)
    try:
        with transaction.atomic():
            shop = Shop.objects.create(
                code=ids.new_code(),
                slug=slug,
                name=dict(name),
                description=dict(description or {}),
                currency=currency,
                time_zone=time_zone,
                country=country,
                commission_bps=commission_bps,
                auto_confirm_days=auto_confirm_days,
                delivery_fee_minor=delivery_fee_minor,
                free_delivery_from_minor=free_delivery_from_minor,
                created_at=clock.at_or_now(at),
            )
            ShopStaff.objects.create(shop=shop, person_id=owner_id, role="owner")
    except IntegrityError as refusal:
        if "slug" in str(refusal):
            raise SlugTaken(slug=slug) from refusal
        raise
    return queries.get_shop(shop.pk, language=language)


def change_terms(
    *,
    shop_id: int,
    commission_bps: int,
    auto_confirm_days: int,
    delivery_fee_minor: int,
    free_delivery_from_minor: int | None,
    is_open: bool,
) -> ShopView:
    """Set a shop's terms for the orders to come; orders that exist keep theirs.

    :raises ShopUnknown: no shop has this id.
    :raises ShopTermsInvalid: a rate, fee or period is out of range.
    """
    _check_terms(commission_bps, auto_confirm_days, delivery_fee_minor, free_delivery_from_minor)
    changed = Shop.objects.filter(id=shop_id).update(
        commission_bps=commission_bps,
        auto_confirm_days=auto_confirm_days,
        delivery_fee_minor=delivery_fee_minor,
        free_delivery_from_minor=free_delivery_from_minor,
        is_open=is_open,
    )
    if not changed:
        raise ShopUnknown
    return queries.get_shop(shop_id)


def add_staff(*, shop_id: int, person_id: int, role: StaffRole = "staff") -> None:
    """Let a person work for a shop; doing so again only changes the role.

    :raises ShopUnknown: no shop has this id.
    """
    with transaction.atomic():
        if not Shop.objects.filter(id=shop_id).exists():
            raise ShopUnknown
        ShopStaff.objects.update_or_create(shop_id=shop_id, person_id=person_id, defaults={"role": role})


def _check_terms(commission: int, days: int, fee: int, free_from: int | None) -> None:
    bounds = (
        ("commission_bps", commission, 0, 10_000),
        ("auto_confirm_days", days, 1, 90),
        ("delivery_fee_minor", fee, 0, _MOST_MINOR),
        ("free_delivery_from_minor", free_from or 0, 0, _MOST_MINOR),
    )
    for field, value, least, most in bounds:
        if not least <= value <= most:
            raise ShopTermsInvalid(field=field, least=least, most=most)
