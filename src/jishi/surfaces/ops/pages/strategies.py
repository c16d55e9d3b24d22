"""Strategies in the console: whom they are for, what is done for them, and what came of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.growth.strategies import operations as strategies
from jishi.growth.strategies import queries
from jishi.growth.strategies.contracts import Outcome, StrategyView
from jishi.growth.teamwork import queries as tasks
from jishi.insight.portraits import queries as portraits
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import audience_tables as tables
from jishi.surfaces.ops import strategy_forms as forms
from jishi.surfaces.ops import teamwork
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats, refusals

PAGE_SIZE = 50
FIGURES = ("people", "buyers", "repeat")


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every stage, class and segment with what is done for it."""
    language = request_facts.of(request).language
    kept = {one.subject: one for one in queries.list_strategies()}
    sizes, newest = queries.sizes(), queries.newest_outcomes()
    open_tasks = tasks.count_open(_subjects(kept))
    cards = {one.id: one for one in people.list_operators()}
    known = {subject: gettext(name) for subject, (name, _) in queries.shipped_names().items()}
    known |= {f"segment:{one.code}": one.name for one in portraits.list_segments()}
    groups: dict[str, list[dict[str, Any]]] = {"stage": [], "rfm": [], "segment": []}
    for subject, name in known.items():
        found, outcome = kept.get(subject), newest.get(subject)
        groups[subject.partition(":")[0]].append(
            {
                "name": name,
                "href": address(subject),
                "strategy": found,
                "title": pick(found.draft.name, language) if found else "",
                "state": forms.states()[found.state] if found else None,
                "people": sizes.get(subject, 0),
                "owner": cards.get(found.draft.owner_id or 0) if found else None,
                "tasks": open_tasks.get(subject, 0),
                "headline": _headline(outcome, language) if found and outcome else "",
            }
        )
    names = {"stage": gettext("Stages of life"), "rfm": gettext("Classes of buyers")}
    names["segment"] = gettext("Segments")
    context = {"groups": [(code, names[code], rows) for code, rows in groups.items() if rows]}
    return render(request, "ops/strategies/index.html", context)


@operator
@require_GET
def strategy(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """What is done for some people and what came of it; the form where nobody wrote one yet."""
    return _page(request, f"{kind}:{key}")


def _page(
    request: HttpRequest, subject: str, form: forms.Form | None = None, trouble: str = ""
) -> HttpResponse:
    language = request_facts.of(request).language
    name, meaning = queries.name_of(subject)
    found, shipped = queries.find(subject), queries.template_for(subject)
    outcomes = queries.outcomes(code=found.code) if found else ()
    board = teamwork.panel(request, subject)
    cards = {one.id: one for one in board["teamwork"].team}
    form = form or (forms.filled(found.draft) if found else forms.of_template(shipped))
    kind, _, key = subject.partition(":")
    context = {
        "subject": subject,
        "kind": kind,
        "key": key,
        "people_name": gettext(name) if kind != "segment" else name,
        "meaning": gettext(meaning) if meaning and kind != "segment" else meaning,
        "strategy": found,
        "title": pick(found.draft.name, language) if found else "",
        "state": forms.states()[found.state] if found else None,
        "goal": forms.goals().get(found.draft.goal, "") if found else "",
        "sides": forms.said(found.draft.sides, language) if found else (),
        "owner": cards.get(found.draft.owner_id or 0) if found else None,
        "is_template": shipped is not None,
        "outcome": _outcome(found, outcomes[0], language) if found and outcomes else None,
        "costs": [
            (one, cards.get(one.by_id or 0)) for one in queries.list_costs(code=found.code)
        ] if found else [],
        "size": queries.sizes().get(subject, 0),
        "form": form,
        "fields": forms.fields(form),
        "goals": list(forms.goals().items()),
        "team": board["teamwork"].team,
        "trouble": trouble,
        "behind": _whom(subject),
        **board,
    }  # fmt: skip
    return render(request, "ops/strategies/strategy.html", context, status=422 if trouble else 200)


@operator
@require_POST
def do(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Write it, take the shipped one, begin, end, or book a cost."""
    subject, verb, by = f"{kind}:{key}", request.POST.get("do", ""), person(request)
    try:
        if verb == "save":
            form = forms.typed(request)
            try:
                strategies.save(subject=subject, draft=forms.draft_of(form), by=by)
            except DomainError as error:
                return _page(request, subject, form, forms.words(error))
            said = gettext("Saved.")
        elif verb == "adopt":
            strategies.adopt(subject=subject, owner_id=by, by=by)
            said = gettext("Taken as it is. Change whatever fits you better.")
        elif verb == "begin":
            strategies.begin(code=_code(subject), by=by)
            said = gettext("It begins. Its people are being counted; figures follow within a minute.")
        elif verb == "end":
            strategies.end(code=_code(subject), by=by)
            said = gettext("Ended. Its result stays.")
        elif verb == "spend":
            amount, key_of_form = forms.amount(request.POST.get("amount", "")), request.POST.get("once", "")
            strategies.spend(
                code=_code(subject),
                natural_key=f"hand:{subject}:{by}:{key_of_form[:30]}",
                amount_minor=amount,
                reason=request.POST.get("reason", ""),
                by=by,
            )
            said = gettext("Booked.")
        else:
            raise Http404
        audit.record(actor_id=by, action=f"strategies.{verb}", subject=subject)
        messages.success(request, said)
    except DomainError as error:
        if verb == "spend":
            return _page(request, subject, None, forms.words(error))
        refusals.tell(request, error)
    return HttpResponseRedirect(address(subject))


@operator
@require_GET
def behind(request: HttpRequest, kind: str, key: str) -> HttpResponseBase:
    """The people behind a figure of the board."""
    subject, get = f"{kind}:{key}", request.GET
    found = queries.find(subject)
    figure = get.get("figure", "people")
    figure = figure if figure in FIGURES else "people"
    stages = {one.code: gettext(one.name) for one in portraits.list_stages()}
    stage = get.get("stage", "") if get.get("stage", "") in stages else ""
    text = get.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    limit = 5000 if tables.wants_csv(request) else PAGE_SIZE + 1
    ids: tuple[int, ...] = ()
    if found is not None:
        ids = queries.people_behind(code=found.code, figure=figure, stage=stage, after=after, limit=limit)
    if tables.wants_csv(request):
        cards = people.list_people(ids)
        rows = ((cards[one].code, cards[one].nickname) for one in ids if one in cards)
        return tables.csv(request, "strategy-people", ("person", "name"), rows)
    audit.record(
        actor_id=person(request), action="people.list", subject="people", detail=dict(request.GET.items())
    )
    titles = {
        "people": gettext("For whom it began"),
        "buyers": gettext("Bought since then"),
        "repeat": gettext("Bought twice or more since then"),
    }
    context = {
        "lines": tables.faces(portraits.lines(ids[:PAGE_SIZE])),
        "next_after": ids[PAGE_SIZE - 1] if len(ids) > PAGE_SIZE else None,
        "title": f"{titles[figure]} · {stages[stage]}" if stage else titles[figure],
        "count": None,
    }
    return render(request, "ops/audiences/behind.html", context)


def address(subject: str) -> str:
    """The page of a subject's strategy."""
    kind, _, key = subject.partition(":")
    return reverse("ops:strategy_of", args=[kind, key])


def _code(subject: str) -> str:
    found = queries.find(subject)
    if found is None:
        raise Http404
    return found.code


def _subjects(kept: dict[str, StrategyView]) -> list[str]:
    return list(kept)


def _whom(subject: str) -> str:
    """Where the people of a subject are listed now."""
    kind, _, key = subject.partition(":")
    if kind == "segment":
        return reverse("ops:audience", args=[key])
    if kind == "stage":
        return f"{reverse('ops:people_behind')}?stage={key}"
    return tables.behind(tables.one_of("tag:rfm", key))


def _headline(outcome: Outcome, language: str) -> str:
    change = queries.changes(outcome)["orders"]
    if change.own_bps is None:
        return ""
    return gettext("orders %(change)s, everybody else %(others)s") % {
        "change": _signed(change.own_bps, language),
        "others": _signed(change.else_bps, language),
    }


def _outcome(found: StrategyView, outcome: Outcome, language: str) -> dict[str, Any]:
    """The result board: each figure before and after, with everybody else beside it."""
    names = {
        "orders": gettext("Orders"),
        "gmv_minor": gettext("Paid"),
        "buyers": gettext("People who bought"),
        "repeat": gettext("Bought twice or more"),
    }
    rows = []
    list_of = reverse("ops:strategy_behind", args=[found.kind, found.key])
    for code, change in queries.changes(outcome).items():
        before, after = getattr(outcome.before, code), getattr(outcome.after, code)
        shown = [
            formats.money(one, outcome.currency, language)
            if code == "gmv_minor"
            else formats.number(one, language)
            for one in (before, after)
        ]
        rows.append(
            {
                "code": code,
                "name": names[code],
                "before": shown[0],
                "after": shown[1],
                "own": _signed(change.own_bps, language),
                "others": _signed(change.else_bps, language),
                "beyond": _signed(change.beyond_bps, language),
                "tone": "" if change.beyond_bps is None else "good" if change.beyond_bps > 0 else "bad",
                "href": f"{list_of}?figure={code}" if code in FIGURES else "",
                "is_goal": code == forms.FIGURE_OF.get(found.draft.goal),
            }
        )
    stages = {one.code: gettext(one.name) for one in portraits.list_stages()}
    higher, same, lower = queries.moved(outcome)
    gained = outcome.after.gmv_minor - outcome.before.gmv_minor
    return {
        "rows": rows,
        "days": max(1, outcome.hours // 24),
        "is_young": outcome.hours < 7 * 24,
        "people": outcome.before.people,
        "people_href": f"{list_of}?figure=people",
        "higher": higher,
        "same": same,
        "lower": lower,
        "moves": [
            (
                stages.get(one.before, "–"),
                stages.get(one.after, "–"),
                one.people,
                f"{list_of}?stage={one.after}",
            )
            for one in outcome.moves
            if one.before != one.after
        ],
        "gained": formats.money(gained, outcome.currency, language),
        "measured_at": outcome.measured_at,
    }


def _signed(bps: int | None, language: str) -> str:
    if bps is None:
        return "–"
    text = formats.percent(abs(bps), language)
    return f"−{text}" if bps < 0 else f"+{text}"
