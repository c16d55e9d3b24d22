"""First steps in the console: where newcomers stop, who they are, and laying out the path."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.growth.onboarding import operations as onboarding
from jishi.growth.onboarding import queries
from jishi.growth.onboarding.contracts import MAX_STEPS, Step, StepKind
from jishi.growth.onboarding.errors import PathInvalid
from jishi.kernel import audit
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import slot_forms, teamwork
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats

SPANS = (7, 28, 90)


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The board: arrived, stopped, how long it took, week by week."""
    language = request_facts.of(request).language
    days, path = _chosen(request)
    board = queries.board(days=days, path=path)
    whole = max(1, board.people)
    context = {
        "board": board,
        "lines": [
            {
                "line": one,
                "name": pick(one.step.title, language),
                "arrived": formats.percent(one.arrived * 10_000 // whole, language),
                "width": one.arrived * 1000 // whole,
                "lost": one.stopped * 1000 // whole,
                "hours": _hours(one.median_h),
            }
            for one in board.lines
        ],
        "share": formats.percent(board.finished * 10_000 // whole, language),
        "worst": max(board.lines, key=lambda one: one.stopped, default=None),
        "weeks": [
            (
                formats.day(date(one.begins_at.year, one.begins_at.month, one.begins_at.day), language),
                one.people,
                one.finished,
                formats.percent(one.finished * 10_000 // max(1, one.people), language),
            )
            for one in board.weeks
        ],
        "days": days,
        "spans": SPANS,
        "numbers": queries.list_numbers(),
        **teamwork.panel(request, "onboarding:path"),
    }
    return render(request, "ops/onboarding/index.html", context)


@operator
@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """For whom a step is the first one missing; every look is written down."""
    days, path = _chosen(request)
    kind = request.GET.get("step", "")[:12]
    ids = queries.list_stopped(kind, days=days, path=path)
    cards = people.list_people(set(ids))
    audit.record(
        actor_id=person(request), action="onboarding.people", subject="onboarding", detail={"step": kind}
    )
    steps = {str(one.kind): one for one in queries.get_path(path).steps}
    context = {
        "people": [cards[one] for one in ids if one in cards],
        "name": pick(steps[kind].title, request_facts.of(request).language) if kind in steps else "",
        "days": days,
    }
    return render(request, "ops/onboarding/behind.html", context)


@operator
@require_http_methods(["GET", "POST"])
def path(request: HttpRequest) -> HttpResponse:
    """Lay out the path for whoever joins from now on."""
    trouble, row = "", -1
    current = queries.get_path()
    rows = [_shown(one) for one in current.steps]
    if request.method == "POST":
        rows = _typed(request)
        try:
            steps = [_step(one) for one in rows if one["kind"]]
            onboarding.lay_out(steps=steps, by=person(request))
        except PathInvalid as error:
            row = int(error.fields.get("row", -1))
            field = slot_forms.field_name(str(error.fields["field"]))
            trouble = gettext("Please check: %(field)s.") % {"field": field}
        else:
            messages.success(request, gettext("Saved. Whoever is on the way stays on their path."))
            return HttpResponseRedirect(reverse("ops:onboarding"))
    empty = {"kind": "", "needed": "1", "title_zh": "", "title_en": "", "text_zh": "", "text_en": ""}
    rows = [*rows, *[dict(empty) for _ in range(MAX_STEPS - len(rows))]]
    context = {"rows": rows, "kinds": kinds(), "trouble": trouble, "row": row, "path": current}
    return render(request, "ops/onboarding/path.html", context, status=422 if trouble else 200)


def kinds() -> list[tuple[str, str]]:
    """What can be a step, in words."""
    return [
        (StepKind.INTERESTS, gettext("Picks topics")),
        (StepKind.FOLLOW, gettext("Follows people")),
        (StepKind.SAVE, gettext("Keeps notes")),
        (StepKind.LIKE, gettext("Likes notes")),
        (StepKind.TEAM, gettext("Buys in a team")),
        (StepKind.ORDER, gettext("Pays orders")),
        (StepKind.NOTE, gettext("Publishes notes")),
        (StepKind.SHARE, gettext("A friend opens their link")),
    ]


def _chosen(request: HttpRequest) -> tuple[int, int | None]:
    days, number = request.GET.get("days", ""), request.GET.get("path", "")
    span = int(days) if days in {str(one) for one in SPANS} else 28
    known = {str(one): one for one in queries.list_numbers()}
    return span, known.get(number)


def _hours(hours: float | None) -> str:
    if hours is None:
        return "–"
    if hours < 48:
        return gettext("%(n)s h") % {"n": f"{hours:.1f}"}
    return gettext("%(n)s days") % {"n": f"{hours / 24:.1f}"}


def _shown(step: Step) -> dict[str, str]:
    return {
        "kind": str(step.kind),
        "needed": str(step.needed),
        "title_zh": step.title.get("zh-hans", ""),
        "title_en": step.title.get("en", ""),
        "text_zh": step.text.get("zh-hans", ""),
        "text_en": step.text.get("en", ""),
    }


def _typed(request: HttpRequest) -> list[dict[str, str]]:
    names = ("kind", "needed", "title_zh", "title_en", "text_zh", "text_en")
    columns = [request.POST.getlist(name)[:MAX_STEPS] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False)]


def _step(row: dict[str, str]) -> Step:
    needed = row["needed"].strip()
    number = int(needed) if needed.isascii() and needed.isdecimal() and len(needed) < 4 else 0
    return Step(row["kind"], number, slot_forms.words(row, "title"), slot_forms.words(row, "text"))
