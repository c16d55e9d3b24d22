"""The files of aggregates follow the lake: dirty days are made again, days that are over are joined.

Invariant: a day of the window belongs to exactly one file of the manifest; a mark is taken away by the
transaction in which the file without its fault enters the manifest.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries as lake
from jishi.insight.behavior.contracts import DirtyDay
from jishi.insight.portraits import rollup
from jishi.insight.portraits.models import Rollup
from jishi.kernel import clock
from jishi.kernel.ids import new_code

MOST_PAIRS = 20_000
OPEN_DAYS = 2
"""The newest days have files of their own, so that making them again is quick."""


def first_day(today: date) -> date:
    """Return the first day of the window."""
    return today - timedelta(days=rollup.KEPT_DAYS - 1)


def manifest(today: date) -> dict[date, str]:
    """Return the file of every day of the window that has one of today's form."""
    rows = Rollup.objects.filter(day__gte=first_day(today)).values_list("day", "path")
    return {day: path for day, path in rows if rollup.is_current(path)}


def follow(engine: Any, marks: Sequence[DirtyDay], today: date) -> int:
    """Make the marked days of people again, with the caller's transaction; returns how many days."""
    since = first_day(today)
    pairs = sorted({(mark.day, mark.user_id) for mark in marks if mark.user_id > 0 and mark.day >= since})
    known = manifest(today)
    by_file: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for day, user in pairs:
        by_file[known.get(day, "")].append((day, user))
    for path, some in sorted(by_file.items()):
        days = sorted({day for day, _ in some})
        if not path:
            for day in days:
                _enter(engine, [day])
        elif len(some) > MOST_PAIRS:
            _enter(engine, [day for day, name in known.items() if name == path])
        else:
            spanned = [day for day, name in known.items() if name == path]
            name, rows = rollup.roll(
                engine, _files(days), _label(spanned), prices=_prices, old=path, pairs=some
            )
            _replace(spanned, name, rows)
    behavior.clear_dirty(marks)
    return len({day for day, _ in pairs})


def complete(engine: Any, today: date, *, from_scratch: bool = False) -> int:
    """Make what the window lacks, and join the days that are over by month; returns the days made."""
    if from_scratch:
        _forget(list(Rollup.objects.values_list("day", flat=True)))
    known = manifest(today)
    there = lake.lake(since=first_day(today), until=today).days
    missing = [day for day in there if day not in known]
    for group in _grouped(missing, today):
        _enter(engine, group)
    _join(engine, today)
    _forget(list(Rollup.objects.filter(day__lt=first_day(today)).values_list("day", flat=True)))
    rollup.sweep(list(Rollup.objects.values_list("path", flat=True)))
    return len(missing)


def _grouped(days: Sequence[date], today: date) -> list[list[date]]:
    """Return days that are over by month, the newest ones alone."""
    groups: dict[Any, list[date]] = defaultdict(list)
    for day in days:
        is_open = day > today - timedelta(days=OPEN_DAYS)
        groups[day if is_open else (day.year, day.month)].append(day)
    return list(groups.values())


def _join(engine: Any, today: date) -> None:
    known = manifest(today)
    for group in _grouped(sorted(known), today):
        names = list(dict.fromkeys(known[day] for day in group))
        if len(names) > 1:
            spanned = [day for day, name in known.items() if name in names]
            name, rows = rollup.join(engine, names, _label(spanned))
            _replace(spanned, name, rows)


def _enter(engine: Any, days: Sequence[date]) -> None:
    name, rows = rollup.roll(engine, _files(days), _label(days), prices=_prices)
    _replace(days, name, rows)


def _replace(days: Sequence[date], name: str, rows: int) -> None:
    """Put a file into the manifest; what it replaces is removed after the commit."""
    old = set(Rollup.objects.filter(day__in=list(days)).values_list("path", flat=True))
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portraits_rollup (day, path, rows, made_at) SELECT unnest(%s::date[]), %s, %s, %s"
            " ON CONFLICT (day) DO UPDATE SET path = EXCLUDED.path, rows = EXCLUDED.rows,"
            " made_at = EXCLUDED.made_at",
            [list(days), name, rows, now],
        )
    left = set(Rollup.objects.filter(path__in=old).values_list("path", flat=True))
    transaction.on_commit(lambda: rollup.remove(sorted(old - left)))


def _forget(days: Sequence[date]) -> None:
    if not days:
        return
    old = set(Rollup.objects.filter(day__in=list(days)).values_list("path", flat=True))
    Rollup.objects.filter(day__in=list(days)).delete()
    left = set(Rollup.objects.filter(path__in=old).values_list("path", flat=True))
    transaction.on_commit(lambda: rollup.remove(sorted(old - left)))


def _files(days: Sequence[date]) -> list[str]:
    wanted = set(days)
    found: list[str] = []
    for day in sorted(wanted):
        found.extend(lake.lake(since=day, until=day).files)
    return found


def _label(days: Sequence[date]) -> str:
    first = min(days)
    return f"dt={first.isoformat()}" if len(days) == 1 else f"from={first.isoformat()}"


def _prices(products: Sequence[int]) -> dict[int, int]:
    """Return what goods cost now; the list prices of a lower domain, in one statement."""
    if not products:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product_id, price_from_minor FROM catalog_listing"
            " WHERE price_from_minor IS NOT NULL AND product_id = ANY(%s)",
            [list(products)],
        )
        return dict(cursor.fetchall())


def names(today: date) -> list[str]:
    """Return the files of the window, for the engine to add up."""
    return sorted(set(manifest(today).values()))


def copy(
    engine: Any, *, between: tuple[int, int] | None = None, turn: AbstractContextManager[Any] | None = None
) -> None:
    """Copy what was added up into `pp_lake`; `turn` is held while the engine is asked."""
    path = Path(settings.JISHI_LAKE_ROOT) / "scratch" / f"portraits-{new_code()}.csv"
    try:
        with turn or nullcontext():
            rollup.export(engine, path, between=between)
        with connection.cursor() as cursor:
            raw: Any = cursor.cursor
            with (
                raw.copy("COPY pp_lake FROM STDIN (FORMAT csv, NULL '\\N')") as into,
                path.open("rb") as file,
            ):
                while piece := file.read(1 << 20):
                    into.write(piece)
            cursor.execute("ANALYZE pp_lake")
    finally:
        path.unlink(missing_ok=True)
