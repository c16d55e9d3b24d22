"""Reports and notes in words: roles, states, what a note says, and where its people and orders are listed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from jishi.goods.catalog import queries as catalog
from jishi.insight.metrics import queries as metrics
from jishi.insight.reports import queries
from jishi.insight.reports.contracts import NoteKind, NoteState, NoteView, Part, Period, Role
from jishi.insight.reports.errors import ReportInvalid
from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.surfaces.ops import insight_words
from jishi.surfaces.shell import formats


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note as pages show it."""

    note: NoteView
    name: str
    says: str
    because: str
    parts: tuple[tuple[str, str, str, str, str], ...]
    behind: tuple[tuple[str, str], ...]
    state: tuple[str, str]
    kind: str
    spark: int


def roles() -> dict[str, str]:
    """What somebody looks at first."""
    return {
        Role.LEAD: gettext("The whole house"),
        Role.GROWTH: gettext("Growth"),
        Role.CONTENT: gettext("Content"),
        Role.SERVICE: gettext("Service"),
    }


def periods() -> dict[str, str]:
    """How often a report comes."""
    return {Period.DAILY: gettext("Every day"), Period.WEEKLY: gettext("Every week")}


def weekdays() -> list[tuple[int, str]]:
    """The days of the week."""
    names = (
        *(gettext("Monday"), gettext("Tuesday"), gettext("Wednesday"), gettext("Thursday")),
        *(gettext("Friday"), gettext("Saturday"), gettext("Sunday")),
    )
    return list(enumerate(names))


def note_states() -> dict[str, tuple[str, str]]:
    """The states of a note with their tones."""
    return {
        NoteState.OPEN: (gettext("Not looked at"), "hot"),
        NoteState.EXPLAINED: (gettext("Explained"), "ok"),
        NoteState.FALSE: (gettext("False alarm"), ""),
    }


def mail_states() -> dict[str, str]:
    """What became of mails."""
    return {
        "pending": gettext("waiting to be sent"),
        "sending": gettext("handed over, outcome unknown"),
        "sent": gettext("sent"),
        "failed": gettext("could not be sent"),
    }


def lines(notes: tuple[NoteView, ...], language: str) -> list[NoteLine]:
    """Notes as pages show them; names of categories are read once for all of them."""
    parts = [part for note in notes for part in note.parts if part.dimension == "category"]
    tree = catalog.list_categories(language) if parts else ()
    names = {str(node.category_id): node.name for node in tree}
    return [line(note, language, names) for note in notes]


def line(note: NoteView, language: str, categories: Mapping[str, str]) -> NoteLine:
    """One note in words."""
    kinds = {NoteKind.ANOMALY: gettext("Unusual day"), NoteKind.BOTTLENECK: gettext("Bottleneck")}
    shown = {"value": figure(note, note.value, language), "expected": figure(note, note.expected, language)}
    shown |= {"low": figure(note, note.low, language), "high": figure(note, note.high, language)}
    shown["day"] = formats.day(note.on, language)
    if note.kind == NoteKind.ANOMALY:
        says = gettext("%(day)s: %(value)s, usually about %(expected)s (%(low)s to %(high)s).") % shown
    else:
        says = gettext("In the week up to %(day)s %(value)s went on; before it was %(expected)s.") % shown
    return NoteLine(
        note=note,
        name=queries.name_of(note),
        says=says,
        because=_because(note),
        parts=tuple(_part(one, note, language, categories) for one in note.parts),
        behind=tuple(_behind(note)),
        state=note_states()[note.state],
        kind=kinds[NoteKind(note.kind)],
        spark=min(100, round(abs(note.score) * 10)),
    )


def figure(note: NoteView, value: int, language: str) -> str:
    """A figure of a note."""
    if note.unit == "minor":
        return formats.money(value, "CNY", language)
    return formats.percent(value, language) if note.unit == "bps" else formats.number(value, language)


def words(error: DomainError) -> str:
    """A refusal with the field's name as the form has it."""
    if not isinstance(error, ReportInvalid):
        return http.message_of(error)
    names = {
        "name": gettext("Name"),
        "board": gettext("Board"),
        "period": gettext("How often it comes"),
        "hour": gettext("At what hour"),
        "weekday": gettext("On which day"),
        "language": gettext("Language"),
        "readers": gettext("By mail to"),
        "said": gettext("What it was"),
        "role": gettext("What I look at first"),
    }
    field = str(error.fields.get("field", ""))
    return http.message_of(ReportInvalid(field=names.get(field, field)))


def _because(note: NoteView) -> str:
    """How sure it is, and why it is told."""
    if note.kind == NoteKind.ANOMALY:
        return gettext(
            "Compared with the same weekday of eight weeks: %(score)s spreads away, a note begins at 3.5."
        ) % {"score": f"{abs(note.score):.1f}"}
    return gettext(
        "Compared with the four weeks before; chance alone would do this in fewer than one of 100 weeks."
    )


def _part(
    one: Part, note: NoteView, language: str, categories: Mapping[str, str]
) -> tuple[str, str, str, str, str]:
    names = {
        "channel": gettext("Channel"),
        "device": gettext("Device"),
        "category": gettext("Category"),
        "region": gettext("Region"),
    }
    named = insight_words.PARTS.get(one.dimension, {}).get(one.part)
    part = categories.get(one.part, f"#{one.part}") if one.dimension == "category" else one.part
    part = gettext(named) if named else part
    money = note.unit == "minor"
    was, usual = (
        formats.money(value, "CNY", language) if money else formats.number(value, language)
        for value in (one.was, one.expected)
    )
    return names.get(one.dimension, one.dimension), part, was, usual, f"{one.share_pct}%"


def _behind(note: NoteView) -> list[tuple[str, str]]:
    """Where the people and orders behind a note are listed, and where the figure itself is drawn."""
    names = {
        "people": gettext("The people behind it"),
        "orders": gettext("The orders behind it"),
        "left": gettext("The people who stopped there"),
    }
    found = []
    for one in note.behind:
        cell = json.dumps(dict(one.cell), separators=(",", ":"))
        query = urlencode({**one.params, "section": one.section, "cell": cell})
        address = f"{reverse('ops:insight_behind', args=[one.metric])}?{query}"
        found.append((names.get(one.section, one.section), address))
    if note.behind:
        one = note.behind[0]
        kind = metrics.get_metric(one.metric).kind
        query = urlencode({"metric": one.metric, **one.params})
        found.append((gettext("In the insights"), f"{reverse('ops:insight', args=[kind])}?{query}"))
    return found
