"""Answers of metrics as people read them in mails and files, and as a table that a spreadsheet opens.

Consoles word their own tables with links; what leaves the house is plain.
"""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jishi.insight.metrics import queries as metrics
from jishi.insight.metrics.contracts import Column, Metric, Result, Unit
from jishi.insight.reports.contracts import MOST_ROWS, IssueView, TableView

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def table(name: str, metric: Metric, params: Mapping[str, str], result: Result) -> dict[str, Any]:
    """One table as it is kept: worded cells, and the numbers as they were computed."""
    # A report leaves the house: nobody is named in it, by number or otherwise.
    columns = [one for one in metric.columns if one.code in result.columns and one.unit is not Unit.PERSON]
    rows = result.as_dicts()[:MOST_ROWS]
    return {
        "name": name,
        "meaning": gettext(metric.meaning),
        "columns": [gettext(one.label) for one in columns],
        "rows": [[word(one, row[one.code], params) for one in columns] for row in rows],
        "raw_columns": [one.code for one in columns],
        "raw_rows": [[row[one.code] for one in columns] for row in result.as_dicts()],
        "trouble": "",
    }


def trouble(name: str, words: str) -> dict[str, Any]:
    """A table that could not be made, with the reason."""
    empty: dict[str, Any] = {key: [] for key in ("columns", "rows", "raw_columns", "raw_rows")}
    return {"name": name, "meaning": "", **empty, "trouble": words}


def view(kept: Mapping[str, Any]) -> TableView:
    """A kept table."""
    return TableView(
        name=kept["name"],
        meaning=kept["meaning"],
        columns=tuple(kept["columns"]),
        rows=tuple(tuple(row) for row in kept["rows"]),
        raw_columns=tuple(kept["raw_columns"]),
        raw_rows=tuple(tuple(row) for row in kept["raw_rows"]),
        trouble=kept["trouble"],
    )


def word(column: Column, value: Any, params: Mapping[str, str]) -> str:
    """One value in words."""
    if value is None:
        return ""
    if column.unit in (Unit.BUCKET, Unit.DAY) and isinstance(value, int):
        grain = params.get("grain", "day") if column.unit is Unit.BUCKET else "day"
        return metrics.bucket_text(value, grain) or gettext("The whole period")
    if column.unit is Unit.STEP and isinstance(value, int):
        steps = params.get("steps", "").split(",")
        return event_name(steps[value - 1]) if 0 < value <= len(steps) else str(value)
    scales = {Unit.MINOR: (100, 2, ""), Unit.BPS: (100, 1, "%"), Unit.PERCENT: (100, 2, "")}
    scales[Unit.MILLI] = (1000, 2, "")
    if column.unit in scales and isinstance(value, int):
        by, digits, sign = scales[column.unit]
        return f"{value / by:,.{digits}f}{sign}"
    if isinstance(value, int):
        return f"{value:,}"
    return event_name(str(value)) if column.unit is Unit.KIND else str(value)


def event_name(code: str) -> str:
    """A kind of event in words."""
    name = metrics.event_names().get(code)
    return gettext(name) if name else code


def html(issue: IssueView, title: str, base: str) -> str:
    """An issue as a mail shows it; plain tables, because mail programs know little else."""
    return format_html(
        '<html><body><h1>{}</h1><p>{} – {}</p>{}{}<p><a href="{}">{}</a></p></body></html>',
        title,
        issue.first.isoformat(),
        issue.last.isoformat(),
        _notes(issue.notes),
        format_html_join("", "{}", ((_table(one),) for one in issue.tables)),
        f"{base}/ops/reports/issues/{issue.code}/",
        gettext("In the console"),
    )


def text(issue: IssueView, title: str) -> str:
    """An issue in plain words, for programs that show no tables."""
    lines = [title, f"{issue.first} – {issue.last}", "", *issue.notes, ""]
    for one in issue.tables:
        lines.append(one.name)
        lines += [one.trouble] if one.trouble else [" · ".join(row) for row in one.rows[:10]]
        lines.append("")
    return "\n".join(lines)


def file(found: TableView) -> str:
    """A table as CSV; what a person typed can never become a formula in somebody's spreadsheet."""
    buffer = StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(found.raw_columns)
    writer.writerows([_cell(one) for one in row] for row in found.raw_rows)
    return buffer.getvalue()


def _notes(notes: Sequence[str]) -> SafeString:
    if not notes:
        return SafeString("")
    items = format_html_join("", "<li>{}</li>", ((one,) for one in notes))
    return format_html("<h2>{}</h2><ul>{}</ul>", gettext("What stands out"), items)


def _table(found: TableView) -> SafeString:
    if found.trouble:
        return format_html("<h2>{}</h2><p>{}</p>", found.name, found.trouble)
    head = format_html_join("", '<th align="left">{}</th>', ((one,) for one in found.columns))
    rows = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", "<td>{}</td>", ((one,) for one in row)),) for row in found.rows),
    )
    return format_html(
        '<h2>{}</h2><p>{}</p><table cellpadding="6" border="0"><tr>{}</tr>{}</table>',
        found.name,
        found.meaning,
        head,
        rows,
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    said = str(value)
    return f"'{said}" if said.lstrip(" ;,|'").startswith(FORMULA_STARTS) else said
