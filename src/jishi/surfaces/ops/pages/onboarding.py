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
from jishi.growth.onboarding.contracts import MAX_STEPS, Gift, Spent, Step, StepKind
from jishi.growth.onboarding.errors import PathInvalid
from jishi.kernel import audit
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import slot_forms, teamwork
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats

SPANS = (7, 28, 90)
TEXTS = ("title_zh", "title_en", "text_zh", "text_en")


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
        "gifts": _gifts(board.path.number, language),
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
    rows, spent = [_shown(one) for one in current.steps], queries.get_spent(current.number)
    budget = f"{spent.budget_minor / 100:.2f}"
    if request.method == "POST":
        rows, budget = _typed(request), request.POST.get("budget", "0")[:16]
        try:
            steps = [_step(one) for one in rows if one["kind"]]
            onboarding.lay_out(steps=steps, by=person(request), budget_minor=_cents(budget))
        except PathInvalid as error:
            row = int(error.fields.get("row", -1))
            field = slot_forms.field_name(str(error.fields["field"]))
            trouble = gettext("Please check: %(field)s.") % {"field": field}
        else:
            messages.success(request, gettext("Saved. Whoever is on the way stays on their path."))
            return HttpResponseRedirect(reverse("ops:onboarding"))
    empty = {"kind": "", "needed": "1", "cost": "0.00", **dict.fromkeys(("gift", *TEXTS), "")}
    rows = [*rows, *[dict(empty) for _ in range(MAX_STEPS - len(rows))]]
    context = {
        "rows": rows,
        "kinds": kinds(),
        "trouble": trouble,
        "row": row,
        "path": current,
        "budget": budget,
        "gifts": [
            (gettext(name), [(f"{kind}:{key}", words) for key, words in choices])
            for kind, name, choices in queries.list_gifts()
            if choices
        ],
    }
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


def _gifts(number: int, language: str) -> tuple[Spent, str, str] | None:
    """What gifts of a path cost, in words; None where it has none."""
    spent = queries.get_spent(number)
    if not (spent.budget_minor or spent.given or spent.refused or spent.over):
        return None

    def money(value: int) -> str:
        return formats.money(value, "CNY", language)

    return spent, money(spent.spent_minor), money(spent.budget_minor)


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
        "gift": f"{step.gift.kind}:{step.gift.value}" if step.gift else "",
        "cost": f"{(step.gift.cost_minor if step.gift else 0) / 100:.2f}",
    }


def _typed(request: HttpRequest) -> list[dict[str, str]]:
    """The rows of the form; a step without a gift needs neither of a gift's fields."""
    names = ("kind", "needed", *TEXTS)
    columns = [request.POST.getlist(name)[:MAX_STEPS] for name in names]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False)]
    gifts, costs = request.POST.getlist("gift"), request.POST.getlist("cost")
    for number, row in enumerate(rows):
        row["gift"] = gifts[number] if number < len(gifts) else ""
        row["cost"] = costs[number] if number < len(costs) else "0"
    return rows


def _step(row: dict[str, str]) -> Step:
    needed = row["needed"].strip()
    number = int(needed) if needed.isascii() and needed.isdecimal() and len(needed) < 4 else 0
    what, _, value = row["gift"].partition(":")
    gift = Gift(what, value, _cents(row["cost"])) if what else None
    return Step(row["kind"], number, slot_forms.words(row, "title"), slot_forms.words(row, "text"), gift)


def _cents(text: str) -> int:
    """An amount that was typed, in its smallest unit; what is none is below every limit."""
    whole, _, part = text.strip().replace(",", ".").partition(".")
    if not (whole or "0").isdecimal() or not (part or "0").isdecimal() or len(whole) > 8 or len(part) > 2:
        return -1
    return int(whole or 0) * 100 + int((part + "00")[:2])
