"""Importing a product file: upload, a dry run that changes nothing, then all of it or nothing."""

from collections.abc import Mapping

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from jishi.goods.catalog.contracts import IMPORT_FIELDS, ColumnGuess, ImportIssue
from jishi.kernel import audit, http
from jishi.kernel.errors import DomainError
from jishi.surfaces.merchant import uploads
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import goods_csv, phrases

LARGEST = 20 * 1024 * 1024
SHOWN_ISSUES = 300


@staff
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take a file and go to its dry run."""
    fault = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None or not file.size:
            fault = gettext("Choose a file first.")
        elif file.size > LARGEST:
            fault = gettext("The file is larger than %(limit)s MB.") % {"limit": LARGEST >> 20}
        else:
            token = uploads.keep(desk.shop.id, file.read())
            return HttpResponseRedirect(reverse("merchant:import", args=[token]))
    return render(request, "merchant/upload.html", {"fault": fault}, status=422 if fault else 200)


@staff
@require_http_methods(["GET", "POST"])
def dry_run(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """Say what the file would do; with a yes, do it."""
    data = uploads.find(desk.shop.id, token)
    if data is None:
        raise Http404
    mapping = _mapping(request.POST) if request.method == "POST" else None
    if request.method == "POST" and request.POST.get("do") == "apply":
        answer = _apply(request, desk, data, mapping)
        if answer is not None:
            return answer
    try:
        seen = goods_csv.preview(shop_id=desk.shop.id, data=data, mapping=mapping)
    except DomainError as error:
        return render(request, "merchant/upload.html", {"fault": http.message_of(error)}, status=422)
    context = {
        "seen": seen,
        "plan": seen.plan,
        "created": seen.plan.count("create"),
        "updated": seen.plan.count("update"),
        "unchanged": seen.plan.count("unchanged"),
        "issues": [(issue, say(issue)) for issue in seen.plan.issues[:SHOWN_ISSUES]],
        "hidden": max(0, len(seen.plan.issues) - SHOWN_ISSUES),
        "columns": [(column, _chosen(column, mapping)) for column in seen.plan.columns],
        "mapping": list((mapping or {}).items()),
        "fields": IMPORT_FIELDS,
        "token": token,
    }
    return render(request, "merchant/import.html", context)


def _apply(
    request: HttpRequest, desk: Desk, data: bytes, mapping: Mapping[str, str] | None
) -> HttpResponse | None:
    """Import the file; None when it was refused and the report has to be shown again."""
    try:
        with transaction.atomic():
            done = goods_csv.run(shop_id=desk.shop.id, data=data, mapping=mapping)
            audit.record(
                actor_id=desk.person_id,
                action="goods.import",
                subject=f"shop:{desk.shop.code}",
                detail={
                    "created": done.created,
                    "updated": done.updated,
                    "prices": done.price_changes,
                    "stock": done.stock_changes,
                },
            )
    except DomainError as error:
        messages.error(request, http.message_of(error))
        return None
    uploads.drop(desk.shop.id, data)
    text = gettext("Imported: %(created)s new, %(updated)s changed, %(same)s as they were.")
    messages.success(
        request, text % {"created": done.created, "updated": done.updated, "same": done.unchanged}
    )
    return HttpResponseRedirect(reverse("merchant:goods"))


def say(issue: ImportIssue) -> str:
    """A line of the report in the reader's language."""
    return phrases.say(issue.message, issue.params)


def _mapping(data: Mapping[str, str]) -> dict[str, str] | None:
    """The columns somebody assigned; None when the form has none."""
    found = {}
    for name, column in data.items():
        place = name.removeprefix("column-")
        field = data.get(f"field-{place}", "")
        if place != name and field in IMPORT_FIELDS:
            found[column] = field
    return found or None


def _chosen(column: ColumnGuess, mapping: Mapping[str, str] | None) -> str:
    return column.field if mapping is None else mapping.get(column.column, "")
