"""A log of events for benchmarks, in the columns of the lake: day files, streamed, the same for the same
seed.

People and goods follow zipf laws; people live for a while, come in sessions at their own hours, and some
of what
they look at goes into the cart, is ordered, paid and sent back. Nothing here is data of anybody.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

FIRST = date(2026, 8, 3)  # a Monday
ZONE_US = 8 * 3_600_000_000
KINDS = (
    "page_viewed",
    "product_exposed",
    "product_viewed",
    "searched",
    "note_viewed",
    "note_liked",
    "share_visited",
    "share_created",
    "cart_added",
    "checkout_started",
    "order_placed",
    "order_paid",
    "order_refunded",
)
CODE = {name: number for number, name in enumerate(KINDS)}
CHANNELS = ("direct", "share", "search", "ad", "push", "mail")
DEVICES = ("phone", "tablet", "desk")
REGIONS = tuple(f"region-{number:02d}" for number in range(34))
GOODS, SHOPS, CATEGORIES = 50_000, 800, 120
PER_SESSION = 10.2  # events that one session makes on average, counted once for this generator
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()), ("ts", pa.timestamp("us")), ("received_at", pa.timestamp("us")),
        ("day", pa.date32()), ("kind", pa.string()), ("user_id", pa.int64()), ("person_id", pa.int64()),
        ("visitor", pa.string()), ("session_id", pa.string()), ("product_id", pa.int64()), ("note_id",
        pa.int64()),
        ("shop_id", pa.int64()), ("category_id", pa.int64()), ("order_code", pa.string()),
        ("amount_minor", pa.int64()), ("currency", pa.string()), ("quantity", pa.int32()),
        ("share_code", pa.string()), ("from_user_id", pa.int64()), ("channel", pa.string()),
        ("source", pa.string()), ("device", pa.string()), ("region", pa.string()), ("language", pa.string()),
        ("page", pa.string()), ("slot", pa.string()), ("position", pa.int32()), ("query", pa.string()),
        ("props", pa.string()), ("is_bot", pa.bool_()),
    ]
)  # fmt: skip


class World:
    """Who there is and what they are like."""

    def __init__(self, people: int, days: int, seed: int) -> None:
        chance = self.chance = np.random.default_rng(seed)
        weights = np.cumsum(1.0 / np.arange(1, people + 1) ** 0.75)
        self.person_cdf = weights / weights[-1]
        goods = np.cumsum(1.0 / np.arange(1, GOODS + 1) ** 0.95)
        self.goods_cdf = goods / goods[-1]
        self.order = chance.permutation(people).astype(np.int64) + 1
        self.joined = np.where(chance.random(people + 1) < 0.4, 0, chance.integers(0, days, people + 1))
        self.lives = chance.exponential(60, people + 1)
        self.hour = chance.normal(20, 3, people + 1) % 24
        self.device = chance.choice(3, people + 1, p=[0.75, 0.1, 0.15])
        self.region = chance.integers(0, len(REGIONS), people + 1)
        self.price = np.maximum(100, np.exp(chance.normal(8.5, 1.0, GOODS + 1))).astype(np.int64)
        self.serial = self.orders = 0
        self.links = np.zeros((0, 3), np.int64)


def generate(folder: Path, *, events: int, people: int = 0, days: int = 90, seed: int = 7) -> list[str]:
    """Write about ``events`` events and return the files; a folder that holds this very log is used again."""
    name = folder / f"{events}-{people}-{days}-{seed}"
    done = name / "done"
    if done.exists():
        return sorted(str(path) for path in name.glob("dt=*/part.parquet"))
    world = World(people or max(200, events // 20), days, seed)
    files = []
    for number in range(days):
        day = FIRST + timedelta(days=number)
        path = name / f"dt={day.isoformat()}" / "part.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        share = (1.15 if day.weekday() >= 5 else 0.94) / days
        pq.write_table(
            _day(world, number, day, int(events * share / PER_SESSION)),
            path,
            compression="zstd",
            row_group_size=131_072,
        )
        files.append(str(path))
    done.touch()
    return files


def _sessions(world: World, number: int, wanted: int) -> tuple[Any, ...]:
    """Who comes today, when, and at which goods they look, one row per view."""
    chance = world.chance
    drawn = world.order[np.searchsorted(world.person_cdf, chance.random(int(wanted * 4.5) + 8))]
    alive = (world.joined[drawn] <= number) & (number - world.joined[drawn] < world.lives[drawn])
    who = drawn[alive][: max(1, wanted)]
    hour = (world.hour[who] + chance.normal(0, 2.5, len(who))) % 24
    views = np.minimum(chance.geometric(1 / 5.0, len(who)), 60)
    session = np.repeat(np.arange(len(who)), views)
    gaps = chance.exponential(50e6, len(session)).astype(np.int64) + 1_000_000
    passed = np.cumsum(gaps)
    starts = np.cumsum(views) - views
    at = np.repeat((hour * 3600e6).astype(np.int64), views) + passed - np.repeat(passed[starts], views)
    goods = np.searchsorted(world.goods_cdf, chance.random(len(session))).astype(np.int64) + 1
    channel = np.repeat(chance.choice(6, len(who), p=[0.4, 0.1, 0.2, 0.15, 0.1, 0.05]), views)
    return who[session], session, at, goods, channel, starts


def _day(world: World, number: int, day: date, wanted: int) -> pa.Table:
    chance = world.chance
    who, session, at, goods, channel, starts = _sessions(world, number, wanted)
    n = len(who)
    parts: list[tuple[Any, int, int, Any, Any, Any]] = []
    none = np.zeros(n, np.int64)

    def add(
        mask: Any, kind: str, later_s: int, order: Any = none, share: Any = none, sharer: Any = none
    ) -> None:
        index = np.flatnonzero(mask)
        parts.append((index, CODE[kind], later_s * 1_000_000, order, share, sharer))

    def some(part: float) -> Any:
        return chance.random(n) < part

    first = np.zeros(n, bool)
    first[starts] = True
    share, sharer = none.copy(), none.copy()
    if len(world.links):
        came = some(0.05)
        picked = world.links[chance.integers(0, len(world.links), int(came.sum()))]
        share[came], sharer[came], goods[came] = picked[:, 0], picked[:, 1], picked[:, 2]
        add(came, "share_visited", -2, none, share, sharer)
    add(first, "page_viewed", -9)
    add(some(0.35), "product_exposed", -4)
    add(some(0.1), "searched", -6)
    add(np.ones(n, bool), "product_viewed", 0)
    add(some(0.1), "note_viewed", 6)
    add(some(0.05), "note_liked", 9)
    made = some(0.03)
    new = none.copy()
    new[made] = world.serial + 1 + np.arange(int(made.sum()))
    world.serial += int(made.sum())
    add(made, "share_created", 12, none, new, sharer)
    cart = some(0.09)
    ordered = cart & some(0.4)
    paid = ordered & some(0.86)
    order = none.copy()
    order[ordered] = world.orders + 1 + np.arange(int(ordered.sum()))
    world.orders += int(ordered.sum())
    # Some pay in the very instant of ordering: equal moments are where funnels go wrong.
    at_once = some(0.3)
    add(cart, "cart_added", 20)
    add(ordered, "checkout_started", 24)
    add(ordered, "order_placed", 26, order, share, sharer)
    add(paid & at_once, "order_paid", 26, order, share, sharer)
    add(paid & ~at_once, "order_paid", 31, order, share, sharer)
    add(paid & some(0.05), "order_refunded", 7200, order)
    fresh = np.stack([new[made], who[made], goods[made]], 1)
    world.links = np.concatenate([world.links[-20_000:], fresh])
    columns = {
        "index": np.concatenate([part[0] for part in parts]),
        "kind": np.concatenate([np.full(len(part[0]), part[1], np.int8) for part in parts]),
        "at": np.concatenate([at[part[0]] + part[2] for part in parts]),
        "order": np.concatenate([part[3][part[0]] for part in parts]),
        "share": np.concatenate([part[4][part[0]] for part in parts]),
        "sharer": np.concatenate([part[5][part[0]] for part in parts]),
    }
    return _table(world, day, columns, who, session, goods, channel)


def _table(
    world: World, day: date, of: dict[str, Any], who: Any, session: Any, goods: Any, channel: Any
) -> pa.Table:
    of["at"] = np.clip(of["at"], 0, 86_399_999_999)
    person = who[of["index"]]
    # Sorted by person and moment, as the nightly merge leaves a day.
    order = np.lexsort((of["at"], person))
    index, kind, at = of["index"][order], of["kind"][order], of["at"][order]
    person, product = person[order], goods[of["index"]][order]
    n = len(order)
    start_us = (np.datetime64(day, "us").astype(np.int64)) - ZONE_US
    moment = pa.array((at + start_us).astype("datetime64[us]"))
    with_goods = ~np.isin(kind, [CODE["page_viewed"], CODE["searched"]])
    money = np.isin(kind, [CODE["order_placed"], CODE["order_paid"]])
    server = np.isin(
        kind, [CODE[k] for k in ("order_placed", "order_paid", "order_refunded", "share_created")]
    )
    pieces = 1 + (product + index) % 3

    def words(numbers: Any, names: tuple[str, ...]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), pa.array(names)).cast(
            pa.string()
        )

    def coded(letter: str, numbers: Any) -> pa.Array:
        text = pa.compute.binary_join_element_wise(letter, pa.array(numbers).cast(pa.string()), "")
        return pa.compute.if_else(pa.array(numbers > 0), text, pa.scalar(None, pa.string()))

    def whole(numbers: Any, known: Any, kind_of: Any = None) -> pa.Array:
        return pa.array(numbers, mask=~known, type=kind_of or pa.int64())

    nothing = pa.nulls(n, pa.string())
    empty = pa.array(np.zeros(n, np.int32))
    blank = pa.DictionaryArray.from_arrays(empty, pa.array([""])).cast(pa.string())
    prefix = f"{day:%Y%m%d}-"
    columns = {
        "event_id": pa.compute.binary_join_element_wise(prefix, pa.array(np.arange(n)).cast(pa.string()), ""),
        "ts": moment, "received_at": moment,
        "day": pa.array(np.full(n, np.datetime64(day, "D"))),
        "kind": words(kind, KINDS), "user_id": pa.array(person), "person_id": pa.array(person),
        "visitor": blank,
        "session_id": pa.compute.binary_join_element_wise(
            prefix, pa.array(session[index]).cast(pa.string()), ""
        ),
        "product_id": whole(product, with_goods),
        "note_id": whole(product, np.isin(kind, [CODE["note_viewed"], CODE["note_liked"]])),
        "shop_id": whole(product % SHOPS + 1, with_goods),
        "category_id": whole(product % CATEGORIES + 1, with_goods),
        "order_code": coded("O", of["order"][order]),
        "amount_minor": whole(world.price[product] * pieces, money),
        "currency": words(money.astype(np.int32), ("", "CNY")),
        "quantity": whole(pieces.astype(np.int32), money, pa.int32()),
        "share_code": coded("L", of["share"][order]),
        "from_user_id": whole(of["sharer"][order], of["sharer"][order] > 0),
        "channel": words(channel[index], CHANNELS),
        "source": words(server.astype(np.int32), ("web", "server")),
        "device": words(world.device[person], DEVICES), "region": words(world.region[person], REGIONS),
        "language": pa.DictionaryArray.from_arrays(empty, pa.array(["zh-hans"])).cast(pa.string()),
        "page": blank, "slot": blank, "position": pa.nulls(n, pa.int32()), "query": nothing, "props": blank,
        "is_bot": pa.array(np.zeros(n, bool)),
    }  # fmt: skip
    return pa.table(columns).select(SCHEMA.names).cast(SCHEMA)
