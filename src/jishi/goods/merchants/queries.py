"""Reading shops: one statement per question, whatever the number of shops."""

from collections.abc import Iterable, Sequence

from jishi.goods.merchants.contracts import ShopView
from jishi.goods.merchants.errors import NotShopStaff, ShopUnknown
from jishi.goods.merchants.models import Shop, ShopStaff
from jishi.kernel.text import Translated, pick

_COLUMNS = (
    "id",
    "code",
    "slug",
    "name",
    "description",
    "currency",
    "time_zone",
    "commission_bps",
    "auto_confirm_days",
    "delivery_fee_minor",
    "free_delivery_from_minor",
    "is_open",
)


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
    row = Shop.objects.filter(slug=slug).values_list(*_COLUMNS).first()
    return None if row is None else _view(row, language)


def list_shops(ids: Iterable[int] | None = None, *, language: str = "zh-hans") -> dict[int, ShopView]:
    """Return the shops asked for (all of them without `ids`) by id, oldest first."""
    rows = Shop.objects.order_by("id").values_list(*_COLUMNS)
    if ids is not None:
        rows = rows.filter(id__in=set(ids))
    views = (_view(row, language) for row in rows)
    return {view.id: view for view in views}


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


def _view(row: Sequence[object], language: str) -> ShopView:
    values = dict(zip(_COLUMNS, row, strict=True))
    for column in ("name", "description"):
        text = values[column]
        values[column] = pick(text if isinstance(text, dict) else _NOTHING, language)
    return ShopView(**values)  # type: ignore[arg-type]  # the columns are the fields, in name and type


_NOTHING: Translated = {}
