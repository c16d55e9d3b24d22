"""What people do with an import: bring a file, say yes, assign columns, cancel. All of it quick."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from jishi.goods.catalog.contracts import IMPORT_FIELDS
from jishi.goods.catalog.errors import CsvEmpty, CsvTooLarge, ImportRefused, MappingUnconfirmed
from jishi.goods.imports import queries, rules
from jishi.goods.imports.contracts import MAX_BYTES, OPEN, ImportState, ImportView
from jishi.goods.imports.errors import ImportEnded, ImportRunning, ImportUnknown
from jishi.goods.imports.models import File, Import
from jishi.goods.imports.operations import working
from jishi.kernel import audit, clock, ids, limits, locks


def upload(
    *,
    shop_id: int,
    by_id: int | None,
    data: bytes,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    goes_on: bool = False,
    at: datetime | None = None,
) -> ImportView:
    """Keep a file and have it checked; with ``goes_on`` it is imported if nothing stands in the way.

    The same file again while its import is open is that import. An older one that only waits for a yes
    gives way.

    :raises CsvTooLarge: too many bytes.
    :raises CsvEmpty: there is none.
    :raises ImportRunning: the shop's goods are being written from another file.
    :raises RateLimited: too many files within an hour.
    """
    if len(data) > MAX_BYTES:
        raise CsvTooLarge(limit=MAX_BYTES >> 20)
    if not data:
        raise CsvEmpty
    limits.hit(bucket="imports.upload", key=str(shop_id), limit=rules.UPLOADS_AN_HOUR, window_s=3600)
    moment, digest, chosen = clock.at_or_now(at), hashlib.sha256(data).hexdigest(), _fields(mapping)
    with transaction.atomic():
        locks.advisory("imports.shop", shop_id)
        row = Import.objects.select_for_update().filter(shop_id=shop_id, state__in=OPEN).first()
        if row is not None:
            if row.digest == digest and row.mapping == chosen and row.cancel_at is None:
                Import.objects.filter(pk=row.pk).update(goes_on=row.goes_on or goes_on)
                return queries.get_import(shop_id=shop_id, code=row.code)
            if row.state == ImportState.ASKED or not working.end_cancelled(row, moment):
                raise ImportRunning
        row = Import.objects.create(
            code=ids.new_code(),
            shop_id=shop_id,
            by_id=by_id,
            name=" ".join(name.split())[-120:] or "products.csv",
            digest=digest,
            size=len(data),
            mapping=chosen,
            goes_on=goes_on,
            created_at=moment,
            due_at=moment,
        )
        File.objects.create(of=row, data=data, created_at=moment)
    return queries.get_import(shop_id=shop_id, code=row.code)


def apply(
    *,
    shop_id: int,
    code: str,
    by_id: int,
    mapping: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> ImportView:
    """Say yes to an import; saying it again changes nothing. Other columns than checked are checked first.

    :raises ImportUnknown: the shop has none of this code.
    :raises ImportEnded: it was cancelled or given up.
    :raises ImportRefused: rows need a correction first.
    :raises MappingUnconfirmed: the columns were only guessed.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(shop_id, code)
        if row.state in (ImportState.ASKED, ImportState.DONE):
            return queries.get_import(shop_id=shop_id, code=code)
        if row.state not in OPEN:
            raise ImportEnded
        if mapping is not None and _fields(mapping) != row.mapping:
            _check(row, _fields(mapping), goes_on=True, at=moment)
        elif row.state == ImportState.WAITING:
            row.goes_on = True
        elif row.state == ImportState.STOPPED:
            if row.report.get("needs_mapping"):
                raise MappingUnconfirmed
            raise ImportRefused(count=row.report.get("figures", {}).get("errors", 0))
        else:
            row.state, row.due_at, row.tries = ImportState.ASKED, moment, 0
        row.by_id = by_id
        row.save(update_fields=["state", "due_at", "tries", "by", "goes_on", "mapping"])
    return queries.get_import(shop_id=shop_id, code=code)


def check_again(
    *, shop_id: int, code: str, mapping: Mapping[str, str], at: datetime | None = None
) -> ImportView:
    """Have the file read with these columns.

    :raises ImportUnknown: the shop has none of this code.
    :raises ImportEnded: it is done, cancelled, given up or being written.
    """
    with transaction.atomic():
        row = _locked(shop_id, code)
        if row.state not in OPEN or row.state == ImportState.ASKED:
            raise ImportEnded
        _check(row, _fields(mapping), goes_on=False, at=clock.at_or_now(at))
        row.save(update_fields=["state", "due_at", "tries", "goes_on", "mapping"])
    return queries.get_import(shop_id=shop_id, code=code)


def cancel(*, shop_id: int, code: str, by_id: int, at: datetime | None = None) -> ImportView:
    """Stop an import before it is written; whoever works at it hears of it within a second.

    :raises ImportUnknown: the shop has none of this code.
    :raises ImportEnded: it is done, or was given up.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(shop_id, code)
        if row.state == ImportState.CANCELLED:
            return queries.get_import(shop_id=shop_id, code=code)
        if row.state not in OPEN:
            raise ImportEnded
        if row.cancel_at is None:
            audit.record(actor_id=by_id, action="goods.import_cancel", subject=f"import:{row.code}")
        if not working.end_cancelled(row, moment):
            Import.objects.filter(pk=row.pk).update(cancel_at=moment)
    return queries.get_import(shop_id=shop_id, code=code)


def _locked(shop_id: int, code: str) -> Import:
    row = Import.objects.select_for_update().filter(shop_id=shop_id, code=code).first()
    if row is None:
        raise ImportUnknown
    return row


def _check(row: Import, mapping: dict[str, str], *, goes_on: bool, at: datetime) -> None:
    row.state, row.due_at, row.tries = ImportState.WAITING, at, 0
    row.mapping, row.goes_on = mapping, goes_on


def _fields(mapping: Mapping[str, str] | None) -> dict[str, str]:
    """The columns that were assigned to a field there is."""
    return {column[:200]: to for column, to in (mapping or {}).items() if to in IMPORT_FIELDS}
