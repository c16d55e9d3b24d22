"""Importing a product file: upload, a dry run that changes nothing, then all of it or nothing.

The pages only ask; a worker reads and writes (see :mod:`jishi.goods.imports`), and the page of an open import
looks again until it has ended.
"""

from collections.abc import Iterator, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.goods.catalog.contracts import IMPORT_FIELDS, ColumnGuess, ImportIssue
from jishi.goods.imports import operations as imports
from jishi.goods.imports import queries
from jishi.goods.imports.contracts import MAX_BYTES, PHASES, ImportView
from jishi.kernel import http
from jishi.kernel.errors import N_, DomainError
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import phrases, refusals, spreadsheet

SHOWN_ISSUES = 300
STATES = {
    "waiting": (N_("Being checked"), "gold"),
    "ready": (N_("Waits for your yes"), "gold"),
    "stopped": (N_("Needs corrections"), "bad"),
    "asked": (N_("Being imported"), "gold"),
    "done": (N_("Imported"), "ok"),
    "cancelled": (N_("Cancelled"), ""),
    "failed": (N_("Given up"), "bad"),
}
PHASE_TEXTS = {
    "": N_("Waiting for its turn"),
    "reading": N_("Reading the file"),
    "comparing": N_("Comparing with your goods"),
    "products": N_("Writing goods"),
    "prices": N_("Writing prices"),
    "stock": N_("Writing stock counts"),
}
LEVELS = {"error": N_("Error"), "warning": N_("Warning"), "note": N_("Remark")}


@staff
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take a file and go to its import."""
    fault = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None or not file.size:
            fault = gettext("Choose a file first.")
        elif file.size > MAX_BYTES:
            fault = gettext("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES >> 20}
        else:
            try:
                found = imports.upload(
                    shop_id=desk.shop.id, by_id=desk.person_id, data=file.read(), name=file.name or ""
                )
                return HttpResponseRedirect(reverse("merchant:import", args=[found.code]))
            except DomainError as error:
                fault = http.message_of(error)
    past = [(view, *_state(view)) for view in queries.list_imports(shop_id=desk.shop.id)]
    context = {"fault": fault, "past": past}
    return render(request, "merchant/upload.html", context, status=422 if fault else 200)


@staff
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Say what the file would do, how far it is, or what it did; with a yes, have it done."""
    view = queries.get_import(shop_id=desk.shop.id, code=code)
    if request.method == "POST":
        try:
            _do(request, desk, code)
        except DomainError as error:
            refusals.tell(request, error)
        return HttpResponseRedirect(reverse("merchant:import", args=[code]))
    words, tone = _state(view)
    context = {
        "view": view,
        "seen": view.figures,
        "state": words,
        "tone": tone,
        "phase": gettext(PHASE_TEXTS[view.phase]),
        "step": PHASES.index(view.phase) + 1 if view.phase else 0,
        "steps": len(PHASES) if view.state == "asked" else 2,
        "refusal": phrases.say(view.refusal, view.refusal_params) if view.refusal else "",
        "issues": [(issue, say(issue)) for issue in view.issues[:SHOWN_ISSUES]],
        "hidden": max(0, len(view.issues) - SHOWN_ISSUES),
        "columns": [(column, _chosen(column, view.mapping)) for column in view.columns],
        "fields": IMPORT_FIELDS,
    }
    template = "merchant/parts/import.html" if request.GET.get("part") else "merchant/import.html"
    return render(request, template, context)


@staff
@require_GET
def issues(request: HttpRequest, desk: Desk, code: str) -> StreamingHttpResponse:
    """The report as a table, every line of it."""
    view = queries.get_import(shop_id=desk.shop.id, code=code)
    header = [gettext("Row"), gettext("Kind"), gettext("What")]
    response = StreamingHttpResponse(
        spreadsheet.lines(header, _issue_rows(view)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="import-{view.code}.csv"'
    return response


def _issue_rows(view: ImportView) -> Iterator[tuple[int | str, str, str]]:
    for issue in view.issues:
        yield issue.row or "", gettext(LEVELS[issue.level]), say(issue)


def _do(request: HttpRequest, desk: Desk, code: str) -> None:
    """What the pressed button asks for."""
    verb, mapping = request.POST.get("do", ""), _mapping(request.POST)
    if verb == "apply":
        imports.apply(shop_id=desk.shop.id, code=code, by_id=desk.person_id, mapping=mapping)
    elif verb == "preview":
        imports.check_again(shop_id=desk.shop.id, code=code, mapping=mapping or {})
    elif verb == "cancel":
        imports.cancel(shop_id=desk.shop.id, code=code, by_id=desk.person_id)
        messages.info(request, gettext("Nothing of this file will be written."))


def say(issue: ImportIssue) -> str:
    """A line of the report in the reader's language."""
    return phrases.say(issue.message, issue.params)


def _state(view: ImportView) -> tuple[str, str]:
    """What an import is called, and its tone."""
    words, tone = STATES[view.state]
    return (gettext("Being stopped"), "gold") if view.is_cancelling else (gettext(words), tone)


def _mapping(data: Mapping[str, str]) -> dict[str, str] | None:
    """The columns somebody assigned; None when the form has none."""
    found = {}
    for name, column in data.items():
        place = name.removeprefix("column-")
        field = data.get(f"field-{place}", "")
        if place != name and field in IMPORT_FIELDS:
            found[column] = field
    return found or None


def _chosen(column: ColumnGuess, mapping: Mapping[str, str]) -> str:
    return mapping.get(column.column, "") if mapping else column.field
