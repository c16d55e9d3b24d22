"""Figures of a platform from its table: all lines or none; the same file again changes nothing."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from django.db import transaction

from jishi.growth.publishing.contracts import FigureRow, Imported, LineFault
from jishi.growth.publishing.errors import ChannelNotFound
from jishi.growth.publishing.models import Channel, Figure
from jishi.kernel import audit, clock
from jishi.kernel.errors import N_

MAX_BYTES, MAX_LINES, MAX_FAULTS = 2_000_000, 5_000, 50
HEADERS: Mapping[str, tuple[str, ...]] = {
    "on": ("date", "day", "日期", "时间"),
    "post": ("post", "url", "link", "id", "作品", "链接", "笔记链接", "作品链接"),
    "views": ("views", "impressions", "reads", "阅读", "阅读量", "观看", "曝光", "播放量"),
    "likes": ("likes", "点赞", "点赞数"),
    "comments": ("comments", "评论", "评论数"),
    "shares": ("shares", "reposts", "转发", "分享", "转发数"),
    "clicks": ("clicks", "visits", "点击", "点击量"),
    "spent": ("spent", "cost", "花费", "消耗"),
}
COUNTS = ("views", "likes", "comments", "shares", "clicks")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_COUNT = re.compile(r"\d{1,3}(,\d{3})+|\d{1,12}")
_MONEY = re.compile(r"[¥￥$€£]?(\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.(\d{1,2}))?")


def import_figures(*, channel_code: str, data: bytes, by: int | None, at: datetime | None = None) -> Imported:
    """Take over a platform's table. With a fault in any line nothing is written, and all faults are returned.

    A line about a post and day that is there already replaces its numbers: a newer table corrects an older.

    :raises ChannelNotFound: there is no such account.
    """
    now = clock.at_or_now(at)
    rows, faults = read(data, today=now.date())
    channel = Channel.objects.filter(code=channel_code[:12]).first()
    if channel is None:
        raise ChannelNotFound
    if faults:
        return Imported(0, 0, 0, tuple(faults))
    with transaction.atomic():
        Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        result = _write(channel, rows, now)
        audit.record(
            actor_id=by,
            action="publishing.import_figures",
            subject=f"channel:{channel_code}",
            detail={"added": result.added, "changed": result.changed, "same": result.same},
        )
    return result


def read(data: bytes, *, today: date) -> tuple[list[FigureRow], list[LineFault]]:
    """The lines of a table, and what is wrong with any of them; line 1 is the header."""
    if len(data) > MAX_BYTES:
        return [], [LineFault(0, "", N_("The file is larger than %(most)s MB."), {"most": 2})]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            return [], [LineFault(0, "", N_("The file is no text: save the table as CSV in UTF-8."))]
    if "\x00" in text:
        return [], [LineFault(0, "", N_("The file is no text: save the table as CSV in UTF-8."))]
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(lines, [])
        places = _places(header)
        missing = [name for name in ("on", "post") if name not in places]
        if missing:
            words = N_("The first line has no column “%(name)s”.")
            return [], [LineFault(1, name, words, {"name": HEADERS[name][0]}) for name in missing]
        return _rows(lines, places, today)
    except csv.Error:
        return [], [LineFault(lines.line_num, "", N_("This line cannot be read as a table."))]


def _places(header: list[str]) -> dict[str, int]:
    names = {alias: name for name, aliases in HEADERS.items() for alias in aliases}
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = names.get(cell.strip().casefold())
        if name:
            found.setdefault(name, place)
    return found


def _rows(
    lines: Iterator[list[str]], places: Mapping[str, int], today: date
) -> tuple[list[FigureRow], list[LineFault]]:
    rows: list[FigureRow] = []
    faults: list[LineFault] = []
    seen: dict[tuple[str, date], int] = {}
    for number, cells in enumerate(lines, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if number > MAX_LINES + 1:
            faults.append(LineFault(number, "", N_("More than %(most)s lines."), {"most": MAX_LINES}))
            break
        given = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
        row, wrong = _row(given, number, today)
        if row is not None:
            first = seen.setdefault((row.post, row.on), number)
            if first != number:
                words = N_("The same post and day stand in line %(line)s already.")
                wrong = [LineFault(number, "post", words, {"line": first})]
            rows.append(row)
        faults += wrong
        if len(faults) >= MAX_FAULTS:
            break
    if not rows and not faults:
        faults.append(LineFault(2, "", N_("There is no line with figures.")))
    return rows, faults


def _row(given: Mapping[str, str], number: int, today: date) -> tuple[FigureRow | None, list[LineFault]]:
    faults: list[LineFault] = []
    on = _day(given["on"])
    if on is None:
        faults.append(LineFault(number, "on", N_("“%(value)s” is no day."), {"value": given["on"][:40]}))
    elif on > today:
        faults.append(LineFault(number, "on", N_("%(value)s is still to come."), {"value": str(on)}))
    if not given["post"] or len(given["post"]) > 300:
        faults.append(LineFault(number, "post", N_("The address or number of the post is missing.")))
    counts: dict[str, int] = {}
    for name in COUNTS:
        value = given.get(name, "")
        if value and not _COUNT.fullmatch(value):
            words = N_("“%(value)s” is no whole number.")
            faults.append(LineFault(number, name, words, {"value": value[:40]}))
        elif value:
            counts[name] = int(value.replace(",", ""))
    spent = _MONEY.fullmatch(given.get("spent", "") or "0")
    if spent is None:
        words = N_("“%(value)s” is no amount.")
        faults.append(LineFault(number, "spent", words, {"value": given["spent"][:40]}))
    if faults or on is None or spent is None:
        return None, faults
    minor = int(spent[1].replace(",", "")) * 100 + int((spent[2] or "").ljust(2, "0"))
    values = {name: counts.get(name, 0) for name in COUNTS}
    return FigureRow(on=on, post=given["post"], spent_minor=minor, **values), []


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _write(channel: Channel, rows: list[FigureRow], now: datetime) -> Imported:
    fields = (*COUNTS, "spent_minor")
    known = {
        (row.post, row.on): row
        for row in Figure.objects.filter(channel=channel, post__in={one.post for one in rows})
    }
    fresh, changed, same = [], [], 0
    for one in rows:
        values = {name: getattr(one, name) for name in fields}
        row = known.get((one.post, one.on))
        if row is None:
            fresh.append(Figure(channel=channel, post=one.post, on=one.on, imported_at=now, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.imported_at = now
            changed.append(row)
        else:
            same += 1
    Figure.objects.bulk_create(fresh, batch_size=500)
    Figure.objects.bulk_update(changed, [*fields, "imported_at"], batch_size=500)
    return Imported(len(fresh), len(changed), same)
