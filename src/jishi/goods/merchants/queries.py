"""Reading shops: one statement per question, whatever the number of shops."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from jishi.goods.merchants.contracts import ShopView
from jishi.goods.merchants.errors import NotShopStaff, ShopUnknown
from jishi.goods.merchants.models import ShopStaff
from jishi.kernel.text import pick

# Every quote and every page of listings asks for shops: tuples, no model instances.
_SHOPS = """
SELECT id, code, slug, name, description, currency, time_zone, commission_bps, auto_confirm_days,
       delivery_fee_minor, free_delivery_from_minor, is_open
FROM merchants_shop
WHERE (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[]))
  AND (%(slug)s::text IS NULL OR slug = %(slug)s::text)
ORDER BY id
"""


def get_shop(shop_id: int, *, language: str = "zh-hans") -> ShopView:
    """Return one shop.

    :raises ShopUnknown: no shop has this id.
    """
    found = list_shops([shop_id], language=language)
    if shop_id not in found:
        raise ShopUnknown
    return found[shop_id]


def find_shop(slug: str, *, language: str = "zh-hans") -> ShopView | None:
    """Return the shop that lives at an address, if one does."""
    return next(iter(_select(None, slug, language).values()), None)


def list_shops(ids: Iterable[int] | None = None, *, language: str = "zh-hans") -> dict[int, ShopView]:
    """Return the shops asked for (all of them without `ids`) by id, oldest first."""
    return _select(None if ids is None else sorted(set(ids)), None, language)


def shops_of(person_id: int) -> list[int]:
    """Return the ids of the shops a person works for, oldest first."""
    ids = ShopStaff.objects.filter(person_id=person_id).order_by("shop_id").values_list("shop_id", flat=True)
    return list(ids)


def list_staff(shop_id: int) -> list[tuple[int, str]]:
    """Return (person id, role) of everybody who works for a shop, owners first."""
    rows = ShopStaff.objects.filter(shop_id=shop_id).order_by("role", "person_id")
    return list(rows.values_list("person_id", "role"))


def require_staff(*, person_id: int | None, shop_id: int) -> None:
    """Return quietly if the person works for the shop.

    :raises NotShopStaff: they do not, or nobody is signed in.
    """
    if person_id is None or not ShopStaff.objects.filter(person_id=person_id, shop_id=shop_id).exists():
        raise NotShopStaff


def _select(ids: list[int] | None, slug: str | None, language: str) -> dict[int, ShopView]:
    with connection.cursor() as cursor:
        cursor.execute(_SHOPS, {"ids": ids, "slug": slug})
        rows = cursor.fetchall()
    return {row[0]: _view(row, language) for row in rows}


def _view(row: tuple[Any, ...], language: str) -> ShopView:
    shop_id, code, slug, name, description, *terms = row
    return ShopView(shop_id, code, slug, _text(name, language), _text(description, language), *terms)


def _text(stored: str, language: str) -> str:
    return pick(json.loads(stored), language)
