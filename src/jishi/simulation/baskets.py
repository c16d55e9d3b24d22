"""Turns a file of market baskets (one per line, items by comma) into a shop, people and paid past orders.

A basket file knows what was bought together and nothing else. Everything it does not say is drawn from a
seed that depends on the file alone: prices, who bought, and when within the last year. The same file gives
the same shop, and importing it again changes nothing: people, products and orders have natural keys.
"""

import gzip
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ProductDraft
from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import operations as merchants
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import operations as pricing
from jishi.kernel import clock
from jishi.kernel.ids import ALPHABET
from jishi.kernel.text import both
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import NewPerson
from jishi.simulation import past
from jishi.simulation.errors import BasketsUnreadable
from jishi.trade.orders.contracts import LineDraft, OrderDraft, PastOrder

CURRENCY = "CNY"
COMMISSION_BPS = 500
BASKETS_PER_PERSON = 5
BATCH = 500
MAX_ITEM = 120
MAX_BYTES = 200 * 1024 * 1024
SPAN = timedelta(days=360)

Progress = Callable[..., None]


@dataclass(slots=True)
class Result:
    """What came of the import."""

    lines: list[str] = field(default_factory=list)
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    """A product as orders need it."""

    variant_id: int
    product_id: int
    product_code: str
    title: str
    unit_minor: int


@dataclass(frozen=True, slots=True)
class _Market:
    """Where the baskets are bought."""

    digest: str
    shop_id: int
    items: dict[str, _Item]
    buyers: Sequence[int]
    until: datetime


def run(
    *,
    path: Path,
    progress: Progress,
    shop: str = "",
    dry_run: bool = False,
    limit: int | None = None,
    at: datetime | None = None,
) -> Result:
    """Import the baskets of ``path`` into the shop called ``shop`` (by default one named after the file).

    :raises BasketsUnreadable: a line is not text, or an item has no sensible name.
    """
    baskets = list(read(path))[:limit]
    digest = hashlib.sha256(repr(baskets).encode()).hexdigest()
    names = sorted({name for basket in baskets for name in basket})
    result = Result([f"{len(baskets):,} baskets with {len(names):,} different items"])
    if dry_run or not baskets:
        return result
    slug = shop or f"baskets-{digest[:8]}"
    market = _open(digest, slug, names, baskets, clock.at_or_now(at), progress)
    started = clock.now()
    written = 0
    for start in range(0, len(baskets), BATCH):
        rows = [_order(market, n, baskets[n]) for n in range(start, min(start + BATCH, len(baskets)))]
        written += past.write(rows, source="baskets", at=market.until)
        progress("orders", start + len(rows), len(baskets))
    seconds = max((clock.now() - started).total_seconds(), 0.001)
    result.lines += [
        f"{len(market.buyers):,} people, {len(market.items):,} products in the shop {slug}",
        f"{written:,} new paid orders in {seconds:.1f} s: {written / seconds:,.0f} orders per second",
    ]
    return result


def read(path: Path) -> Iterator[tuple[str, ...]]:
    """The baskets of a file (plain or gzip), each with its distinct items in order; blank lines are skipped.

    :raises BasketsUnreadable: a line is not UTF-8, or an item is too long.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        for number, raw in enumerate(file, start=1):
            if file.tell() > MAX_BYTES:
                raise BasketsUnreadable(line=number, problem="the file is too large")
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError:
                raise BasketsUnreadable(line=number, problem="it is not UTF-8") from None
            items = dict.fromkeys(item.strip() for item in text.split(",") if item.strip())
            if any(len(item) > MAX_ITEM or not item.isprintable() for item in items):
                raise BasketsUnreadable(line=number, problem="an item has no sensible name")
            if items:
                yield tuple(items)


def _open(
    digest: str,
    slug: str,
    names: Sequence[str],
    baskets: Sequence[tuple[str, ...]],
    at: datetime,
    progress: Progress,
) -> _Market:
    """The shop with its goods on the shelf, and the people who will have bought them."""
    buyers = _people(digest, max(1, len(baskets) // BASKETS_PER_PERSON), at)
    progress("people", len(buyers), len(buyers))
    found = merchant_queries.find_shop(slug)
    shop_id = (
        found.id
        if found
        else merchants.open_shop(
            slug=slug,
            name=both("超市小票", "Market baskets"),
            description=both("由真实购物篮导入。", "Imported from real market baskets."),
            owner_id=buyers[0],
            commission_bps=COMMISSION_BPS,
        ).id
    )
    items = _products(digest, shop_id, names, at)
    progress("products", len(items), len(names))
    demand = Counter(name for basket in baskets for name in basket)
    # As much as was sold, and a little that is still there to be bought.
    inventory.receive(
        rows=[(items[name].variant_id, count + 50) for name, count in sorted(demand.items())],
        shop_id=shop_id,
        reference=f"baskets:{digest[:24]}",
        at=at - SPAN - timedelta(days=2),
    )
    return _Market(digest, shop_id, items, buyers, at.astimezone(UTC).replace(microsecond=0))


def _people(digest: str, count: int, at: datetime) -> list[int]:
    emails = [f"basket-{digest[:8]}-{n:05d}@import.jishi.local" for n in range(count)]
    first = people.find_person_by_email(emails[0])
    if first is not None:
        return list(range(first.id, first.id + count))
    rows = [
        NewPerson(nickname=f"Basket {n:05d}", email=email, language="en", is_demo=True)
        for n, email in enumerate(emails)
    ]
    return accounts.register_many(rows, at=at - SPAN - timedelta(days=3))


def _products(digest: str, shop_id: int, names: Sequence[str], at: datetime) -> dict[str, _Item]:
    drafts = [
        ProductDraft(
            shop_id=shop_id,
            handle=_handle(name),
            title={"en": name.capitalize(), "zh-hans": name.capitalize()},
            tags=("baskets",),
        )
        for name in names
    ]
    saved = catalog.save_products(drafts, at=at - SPAN - timedelta(days=2))
    prices = {name: _price(name) for name in names}
    rows = [(s.variant_ids[0], CURRENCY, prices[name], None) for name, s in zip(names, saved, strict=True)]
    pricing.set_prices(rows, at=at - SPAN - timedelta(days=2))
    codes = catalog_queries.list_cards([s.product_id for s in saved], language="en")
    return {
        name: _Item(
            s.variant_ids[0],
            s.product_id,
            codes[s.product_id].code,
            name.capitalize(),
            prices[name],
        )
        for name, s in zip(names, saved, strict=True)
    }


def _handle(name: str) -> str:
    """A handle that two items cannot share, however alike their names look in a URL."""
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower()).strip("-")
    return f"{plain[:60] or 'item'}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _price(name: str) -> int:
    """Between 2.00 and 60.00, most things cheap; a basket file has no prices, so the name decides."""
    dice = random.Random(name)
    return round(200 + 5800 * dice.random() ** 3) // 10 * 10


def _order(market: _Market, number: int, basket: tuple[str, ...]) -> PastOrder:
    """Basket ``number`` as an order that was bought, paid, shipped and received."""
    dice = random.Random(f"{market.digest}:{number}")
    placed_at = market.until - timedelta(days=8) - SPAN * dice.random() * 0.95
    lines = tuple(_line(market.items[name]) for name in basket)
    total = sum(line.total_minor for line in lines)
    code = _code(f"{market.digest}:{number}")
    draft = OrderDraft(
        code=code,
        checkout_code=code,
        buyer_id=market.buyers[int(len(market.buyers) * dice.random() ** 1.5)],
        shop_id=market.shop_id,
        currency=CURRENCY,
        goods_minor=total,
        discount_minor=0,
        delivery_minor=0,
        total_minor=total,
        lines=lines,
        pay_by_at=placed_at + timedelta(minutes=15),
        commission_bps=COMMISSION_BPS,
        channel="import",
    )
    shipped_at = placed_at + timedelta(hours=4 + 20 * dice.random())
    return PastOrder(
        draft,
        placed_at=placed_at,
        paid_at=placed_at + timedelta(minutes=1 + 5 * dice.random()),
        shipped_at=shipped_at,
        received_at=shipped_at + timedelta(days=1 + 4 * dice.random()),
    )


def _line(item: _Item) -> LineDraft:
    return LineDraft(
        variant_id=item.variant_id,
        product_id=item.product_id,
        product_code=item.product_code,
        title=item.title,
        options=(),
        image_url="",
        quantity=1,
        unit_minor=item.unit_minor,
        discount_minor=0,
        total_minor=item.unit_minor,
    )


def _code(text: str) -> str:
    """The 12-character code that this basket always has."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest())
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(12))
