"""How long things are kept, how often they are tried, and how a report is kept in a row."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from jishi.goods.catalog.contracts import ColumnGuess, ImportIssue
from jishi.goods.imports.contracts import Figures, Imported, Preview

FILE_KEPT = timedelta(days=3)
ROW_KEPT = timedelta(days=90)
MAX_TRIES = 3
RETRY_AFTER = timedelta(seconds=5)
UPLOADS_AN_HOUR = 60


def of_preview(seen: Preview) -> dict[str, Any]:
    """A dry run as plain values."""
    plan = seen.plan
    return {
        "figures": {
            "rows": plan.row_count,
            "created": plan.count("create"),
            "updated": plan.count("update"),
            "unchanged": plan.count("unchanged"),
            "prices": seen.price_changes,
            "stock": seen.stock_changes,
            "errors": plan.error_count,
        },
        "layout": plan.layout,
        "needs_mapping": plan.needs_mapping,
        "issues": [issue_row(issue) for issue in plan.issues],
        "columns": [[c.column, c.field, c.confidence, list(c.samples)] for c in plan.columns],
    }


def of_imported(done: Imported, rows: int) -> dict[str, Any]:
    """What an import did as plain values."""
    return {
        "figures": {
            "rows": rows,
            "created": done.created,
            "updated": done.updated,
            "unchanged": done.unchanged,
            "prices": done.price_changes,
            "stock": done.stock_changes,
        },
        "issues": [issue_row(issue) for issue in done.issues],
    }


def issue_row(issue: ImportIssue) -> list[Any]:
    """One line of a report as plain values."""
    return [issue.row, issue.level, issue.code, dict(issue.params)]


def figures(report: Mapping[str, Any]) -> Figures:
    """The numbers of a kept report."""
    return Figures(**report.get("figures", {}))


def columns(report: Mapping[str, Any]) -> tuple[ColumnGuess, ...]:
    """The columns of a kept report."""
    return tuple(ColumnGuess(name, to, sure, tuple(s)) for name, to, sure, s in report.get("columns", ()))
