"""Segments are opened, changed, copied, filled from lists and put away by people."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from jishi.insight.portraits import checking
from jishi.insight.portraits.contracts import Rule, SegmentKind, Uploaded
from jishi.insight.portraits.errors import (
    ListEmpty,
    ListTooLong,
    SegmentFixed,
    SegmentMissing,
    SegmentNameMissing,
    SegmentNameTaken,
)
from jishi.insight.portraits.models import Segment
from jishi.insight.portraits.operations import members
from jishi.kernel import clock
from jishi.people.accounts import queries as accounts

LONGEST_LIST = 200_000
UNKNOWN_SHOWN = 50
_BY_CODE = "SELECT id, code FROM accounts_user WHERE is_active AND code = ANY(%s)"


def create_segment(
    *,
    name: str,
    rule: Rule,
    owner_id: int | None,
    meaning: str = "",
    strategy: str = "",
    kind: str = SegmentKind.RULE,
    is_dynamic: bool = True,
    ready_made: str = "",
    at: datetime | None = None,
) -> str:
    """Open a segment with a rule; its members are found within seconds. Returns the code.

    A segment that is not dynamic is computed once and stays as it is (a snapshot).

    :raises SegmentNameMissing: no name, or a too long one.
    :raises SegmentNameTaken: another segment has this name.
    :raises Invalid: the rule is not built as rules are.
    """
    now = clock.at_or_now(at)
    return _open(
        name=_name(name), rule=checking.clean(rule), owner_id=owner_id, meaning=meaning[:300],
        strategy=strategy[:500], kind=kind, is_dynamic=is_dynamic, ready_made=ready_made, due_at=now,
        created_at=now,
    ).code  # fmt: skip


def _open(**values: object) -> Segment:
    try:
        with transaction.atomic():
            return Segment.objects.create(**values)
    except IntegrityError as error:
        raise SegmentNameTaken() from error


@transaction.atomic
def edit_segment(
    *,
    code: str,
    name: str | None = None,
    rule: Rule | None = None,
    meaning: str | None = None,
    strategy: str | None = None,
    owner_id: int | None = None,
    is_dynamic: bool | None = None,
    at: datetime | None = None,
) -> None:
    """Change what is given; a new rule is computed within seconds.

    :raises SegmentMissing: there is no such segment.
    :raises SegmentNameTaken: another segment has this name.
    :raises SegmentFixed: a rule for a segment that has none.
    :raises Invalid: the rule is not built as rules are.
    """
    row = _locked(code)
    if name is not None:
        row.name = _name(name)
    if rule is not None:
        if not row.rule:
            raise SegmentFixed()
        row.rule = checking.clean(rule)
        row.due_at = clock.at_or_now(at)
    if is_dynamic is not None and row.rule:
        row.is_dynamic = is_dynamic
        row.due_at = clock.at_or_now(at) if is_dynamic else row.due_at
    row.meaning = row.meaning if meaning is None else meaning[:300]
    row.strategy = row.strategy if strategy is None else strategy[:500]
    row.owner_id = row.owner_id if owner_id is None else owner_id
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise SegmentNameTaken() from error


@transaction.atomic
def archive_segment(*, code: str, at: datetime | None = None) -> None:
    """Put a segment away: nobody is its member any more, its name is free. Twice is fine.

    :raises SegmentMissing: there is no such segment.
    """
    row = Segment.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise SegmentMissing()
    if row.archived_at is not None:
        return
    now = clock.at_or_now(at)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portraits_membership WHERE segment_id = %s RETURNING person_id", [row.pk])
        gone = sorted(person_id for (person_id,) in cursor.fetchall())
    members.tell(code, (), gone, now, is_initial=False)
    row.archived_at, row.due_at, row.count = now, None, 0
    row.save(update_fields=["archived_at", "due_at", "count"])


@transaction.atomic
def take_snapshot(
    *, code: str, name: str = "", owner_id: int | None = None, at: datetime | None = None
) -> str:
    """Keep the members of a segment as they are now, as a segment of its own. Returns its code.

    :raises SegmentMissing: there is no such segment.
    :raises SegmentNameTaken: another segment has this name.
    """
    source, now = _locked(code), clock.at_or_now(at)
    copied = _open(
        name=_name(name or f"{source.name[:45]} {now:%Y-%m-%d}"), kind=SegmentKind.STATIC, is_dynamic=False,
        owner_id=owner_id, meaning=source.meaning, created_at=now,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(members.FOUND)
        cursor.execute(
            "INSERT INTO pp_found SELECT person_id FROM portraits_membership WHERE segment_id = %s",
            [source.pk],
        )
    members.settle(copied, now)
    return copied.code


def upload_list(
    *,
    lines: Sequence[str],
    name: str = "",
    code: str = "",
    owner_id: int | None = None,
    dry_run: bool = False,
    at: datetime | None = None,
) -> Uploaded:
    """Make a segment of a list of people's codes, e-mail addresses or phone numbers, one a line; with a code
    the list takes the place of that list's members. A dry run changes nothing.

    :raises ListTooLong: more than 200,000 lines.
    :raises ListEmpty: nobody on the list is known.
    :raises SegmentMissing: there is no such segment.
    :raises SegmentFixed: the segment follows a rule.
    :raises SegmentNameMissing: a new list without a name.
    :raises SegmentNameTaken: another segment has this name.
    """
    written = [line.strip().strip(",;\"'") for line in lines]
    written = [line for line in written if line]
    if len(written) > LONGEST_LIST:
        raise ListTooLong(most=LONGEST_LIST)
    unique = list(dict.fromkeys(written))
    found = _people_of(unique)
    unknown = [line for line in unique if line not in found]
    people = sorted(set(found.values()))
    repeated = len(written) - len(unknown) - len(people)
    if not dry_run:
        if not people:
            raise ListEmpty()
        code = _fill(people, name, code, owner_id, clock.at_or_now(at))
    return Uploaded(code, len(written), len(people), tuple(unknown[:UNKNOWN_SHOWN]), repeated, dry_run)


@transaction.atomic
def _fill(people: list[int], name: str, code: str, owner_id: int | None, now: datetime) -> str:
    if code:
        row = _locked(code)
        if row.rule:
            raise SegmentFixed()
    else:
        row = _open(
            name=_name(name), kind=SegmentKind.STATIC, is_dynamic=False, owner_id=owner_id, created_at=now
        )
    with connection.cursor() as cursor:
        cursor.execute(members.FOUND)
        cursor.execute("INSERT INTO pp_found SELECT unnest(%s::bigint[])", [people])
    members.settle(row, now)
    return row.code


def _people_of(lines: list[str]) -> dict[str, int]:
    """Return the people of codes, addresses and numbers, by the line that names them."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_CODE, [[line.lower() for line in lines]])
        by_code = {code: person_id for person_id, code in cursor.fetchall()}
    found = {line: by_code[line.lower()] for line in lines if line.lower() in by_code}
    rest = [line for line in lines if line not in found]
    return {**found, **accounts.find_by_contacts(rest)}


def _locked(code: str) -> Segment:
    row = Segment.objects.select_for_update().filter(code=code, archived_at=None).first()
    if row is None:
        raise SegmentMissing()
    return row


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 0 < len(cleaned) <= 60:
        raise SegmentNameMissing()
    return cleaned
