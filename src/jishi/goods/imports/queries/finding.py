"""Imports of one shop. The caller has checked that the viewer works there."""

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ImportIssue
from jishi.goods.imports import rules
from jishi.goods.imports.contracts import OPEN, ImportState, ImportView
from jishi.goods.imports.errors import ImportUnknown
from jishi.goods.imports.models import File, Import

NEWEST = 10


def get_import(*, shop_id: int, code: str) -> ImportView:
    """One import with its whole report.

    :raises ImportUnknown: the shop has none of this code.
    """
    row = Import.objects.filter(shop_id=shop_id, code=code).first()
    if row is None:
        raise ImportUnknown
    return view(row, has_file=File.objects.filter(pk=row.pk).exists(), is_whole=True)


def list_imports(*, shop_id: int, limit: int = NEWEST) -> list[ImportView]:
    """The newest imports of a shop without their reports' lines."""
    rows = list(Import.objects.filter(shop_id=shop_id).order_by("-id")[:limit])
    kept = set(File.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [view(row, has_file=row.pk in kept) for row in rows]


def view(row: Import, *, has_file: bool, is_whole: bool = False) -> ImportView:
    """A row as the frozen view of it; lines and columns only on wish, as there may be thousands."""
    report = row.report
    return ImportView(
        code=row.code,
        shop_id=row.shop_id,
        name=row.name,
        size=row.size,
        state=ImportState(row.state),
        phase=row.phase,
        done=row.done_count,
        total=row.total_count,
        is_cancelling=row.cancel_at is not None and row.state in OPEN,
        figures=rules.figures(report),
        layout=report.get("layout", ""),
        needs_mapping=report.get("needs_mapping", False),
        refusal=report.get("refusal", ""),
        refusal_params=report.get("refusal_params", {}),
        created_at=row.created_at,
        ended_at=row.ended_at,
        has_file=has_file,
        issues=_issues(row) if is_whole else (),
        columns=rules.columns(report) if is_whole else (),
        mapping=row.mapping,
    )


def _issues(row: Import) -> tuple[ImportIssue, ...]:
    return tuple(
        catalog_queries.import_issue(code, level=level, row=number, **params)
        for number, level, code, params in row.report.get("issues", ())
    )
