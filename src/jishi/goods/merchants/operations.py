"""Opening shops, saying who works for them, and telling these people together what happened.

Terms are checked here for a clear refusal and again by the table's constraints. A bulletin counts: a rush of
thousands of orders is one row that grows, and at most one notice an hour for each of the staff.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from django.db import IntegrityError, connection, transaction

from jishi.goods.merchants import queries
from jishi.goods.merchants.contracts import ShopView, StaffRole
from jishi.goods.merchants.errors import (
    ShopAddressInvalid,
    ShopTermsInvalid,
    ShopUnknown,
    SlugTaken,
    TimeZoneUnknown,
)
from jishi.goods.merchants.models import Bulletin, Shop, ShopStaff
from jishi.kernel import clock, ids, money
from jishi.kernel.text import Translated
from jishi.people.accounts import queries as account_queries
from jishi.people.notifications import operations as notifications

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])")
_MOST_MINOR = 10**12
SOON = timedelta(minutes=1)
"""How long the first thing after a quiet time waits for others; what comes later waits an hour."""
TELL_MOST = 100
_REPORT = """
INSERT INTO merchants_bulletin AS b (shop_id, kind, url, pending, number, due_at)
VALUES (%(shop)s, %(kind)s, %(url)s, 1, 0, %(soon)s)
ON CONFLICT (shop_id, kind) DO UPDATE SET
    pending = b.pending + 1, url = excluded.url,
    due_at = coalesce(b.due_at, greatest(excluded.due_at, b.told_at + interval '1 hour'))
"""


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


def report(*, shop_id: int, kind: str, url: str, at: datetime | None = None) -> None:
    """Count something of which a shop's people shall hear, together with what else happens about then.

    For handlers of facts: counted once for each call, in the transaction of the fact's mark.
    """
    soon = clock.at_or_now(at) + SOON
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, {"shop": shop_id, "kind": kind[:60], "url": url, "soon": soon})


def tell_due(at: datetime | None = None) -> int:
    """Tell shops' people what is due, one notice with the count of all; a sweep. Returns how many."""
    moment = clock.at_or_now(at)
    with transaction.atomic():
        due = Bulletin.objects.filter(due_at__lte=moment).order_by("due_at", "pk")
        found = list(due.select_for_update(skip_locked=True)[:TELL_MOST])
        for row in found:
            row.number += 1
            _tell(row, [person_id for person_id, _ in queries.list_staff(row.shop_id)], moment)
            row.pending, row.due_at, row.told_at = 0, None, moment
        Bulletin.objects.bulk_update(found, ["number", "pending", "due_at", "told_at"])
    return len(found)


def _tell(row: Bulletin, staff: Sequence[int], at: datetime) -> None:
    shops: dict[str, str] = {}
    told = {}
    for person_id in staff:
        language = account_queries.get_profile(person_id).language
        if language not in shops:
            shops[language] = queries.get_shop(row.shop_id, language=language).name
        words = {"shop": shops[language], "count": row.pending}
        told[person_id] = (f"{row.kind}:{row.shop_id}:{row.number}", words)
    notifications.notify_each(kind=row.kind, told=told, url=row.url, at=at)


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
