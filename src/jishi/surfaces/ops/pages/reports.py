"""Reports in the console: what I look at first, what comes by itself, and notes that explain themselves."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.insight.metrics import queries as metrics
from jishi.insight.reports import operations as reports
from jishi.insight.reports import queries
from jishi.insight.reports.contracts import ReportDraft, ReportView
from jishi.insight.reports.errors import ReportInvalid
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import audience_tables as tables
from jishi.surfaces.ops import report_words as words
from jishi.surfaces.ops import teamwork
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

NEWEST = 5


@operator
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """My boards, what stands out, and what comes by itself."""
    me, language = person(request), request_facts.of(request).language
    if request.method == "POST":
        try:
            if request.POST.get("do") == "ready":
                reports.open_ready(person_id=me, language=language)
                messages.success(request, gettext("The ready boards are open."))
            else:
                reports.set_role(person_id=me, role=request.POST.get("role", ""))
        except DomainError as error:
            refusals.tell(request, error)
        return HttpResponseRedirect(reverse("ops:reports"))
    role = queries.role_of(me)
    context = {
        "role": role,
        "roles": list(words.roles().items()),
        "boards": queries.boards_of(role),
        "notes": words.lines(queries.list_notes(state="open", limit=NEWEST), language),
        "rows": [(one, words.periods()[one.draft.period]) for one in queries.list_reports()],
    }
    return render(request, "ops/reports/index.html", context)


@operator
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a scheduled report."""
    return _edit(request, None)


@operator
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a scheduled report."""
    return _edit(request, queries.get_report(code))


def _edit(request: HttpRequest, found: ReportView | None) -> HttpResponse:
    given: Any = found.draft if found else ReportDraft("", "", language=request_facts.of(request).language)
    team = people.list_operators()
    trouble = ""
    if request.method == "POST":
        by = person(request)
        try:
            given = _draft(request, {one.code: one.id for one in team})
            kept = reports.save(code=found.code if found else "", draft=given, by=by)
            audit.record(actor_id=by, action="reports.save", subject=f"report:{kept.code}")
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:report", args=[kept.code]))
        except DomainError as error:
            trouble = words.words(error)
    context = {
        "report": found,
        "given": given,
        "boards": metrics.list_boards(),
        "periods": list(words.periods().items()),
        "weekdays": words.weekdays(),
        "hours": range(24),
        "team": [(one, one.id in given.reader_ids) for one in team],
        "languages": (("zh-hans", "中文"), ("en", "English")),
        "trouble": trouble,
    }
    return render(request, "ops/reports/form.html", context, status=422 if trouble else 200)


@operator
@require_GET
def report(request: HttpRequest, code: str) -> HttpResponse:
    """One scheduled report with its issues."""
    found = queries.get_report(code)
    cards = people.list_people({*found.draft.reader_ids, *([found.owner_id] if found.owner_id else [])})
    board = next((one for one in metrics.list_boards() if one.code == found.draft.board_code), None)
    names = words.mail_states()
    context = {
        "report": found,
        "board": board,
        "period": words.periods()[found.draft.period],
        "weekday": dict(words.weekdays())[found.draft.weekday],
        "readers": [cards[one] for one in found.draft.reader_ids if one in cards],
        "issues": [
            (one, [(names[state], count) for state, count in one.mails.items()])
            for one in queries.list_issues(code)
        ],
    }
    return render(request, "ops/reports/report.html", context)


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Make the issue of the last whole period now, rest, or go on."""
    verb, by = request.POST.get("do", ""), person(request)
    onward = reverse("ops:report", args=[code])
    try:
        if verb == "issue":
            onward = reverse("ops:report_issue", args=[reports.issue_now(code=code)])
        elif verb in ("rest", "go_on"):
            reports.switch(code=code, is_on=verb == "go_on")
            messages.success(request, gettext("Done."))
        else:
            raise Http404
        audit.record(actor_id=by, action=f"reports.{verb}", subject=f"report:{code}")
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(onward)


@operator
@require_GET
def issue(request: HttpRequest, code: str) -> HttpResponseBase:
    """One issue, to be read, printed or taken as tables."""
    found = queries.get_issue(code)
    text = request.GET.get("table", "")
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else -1
    if tables.wants_csv(request) and 0 <= wanted < len(found.tables):
        one = found.tables[wanted]
        audit.record(actor_id=person(request), action="metrics.export", subject=f"issue:{code}")
        return tables.csv(request, f"report-{found.last}-{wanted + 1}", one.raw_columns, one.raw_rows)
    names = words.mail_states()
    context = {"issue": found, "mails": [(names[state], count) for state, count in found.mails.items()]}
    return render(request, "ops/reports/issue.html", context)


@operator
@require_GET
def notes(request: HttpRequest) -> HttpResponse:
    """Everything that stood out."""
    counts, names = queries.count_notes(), words.note_states()
    state = request.GET.get("state", "open")
    state = state if state in ("", *names) else "open"
    tabs = [(code, name, counts.get(code, 0)) for code, (name, _) in names.items()]
    tabs.append(("", gettext("All"), sum(counts.values())))
    rows = words.lines(queries.list_notes(state=state), request_facts.of(request).language)
    return render(request, "ops/reports/notes.html", {"rows": rows, "tabs": tabs, "state": state})


@operator
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, code: str) -> HttpResponse:
    """One note: what it says, why, who is behind it, and what the team says about it."""
    found, trouble = queries.get_note(code), ""
    if request.method == "POST":
        by = person(request)
        try:
            said = request.POST.get("said", "")
            reports.explain(code=code, state=request.POST.get("state", ""), said=said, by=by)
            audit.record(actor_id=by, action="reports.explain", subject=f"finding:{code}")
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:report_note", args=[code]))
        except ReportInvalid as error:
            trouble = words.words(error)
    board = teamwork.panel(request, f"finding:{code}")
    cards = {one.id: one for one in board["teamwork"].team}
    context = {
        "line": words.lines((found,), request_facts.of(request).language)[0],
        "by": cards.get(found.by_id or 0),
        "states": [(one, name) for one, (name, _) in words.note_states().items()],
        "trouble": trouble,
        **board,
    }
    return render(request, "ops/reports/note.html", context, status=422 if trouble else 200)


def _draft(request: HttpRequest, team: dict[str, int]) -> ReportDraft:
    post = request.POST
    chosen = [one for one in post.getlist("readers") if one in team]
    return ReportDraft(
        name=post.get("name", ""),
        board_code=post.get("board", "")[:12],
        period=post.get("period", ""),
        hour=_number(post.get("hour", "")),
        weekday=_number(post.get("weekday", "")),
        language=post.get("language", ""),
        reader_ids=tuple(team[one] for one in chosen),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else -1
