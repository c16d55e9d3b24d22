"""A fixed small log in the lake's columns: the same every time, with equal moments, chains, refunds and
bots.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

FIRST = date(2026, 3, 2)  # a Monday
DAYS = 40
ZONE = timedelta(hours=8)
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()), ("ts", pa.timestamp("us")), ("received_at", pa.timestamp("us")),
        ("day", pa.date32()), ("kind", pa.string()), ("user_id", pa.int64()), ("person_id", pa.int64()),
        ("visitor", pa.string()), ("session_id", pa.string()), ("product_id", pa.int64()),
        ("note_id", pa.int64()), ("shop_id", pa.int64()), ("category_id", pa.int64()),
        ("order_code", pa.string()), ("amount_minor", pa.int64()), ("currency", pa.string()),
        ("quantity", pa.int32()), ("share_code", pa.string()), ("from_user_id", pa.int64()),
        ("channel", pa.string()), ("source", pa.string()), ("device", pa.string()), ("region", pa.string()),
        ("language", pa.string()), ("page", pa.string()), ("slot", pa.string()), ("position", pa.int32()),
        ("query", pa.string()), ("props", pa.string()), ("is_bot", pa.bool_()),
    ]
)  # fmt: skip


def row(number: int, at: datetime, kind: str, user: int, **extra: Any) -> dict[str, Any]:
    """One event; everything that is not named is unknown."""
    base: dict[str, Any] = dict.fromkeys(SCHEMA.names)
    base.update(
        event_id=f"{number:08d}",
        ts=at.replace(tzinfo=None),
        received_at=at.replace(tzinfo=None),
        day=(at + ZONE).date(),
        kind=kind,
        user_id=user,
        person_id=user if user > 0 else None,
        visitor=f"v{abs(user)}",
        session_id=f"{abs(user)}-{at:%Y%m%d}",
        source="server" if kind.startswith("order_") else "web",
        device=("phone", "desk", "tablet")[abs(user) % 3],
        region=("浙江", "广东")[abs(user) % 2],
        language="zh-hans",
        channel="direct",
        is_bot=False,
    )
    base.update(extra)
    return base


def events() -> list[dict[str, Any]]:
    """The whole log: 60 people, some of them visitors, 40 days."""
    dice = random.Random(11)
    rows: list[dict[str, Any]] = []
    links: list[tuple[str, int, int]] = []
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) - ZONE

    def add(at: datetime, kind: str, user: int, **extra: Any) -> None:
        rows.append(row(len(rows) + 1, at, kind, user, **extra))

    orders = 0
    for day in range(DAYS):
        for person in range(1, 61):
            if dice.random() > 0.35 - 0.25 * (person % 7) / 7:
                continue
            user = person if person % 9 else -person
            # Whole minutes on purpose: many events of one person share an instant.
            at = start + timedelta(days=day, minutes=dice.randrange(1380))
            channel = dice.choice(("direct", "share", "search", "ad", "push"))
            product = dice.randrange(1, 9)
            about = {"product_id": product, "shop_id": product % 3 + 1, "category_id": product % 2 + 10}
            add(at, "page_viewed", user, page=dice.choice(("home", "search", "category")), channel=channel)
            if links and dice.random() < 0.3:
                code, sharer, thing = dice.choice(links[-20:])
                product = thing
                about = {"product_id": product, "shop_id": product % 3 + 1, "category_id": product % 2 + 10}
                add(at, "share_visited", user, share_code=code, from_user_id=sharer, channel="share", **about)
            add(at, "product_viewed", user, page="product", channel=channel, **about)
            add(at, "note_viewed", user, note_id=product, page="note", channel=channel)
            if dice.random() < 0.3:
                add(at + timedelta(minutes=1), "note_liked", user, note_id=product, channel=channel)
            if dice.random() < 0.3 and user > 0:
                came = next((s for c, s, t in reversed(links) if t == product and s != user), None)
                code = f"L{len(links):04d}"
                links.append((code, user, product))
                upper = came if came and dice.random() < 0.6 else None
                add(
                    at + timedelta(minutes=2),
                    "share_created",
                    user,
                    share_code=code,
                    from_user_id=upper,
                    **about,
                )
            if dice.random() < 0.5:
                cart_at = at if dice.random() < 0.3 else at + timedelta(minutes=dice.randrange(5000))
                add(cart_at, "cart_added", user, channel=channel, quantity=1, **about)
                if dice.random() < 0.7 and user > 0:
                    orders += 1
                    code, paid_at = f"O{orders:05d}", cart_at + timedelta(minutes=dice.randrange(4000))
                    link = dice.choice(links) if links and dice.random() < 0.4 else None
                    money = {
                        "order_code": code,
                        "currency": "USD" if user % 10 == 0 else "CNY",
                        "channel": channel,
                    }
                    for line in range(dice.choice((1, 1, 2))):
                        goods = (product + line - 1) % 8 + 1
                        add(
                            paid_at, "order_paid", user, product_id=goods, shop_id=goods % 3 + 1,
                            category_id=goods % 2 + 10, amount_minor=dice.randrange(500, 60000),
                            quantity=dice.randrange(1, 4), share_code=link[0] if link else None,
                            from_user_id=link[1] if link else None, **money,
                        )  # fmt: skip
                    if dice.random() < 0.15:
                        add(paid_at + timedelta(days=2), "order_refunded", user, **money)
        add(start + timedelta(days=day), "product_viewed", 9000, product_id=1, is_bot=True)
    last = FIRST + timedelta(days=DAYS)
    return [one for one in rows if one["day"] < last]


def write(folder: Path, rows: list[dict[str, Any]]) -> list[str]:
    """The log as day files of the lake, and their names."""
    by_day: dict[date, list[dict[str, Any]]] = {}
    for one in rows:
        by_day.setdefault(one["day"], []).append(one)
    names = []
    for day, found in sorted(by_day.items()):
        path = folder / f"dt={day.isoformat()}" / "part.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(found, schema=SCHEMA), path, compression="zstd")
        names.append(str(path))
    return names


def write_one(path: Path, rows: list[dict[str, Any]]) -> str:
    """The log as one file, and its name."""
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
    return str(path)
