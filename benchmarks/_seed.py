"""A market of plain goods and signed-in people, for the HTTP benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore

import jishi.verification as verification
from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ProductDraft
from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import operations as merchants
from jishi.goods.pricing import operations as pricing
from jishi.kernel import clock
from jishi.kernel.text import both
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import User

SHOPS = 6


@dataclass(frozen=True)
class Thing:
    """A product on sale."""

    code: str
    product_id: int
    variant_id: int
    shop_id: int


def market(*, products: int, people: int) -> tuple[list[Thing], list[str]]:
    """Open shops with goods in stock, and return them with a session token per person."""
    at = clock.now() - timedelta(days=30)
    owner = accounts.register(email="owner@bench.jishi.local", nickname="Owner", at=at).id
    category = catalog.save_category(slug="all", name=both("全部", "Everything"))
    shops = [
        merchants.open_shop(slug=f"shop-{n}", name=both(f"店铺 {n}", f"Shop {n}"), owner_id=owner).id
        for n in range(SHOPS)
    ]
    drafts = [
        ProductDraft(
            shop_id=shops[n % SHOPS],
            handle=f"thing-{n}",
            title=both(f"好物 {n} 号", f"Good thing {n}"),
            description=both("<p>每天用得上。</p>", "<p>For every day.</p>"),
            category_id=category,
        )
        for n in range(products)
    ]
    saved = catalog.save_products(drafts, at=at)
    pricing.set_prices([(s.variant_ids[0], "CNY", 1000 + n, None) for n, s in enumerate(saved)], at=at)
    for shop_id in shops:
        rows = [
            (s.variant_ids[0], 100_000)
            for s, draft in zip(saved, drafts, strict=True)
            if draft.shop_id == shop_id
        ]
        inventory.set_stock(rows=rows, shop_id=shop_id, reference="bench", at=at)
    cards = catalog_queries.list_cards([s.product_id for s in saved], language="en")
    things = [
        Thing(cards[s.product_id].code, s.product_id, s.variant_ids[0], draft.shop_id)
        for s, draft in zip(saved, drafts, strict=True)
    ]
    return things, [_person(n) for n in range(people)]


def _person(number: int) -> str:
    person = accounts.register(email=f"person{number}@bench.jishi.local", nickname=f"Person {number}")
    accounts.save_address(
        person_id=person.id,
        recipient="Bench",
        phone="13800000000",
        region="上海市",
        city="上海市",
        district="徐汇区",
        line="宛平路 1 号",
    )
    session = SessionStore()
    session["_auth_user_id"] = str(person.id)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = User.objects.get(pk=person.id).get_session_auth_hash()
    session.create()
    return str(session.session_key)


def broken() -> dict[str, int]:
    """Broken invariants after the run."""
    return {"broken": sum(finding.broken for finding in verification.run())}
