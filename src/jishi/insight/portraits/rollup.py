"""The aggregates of one day, per person, as files beside the lake; and what they come to over a window.

Invariant: aggregates of days merge by adding, so a window is the sum of its days; who is no person (a browser
without a name, a robot) is in no aggregate. DuckDB is loaded only here, in the heavy process.

`base` has one row per person and day; `keys` one per person, day and kind of event, and one per category,
where looking counts once, putting into the cart three times and buying five times.
"""

# ruff: noqa: E501, S608 - statements of ours, read as they are written; no value is written into them

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from jishi.insight.behavior import queries as behavior
from jishi.insight.portraits.contracts import WINDOWS

Prices = Callable[[Sequence[int]], Mapping[int, int]]

SHARE_OF_MEMORY = 0.35
KEPT_DAYS = WINDOWS[-1]
AT_ONCE = 300_000
"""So many people are added up at once; about half a gigabyte."""
TOP = 5
DAY_PARTS = (
    ("night", 0, 6),
    ("morning", 6, 11),
    ("noon", 11, 14),
    ("afternoon", 14, 18),
    ("evening", 18, 24),
)
DEVICES = ("phone", "tablet", "desk", "other")
CHANNELS = ("direct", "share", "search", "ad", "push", "mail", "site", "other")
WEIGHTS = (
    "CASE kind WHEN 'product_viewed' THEN 1 WHEN 'cart_added' THEN 3 WHEN 'order_paid' THEN 5 ELSE 0 END"
)
ZONE_HOURS = 8  # the platform's zone has no summer time
PARTS = ("base", "keys")
PACKING = "lz4_raw"  # a third larger than zstd, and unpacked for a few people in half the time

_EVENTS = """
CREATE OR REPLACE TEMP TABLE e AS
SELECT user_id, day, kind, CASE WHEN session_id <> '' THEN hash(session_id) END AS sitting, ts, device, channel,
    region, category_id, product_id
FROM {source} WHERE user_id > 0 AND NOT coalesce(is_bot, false){some}
"""
_NOTHING = (
    "(SELECT NULL::BIGINT AS user_id, NULL::DATE AS day, '' AS kind, '' AS session_id, NULL::TIMESTAMP AS ts,"
    " '' AS device, '' AS channel, '' AS region, NULL::BIGINT AS category_id, NULL::BIGINT AS product_id,"
    " false AS is_bot WHERE false)"
)
_SITTINGS = """
CREATE OR REPLACE TEMP TABLE sat AS
SELECT user_id, day, min(ts) AS began, max(ts) AS ended, min(device) AS device, arg_min(channel, ts) AS channel,
    (hour(min(ts)) + {zone}) % 24 AS h
FROM e WHERE sitting IS NOT NULL GROUP BY user_id, day, sitting
"""


def kinds() -> tuple[str, ...]:
    """Return the kinds of events that are counted: all of them."""
    return tuple(kind.name for kind in behavior.list_kinds())


def digest() -> str:
    """Return what names the order of the kinds: files of another order are made again."""
    return hashlib.sha256(" ".join(kinds()).encode()).hexdigest()[:8]


def is_current(name: str) -> bool:
    """Whether a file was made with the kinds there are now."""
    return name.endswith(digest())


def folder() -> Path:
    """Return the folder of the aggregates' files."""
    return Path(settings.JISHI_LAKE_ROOT) / "user_day"


@contextmanager
def opened() -> Iterator[Any]:
    """Give an engine of our own with bounded memory; what does not fit goes to the scratch folder."""
    import duckdb  # noqa: PLC0415 - heavy

    scratch = Path(settings.JISHI_LAKE_ROOT) / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    memory = max(256, int(settings.JISHI_HEAVY_MEMORY_MB * SHARE_OF_MEMORY))
    options: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory}MB",
        "threads": 2,
        "temp_directory": str(scratch),
        "preserve_insertion_order": False,
    }
    with duckdb.connect(config=options) as engine:
        yield engine


def roll(
    engine: Any,
    files: Sequence[str],
    label: str,
    *,
    prices: Prices,
    old: str = "",
    pairs: Sequence[tuple[date, int]] = (),
) -> tuple[str, int]:
    """Write the aggregates of the days in some files of the lake; returns their name and the people-days.

    `prices` answers what the goods people looked at cost.

    With `pairs` only those people's days are made again; the rest is taken from the `old` files.
    """
    engine.execute("CREATE OR REPLACE TEMP TABLE pairs (day DATE, user_id BIGINT)")
    for start in range(0, len(pairs), 1000):
        listed = ", ".join(f"('{day}', {int(user)})" for day, user in pairs[start : start + 1000])
        engine.execute(f"INSERT INTO pairs VALUES {listed}")
    some = " AND (day, user_id) IN (SELECT day, user_id FROM pairs)" if pairs else ""
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    source = f"read_parquet([{listed}], hive_partitioning = false)" if files else _NOTHING
    engine.execute(_EVENTS.format(source=source, some=some))
    engine.execute(_SITTINGS.format(zone=ZONE_HOURS))
    _load_goods(engine, prices)
    name, count = _new_name(label), 0
    for part, query in (("base", _base_sql()), ("keys", _keys_sql())):
        kept = ""
        if old:
            kept = (
                f" UNION ALL BY NAME SELECT * FROM {_source([old], part)}"
                " ANTI JOIN pairs USING (day, user_id)"
            )
        rows = _write(engine, query + kept, path_of(name, part))
        count = rows if part == "base" else count
    return name, count


def _load_goods(engine: Any, prices: Prices) -> None:
    viewed = engine.execute("SELECT DISTINCT product_id FROM e WHERE kind = 'product_viewed'").fetchall()
    found = prices([product for (product,) in viewed if product is not None])
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE goods AS"
        " SELECT unnest(?::BIGINT[]) AS product_id, unnest(?::BIGINT[]) AS price",
        [list(found), list(found.values())],
    )


def join(engine: Any, names: Sequence[str], label: str) -> tuple[str, int]:
    """Write the aggregates of several files as one."""
    name, count = _new_name(label), 0
    for part in PARTS:
        rows = _write(engine, f"SELECT * FROM {_source(names, part)}", path_of(name, part))
        count = rows if part == "base" else count
    return name, count


def path_of(name: str, part: str) -> Path:
    """Return the file of one part (`base` or `keys`)."""
    return folder() / f"{name}.{part}.parquet"


def remove(names: Sequence[str]) -> None:
    """Remove the files of replaced days."""
    for name in names:
        for part in PARTS:
            path_of(name, part).unlink(missing_ok=True)


def sweep(known: Sequence[str]) -> int:
    """Remove files that no row knows: what a crash left."""
    keep = {path_of(name, part) for name in known for part in PARTS}
    found = [path for path in folder().glob("*/*") if path not in keep]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _new_name(label: str) -> str:
    return f"{label}/{uuid.uuid4().hex[:20]}-{digest()}"


def _source(names: Sequence[str], part: str) -> str:
    listed = ", ".join(f"'{path_of(name, part)}'" for name in dict.fromkeys(names))
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _write(engine: Any, query: str, path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    tmp = path.with_suffix(".tmp")
    written = engine.execute(
        f"COPY (SELECT * FROM ({query}) ORDER BY user_id) TO '{tmp}' (FORMAT parquet, COMPRESSION {PACKING})"
    ).fetchone()
    with tmp.open("rb") as file:
        os.fsync(file.fileno())
    tmp.rename(path)
    return int(written[0])


def _base_sql() -> str:
    """Return one row per person and day: how much, how long, when, on what and by which way."""
    parts = ", ".join(
        f"count(*) FILTER (h >= {first} AND h < {last}) AS h_{name}" for name, first, last in DAY_PARTS
    )
    devices = ", ".join(f"count(*) FILTER (device = '{one}') AS d_{one}" for one in DEVICES)
    channels = ", ".join(f"count(*) FILTER (channel = '{one}') AS c_{one}" for one in CHANNELS)
    return (
        "SELECT * FROM (SELECT user_id, day, count(*) AS events, max(region) AS region,"
        " (sum(g.price) FILTER (kind = 'product_viewed'))::BIGINT AS price_sum,"
        " count(g.price) FILTER (kind = 'product_viewed') AS price_n"
        " FROM e LEFT JOIN goods g USING (product_id) GROUP BY user_id, day) LEFT JOIN ("
        f"SELECT user_id, day, count(*) AS sittings, sum(date_diff('second', began, ended))::BIGINT AS seconds, {parts},"
        f" {devices}, {channels} FROM sat GROUP BY user_id, day) USING (user_id, day)"
    )


def _keys_sql() -> str:
    """Return the counts of kinds (dim 0, by their place) and the weights of categories (dim 1)."""
    places = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(kinds()))
    return (
        f"SELECT user_id, day, 0::TINYINT AS dim, (CASE kind {places} END)::BIGINT AS key, n, 0::BIGINT AS w"
        " FROM (SELECT user_id, day, kind, count(*) AS n FROM e GROUP BY user_id, day, kind)"
        " UNION ALL SELECT user_id, day, 1::TINYINT, category_id, count(*), sum(weight)::BIGINT FROM ("
        f"SELECT user_id, day, category_id, {WEIGHTS} AS weight FROM e WHERE category_id IS NOT NULL)"
        " WHERE weight > 0 GROUP BY user_id, day, category_id"
    )


def merge(engine: Any, names: Sequence[str], today: date, *, users: Sequence[int] | None = None) -> None:
    """Add up the days of the window into the table `person`: one row each, as `pp_lake` takes it.

    Everybody is added up in ranges of people, because sums in the making cannot go to the scratch folder. Of a
    few people every file is read once, and their days are looked at afterwards.
    """
    sources = {part: _source(names, part) for part in PARTS}
    spans = [""] if users is not None else _spans(engine, sources["base"])
    if users is not None:
        sources = _few(engine, sources, users)
    since = today - timedelta(days=KEPT_DAYS - 1)
    for place, span in enumerate(spans):
        for part, source in sources.items():
            engine.execute(
                f"CREATE OR REPLACE TEMP VIEW {part} AS SELECT *, DATE '{today}' - day AS age FROM {source}"
                f" WHERE day >= DATE '{since}' AND day <= DATE '{today}'{span}"
            )
        for name, query in (("counts", _counts_sql()), ("tops", _tops_sql()), ("sums", _sums_sql())):
            engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
        into = "INSERT INTO person" if place else "CREATE OR REPLACE TEMP TABLE person AS"
        engine.execute(f"{into} {_person_sql()}")


def _spans(engine: Any, source: str) -> list[str]:
    """Return the conditions of ranges of as many people each; the files are sorted by them."""
    found = engine.execute(
        "SELECT user_id FROM (SELECT user_id, row_number() OVER (ORDER BY user_id) AS place FROM"
        f" (SELECT DISTINCT user_id FROM {source})) WHERE place % {AT_ONCE} = 0 ORDER BY user_id"
    ).fetchall()
    lasts = [user for (user,) in found]
    spans = [
        f" AND user_id > {before} AND user_id <= {last}"
        for before, last in zip([0, *lasts], lasts, strict=False)
    ]
    return [*spans, f" AND user_id > {lasts[-1] if lasts else 0}"]


def _few(engine: Any, sources: Mapping[str, str], users: Sequence[int]) -> dict[str, str]:
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest(?::BIGINT[]) AS user_id", [list(users)]
    )
    for part, source in sources.items():
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE few_{part} AS"
            f" SELECT * FROM {source} WHERE user_id IN (SELECT user_id FROM wanted)"
        )
    return {part: f"few_{part}" for part in sources}


def _counts_sql() -> str:
    """Return everybody's counts by kind and window, as JSON."""
    names = " ".join(f"WHEN {place} THEN '\"{kind}\":['" for place, kind in enumerate(kinds()))
    windows = ", ".join(f"sum(n) FILTER (age < {days}) AS n{days}" for days in WINDOWS)
    values = " || ',' || ".join(f"coalesce(n{days}, 0)" for days in WINDOWS)
    return (
        f"SELECT user_id, '{{' || string_agg(CASE key {names} END || {values} || ']', ',') || '}}' AS events"
        f" FROM (SELECT user_id, key, {windows} FROM keys WHERE dim = 0 GROUP BY user_id, key) GROUP BY user_id"
    )


def _tops_sql() -> str:
    """Return everybody's strongest categories with counts and weights; of equals the smaller number first."""
    return (
        "SELECT user_id, sum(w) AS category_weight, to_json(arg_max([key, n, w], w * 4294967296 - key,"
        f" {TOP})) AS categories FROM (SELECT user_id, key, sum(n)::BIGINT AS n, sum(w)::BIGINT AS w FROM keys"
        " WHERE dim = 1 GROUP BY user_id, key) GROUP BY user_id"
    )


def _sums_sql() -> str:
    """Return everybody's additive facts."""
    named = [f"h_{name}" for name, _, _ in DAY_PARTS] + [f"d_{one}" for one in DEVICES]
    named += [f"c_{one}" for one in CHANNELS]
    sums = ", ".join(f"sum({name}) AS {name}" for name in named)
    return (
        "SELECT user_id, max(day) AS last_day, count(*) FILTER (age < 7) AS active_7,"
        " count(*) FILTER (age < 30) AS active_30, count(*) FILTER (age >= 30 AND age < 60) AS active_before,"
        " count(*) AS days_90, count(*) FILTER (isodow(day) >= 6) AS weekend_90,"
        " sum(sittings) FILTER (age < 30) AS sittings_30, sum(sittings) AS sittings_90,"
        " sum(seconds) FILTER (age < 30) AS seconds_30, sum(events) AS events_90,"
        " nullif(arg_max(region, day) FILTER (region <> ''), '') AS region,"
        f" sum(price_sum) AS price_sum, sum(price_n) AS price_n, {sums} FROM base GROUP BY user_id"
    )


def _most(prefix: str, names: Sequence[str]) -> str:
    """Return which of some columns is the largest; of equals the first, null when all are zero."""
    columns = ", ".join(f"{prefix}_{name}" for name in names)
    cases = " ".join(f"WHEN {prefix}_{name} = greatest({columns}) THEN '{name}'" for name in names)
    return f"CASE WHEN coalesce(greatest({columns}), 0) = 0 THEN NULL {cases} END"


def _person_sql() -> str:
    parts = [name for name, _, _ in DAY_PARTS]
    return (
        "SELECT user_id AS person_id, last_day, active_7, active_30, active_before, days_90, weekend_90,"
        f" sittings_30, sittings_90, seconds_30, events_90, {_most('h', parts)} AS day_part,"
        f" {_most('d', DEVICES)} AS device, {_most('c', CHANNELS)} AS channel, region,"
        " round(price_sum / nullif(price_n, 0))::BIGINT AS price_looked_minor, category_weight,"
        " coalesce(categories, '[]') AS categories, coalesce(events, '{}') AS events"
        " FROM sums LEFT JOIN tops USING (user_id) LEFT JOIN counts USING (user_id)"
    )


def export(engine: Any, path: Path, *, between: tuple[int, int] | None = None) -> int:
    """Write the rows of `person` for PostgreSQL's COPY; returns how many."""
    where = "" if between is None else f" WHERE person_id BETWEEN {int(between[0])} AND {int(between[1])}"
    found = engine.execute(
        f"COPY (SELECT * FROM person{where}) TO '{path}' (FORMAT csv, HEADER false, NULL '\\N')"
    ).fetchone()
    return int(found[0])
