"""DuckDB over the lake's files, for rewriting them. Loaded only when used, in the heavy process.

Invariant: a file is rewritten with the same columns in the same order, sorted by person and moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from jishi.insight.behavior import lakefiles, rules
from jishi.insight.behavior.contracts import COLUMNS

SHARE_OF_MEMORY = 0.4
ROW_GROUP = 122_880
FLOOD_KINDS = ("product_exposed", "product_viewed", "note_exposed", "note_viewed", "page_viewed", "searched")
Link = tuple[str, int, datetime]

_SUMMARY = "SELECT count(*), min(ts), max(ts), min(user_id), max(user_id) FROM read_parquet(?)"
_NAMED = """
CREATE TABLE named AS
SELECT e.* EXCLUDE (person_id, user_id),
    coalesce(e.person_id, l.person_id, o.person_id) AS person_id,
    coalesce(e.person_id, l.person_id, o.person_id, e.user_id) AS user_id,
    e.user_id AS user_before, e.is_bot AS bot_before
FROM source e
ASOF LEFT JOIN links l ON e.visitor = l.visitor AND e.ts <= l.linked_at
LEFT JOIN (
    SELECT visitor, min(person_id) AS person_id FROM links
    GROUP BY visitor HAVING count(DISTINCT person_id) = 1
) o ON e.visitor = o.visitor
"""
_COUNTED = """
CREATE TABLE counted AS
SELECT n.* EXCLUDE (is_bot), is_bot
    OR (source = 'web' AND kind IN {kinds} AND NOT is_bot AND row_number() OVER (
        PARTITION BY user_id, kind, product_id, note_id, query, page, is_bot ORDER BY ts, event_id
    ) > {most})
    OR coalesce(b.is_blind AND source = 'web', false) AS is_bot
FROM named n LEFT JOIN (
    SELECT user_id, true AS is_blind FROM named WHERE source = 'web'
    GROUP BY user_id
    HAVING count(*) FILTER (kind IN ('product_viewed', 'note_viewed')) >= {blind}
        AND count(*) FILTER (kind IN ('page_viewed', 'product_exposed', 'note_exposed')) = 0
) b USING (user_id)
"""


@contextmanager
def opened() -> Iterator[Any]:
    """Give an engine of our own with bounded memory; what does not fit goes to the lake's scratch folder."""
    import duckdb  # noqa: PLC0415 - heavy

    scratch = Path(settings.JISHI_LAKE_ROOT) / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    memory = max(256, int(settings.JISHI_HEAVY_MEMORY_MB * SHARE_OF_MEMORY))
    options: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory}MB",
        "threads": 2,
        "temp_directory": str(scratch),
    }
    with duckdb.connect(config=options) as engine:
        yield engine


def source(paths: Sequence[Path]) -> str:
    """Return the files as a table expression; paths are our own and never hold a quote."""
    names = ", ".join(f"'{path}'" for path in paths)
    return f"read_parquet([{names}], hive_partitioning = false)"


def unnamed_visitors(engine: Any, paths: Sequence[Path]) -> list[str]:
    """Return the browsers that have events without a person in these files."""
    found = engine.execute(
        f"SELECT DISTINCT visitor FROM {source(paths)} WHERE person_id IS NULL AND visitor <> ''"  # noqa: S608
    )
    return [visitor for (visitor,) in found.fetchall()]


def days_of(engine: Any, paths: Sequence[Path], users: Sequence[int]) -> list[date]:
    """Return the days on which these users have events."""
    numbers = ", ".join(str(int(user)) for user in users)
    found = engine.execute(
        f"SELECT DISTINCT day FROM {source(paths)} WHERE user_id IN ({numbers}) ORDER BY 1"  # noqa: S608
    )
    return [day for (day,) in found.fetchall()]


def prepare(engine: Any, paths: Sequence[Path], links: Sequence[Link]) -> None:
    """Read files into the table `counted`: people named, and those who are none flagged."""
    engine.execute(f"CREATE VIEW source AS SELECT * FROM {source(paths)}")  # noqa: S608
    engine.execute("CREATE TABLE links (visitor VARCHAR, person_id BIGINT, linked_at TIMESTAMP)")
    if links:
        rows = [(v, p, at.astimezone(UTC).replace(tzinfo=None)) for v, p, at in links]
        engine.executemany("INSERT INTO links VALUES (?, ?, ?)", rows)
    engine.execute(_NAMED)
    engine.execute(_COUNTED.format(kinds=FLOOD_KINDS, most=rules.MOST_OF_ONE_THING, blind=rules.BLIND_VIEWS))


def changed_users(engine: Any) -> list[tuple[date, int]]:
    """Return whose days read differently after :func:`prepare`, under the old number and the new."""
    found = engine.execute(
        "SELECT day, user_before FROM counted WHERE user_id <> user_before OR is_bot <> bot_before"
        " UNION SELECT day, user_id FROM counted WHERE user_id <> user_before OR is_bot <> bot_before"
    )
    return [(day, user) for day, user in found.fetchall()]


def write(engine: Any, folder: Path, day: date, level: int, query: str) -> lakefiles.Written | None:
    """Write what a query gives as one durable file; None when it gives nothing."""
    name = lakefiles.name_for(day, level)
    columns = ", ".join(COLUMNS)
    with lakefiles.durable(folder, name) as tmp:
        engine.execute(
            f"COPY (SELECT {columns} FROM ({query}) ORDER BY user_id, ts, event_id) TO '{tmp}'"  # noqa: S608
            f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        count, low, high, first, last = engine.execute(_SUMMARY, [str(tmp)]).fetchone()
    if not count:
        lakefiles.remove(folder, [name])
        return None
    size = (folder / name).stat().st_size
    return lakefiles.Written(
        name, day, count, low.replace(tzinfo=UTC), high.replace(tzinfo=UTC), first, last, size
    )
