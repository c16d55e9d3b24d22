"""Who is in a segment: found by one statement, compared with who was, and told exactly once per change.

Invariant: the row of the segment is locked while its members change, so two computations of one segment
follow each other and each change is published by the transaction that made it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from jishi.insight.portraits import compiling, yardsticks
from jishi.insight.portraits.errors import SegmentFixed, SegmentMissing
from jishi.insight.portraits.events import SegmentEntered, SegmentLeft
from jishi.insight.portraits.models import Segment
from jishi.kernel import clock, outbox

EVERY = timedelta(hours=6)
BATCH = 500
FOUND = "CREATE TEMPORARY TABLE pp_found (person_id bigint PRIMARY KEY) ON COMMIT DROP"
_LEFT = """
DELETE FROM portraits_membership m WHERE m.segment_id = %s
    AND NOT EXISTS (SELECT 1 FROM pp_found f WHERE f.person_id = m.person_id)
RETURNING m.person_id
"""
_CAME = """
INSERT INTO portraits_membership (segment_id, person_id, since_at)
SELECT %s, f.person_id, %s FROM pp_found f ON CONFLICT DO NOTHING RETURNING person_id
"""

_TOUCHED = """
WITH found (segment_id, person_id) AS MATERIALIZED ({found}), gone AS (
    DELETE FROM portraits_membership m WHERE m.segment_id = ANY(%s) AND m.person_id = ANY(%s)
        AND NOT EXISTS (
            SELECT 1 FROM found f WHERE f.segment_id = m.segment_id AND f.person_id = m.person_id
        )
    RETURNING m.segment_id, m.person_id
), came AS (
    INSERT INTO portraits_membership (segment_id, person_id, since_at)
    SELECT segment_id, person_id, %s::timestamptz FROM found ON CONFLICT DO NOTHING
    RETURNING segment_id, person_id
)
SELECT segment_id, person_id, true FROM came UNION ALL SELECT segment_id, person_id, false FROM gone
"""
AT_ONCE = 50


def recompute(*, code: str, at: datetime | None = None) -> tuple[int, int]:
    """Find the members of a segment by its rule again; returns how many entered and left.

    :raises SegmentMissing: there is no such segment.
    :raises SegmentFixed: it has no rule.
    """
    row = Segment.objects.filter(code=code, archived_at=None).first()
    if row is None:
        raise SegmentMissing()
    if not row.rule:
        raise SegmentFixed()
    return follow(row.pk, at=clock.at_or_now(at))


def recompute_due(*, at: datetime | None = None) -> int:
    """Compute the segments whose time has come; returns how many."""
    now = clock.at_or_now(at)
    due = Segment.objects.filter(due_at__lte=now, archived_at=None).order_by("due_at")
    codes = list(due.values_list("pk", flat=True))
    for segment_id in codes:
        follow(segment_id, at=now)
    return len(codes)


def follow_touched(ids: Sequence[int], at: datetime) -> tuple[int, int]:
    """Let the dynamic segments follow what these people did; returns how many entered and left.

    With the caller's transaction, and in one statement for many segments: they are asked about a few people.
    """
    dynamic = Segment.objects.filter(is_dynamic=True, archived_at=None, computed_at__isnull=False)
    rows = list(dynamic.exclude(rule={}).order_by("pk").select_for_update())
    currency, today = yardsticks.measure().currency, yardsticks.today(at)
    entered = left = 0
    for start in range(0, len(rows), AT_ONCE):
        some = {row.pk: row for row in rows[start : start + AT_ONCE]}
        parts: list[str] = []
        params: list[Any] = []
        for row in some.values():
            found = compiling.compile_rule(row.rule, today=today, currency=currency)
            parts.append(found.select(f"{int(row.pk)}::bigint, p.person_id", "AND p.person_id = ANY(%s)"))
            params += [*found.values(), list(ids)]
        with connection.cursor() as cursor:
            cursor.execute(
                _TOUCHED.format(found=" UNION ALL ".join(parts)), [*params, list(some), list(ids), at]
            )
            changes = cursor.fetchall()
        for segment_id in sorted({change[0] for change in changes}):
            came = sorted(person for number, person, is_new in changes if number == segment_id and is_new)
            gone = sorted(person for number, person, is_new in changes if number == segment_id and not is_new)
            Segment.objects.filter(pk=segment_id).update(count=F("count") + len(came) - len(gone))
            tell(some[segment_id].code, came, gone, at, is_initial=False)
            entered, left = entered + len(came), left + len(gone)
    return entered, left


@transaction.atomic
def follow(segment_id: int, *, at: datetime) -> tuple[int, int]:
    """Bring a segment's members in line with its rule."""
    row = Segment.objects.select_for_update().filter(pk=segment_id, archived_at=None).first()
    if row is None or not row.rule:
        return 0, 0
    currency = yardsticks.measure().currency
    found = compiling.compile_rule(row.rule, today=yardsticks.today(at), currency=currency)
    with connection.cursor() as cursor:
        cursor.execute(FOUND)
        cursor.execute(f"INSERT INTO pp_found {found.select()}", found.values())
    return settle(row, at)


def settle(row: Segment, at: datetime) -> tuple[int, int]:
    """Make the people of `pp_found` the members of a locked segment, with the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [row.pk])
        gone = sorted(person_id for (person_id,) in cursor.fetchall())
        cursor.execute(_CAME, [row.pk, at])
        came = sorted(person_id for (person_id,) in cursor.fetchall())
        cursor.execute("DROP TABLE pp_found")
    is_initial = row.computed_at is None
    Segment.objects.filter(pk=row.pk).update(
        count=F("count") + len(came) - len(gone),
        computed_at=at,
        due_at=at + EVERY if row.is_dynamic else None,
    )
    tell(row.code, came, gone, at, is_initial=is_initial)
    return len(came), len(gone)


def tell(code: str, came: Sequence[int], gone: Sequence[int], at: datetime, *, is_initial: bool) -> None:
    """Publish who entered and left, in batches, with the caller's transaction."""
    facts: list[outbox.DomainEvent] = [
        SegmentEntered(segment=code, person_ids=batch, at=at, is_initial=is_initial)
        for batch in _batches(came)
    ]
    facts += [SegmentLeft(segment=code, person_ids=batch, at=at) for batch in _batches(gone)]
    outbox.publish_many(facts)


def _batches(ids: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(ids), BATCH):
        yield tuple(ids[start : start + BATCH])
