"""`serving`: the mixed home list of twenty out of 100,000 goods and notes while people click, and the refresh
of everybody's lists.

The model has the size of a real one and random content: measured are the answers and the refresh, not their
quality. An answer is everything between asking and having the list: two statements over ready lists, ranking
in plain Python, and keeping the list. Behaviour arrives through another process.
`jishi bench recommend --serve` runs this.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from benchmarks import suggest
from django.conf import settings
from django.db import connection

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ProductDraft
from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import operations as merchants
from jishi.goods.pricing import operations as pricing
from jishi.insight.recommendation import fitting, refreshing
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.contracts import Asker, Surface
from jishi.insight.recommendation.models import Candidates
from jishi.kernel import clock
from jishi.kernel.text import both
from jishi.people.accounts import operations as accounts
from jishi.social.notes import queries as note_queries

WITHIN_MS, REFRESH_WITHIN_S = 10.0, 120.0
ASKED, WARM = 2000, 100
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position
"""
_NOTES = """
INSERT INTO notes_note (code, author_id, form, title, text, details, state, state_before, reason, reason_note,
    visibility, audience_kind, audience_key, place, is_sponsored, sponsor, pictures, language, published_no,
    published_at, created_at, revision, like_count, comment_count, favourite_count, repost_count, quality)
SELECT lpad(to_hex(g), 12, 'n'), %(first)s + g %% %(people)s, 'plain', 'Note ' || g, 'w', '{}', 'published',
    '', '', '', 'public', '', '', '', false, '', '[]', 'en', nextval('notes_published_no'),
    now() - interval '1 second' * g, now(), 0, 0, 0, 0, 0, random() FROM generate_series(1, %(notes)s) g
"""


def copies(table: str, source: str, own: dict[str, str], params: dict[str, Any]) -> None:
    """Fill a table with copies of one good row; ``own`` are the columns that differ."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [table])
        names = [row[0] for row in cursor.fetchall()]
        listed = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(own.get(name, f'm."{name}"') for name in names)
        cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {values} FROM {source}", params)


def world(*, goods: int, notes: int, people: int) -> tuple[np.ndarray, np.ndarray]:
    """Goods, notes and people in the tables; returns the keys of things and the numbers of people."""
    at = clock.now() - timedelta(days=60)
    owner = accounts.register(email="owner@bench.jishi.local", nickname="Owner", at=at).id
    kinds = [catalog.save_category(slug=f"kind-{n}", name=both(f"类 {n}", f"Kind {n}")) for n in range(40)]
    shops = [
        merchants.open_shop(slug=f"shop-{n}", name=both(f"店 {n}", f"Shop {n}"), owner_id=owner, at=at).id
        for n in range(30)
    ]
    draft = ProductDraft(shop_id=shops[0], handle="one", title=both("好物", "Good"), category_id=kinds[0])
    saved = catalog.save_products([draft], at=at)[0]
    pricing.set_prices([(saved.variant_ids[0], "CNY", 1000, None)], at=at)
    inventory.set_stock(rows=[(saved.variant_ids[0], 100)], shop_id=shops[0], reference="first", at=at)
    params = {"model": saved.product_id, "goods": goods, "owner": owner, "people": people}
    spread = {
        "shop_id": f"(ARRAY[{','.join(map(str, shops))}])[1 + m.id %% 30]",
        "category_id": f"(ARRAY[{','.join(map(str, kinds))}])[1 + m.id %% 40]",
    }
    copies(
        "catalog_product",
        "catalog_product m, generate_series(1, %(goods)s) g(n) WHERE m.id = %(model)s",
        {"code": "lpad(to_hex(n), 12, 'p')", "handle": "'thing-' || n", "slug": "'thing-' || n"},
        params,
    )
    copies(
        "catalog_listing",
        "catalog_listing k, catalog_product m WHERE k.product_id = %(model)s AND m.id > %(model)s",
        {
            **{name: f"k.{name}" for name in _listing_columns()},
            "product_id": "m.id",
            "code": "m.code",
            "slug": "m.slug",
            "popularity": "random()",
            **spread,
        },
        params,
    )
    copies(
        "accounts_user",
        "accounts_user m, generate_series(1, %(people)s) g(n) WHERE m.id = %(owner)s",
        {
            "code": "lpad(to_hex(n), 12, 'u')",
            "nickname": "'Person ' || n",
            "email": "'p' || n || '@bench.jishi.local'",
            "username": "'p' || n",
            "phone": "NULL",
        },
        params,
    )
    ids = _numbers("SELECT id FROM accounts_user WHERE id > %s ORDER BY id", [owner])
    with connection.cursor() as cursor:
        cursor.execute(_NOTES, {"first": int(ids[0]), "people": min(people, 3000), "notes": notes})
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as tables:
        tables.execute("VACUUM ANALYZE catalog_listing, catalog_product, notes_note, accounts_user")
    keys = _numbers("SELECT product_id FROM catalog_listing WHERE product_id > %s", [saved.product_id])
    return np.concatenate((keys, -_numbers("SELECT id FROM notes_note", []))), ids


def _listing_columns() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, ["catalog_listing"])
        return [row[0] for row in cursor.fetchall()]


def _numbers(statement: str, params: list[Any]) -> np.ndarray:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return np.array([row[0] for row in cursor.fetchall()], np.int64)


@contextlib.contextmanager
def clicking(keys: np.ndarray, people: np.ndarray) -> Iterator[list[int]]:
    """People who open things in another process; afterwards the list holds how often they did."""
    clicks: list[int] = []
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("_clicks.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        whom = {"keys": keys[:: max(1, len(keys) // 20_000)].tolist(), "people": people[:ASKED].tolist()}
        process.stdin.write(json.dumps(whom) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        yield clicks
        process.stdin.close()
        clicks.append(int(process.stdout.readline() or 0))
        process.wait(10)
    finally:
        process.kill()


def serve(keys: np.ndarray, people: np.ndarray, requests: int) -> dict[str, Any]:
    """Time answers while people click."""
    gc.collect()
    gc.freeze()  # as `jishi serve` does
    gc.set_threshold(20_000, 20, 50)
    dice = random.Random(6)
    times, with_cards, wrong, cpu = [], [], 0, 0.0
    with clicking(keys, people) as clicks:
        for number in range(requests + WARM):
            person = int(dice.choice(people[:ASKED]))
            began, spent = time.perf_counter(), time.thread_time()
            made = recommendation.show(Asker(person), Surface.HOME, limit=20)
            ended = time.perf_counter()
            used = time.thread_time() - spent
            shown = [pick.key for pick in made.picks]
            wrong += len(shown) != 20 or len(set(shown)) != 20 or not made.slate
            if number >= WARM:
                times.append((ended - began) * 1000)
                cpu += used
            if number >= WARM and number % 10 == 0:
                catalog_queries.list_cards([p.id for p in made.picks if p.key > 0], language="en")
                notes = [p.id for p in made.picks if p.key < 0]
                note_queries.list_cards(notes, viewer_id=person, language="en")
                with_cards.append((time.perf_counter() - began) * 1000)
    return {
        "serve_p50_ms": round(float(np.median(times)), 2),
        "serve_p99_ms": round(float(np.quantile(times, 0.99)), 2),
        "serve_cpu_ms": round(cpu * 1000 / requests, 2),
        "with_cards_p50_ms": round(float(np.median(with_cards)), 2),
        "clicks_meanwhile": clicks[0],
        "wrong_answers": wrong,
    }


def used_s() -> float:
    """CPU seconds of this process and the forks it waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def say(started: float, stage: str) -> None:
    """Tell how far it is."""
    print(f"  {time.perf_counter() - started:6.1f} s  {stage}", file=sys.stderr)


def run(*, items: int, people: int, requests: int) -> dict[str, Any]:
    """Fill the tables, refresh everybody's lists, and serve."""
    started = time.perf_counter()
    keys, ids = world(goods=items * 4 // 5, notes=items // 5, people=people)
    say(started, "world")
    model = suggest.model_of(len(keys), len(ids), 30, 200, 64)
    say(started, "model")
    at = clock.now()
    began, spent = time.perf_counter(), used_s()
    fitting._write("home", ids, keys, lambda some: refreshing.for_people(model, some, 100), at)
    refresh_s, refresh_cpu = time.perf_counter() - began, used_s() - spent
    say(started, "lists of people")
    began = time.perf_counter()
    fitting._write("near", keys, keys, lambda some: [refreshing.near_items(model, some, 40)], at)
    near_s = time.perf_counter() - began
    say(started, "lists of things")
    recommendation.renew(at=at)
    say(started, "lists of everybody")
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as tables:
        tables.execute("VACUUM ANALYZE recommendation_candidates")
    say(started, "vacuum")
    served = serve(keys, ids, requests)
    say(started, "served")
    gc.unfreeze()  # what ends is told to its libraries
    wrong = served.pop("wrong_answers")
    lists = Candidates.objects.filter(list="home").count()
    return {
        "benchmark": "recommend",
        "part": "serving",
        "figures": {
            "items": len(keys), "people": len(ids), **served,
            "refresh_s": round(refresh_s, 1), "refresh_cpu_s": round(refresh_cpu, 1),
            "refresh_cores": settings.JISHI_HEAVY_CORES,
            "refresh_things_s": round(near_s, 1), "lists": lists,
        },
        "checks": {
            "wrong_answers": wrong,
            "lists_missing": len(ids) - lists,
            "too_slow": int(served["serve_p99_ms"] > WITHIN_MS),
            "refresh_too_slow": int(refresh_s > REFRESH_WITHIN_S),
        },
    }  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="jishi bench serving", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    result = run(items=options.items, people=options.people, requests=options.requests)
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))
    return 1 if any(result["checks"].values()) else 0
