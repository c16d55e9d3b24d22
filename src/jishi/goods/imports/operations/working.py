"""What a worker does: check files and write them, each whole and once.

A piece of work is one transaction that holds an advisory lock named after its import. A worker that is killed
therefore leaves nothing behind, and the next one begins anew; one that lives is never joined by another. What
people watch meanwhile, and whether somebody wants it stopped, goes over a connection of its own.
"""

import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, transaction

from jishi.goods.catalog.errors import ImportRefused, MappingUnconfirmed
from jishi.goods.imports import queries, rules
from jishi.goods.imports.contracts import DUE, OPEN, ImportState
from jishi.goods.imports.errors import ImportBroken
from jishi.goods.imports.models import File, Import
from jishi.goods.imports.operations import writing
from jishi.goods.imports.operations.telling import Teller, Unwanted
from jishi.kernel import audit, clock, locks
from jishi.kernel.errors import DomainError

BATCH = 20
LOCK = "imports.work"
log = structlog.get_logger("imports")


def work_due(at: datetime) -> int:
    """Check and write what is due, oldest first; returns how many pieces of work were done."""
    due = Import.objects.filter(state__in=DUE, due_at__lte=at).order_by("due_at", "pk")
    return sum(_work(pk, at) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def end_cancelled(row: Import, at: datetime) -> bool:
    """Cancel an import whose row the caller holds, unless a worker is at it; true when it has ended."""
    if not locks.try_advisory(LOCK, row.pk):
        return False
    _end(row, ImportState.CANCELLED, at)
    return True


def _work(pk: int, at: datetime) -> int:
    """One piece of work; what breaks it for no reason of the file is tried again, a few times."""
    teller = Teller(pk)
    try:
        with transaction.atomic():
            if not locks.try_advisory(LOCK, pk):
                return 0
            row = Import.objects.get(pk=pk)
            if row.state not in DUE:
                return 0
            teller.begin(at)
            if row.tries >= rules.MAX_TRIES:
                _refuse(_held(pk), ImportBroken(), ImportState.FAILED, at)
            elif row.state == ImportState.WAITING:
                _settle(pk, at, lambda: _check(row, teller), _checked)
            else:
                _settle(pk, at, lambda: _write(row, teller, at), _written)
    except Exception as error:
        log.error("imports.broke_off", import_id=pk, exc_info=error)
        with contextlib.suppress(DatabaseError):  # the database may be away
            teller.rest()
    finally:
        teller.close()
    return 1


def _settle(
    pk: int, at: datetime, work: Callable[[], Any], keep: Callable[[Import, Any, datetime], None]
) -> None:
    """Do the work and write down what came of it, unless somebody wants it stopped: until the last moment."""
    try:
        with transaction.atomic():
            found = work()
            row = _held(pk)
            if row.cancel_at is not None:
                raise Unwanted
            keep(row, found, at)
    except Unwanted:
        _end(_held(pk), ImportState.CANCELLED, at)
    except (ImportRefused, MappingUnconfirmed):
        # The goods changed since the dry run: it is made anew, and shows what is in the way now.
        row = _held(pk)
        row.state, row.goes_on, row.due_at, row.tries = ImportState.WAITING, False, at, 0
        _save(row)
    except DomainError as error:
        _refuse(_held(pk), error, ImportState.STOPPED, at)


def _check(row: Import, teller: Teller) -> dict[str, Any]:
    seen = queries.preview(
        shop_id=row.shop_id, data=_data(row), mapping=row.mapping or None, progress=teller.tell
    )
    return rules.of_preview(seen) | {"is_ready": seen.is_ready}


def _checked(row: Import, report: dict[str, Any], at: datetime) -> None:
    row.state = ImportState.READY if report.pop("is_ready") else ImportState.STOPPED
    if row.state == ImportState.READY and row.goes_on:
        row.state = ImportState.ASKED
    row.report, row.due_at, row.tries = report, at, 0
    _save(row)


def _write(row: Import, teller: Teller, at: datetime) -> dict[str, Any]:
    done = writing.run(
        shop_id=row.shop_id, data=_data(row), mapping=row.mapping or None, at=at, progress=teller.tell
    )
    return rules.of_imported(done, row.report.get("figures", {}).get("rows", 0))


def _written(row: Import, report: dict[str, Any], at: datetime) -> None:
    row.report = {**report, "layout": row.report.get("layout", "")}
    _end(row, ImportState.DONE, at)
    counts = report["figures"]
    audit.record(
        actor_id=row.by_id,
        action="goods.import",
        subject=f"import:{row.code}",
        detail={name: counts[name] for name in ("created", "updated", "prices", "stock")},
    )


def _held(pk: int) -> Import:
    return Import.objects.select_for_update().get(pk=pk)


def _data(row: Import) -> bytes:
    return bytes(File.objects.get(pk=row.pk).data)


def _refuse(row: Import, error: DomainError, state: ImportState, at: datetime) -> None:
    """Keep why it goes no further."""
    row.report = {"refusal": error.message, "refusal_params": error.fields, "refusal_code": error.code}
    row.state, row.goes_on = state, False
    if state in OPEN:
        _save(row)
    else:
        _end(row, state, at)


def _end(row: Import, state: ImportState, at: datetime) -> None:
    row.state, row.ended_at = state, clock.at_or_now(at)
    if state == ImportState.CANCELLED:
        File.objects.filter(pk=row.pk).delete()
    _save(row)


def _save(row: Import) -> None:
    row.phase, row.done_count, row.total_count, row.cancel_at = "", 0, 0, None
    row.save(
        update_fields=[
            "state", "goes_on", "due_at", "tries", "report", "ended_at", "phase", "done_count", "total_count",
            "cancel_at",
        ]
    )  # fmt: skip
