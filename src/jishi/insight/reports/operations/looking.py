"""Looking through finished days for what is unusual, through finished weeks for steps at which more people
stop, and taking each finding apart. Runs in the heavy process: it asks the lake's engine directly.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from jishi.insight.metrics import operations as metrics
from jishi.insight.reports import rules, watched
from jishi.insight.reports.contracts import Behind, Drop, NoteKind, NoteState, Part, Reading, Series
from jishi.insight.reports.errors import NoteNotFound, ReportInvalid
from jishi.insight.reports.models import Look, Note
from jishi.kernel import clock

BACK = 7
"""Days looked through again with each new one: figures of late events."""
READY_HOUR = 2
HISTORY = 7 * rules.WEEKS
MOST_PARTS = 5
LEAST_SHARE = 15
EPOCH = date(1970, 1, 1)


def look_due(*, at: datetime | None = None) -> int:
    """Look through the days up to yesterday, once a day; returns how many notes were made."""
    moment = clock.at_or_now(at)
    local = moment.astimezone(watched.ZONE)
    yesterday = local.date() - timedelta(days=1)
    if local.hour < READY_HOUR or Look.objects.filter(on=yesterday).exists():
        return 0
    made = sum(_look_at(one, yesterday, moment) for one in watched.SERIES)
    sunday = yesterday - timedelta(days=(yesterday.weekday() + 1) % 7)
    made += _look_at_steps(sunday, moment)
    Look.objects.bulk_create([Look(on=yesterday, at=moment)], ignore_conflicts=True)
    return made


def explain(*, code: str, state: str, said: str = "", by: int | None) -> None:
    """Say what a note was: explained, false, or open again.

    :raises NoteNotFound: there is none.
    :raises ReportInvalid: no such state, or too many words.
    """
    words = " ".join(said.split())
    if state not in tuple(NoteState) or len(words) > 300 or (state == NoteState.EXPLAINED and not words):
        raise ReportInvalid(field="said")
    with transaction.atomic():
        row = Note.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise NoteNotFound
        row.state, row.said, row.by_id = state, words, by
        row.save(update_fields=["state", "said", "by"])


def _look_at(series: Series, last: date, at: datetime) -> int:
    first = last - timedelta(days=HISTORY + BACK - 1)
    values = _daily(series, first, last, at)
    made = 0
    for back in range(BACK):
        day = last - timedelta(days=back)
        history = _trimmed([values.get(first + timedelta(days=n), 0) for n in range((day - first).days)])
        value = values.get(day, 0)
        reading = rules.read_day(history[-HISTORY:], value, unit=series.unit)
        if reading is None or not rules.is_worth(reading, value, unit=series.unit):
            continue
        made += _keep_day(series, day, value, reading, at)
    return made


def _keep_day(series: Series, day: date, value: int, reading: Reading, at: datetime) -> int:
    if Note.objects.filter(kind=NoteKind.ANOMALY, subject=series.code, on=day).exists():
        return 0
    cell: dict[str, Any] = {"bucket": (day - EPOCH).days, "part": ""}
    if series.metric == "gmv":
        cell["currency"] = watched.CURRENCY
    params = {**series.params, "since": day.isoformat(), "until": day.isoformat(), "grain": "day"}
    sections = ("people", "orders") if series.section == "orders" else (series.section,)
    behind = [Behind(series.metric, one, params, cell) for one in sections]
    return _keep(
        NoteKind.ANOMALY,
        series.code,
        series.unit,
        day,
        (value, reading.expected, reading.low, reading.high, reading.score),
        _parts_of_day(series, day, value, reading.expected, at),
        behind,
        at,
    )


def _parts_of_day(series: Series, day: date, value: int, expected: int, at: datetime) -> list[Part]:
    """Which channels, devices, categories and regions make the difference."""
    found: list[Part] = []
    first = day - timedelta(days=HISTORY)
    same = [day - timedelta(days=7 * n) for n in range(1, rules.WEEKS + 1)]
    for dimension in watched.EXPLAINING:
        by_part: dict[str, dict[date, int]] = {}
        for row in _rows(series, first, day, at, by=dimension):
            when = EPOCH + timedelta(days=int(row["bucket"]))
            by_part.setdefault(str(row["part"]), {})[when] = int(row[series.column])
        if len(by_part) < 2:
            continue
        for part, days in by_part.items():
            was, usual = days.get(day, 0), rules.usual([days.get(one, 0) for one in same])
            found.append(Part(dimension, part, was, usual, rules.share_of(was, usual, value, expected)))
    return _largest(found)


def _look_at_steps(sunday: date, at: datetime) -> int:
    """Compare the funnel of a whole week with the four weeks before it."""
    monday = sunday - timedelta(days=6)
    now = _funnel(monday, sunday, at)
    before = _funnel(monday - timedelta(days=28), monday - timedelta(days=1), at)
    pairs = len(watched.STEPS) - 1
    made = 0
    for place in range(pairs):
        drop = rules.read_step(
            now=now.get(place + 2, 0),
            now_of=now.get(place + 1, 0),
            before=before.get(place + 2, 0),
            before_of=before.get(place + 1, 0),
            steps=pairs,
        )
        if drop is not None:
            made += _keep_step(place, monday, sunday, drop, at)
    return made


def _keep_step(place: int, monday: date, sunday: date, drop: Drop, at: datetime) -> int:
    first, second = watched.STEPS[place], watched.STEPS[place + 1]
    subject = f"{first}>{second}"
    if Note.objects.filter(kind=NoteKind.BOTTLENECK, subject=subject, on=sunday).exists():
        return 0
    params = {"steps": ",".join(watched.STEPS), "since": monday.isoformat(), "until": sunday.isoformat()}
    return _keep(
        NoteKind.BOTTLENECK,
        subject,
        "bps",
        sunday,
        (
            drop.now_bps,
            drop.before_bps,
            drop.before_bps + drop.low_bps,
            drop.before_bps + drop.high_bps,
            drop.score,
        ),
        _parts_of_step(first, second, monday, sunday, at),
        [Behind("funnel", "left", params, {"step": place + 1})],
        at,
    )


def _parts_of_step(first: str, second: str, monday: date, sunday: date, at: datetime) -> list[Part]:
    """Of whom fewer went on than their own kind did before, and how much of the whole loss that is."""
    found: list[Part] = []
    earlier = (monday - timedelta(days=28), monday - timedelta(days=1))
    for dimension in watched.EXPLAINING:
        asked = {"first": first, "second": second, "by": dimension}
        before = {row["part"]: row for row in _ask("conversion", asked, *earlier, at)}
        now = _ask("conversion", asked, monday, sunday, at)
        if len(now) < 2:
            continue
        parts = []
        for row in now:
            rate = before.get(row["part"])
            if rate and rate["people"]:
                usual = round(row["people"] * rate["converted"] / rate["people"])
                parts.append((str(row["part"]), int(row["converted"]), usual))
        whole, wanted = sum(one[1] for one in parts), sum(one[2] for one in parts)
        found += [
            Part(dimension, part, was, usual, rules.share_of(was, usual, whole, wanted))
            for part, was, usual in parts
        ]
    return _largest(found)


def _keep(
    kind: str,
    subject: str,
    unit: str,
    on: date,
    figures: tuple[int, int, int, int, float],
    parts: Iterable[Part],
    behind: Iterable[Behind],
    at: datetime,
) -> int:
    value, expected, low, high, score = figures
    note = Note(
        kind=kind,
        subject=subject,
        unit=unit,
        on=on,
        value=value,
        expected=expected,
        low=low,
        high=high,
        score_milli=round(score * 1000),
        parts=[_plain(one) for one in parts],
        behind=[_plain(one) for one in behind],
        made_at=at,
    )
    Note.objects.bulk_create([note], ignore_conflicts=True)
    return int(Note.objects.filter(code=note.code).exists())


def _daily(series: Series, first: date, last: date, at: datetime) -> dict[date, int]:
    return {
        EPOCH + timedelta(days=int(row["bucket"])): int(row[series.column])
        for row in _rows(series, first, last, at)
    }


def _rows(series: Series, first: date, last: date, at: datetime, *, by: str = "") -> list[dict[str, Any]]:
    asked = {**series.params, "grain": "day", **({"by": by} if by else {})}
    rows = _ask(series.metric, asked, first, last, at)
    return [row for row in rows if row.get("currency", watched.CURRENCY) == watched.CURRENCY]


def _funnel(first: date, last: date, at: datetime) -> dict[int, int]:
    rows = _ask("funnel", {"steps": ",".join(watched.STEPS)}, first, last, at)
    return {int(row["step"]): int(row["people"]) for row in rows}


def _ask(
    metric: str, params: Mapping[str, str], first: date, last: date, at: datetime
) -> list[dict[str, Any]]:
    given = {**params, "since": first.isoformat(), "until": last.isoformat()}
    result, _ = metrics.compute(metrics.check(metric=metric, params=given, at=at))
    return result.as_dicts()


def _largest(parts: list[Part]) -> list[Part]:
    heavy = [one for one in parts if abs(one.share_pct) >= LEAST_SHARE and one.part]
    return sorted(heavy, key=lambda one: -abs(one.share_pct))[:MOST_PARTS]


def _trimmed(values: list[int]) -> list[int]:
    """Without the days before anything ever happened: an empty shop is no yardstick."""
    start = next((place for place, value in enumerate(values) if value), len(values))
    return values[start:]


def _plain(one: Part | Behind) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}
