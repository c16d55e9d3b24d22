"""Experiments in the console: what runs, making one with a plan, starting with a second person, reading."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import ExperimentView, ReadOut, State
from jishi.insight.experiments.errors import ExperimentInvalid
from jishi.kernel import audit, http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import experiment_forms as forms
from jishi.surfaces.ops import experiment_words as words
from jishi.surfaces.ops import factor_words
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals, spreadsheet

ORDER = (State.RUNNING, State.PAUSED, State.DRAFT, State.STOPPED, State.DECIDED)


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every experiment, by state."""
    counts, names = queries.count_states(), words.states()
    state = request.GET.get("state", "")
    state = state if state in names else ""
    tabs = [("", gettext("All"), sum(counts.values()))]
    tabs += [(one, names[one][0], counts.get(one, 0)) for one in ORDER]
    places, found = forms.place_names(), queries.list_experiments(state=state)
    rows = [(one, *names[one.state], places.get(one.draft.slot, one.draft.slot)) for one in found]
    prices = [(one, *names[one.state]) for one in queries.list_switchbacks() if state in ("", one.state)]
    context = {"rows": rows, "tabs": tabs, "state": state, "layers": queries.list_layers(), "prices": prices}
    return render(request, "ops/experiments/index.html", context)


@operator
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a draft; the planner answers without keeping anything."""
    form, trouble = forms.typed(request), ""
    if request.method == "POST" and request.POST.get("do") != "plan":
        try:
            code = experiments.create(draft=forms.draft_of(form), owner_id=person(request))
        except DomainError as error:
            trouble = _words(error)
        else:
            messages.success(request, gettext("Kept as a draft. Nobody is shown anything yet."))
            return HttpResponseRedirect(reverse("ops:experiment", args=[code]))
    return _form(request, form, trouble)


@operator
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a draft."""
    found = queries.get_experiment(code)
    form = forms.typed(request) if request.method == "POST" else forms.filled(found.draft)
    trouble = ""
    if request.method == "POST" and request.POST.get("do") != "plan":
        try:
            experiments.edit(code=code, draft=forms.draft_of(form), by=person(request))
        except DomainError as error:
            trouble = _words(error)
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:experiment", args=[code]))
    return _form(request, form, trouble, found)


def _form(
    request: HttpRequest, form: forms.Form, trouble: str, found: ExperimentView | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "given": form.given,
        "arms": forms.arm_rows(form),
        "trouble": trouble,
        "experiment": found,
        "choices": forms.choices(),
        "names": list(forms.measure_names().items()),
        "audiences": forms.audiences(),
        "plan": forms.plan_of(form),
        "free": queries.free_share(form.given["layer"][:40]),
    }
    return render(request, "ops/experiments/form.html", context, status=422 if trouble else 200)


@operator
@require_GET
def experiment(request: HttpRequest, code: str) -> HttpResponse:
    """One experiment: what was asked, who was shown what, what is known."""
    language = request_facts.of(request).language
    found, measures = queries.get_experiment(code), queries.list_measures()
    read, arms = queries.read_out(code), words.names(found)
    counts = queries.count_arms(code)
    who = {one for one in (found.owner_id, found.asked.by_id if found.asked else None) if one}
    cards = people.list_people(who)
    whole = sum(arm.weight for arm in found.draft.arms)
    context = {
        "experiment": found,
        "draft": found.draft,
        "state": words.states()[found.state],
        "place": forms.place_names().get(found.draft.slot, found.draft.slot),
        "arms": [
            (arm, arms[arm.key], counts.get(arm.key, 0), f"{arm.weight / whole:.1%}")
            for arm in found.draft.arms
        ],
        "exposed": sum(counts.values()),
        "goal": min(100, sum(counts.values()) * 100 // max(1, found.draft.planned_n)),
        "read": read,
        "ripe": sum(read.ripe.values()) if read else 0,
        "lines": words.lines(read.readings, arms, measures, language) if read else [],
        "guards": words.guard_rows(read.guarded, arms, measures) if read else [],
        "segments": words.lines(read.segments, arms, measures, language) if read else [],
        "together": factor_words.boards(found, read.factorials, arms, measures, language) if read else [],
        "owner": cards.get(found.owner_id or 0),
        "asker": cards.get(found.asked.by_id or 0) if found.asked else None,
        "asked_verb": words.verbs().get(found.asked.verb, "") if found.asked else "",
        "is_mine": found.asked is not None and found.asked.by_id == person(request),
        "decision": arms.get(found.decision, gettext("none of them")) if found.decision else "",
        "paused_by": words.paused_words(found.pause_reason, read.guarded if read else (), arms, measures),
        "decisions": [*arms.items(), ("none", gettext("none of them"))],
    }
    return render(request, "ops/experiments/experiment.html", context)


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, confirm, take back, pause, stop, or throw a draft away."""
    verb, by, post = request.POST.get("do", ""), person(request), request.POST
    onward = reverse("ops:experiment", args=[code])
    try:
        if verb in ("start", "resume", "decide"):
            experiments.ask(
                code=code,
                verb=verb,
                by=by,
                decision=post.get("decision", ""),
                reason=post.get("reason", "").strip()[:500],
            )
            messages.success(request, gettext("Asked. A second person has to confirm it."))
        elif verb == "confirm":
            experiments.confirm(code=code, by=by)
            messages.success(request, gettext("Confirmed."))
        elif verb == "withdraw":
            experiments.withdraw(code=code, by=by)
        elif verb == "pause":
            experiments.pause(code=code, by=by)
            messages.success(request, gettext("Paused. Within seconds nobody is shown it any more."))
        elif verb == "stop":
            experiments.stop(code=code, by=by)
            messages.success(request, gettext("Stopped. One more reading follows when the last window ends."))
        elif verb == "discard":
            experiments.discard(code=code, by=by)
            onward = reverse("ops:experiments")
    except ExperimentInvalid as error:
        messages.error(request, _words(error))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(onward)


@operator
@require_GET
def export(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The newest reading as a table; that it was taken is written down."""
    found = queries.read_out(code)
    audit.record(actor_id=person(request), action="experiments.export", subject=f"experiment:{code}")

    def rows() -> Iterator[tuple[object, ...]]:
        yield from _effects(found)
        for one in (*found.readings, *found.segments) if found else ():
            yield (
                *(one.measure, one.segment, one.arm, one.n, one.n_control),
                *(_digits(one.mean), _digits(one.mean_control), _digits(one.once.value)),
                *(_digits(one.always.low), _digits(one.always.high), _digits(one.always.p)),
                *(_digits(one.once.low), _digits(one.once.high), _digits(one.once.p)),
                *(_digits(one.lift.value), _digits(one.variance_ratio)),
                "" if one.p_corrected is None else _digits(one.p_corrected),
            )

    header = (
        *("measure", "segment", "arm", "n", "n_control", "mean_e6", "mean_control_e6", "difference_e6"),
        *("always_low_e6", "always_high_e6", "always_p_e6", "once_low_e6", "once_high_e6", "once_p_e6"),
        *("lift_e6", "variance_ratio_e6", "p_corrected_e6"),
    )
    response = StreamingHttpResponse(
        spreadsheet.lines(header, rows()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="experiment-{code}.csv"'
    return response


def _effects(found: ReadOut | None) -> Iterator[tuple[object, ...]]:
    """Effects of factors in the columns of the readings: the arm is the combination of their ways."""
    for board in found.factorials if found else ():
        n = sum(cell.n for cell in board.cells)
        for one in board.effects:
            named = " × ".join(f"{f}={way}" for f, way in zip(one.factors, one.levels, strict=True))
            yield (
                *(board.measure, board.partner, named, n, "", "", "", _digits(one.once.value)),
                *(_digits(one.always.low), _digits(one.always.high), _digits(one.always.p)),
                *(_digits(one.once.low), _digits(one.once.high), _digits(one.once.p)),
                *("", "", _digits(one.p_corrected)),
            )


def _digits(value: float) -> int:
    """A number in millionths: whole, so that a minus is a minus and not the beginning of a formula."""
    return round(value * 1_000_000)


def _words(error: DomainError) -> str:
    if isinstance(error, ExperimentInvalid):
        named = ExperimentInvalid(field=forms.field_name(str(error.fields.get("field", ""))))
        return http.message_of(named)
    return http.message_of(error)
