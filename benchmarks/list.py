"""`list`: twenty products of a category, localised, as API answer and as page: CPU and queries each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

import httpx
from benchmarks import _seed, _stage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jishi.goods.inventory import operations as inventory
from jishi.goods.pricing import operations as pricing

API = "/api/v1/products?category=all&limit=20"
PAGE = "/c/all/"


def run(*, products: int = 2000, requests: int = 400) -> dict[str, Any]:
    """Measure both forms of the list and return the benchmark's result."""
    goods, _ = _seed.market(products=products, people=1)
    stale = _stale(goods[-1])
    queries = {path: _queries(path) for path in (API, PAGE)}
    with _stage.running() as stage:
        api_ms = _cpu_ms(stage, API, requests)
        page_ms = _cpu_ms(stage, PAGE, requests)
    figures = {
        "api_cpu_ms": round(api_ms["web"], 2),
        "api_database_cpu_ms": round(api_ms["database"], 2),
        "page_cpu_ms": round(page_ms["web"], 2),
        "page_database_cpu_ms": round(page_ms["database"], 2),
        "queries": max(queries.values()),
        "products": products,
    }
    return {"benchmark": "list", "figures": figures, "checks": {"stale": stale}}


def _cpu_ms(stage: _stage.Stage, path: str, requests: int) -> dict[str, float]:
    """CPU per request of each part, warm, over one connection."""
    with httpx.Client(base_url=stage.base_url, headers={"Accept-Language": "zh-CN"}, timeout=30) as client:
        for _ in range(30):
            client.get(path).raise_for_status()
        before = stage.cpu_s()
        for _ in range(requests):
            client.get(path)
        after = stage.cpu_s()
    return {name: (after[name] - before[name]) * 1000 / requests for name in after}


def _queries(path: str) -> int:
    """Statements of one request."""
    client = Client()
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return len(captured)


def _stale(thing: _seed.Thing) -> int:
    """Change a price, empty a shelf, and count what the very next answer still says wrongly."""
    client = Client()
    pricing.set_prices([(thing.variant_id, "CNY", 777, None)])
    inventory.set_stock(rows=[(thing.variant_id, 0)], shop_id=thing.shop_id, reference="emptied")
    items = client.get("/api/v1/products?sort=price_asc&limit=5").json()["items"]
    mine = [item for item in items if item["code"] == thing.code]
    return 0 if mine and mine[0]["price_minor"] == 777 and not mine[0]["in_stock"] else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the last line is the result as JSON."""
    parser = argparse.ArgumentParser(prog="jishi bench list", description=__doc__)
    parser.add_argument("--products", type=int, default=2000)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--json", action="store_true", help="print nothing but the result")
    options = parser.parse_args(arguments)
    result = run(products=options.products, requests=options.requests)
    if not options.json:
        for name, figure in {**result["figures"], **result["checks"]}.items():
            print(f"{name:24} {figure:>12,}")
    print(json.dumps(result))
    return 1 if any(result["checks"].values()) else 0
