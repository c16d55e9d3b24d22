"""A small world with a bit of everything, and its days in the lake; rows are written as they lie."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings

from jishi.goods.catalog.models import Brand, Category, Listing, Product, Variant
from jishi.goods.merchants.models import Shop
from jishi.insight.behavior import lakefiles, rules
from jishi.insight.behavior.contracts import LAKE
from jishi.insight.behavior.operations import compacting
from jishi.kernel.ids import new_code
from jishi.people.accounts.models import User
from jishi.people.privacy.models import Consent
from jishi.social.notes.models import Like, Note, NoteTopic, Topic
from jishi.trade.orders.models import Order, OrderLine

NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
TODAY = date(2026, 6, 30)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def person(*, joined: float = 100, **more: Any) -> int:
    values = {"nickname": "柿", "email": f"{new_code()}@example.org", "password": "x", **more}
    return User.objects.create(joined_at=ago(joined), **values).pk


def consent(person_id: int, given: bool) -> None:
    Consent.objects.create(
        person_id=person_id, purpose="analytics", given=given, policy_version="1", source="test", at=NOW
    )


@dataclass
class Ware:
    shop: int
    product: int
    code: str
    variant: int
    category: int


def shop() -> int:
    return Shop.objects.create(code=new_code(), slug=new_code(), name={}, created_at=NOW).pk


def category(slug: str) -> int:
    return Category.objects.get_or_create(slug=slug, defaults={"name": {"en": slug, "zh-hans": slug}})[0].pk


def ware(*, price: int = 1000, kind: str = "", brand: str = "", shop_id: int | None = None) -> Ware:
    shop_id, kind_id, code = shop_id or shop(), category(kind or new_code()), new_code()
    maker = Brand.objects.get_or_create(slug=brand, defaults={"name": {"en": brand}})[0].pk if brand else None
    made = Product.objects.create(
        code=code, shop_id=shop_id, handle=code, slug=code, title={}, category_id=kind_id, brand_id=maker,
        status="active", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    Listing.objects.create(
        product=made, shop_id=shop_id, category_id=kind_id, brand_id=maker, code=code, slug=code, title={},
        price_from_minor=price, currency="CNY", published_at=NOW,
    )  # fmt: skip
    variant = Variant.objects.create(product=made, options=[])
    return Ware(shop_id, made.pk, code, variant.pk, kind_id)


def order(
    who: int, what: Ware, days: float, *, amount: int = 1000, state: str = "paid", discount: int = 0,
    share: str = "", minutes: float = 2,
) -> Order:  # fmt: skip
    placed = ago(days)
    is_paid = state in ("paid", "received", "refunded")
    made = Order.objects.create(
        code=new_code(), checkout_code=new_code(), buyer_id=who, shop_id=what.shop, currency="CNY",
        goods_minor=amount + discount, discount_minor=discount, total_minor=amount, state=state,
        share_code=share, placed_at=placed, pay_by_at=placed + timedelta(minutes=15),
        paid_at=placed + timedelta(minutes=minutes) if is_paid else None,
        shipped_at=placed + timedelta(minutes=minutes + 1) if state == "received" else None,
        received_at=placed + timedelta(minutes=minutes + 2) if state == "received" else None,
        closed_at=placed + timedelta(days=1) if state in ("refunded", "expired", "cancelled") else None,
    )  # fmt: skip
    OrderLine.objects.create(
        order=made, position=1, variant_id=what.variant, product_id=what.product, product_code=what.code,
        title="x", quantity=1, unit_minor=amount + discount, discount_minor=discount, total_minor=amount,
    )  # fmt: skip
    return made


def note(who: int, *topics: str, days: float = 1, liked_by: tuple[int, ...] = ()) -> Note:
    made = Note.objects.create(
        author_id=who, text="x", state="published", created_at=ago(days), published_at=ago(days),
        published_no=Note.objects.count() + 1, like_count=len(liked_by),
    )  # fmt: skip
    for slug in topics:
        topic, _ = Topic.objects.get_or_create(slug=slug, defaults={"name": slug, "created_at": NOW})
        NoteTopic.objects.create(note=made, topic=topic)
    for liker in liked_by:
        Like.objects.create(note=made, person_id=liker, created_at=ago(days))
    return made


def event(who: int, kind: str, at: datetime, **more: Any) -> dict[str, Any]:
    blank: dict[str, Any] = {
        "event_id": str(uuid.uuid4()), "ts": at.replace(tzinfo=None), "received_at": at.replace(tzinfo=None),
        "day": rules.day_of(at), "kind": kind, "user_id": who, "person_id": who if who > 0 else None,
        "visitor": "", "session_id": "", "product_id": None, "note_id": None, "shop_id": None,
        "category_id": None, "order_code": None, "amount_minor": None, "currency": None, "quantity": None,
        "share_code": None, "from_user_id": None, "channel": "direct", "source": "web", "device": "phone",
        "region": "", "language": "zh-hans", "page": "", "slot": "", "position": None, "query": None,
        "props": "{}", "is_bot": False,
    }  # fmt: skip
    return {**blank, **more}


def put(events: list[dict[str, Any]]) -> None:
    """Put events into the lake and mark their days, as compacting does."""
    from pathlib import Path

    folder = Path(settings.JISHI_LAKE_ROOT) / "events"
    by_day: dict[date, list[dict[str, Any]]] = {}
    for one in events:
        by_day.setdefault(one["day"], []).append(one)
    written = []
    for day, rows in sorted(by_day.items()):
        columns = {column.name: [row[column.name] for row in rows] for column in LAKE}
        written.append(lakefiles.write(folder, day, columns))
    compacting.enter(written, level=0)
    compacting.mark_dirty({(one["day"], one["user_id"]) for one in events})
