"""Segments: their members, how they overlap, and whom a rule would find."""

import time
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from jishi.insight.portraits import checking, compiling, fields, words, yardsticks
from jishi.insight.portraits.contracts import (
    Field,
    Members,
    Overlap,
    PersonLine,
    Preview,
    Rule,
    SegmentView,
)
from jishi.insight.portraits.errors import SegmentMissing
from jishi.insight.portraits.models import Portrait, Segment
from jishi.kernel import clock
from jishi.people.accounts import queries as accounts

SAMPLE = 12
SHOWN_TAGS = ("stage", "rfm", "orders", "spent_minor", "last_order_days", "last_seen_days", "social_activity")
_IS_MEMBER = """
SELECT 1 FROM portraits_segment s JOIN portraits_membership m ON m.segment_id = s.id
WHERE s.code = %s AND m.person_id = %s AND s.archived_at IS NULL
"""
_OVERLAP = """
SELECT a.segment_id, b.segment_id, count(*) FROM portraits_membership a
JOIN portraits_membership b ON b.person_id = a.person_id AND b.segment_id >= a.segment_id
WHERE a.segment_id = ANY(%s) AND b.segment_id = ANY(%s) GROUP BY 1, 2
"""
_PAGE = """
SELECT m.person_id, p.tags FROM portraits_membership m
LEFT JOIN portraits_portrait p ON p.person_id = m.person_id
WHERE m.segment_id = %s AND m.person_id > %s ORDER BY m.person_id LIMIT %s
"""


def list_fields() -> tuple[Field, ...]:
    """Return what a rule may ask about."""
    return tuple(fields.all_fields().values())


def list_segments(*, archived: bool = False) -> tuple[SegmentView, ...]:
    """Return the segments, the largest first; those put away only on request."""
    rows = Segment.objects.filter(archived_at__isnull=not archived).order_by("-count", "name")
    currency = yardsticks.measure().currency
    return tuple(view(row, currency) for row in rows)


def get_segment(code: str) -> SegmentView:
    """Return one segment.

    :raises SegmentMissing: there is no such segment.
    """
    row = Segment.objects.filter(code=code).first()
    if row is None:
        raise SegmentMissing()
    return view(row, yardsticks.measure().currency)


def view(row: Segment, currency: str) -> SegmentView:
    """Return a segment as others see it."""
    return SegmentView(
        code=row.code,
        name=row.name,
        meaning=row.meaning,
        kind=row.kind,
        is_dynamic=row.is_dynamic,
        rule=row.rule,
        words=words.sentence(row.rule, currency) if row.rule else "",
        count=row.count,
        computed_at=row.computed_at,
        owner_id=row.owner_id,
        strategy=row.strategy,
        is_archived=row.archived_at is not None,
        is_ready_made=bool(row.ready_made),
        card=row.card,
    )


def is_member(code: str, person_id: int) -> bool:
    """Tell whether somebody is in a segment now: one read by two keys."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_MEMBER, [code, person_id])
        return cursor.fetchone() is not None


def find_membership(person_id: int) -> tuple[str, ...]:
    """Return the codes of the segments a person is in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.code FROM portraits_membership m JOIN portraits_segment s ON s.id = m.segment_id"
            " WHERE m.person_id = %s AND s.archived_at IS NULL ORDER BY s.name",
            [person_id],
        )
        return tuple(code for (code,) in cursor.fetchall())


def page_members(code: str, after: int | None = None, limit: int = 50) -> Members:
    """Return members by their number, those after `after`.

    :raises SegmentMissing: there is no such segment.
    """
    row = Segment.objects.filter(code=code).only("pk").first()
    if row is None:
        raise SegmentMissing()
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, [row.pk, after or 0, limit + 1])
        found = [person_id for person_id, _ in cursor.fetchall()]
    page = found[:limit]
    return Members(lines(page), page[-1] if len(found) > limit else None)


def list_members(code: str) -> tuple[int, ...]:
    """Return the numbers of all members, ascending; for work in the background.

    :raises SegmentMissing: there is no such segment.
    """
    row = Segment.objects.filter(code=code).only("pk").first()
    if row is None:
        raise SegmentMissing()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM portraits_membership WHERE segment_id = %s ORDER BY 1", [row.pk]
        )
        return tuple(person_id for (person_id,) in cursor.fetchall())


def overlap(codes: Sequence[str]) -> Overlap:
    """Return how many people each pair of segments shares; unknown codes are left out."""
    rows = {row.code: row for row in Segment.objects.filter(code__in=list(codes))}
    chosen = [rows[code] for code in dict.fromkeys(codes) if code in rows]
    ids = [row.pk for row in chosen]
    shared: dict[tuple[int, int], int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAP, [ids, ids])
        for one, other, count in cursor.fetchall():
            shared[one, other] = shared[other, one] = count
    cells = tuple(tuple(shared.get((a, b), 0) for b in ids) for a in ids)
    return Overlap(tuple(r.code for r in chosen), tuple(r.name for r in chosen), cells)


def describe(rule: Rule) -> str:
    """Say in one sentence who is in a rule.

    :raises Invalid: the rule is not built as rules are; see :func:`checking.clean`.
    """
    return words.sentence(checking.clean(rule), yardsticks.measure().currency)


def preview(rule: Rule, at: datetime | None = None) -> Preview:
    """Count whom a rule finds now, and show some of them.

    :raises Invalid: the rule is not built as rules are; see :func:`checking.clean`.
    """
    began = time.monotonic()
    cleaned = checking.clean(rule)
    currency = yardsticks.measure().currency
    found = compiling.compile_rule(cleaned, today=yardsticks.today(clock.at_or_now(at)), currency=currency)
    counted = found.select("p.person_id, count(*) OVER () AS n", f"ORDER BY p.person_id LIMIT {SAMPLE}")
    with connection.cursor() as cursor:
        cursor.execute(counted, found.values())
        rows = cursor.fetchall()
    count = rows[0][1] if rows else 0
    people = lines([person_id for person_id, _ in rows])
    said = words.sentence(cleaned, currency)
    return Preview(count, people, said, Portrait.objects.count(), round(time.monotonic() - began, 4))


def count_reach(rule: Rule, at: datetime | None = None) -> int:
    """Count whom a rule finds now.

    :raises Invalid: the rule is not built as rules are; see :func:`checking.clean`.
    """
    cleaned, now = checking.clean(rule), clock.at_or_now(at)
    currency = yardsticks.measure().currency
    found = compiling.compile_rule(cleaned, today=yardsticks.today(now), currency=currency)
    with connection.cursor() as cursor:
        cursor.execute(found.select("count(*)"), found.values())
        return int(cursor.fetchone()[0])


def lines(ids: Sequence[int]) -> tuple[PersonLine, ...]:
    """Return people with the tags a list shows, in the given order."""
    cards = accounts.list_people(ids)
    tagged = dict(Portrait.objects.filter(pk__in=list(ids)).values_list("pk", "tags"))
    return tuple(
        PersonLine(
            person_id,
            cards[person_id].code,
            cards[person_id].nickname,
            cards[person_id].avatar_url,
            {code: tagged[person_id][code] for code in SHOWN_TAGS if code in tagged.get(person_id, {})},
        )
        for person_id in ids
        if person_id in cards
    )
