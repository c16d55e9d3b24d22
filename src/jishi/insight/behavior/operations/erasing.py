"""Forgetting one person: at once for what is new, and by rewriting the files for what is old, with a proof.

Invariant: from the transaction that asks for it on, no new event of the person gets into a file; an erasure
is done only when a scan of every file of the manifest finds nothing of them. What was sold stays, without who
bought it, so that the figures of the past remain what they were.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import F, Q

from jishi.insight.behavior import engine, lakefiles, queries, rules, schema
from jishi.insight.behavior.contracts import Erased
from jishi.insight.behavior.models import DeadLetter, DirtyDay, Erasure, File, Identity
from jishi.insight.behavior.operations import compacting, merging
from jishi.kernel import clock

_OF_PERSON = "(user_id IN ({ids}) OR coalesce(person_id IN ({ids}), false))"
_NAMES_PERSON = "coalesce(from_user_id IN ({ids}), false)"


def ask_erasure(*, person_id: int, at: datetime | None = None) -> None:
    """Have a person forgotten, with the caller's transaction: nothing new is kept from now on."""
    now = clock.at_or_now(at)
    visitors = queries.visitors_of(person_id)
    users = sorted({person_id, *(rules.visitor_number(visitor) for visitor in visitors)})
    asked, is_new = Erasure.objects.get_or_create(
        person_id=person_id, defaults={"user_ids": users, "asked_at": now}
    )
    if not is_new:
        asked.user_ids = sorted({*asked.user_ids, *users})
        asked.asked_at, asked.done_at = now, None
        asked.save(update_fields=["user_ids", "asked_at", "done_at"])
    DeadLetter.objects.filter(Q(person_id=person_id) | Q(visitor__in=visitors)).delete()
    DirtyDay.objects.filter(user_id__in=users).delete()
    Identity.objects.filter(person_id=person_id).delete()


def erase(*, person_id: int, at: datetime | None = None) -> Erased:
    """Forget a person in every file, now; see :func:`ask_erasure` and :func:`erase_due`."""
    with transaction.atomic():
        ask_erasure(person_id=person_id, at=at)
    return _carry_out(person_id, clock.at_or_now(at))


def erase_due(*, at: datetime | None = None, limit: int = 20) -> list[Erased]:
    """Carry out what was asked for."""
    due = Erasure.objects.filter(done_at=None).order_by("asked_at").values_list("pk", flat=True)[:limit]
    return [_carry_out(person_id, clock.at_or_now(at)) for person_id in list(due)]


def _carry_out(person_id: int, now: datetime) -> Erased:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [merging.ONE_REWRITER])
            # Whoever compacts at this moment may not have seen the wish yet: waited for, once.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [compacting.COMPACTING])
        row = Erasure.objects.select_for_update().get(pk=person_id)
        users = list(row.user_ids)
        rows, files, removed = _rewrite_all(users, person_id, now)
    # What was replaced holds the person still: it goes at once, readers ask again.
    lakefiles.remove(queries.root(), removed)
    left = scan(users)
    if left == 0:
        Erasure.objects.filter(pk=person_id).update(
            done_at=now, rows=F("rows") + rows, files=F("files") + files
        )
    return Erased(person_id=person_id, rows=rows, files=files, left=left)


def _rewrite_all(users: Sequence[int], person_id: int, now: datetime) -> tuple[int, int, list[str]]:
    """Rewrite the files that hold the person; returns rows that went, files rewritten, files to remove."""
    folder, rows, rewritten = queries.root(), 0, 0
    live = list(File.objects.select_for_update().filter(replaced_at=None).order_by("pk"))
    ids = ", ".join(str(int(user)) for user in users)
    mine, named = _OF_PERSON.format(ids=ids), _NAMES_PERSON.format(ids=ids)
    touched: set[tuple[date, int]] = set()
    for file in live:
        with engine.opened() as duck:
            table = engine.source([folder / file.path])
            hit = duck.execute(f"SELECT count(*) FROM {table} WHERE {mine} OR {named}").fetchone()  # noqa: S608
            if not hit[0]:
                continue
            others = duck.execute(f"SELECT DISTINCT user_id FROM {table} WHERE {named} AND NOT {mine}")  # noqa: S608
            touched |= {(file.dt, user) for (user,) in others.fetchall()}
            written = engine.write(duck, folder, file.dt, file.level, _without(table, mine, named))
        merging.replace([file], [written] if written else [], level=file.level, now=now)
        touched |= {(file.dt, user) for user in users}
        rows += hit[0]
        rewritten += 1
    compacting.mark_dirty(touched)
    gone = File.objects.filter(replaced_at__isnull=False)
    removed = list(gone.values_list("path", flat=True))
    gone.delete()
    return rows, rewritten, removed


def _without(table: str, mine: str, named: str) -> str:
    """Return the query for a file's rows without the person; what was sold becomes nobody's."""
    kinds = ", ".join(f"'{kind.name}'" for kind in schema.KINDS if kind.is_contract)
    columns = {
        "user_id": "-CAST(hash(event_id) >> 2 AS BIGINT) - 1",
        "person_id": "NULL",
        "visitor": "''",
        "session_id": "''",
        "region": "''",
    }
    cases = [f"CASE WHEN {mine} THEN {value} ELSE {name} END AS {name}" for name, value in columns.items()]
    cases.append(f"CASE WHEN {mine} OR {named} THEN NULL ELSE from_user_id END AS from_user_id")
    return f"SELECT * REPLACE ({', '.join(cases)}) FROM {table} WHERE NOT {mine} OR kind IN ({kinds})"  # noqa: S608


def scan(users: Sequence[int]) -> int:
    """Count the rows that still speak of these users, in every file of the manifest."""
    paths = [Path(name) for name in queries.lake().files]
    if not paths:
        return 0
    ids = ", ".join(str(int(user)) for user in users)
    where = f"{_OF_PERSON.format(ids=ids)} OR {_NAMES_PERSON.format(ids=ids)}"
    with engine.opened() as duck:
        found = duck.execute(f"SELECT count(*) FROM {engine.source(paths)} WHERE {where}").fetchone()  # noqa: S608
    return int(found[0])
