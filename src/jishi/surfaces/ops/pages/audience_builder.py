"""The builder of segments: conditions with a live count, a sample and a sentence; lists from files."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from jishi.insight.portraits import operations as segments
from jishi.insight.portraits import queries as portraits
from jishi.insight.portraits.contracts import Preview
from jishi.insight.portraits.errors import RuleInvalid
from jishi.kernel import audit, http
from jishi.kernel.errors import DomainError
from jishi.surfaces.ops import audience_tables as tables
from jishi.surfaces.ops import rule_forms
from jishi.surfaces.ops.gate import operator, person

KEPT_IN_PAGE = 3000
LARGEST_FILE = 8_000_000


@operator
@require_http_methods(["GET", "POST"])
def build(request: HttpRequest, code: str = "") -> HttpResponse:
    """Write a rule: every button and change shows it again with its count; "save" keeps it."""
    old = portraits.get_segment(code) if code else None
    trouble = ""
    if request.method == "POST":
        tree = rule_forms.changed(rule_forms.read(request.POST), request.POST.get("do", ""))
        given: Any = request.POST
        if request.POST.get("do") == "save":
            try:
                saved = _save(request, code, tree)
                return _onward(request, reverse("ops:audience", args=[saved]))
            except DomainError as error:
                trouble = http.message_of(error)
    else:
        tree = rule_forms.from_rule(old.rule) if old is not None and old.rule else _asked(request)
        given = {"name": old.name, "meaning": old.meaning, "strategy": old.strategy} if old else {}
        given = {**given, "is_dynamic": "1" if old is None or old.is_dynamic else ""}
    found, refusal = _preview(tree)
    context = {
        "segment": old,
        "rows": rule_forms.rows(tree),
        "joins": rule_forms.joins(),
        "fields": _grouped(),
        "operators": rule_forms.operator_names(),
        "units": rule_forms.unit_names(),
        "given": given,
        "preview": found,
        "sample": tables.faces(found.sample) if found else (),
        "refusal": refusal,
        "unfinished": rule_forms.count_unfinished(tree),
        "share_bps": found.count * 10_000 // found.people if found and found.people else 0,
        "trouble": trouble,
        "currency": rule_forms.CURRENCY,
    }
    template = "ops/audiences/builder.html" if _is_part(request) else "ops/audiences/build.html"
    return render(request, template, context, status=422 if trouble and not _is_part(request) else 200)


@operator
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """A segment from a list of codes, addresses or numbers: first a report, then the segment."""
    report, trouble, lines = None, "", ""
    if request.method == "POST":
        lines = _lines(request)
        is_dry = request.POST.get("do") != "create"
        try:
            report = segments.upload_list(
                lines=lines.splitlines(),
                name=request.POST.get("name", ""),
                code=request.POST.get("code", ""),
                owner_id=person(request),
                dry_run=is_dry,
            )
            if not is_dry:
                detail = {"found": report.found, "lines": report.lines}
                audit.record(
                    actor_id=person(request),
                    action="segments.upload",
                    subject=f"segment:{report.code}",
                    detail=detail,
                )
                return HttpResponseRedirect(reverse("ops:audience", args=[report.code]))
        except DomainError as error:
            trouble = http.message_of(error)
    context = {
        "report": report,
        "trouble": trouble,
        "lines": lines if len(lines.splitlines()) <= KEPT_IN_PAGE else "",
        "is_long": len(lines.splitlines()) > KEPT_IN_PAGE,
        "given": request.POST,
        "lists": [one for one in portraits.list_segments() if one.kind == "static"],
    }
    return render(request, "ops/audiences/upload.html", context, status=422 if trouble else 200)


def _save(request: HttpRequest, code: str, tree: rule_forms.Group) -> str:
    rule = rule_forms.to_rule(tree)
    if rule is None or rule_forms.count_unfinished(tree):
        raise RuleInvalid(at="1")
    post, by = request.POST, person(request)
    values: dict[str, Any] = {
        "name": post.get("name", ""),
        "rule": rule,
        "meaning": post.get("meaning", ""),
        "strategy": post.get("strategy", ""),
        "is_dynamic": bool(post.get("is_dynamic")),
    }
    if code:
        segments.edit_segment(code=code, **values)
    else:
        code = segments.create_segment(owner_id=by, **values)
    segments.recompute(code=code)
    audit.record(actor_id=by, action="segments.save", subject=f"segment:{code}")
    messages.success(request, gettext("Saved"))
    return code


def _asked(request: HttpRequest) -> rule_forms.Group:
    """The line that a link asks for, such as `?field=tag:stage&value=loyal`, or an empty one."""
    field = rule_forms.fields().get(request.GET.get("field", ""))
    if field is None:
        return rule_forms.Group(nodes=(rule_forms.Condition(),))
    days = str(field.windows[-1]) if field.windows else ""
    values = tuple(request.GET.getlist("value"))
    return rule_forms.Group(nodes=(rule_forms.Condition(field.code, field.operators[0], values, days=days),))


def _preview(tree: rule_forms.Group) -> tuple[Preview | None, str]:
    rule = rule_forms.to_rule(tree)
    if rule is None:
        return None, ""
    try:
        return portraits.preview(rule), ""
    except DomainError as error:
        return None, http.message_of(error)


def _grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields under their headings, in words."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in rule_forms.fields().values():
        groups.setdefault(one.group, []).append((one.code, gettext(one.name)))
    names = rule_forms.group_names()
    return [(names[code], listed) for code, listed in groups.items()]


def _lines(request: HttpRequest) -> str:
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        return request.POST.get("lines", "")
    if (file.size or 0) > LARGEST_FILE:
        return ""
    text = file.read().decode("utf-8-sig", "replace")
    # Of a table only the first column counts.
    return "\n".join(line.split(",")[0].split("\t")[0] for line in text.splitlines())


def _onward(request: HttpRequest, url: str) -> HttpResponse:
    """To another page, also from a form that scripts send."""
    if not _is_part(request):
        return HttpResponseRedirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


def _is_part(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))
