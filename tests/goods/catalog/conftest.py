"""A shop with a small catalogue."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog.contracts import ProductDraft, ProductSaved, VariantDraft
from jishi.goods.merchants import operations as merchants
from jishi.people.accounts import operations as accounts


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def shop(db: None) -> Any:
    owner = accounts.register(nickname="柿子", email="owner@example.org")
    return merchants.open_shop(
        slug="persimmon", name={"zh-hans": "柿铺", "en": "Persimmon"}, owner_id=owner.id
    )


Sell = Callable[..., ProductSaved]


@pytest.fixture
def sell(shop: Any) -> Sell:
    """Save a product with a price and stock, ready to be listed."""

    def _sell(handle: str, zh: str, en: str = "", *, price: int | None = 1000, **more: Any) -> ProductSaved:
        title = {"zh-hans": zh, "en": en} if en else {"zh-hans": zh}
        saved = catalog.save_product(shop_id=shop.id, handle=handle, title=title, **more)
        catalog.set_price_from(rows=[(saved.product_id, price, None, "CNY")])
        catalog.set_in_stock(rows=[(saved.product_id, True)])
        return saved

    return _sell


def draft(shop_id: int, number: int, **more: Any) -> ProductDraft:
    """A product of two variants."""
    return ProductDraft(
        shop_id=shop_id,
        handle=f"tea-{number}",
        title={"zh-hans": f"高山乌龙茶 {number} 号", "en": f"Mountain oolong tea {number}"},
        description={
            "zh-hans": "<p>春天采摘，轻发酵。</p>",
            "en": "<p>Picked in spring, lightly oxidised.</p>",
        },
        option_names=("规格",),
        variants=(VariantDraft(("100 克",), f"T{number}-100"), VariantDraft(("250 克",), f"T{number}-250")),
        tags=("茶", "tea"),
        **more,
    )


DATASETS = Path(os.environ.get("JISHI_DATASETS", Path(__file__).parents[4] / "shared" / "datasets"))
OWN_HOSTILE = [
    "",
    "\x00",
    "=1+1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "'; DROP TABLE catalog_product; --",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}{% debug %}",
    "../../../../etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "\u202etxt.exe",
    "\ufeff\u200b",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤ ̖t̝͕̳̣̻̪͞h̼͓̲̦̳̘̲e͇̣̰̦̬͎",
    "🏳️‍🌈👩‍👩‍👧‍👦",
    "%s %(name)s {0} $1 \\",
    "1E309",
    "NaN",
    "９９９９９９９９９９９９９９９９９９",
    "'" * 50,
    "; = 1",
    '"',
]


@pytest.fixture(scope="session")
def hostile_texts() -> list[str]:
    """Our own hostile texts, and those of public collections where they lie beside the repository."""
    texts = list(OWN_HOSTILE)
    for file in sorted((DATASETS / "hostile_inputs").glob("*.json")):
        texts += json.loads(file.read_text("utf-8"))
    return texts


@pytest.fixture(scope="session")
def hostile_svgs() -> list[bytes]:
    """SVG files that try to load addresses or run code."""
    own = [
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1/x'/></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    ]
    return own + [file.read_bytes() for file in sorted((DATASETS / "hostile_inputs" / "svg").glob("*.svg"))]
