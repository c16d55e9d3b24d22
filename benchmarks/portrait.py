"""`portrait`: everybody's portrait from a generated log and its orders, and one minute of touched people.

Two nights are rebuilt: the first one finds nothing made yet, the next one is a night like any other, on which a
day is new and everybody's tags move with the clock. `merge_s` adds up everything the lake says about everybody
(counts of every kind in four windows, sittings, hours, devices, ways in, prices, categories), nothing is kept
by then: this is what is compared with the target. `store_s` joins it with orders, graph and notes and keeps
tags, evidence, history and stages in PostgreSQL; `night_s` is the whole of the next night, `first_*` are those of
the first one (`rollup` makes the aggregates of all days, each of them once in its life). The oracle recomputes
people from the raw rows in plain Python.
"""

# ruff: noqa: E501 - statements are read as they are written

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from benchmarks import _events

DAYS, SAMPLED = 90, 997
DISK_PER_EVENT, DISK_SPARE = 230, 2 << 30  # the log, the database and its journal
WANTED = {10_000_000: {"merge_s": 8.0, "touched_s": 0.5}, 50_000_000: {"merge_s": 45.0}}
PEAK_GB = 4.0
PREVIEWS: dict[str, dict[str, Any]] = {
    "of_tags": {
        "all": [
            {"field": "tag:views_30", "op": "gte", "value": 5},
            {"not": {"field": "tag:orders", "op": "gte", "value": 2}},
        ]
    },
    "of_everything": {
        "any": [
            {"field": "order:count", "op": "gte", "value": 2, "days": 30},
            {
                "all": [
                    {"field": "event:cart_added", "op": "gte", "value": 3, "days": 30},
                    {"field": "tag:last_seen_days", "op": "lte", "value": 7},
                ]
            },
        ]
    },
}
WEIGHTS = {"product_viewed": 1, "cart_added": 3, "order_paid": 5}


def seed(files: Sequence[str], lake: Path) -> None:
    """Register everybody in the log, their goods and their paid orders, and put the files into the manifest."""
    import duckdb
    from django.db import connection

    people, orders = lake / "people.csv", lake / "orders.csv"
    listed = ", ".join(f"'{name}'" for name in files)
    with duckdb.connect() as engine:
        engine.execute(
            f"COPY (SELECT DISTINCT user_id FROM read_parquet([{listed}])) TO '{people}' (HEADER false)"
        )
        engine.execute(
            "COPY (SELECT order_code, min(user_id), sum(amount_minor)::BIGINT, min(ts), min(product_id) FROM"
            f" read_parquet([{listed}]) WHERE kind = 'order_paid' GROUP BY 1) TO '{orders}' (HEADER false)"
        )
        bounds = engine.execute(
            f"SELECT filename, count(*), min(ts), max(ts), min(user_id), max(user_id) FROM"
            f" read_parquet([{listed}], filename = true) GROUP BY 1"
        ).fetchall()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE who (id bigint)")
        cursor.execute(
            "CREATE TEMP TABLE bought (code text, who bigint, minor bigint, at timestamp, product int)"
        )
        for table, path in (("who", people), ("bought", orders)):
            with cursor.cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy, path.open("rb") as file:
                while piece := file.read(1 << 20):
                    copy.write(piece)
        for statement in SEED:
            cursor.execute(statement)
    _manifest(bounds)


SEED = (
    """INSERT INTO accounts_user (id, code, password, nickname, avatar, language, theme, is_operator, is_active,
        is_demo, is_superuser, phone_verified, joined_at, token_epoch)
    SELECT id, 'u' || id, 'x', 'u', '', 'zh-hans', 'auto', false, true, false, false, false,
        timestamptz '2026-06-01', 0 FROM who""",
    """INSERT INTO merchants_shop (id, code, slug, name, description, currency, time_zone, country, commission_bps,
        auto_confirm_days, delivery_fee_minor, is_open, created_at)
    SELECT g, 's' || g, 's' || g, '{}', '{}', 'CNY', 'Asia/Shanghai', 'CN', 500, 10, 0, true, now()
    FROM generate_series(1, 801) g""",
    """INSERT INTO catalog_category (id, slug, name, ancestor_ids, position)
    SELECT g, 'c' || g, '{}', '{}', 0 FROM generate_series(1, 121) g""",
    """INSERT INTO catalog_product (id, code, shop_id, handle, slug, title, description, category_id, status, kind,
        option_names, attributes, labels, tags, created_at, updated_at)
    SELECT g, 'p' || g, g % 800 + 1, 'p' || g, 'p' || g, '{}', '{}', g % 120 + 1, 'active', '', '{}', '{}', '{}',
        '{}', now(), now() FROM generate_series(1, 50001) g""",
    """INSERT INTO catalog_variant (id, product_id, sku, options, position, barcode, weight_g, image_source, status)
    SELECT g, g, '', '{}', 0, '', 0, '', 'active' FROM generate_series(1, 50001) g""",
    """INSERT INTO catalog_listing (product_id, shop_id, category_id, code, slug, title, price_from_minor, currency,
        in_stock, sold_count, popularity, is_visible, published_at)
    SELECT id, shop_id, category_id, code, slug, '{}', 500 + id % 9000, 'CNY', true, 0, 0, true, now()
    FROM catalog_product""",
    """INSERT INTO orders_order (code, checkout_code, buyer_id, shop_id, currency, goods_minor, discount_minor,
        delivery_minor, total_minor, commission_bps, state, intent_code, address, delivery_code, share_code,
        channel, tokens, placed_at, pay_by_at, paid_at, close_reason)
    SELECT left(code, 12), left(code, 12), who, product % 800 + 1, 'CNY', minor, 0, 0, minor, 500, 'paid', '', '',
        '', '', 'web', '{}', at AT TIME ZONE 'UTC', at AT TIME ZONE 'UTC' + interval '15 minutes',
        at AT TIME ZONE 'UTC', '' FROM bought""",
    """INSERT INTO orders_orderline (order_id, position, variant_id, product_id, product_code, title, options,
        image_url, quantity, unit_minor, discount_minor, total_minor)
    SELECT o.id, 1, b.product, b.product, 'p' || b.product, 'x', '[]', '', 1, o.total_minor, 0, o.total_minor
    FROM orders_order o JOIN bought b ON left(b.code, 12) = o.code""",
    "ANALYZE",
)


def _manifest(bounds: Sequence[tuple[Any, ...]]) -> None:
    from jishi.insight.behavior.models import File

    for name, rows, first, last, low, high in bounds:
        path = Path(name)
        File.objects.create(
            path=f"{path.parent.name}/{path.name}", dt=path.parent.name[3:], rows=rows,
            min_ts=first.replace(tzinfo=UTC), max_ts=last.replace(tzinfo=UTC), min_user=low, max_user=high,
            level=2, bytes=path.stat().st_size,
        )  # fmt: skip


def oracle(files: Sequence[str], today: Any) -> dict[int, dict[str, Any]]:
    """Some tags of every sampled person, from the raw rows."""
    columns = [
        "user_id",
        "ts",
        "day",
        "kind",
        "session_id",
        "category_id",
        "amount_minor",
        "order_code",
        "device",
    ]
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for path in files:
        table = pq.read_table(path, columns=columns)
        people = table.column("user_id")
        rest = pc.subtract(people, pc.multiply(pc.divide(people, SAMPLED), SAMPLED))
        for row in table.filter(pc.equal(rest, 0)).to_pylist():
            rows[row["user_id"]].append(row)
    return {person: _tags(of, today) for person, of in rows.items()}


def _tags(rows: list[dict[str, Any]], today: Any) -> dict[str, Any]:
    month = [row for row in rows if (today - row["day"]).days < 30]
    kinds = Counter(row["kind"] for row in month)
    sittings: dict[Any, list[datetime]] = defaultdict(list)
    for row in month:
        if row["session_id"]:
            sittings[row["day"], row["session_id"]].append(row["ts"])
    weights: Counter[int] = Counter()
    for row in rows:
        if row["category_id"] is not None and row["kind"] in WEIGHTS:
            weights[row["category_id"]] += WEIGHTS[row["kind"]]
    paid: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["kind"] == "order_paid":
            paid[row["order_code"]] += row["amount_minor"]
    strongest = sorted(weights, key=lambda one: (-weights[one], one))[:5]
    return {
        "active_days_30": len({row["day"] for row in month}),
        "last_seen_days": (today - max(row["day"] for row in rows)).days,
        "views_30": kinds["product_viewed"],
        "cart_adds_30": kinds["cart_added"],
        "searches_30": kinds["searched"],
        "sittings_30": len(sittings),
        "minutes_30": sum(int((max(at) - min(at)).total_seconds()) for at in sittings.values()) // 60,
        "categories": [f"c{one}" for one in strongest] or None,
        "orders": len(paid),
        "spent_minor": sum(paid.values()),
        "largest_order_minor": max(paid.values(), default=None),
    }


def compare(truth: dict[int, dict[str, Any]]) -> int:
    """Count the tags that differ. Seconds of single sittings may round differently: one minute is allowed."""
    from jishi.insight.portraits.models import Portrait

    made = dict(Portrait.objects.filter(pk__in=truth).values_list("pk", "tags"))
    wrong = 0
    for person, tags in truth.items():
        for code, value in tags.items():
            found = made.get(person, {}).get(code)
            if code == "minutes_30":
                wrong += abs((found or 0) - value) > 1
            elif found != value:
                wrong += 1
                print(person, code, found, value, file=sys.stderr)
    return wrong


def touched(files: Sequence[str], now: datetime) -> tuple[float, float, int]:
    """Refresh the people of one minute of the last evening: the best time of three, the least CPU of this
    process and its database together, and how many people they are.
    """
    import _stage
    from django.db import connection

    from jishi.insight.behavior.operations import mark_dirty
    from jishi.insight.portraits import operations as portraits

    day = date.fromisoformat(Path(files[-1]).parent.name[3:])
    start = datetime.combine(day, datetime.min.time()) + timedelta(hours=13)
    last = pq.read_table(
        files[-1],
        columns=["user_id"],
        filters=[("ts", ">=", start), ("ts", "<", start + timedelta(minutes=1))],
    )
    minute = set(last.column("user_id").to_pylist())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    taken, spent = [], []
    for _ in range(3):
        mark_dirty({(day, person) for person in minute})
        began, cpu = time.perf_counter(), time.process_time() + _stage._backend_cpu_s()
        done = portraits.refresh_touched(at=now)
        taken.append(time.perf_counter() - began)
        spent.append(time.process_time() + _stage._backend_cpu_s() - cpu)
        assert done.people == len(minute), done
    return min(taken), min(spent), len(minute)


def answers(now: datetime, *, asked: int = 3000) -> tuple[dict[str, float], int]:
    """How long an answer of the audience and a preview of a rule take; how many answers are wrong.

    The audience answers by key; a preview counts everybody, over tags, orders and events at once.
    """
    from jishi.insight.portraits import queries
    from jishi.insight.portraits.models import Membership, Segment
    from jishi.insight.portraits.tasks import SegmentAudience

    audience = SegmentAudience()
    segment = Segment.objects.filter(archived_at=None).order_by("-count").first()
    assert segment is not None
    inside = set(Membership.objects.filter(segment=segment).values_list("person_id", flat=True))
    dice = random.Random(7)
    people = [dice.randrange(1, 2 * max(inside, default=1000)) for _ in range(asked)]
    taken, wrong = [], 0
    for person in people:
        began = time.perf_counter()
        found = audience.contains(key=segment.code, person_id=person)
        taken.append((time.perf_counter() - began) * 1000)
        wrong += found != (person in inside)
    taken.sort()
    figures = {
        "audience_p50_ms": round(taken[asked // 2], 2),
        "audience_p99_ms": round(taken[asked * 99 // 100], 2),
    }
    for name, rule in PREVIEWS.items():
        counted = []
        for _ in range(3):
            began = time.perf_counter()
            preview = queries.preview(rule, at=now)
            counted.append((time.perf_counter() - began) * 1000)
        figures[f"preview_{name}_ms"] = round(min(counted), 1)
        wrong += preview.count != queries.count_reach(rule, at=now)
    return figures, wrong


def main(argv: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="jishi bench portrait")
    parser.add_argument(
        "--events", type=lambda text: int(float(text.upper().replace("M", "e6"))), default=10_000_000
    )
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "jishi-bench-events")
    parser.add_argument("--nights", type=int, choices=(1, 2), default=2, help="1: only the first one")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    from django.conf import settings

    _room(options.data, options.events)
    _say(f"making the log of {options.events:,} events")
    files = _events.generate(options.data, events=options.events, days=DAYS)
    lake = Path(tempfile.mkdtemp(prefix="jishi-bench-lake-"))
    try:
        (lake / "events").symlink_to(Path(files[0]).parent.parent)
        settings.JISHI_LAKE_ROOT = lake
        _say("registering people and orders")
        seed(files, lake)
        return _measure(files, options)
    finally:
        shutil.rmtree(lake, ignore_errors=True)


def _room(folder: Path, events: int) -> None:
    """Refuse to begin what the disk cannot hold."""
    folder.mkdir(parents=True, exist_ok=True)
    needed = events * DISK_PER_EVENT + DISK_SPARE
    free = min(shutil.disk_usage(one).free for one in (folder, tempfile.gettempdir()))
    if free < needed:
        raise SystemExit(f"{needed / 1e9:.0f} GB of disk are needed, {free / 1e9:.0f} GB are free")


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def _measure(files: Sequence[str], options: argparse.Namespace) -> int:
    from jishi.insight.portraits import operations as portraits

    today = _events.FIRST + timedelta(days=DAYS - 1)
    now = datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=14)

    def told(done: int, total: int) -> None:
        _say(f"portraits of {done:,} of {total:,} people")

    _say("the first night: aggregates of all days, everybody's portrait")
    before = timedelta(days=options.nights - 1)
    first = again = portraits.rebuild(at=now - before, progress=told)
    if options.nights == 2:
        _say("the next night")
        again = portraits.rebuild(at=now, progress=told)
    _say("people of one minute, answers, comparison")
    minute_s, minute_cpu, minute_people = touched(files, now)
    asked, wrong_answers = answers(now)
    figures = {
        "people": first.people,
        "merge_s": again.seconds["merge"],
        "store_s": again.seconds["portraits"],
        "segments_s": again.seconds["segments"],
        "night_s": round(sum(again.seconds.values()), 2),
        "first_rollup_s": first.seconds["rollup"],
        "first_store_s": first.seconds["portraits"],
        "first_night_s": round(sum(first.seconds.values()), 2),
        "touched_s": round(minute_s, 3),
        "touched_people": minute_people,
        "touched_cpu_s": round(minute_cpu, 3),
        **asked,
        "load": round(os.getloadavg()[0], 1),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    }
    wanted = WANTED.get(options.events, {})
    checks = {
        "wrong": compare(oracle(files, today)),
        "wrong_answers": wrong_answers,
        "too_slow": sum(int(figures[name] > limit) for name, limit in wanted.items()),
        "too_large": int(figures["peak_gb"] > PEAK_GB),
    }
    report = {
        "benchmark": "portrait", "events": sum(pq.read_metadata(path).num_rows for path in files),
        "figures": figures, "wanted": wanted, "checks": checks,
    }  # fmt: skip
    print(json.dumps(report) if options.json else json.dumps(report, indent=2))
    return 1 if any(checks.values()) else 0
