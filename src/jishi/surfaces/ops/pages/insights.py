"""Insights: ask for a metric, see its kept answer, who is behind each number, and save the question.

No page computes. It asks, shows what was kept with its moment and definition, and looks again while the heavy
process is at work; without scripts there is a link to look again.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.insight.metrics import operations as metrics
from jishi.insight.metrics import queries as kept
from jishi.insight.metrics.contracts import Metric, RunView
from jishi.insight.metrics.errors import CellInvalid, MetricUnknown, RunMissing
from jishi.kernel import audit, http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import insights
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import refusals, spreadsheet
from jishi.trade.orders import queries as order_queries

LISTED = 100


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What can be asked, by topic, and what was saved."""
    topics = [
        (
            kind,
            gettext(name),
            [(one.code, gettext(one.name), gettext(one.meaning)) for one in kept.of_kind(kind)],
        )
        for kind, name in kept.list_kinds().items()
    ]
    context = {"topics": topics, "views": [_saved(view) for view in kept.list_views()]}
    return render(request, "ops/insights.html", context)


@operator
@require_GET
def insight(request: HttpRequest, kind: str) -> HttpResponse:
    """The question bar of a topic and the answer; ``part=1`` is the answer alone."""
    metric = _metric(kind, request.GET.get("metric", ""))
    given = {param.code: request.GET.get(param.code, "") for param in metric.params}
    given = _with_steps(request, given)
    compares = request.GET.get("compare") == "1" and "since" in given
    run = before = None
    refusal = ""
    clean: dict[str, str] = {}
    try:
        clean = dict(metrics.check(metric=metric.code, params=given).params)
        run = _ask(metric, clean, person(request))
        before = _ask(metric, kept.period_before(clean), person(request)) if compares else None
    except DomainError as error:
        refusal = _refusal(metric, error)
        # The form keeps what can be asked; what cannot is as at the beginning.
        usable = {code: text for code, text in given.items() if text and code != error.fields.get("param")}
        given = {**metrics.check(metric=metric.code, params={}).params, **usable}
    shown = insights.show(run, before=before) if run else None
    waits = any(one is not None and one.is_open for one in (run, before))
    query = urlencode({"metric": metric.code, **clean, **({"compare": "1"} if compares else {})})
    context: dict[str, Any] = {
        "kind": kind,
        "metric": metric,
        "shown": shown,
        "waits": waits,
        "before": before,
        "refusal": refusal,
        "query": query,
    }
    if request.GET.get("part") == "1":
        return render(request, "ops/parts/insight.html", context)
    context |= {
        "name": gettext(metric.name),
        "meaning": gettext(metric.meaning),
        "fields": insights.fields(metric, given, clean),
        "siblings": [(one.code, gettext(one.name)) for one in kept.of_kind(kind)],
        "topics": [(code, gettext(name)) for code, name in kept.list_kinds().items()],
        "compares": compares,
        "can_compare": metric.param("since") is not None,
        "steps": _steps(clean.get("steps", given.get("steps", ""))),
        "events": [(code, gettext(word)) for code, word in kept.event_names().items()],
    }
    return render(request, "ops/insight.html", context)


def _refusal(metric: Metric, error: DomainError) -> str:
    """Why it cannot be asked; a parameter by the name its field has."""
    param = metric.param(str(error.fields.get("param", "")))
    if param is None:
        return http.message_of(error)
    return gettext(error.message) % {**error.fields, "param": gettext(param.label)}


def _with_steps(request: HttpRequest, given: dict[str, str]) -> dict[str, str]:
    """A form sends each step of a funnel as a field of its own."""
    chosen = [step for step in request.GET.getlist("step") if step]
    return {**given, "steps": ",".join(chosen)} if chosen and "steps" in given else given


def _steps(text: str) -> list[str]:
    """Eight places for steps, the empty ones at the end."""
    steps = [step for step in text.split(",") if step][:8]
    return [*steps, *[""] * (8 - len(steps))]


def _metric(kind: str, code: str) -> Metric:
    found = kept.of_kind(kind)
    if not found:
        raise Http404
    return next((one for one in found if one.code == code), found[0])


def _ask(metric: Metric, params: dict[str, str], person_id: int) -> RunView:
    code = metrics.ask(metric=metric.code, params=params, person_id=person_id)
    run = kept.find_run(code)
    if run is None:
        raise RunMissing()
    return run


def _saved(view: Any) -> tuple[str, str, str, str]:
    """Code, name, metric in words, and address of a saved view."""
    metric = kept.get_metric(view.metric)
    address = reverse("ops:insight", args=[metric.kind])
    return (
        view.code,
        view.name,
        gettext(metric.name),
        f"{address}?{urlencode({'metric': metric.code, **view.params})}",
    )


@operator
@require_GET
def behind(request: HttpRequest, code: str) -> HttpResponse:
    """The people or orders behind one number."""
    try:
        metric = kept.get_metric(code)
    except MetricUnknown as error:
        raise Http404 from error
    given = {param.code: request.GET.get(param.code, "") for param in metric.params}
    section = request.GET.get("section", metric.drills[0])
    run, refusal = None, ""
    try:
        cell = _cell(request.GET.get("cell", ""))
        asked = metrics.ask(
            metric=metric.code, params=given, person_id=person(request), section=section, cell=cell
        )
        run = kept.find_run(asked)
    except DomainError as error:
        refusal = http.message_of(error)
    context = {
        "metric": metric,
        "name": gettext(metric.name),
        "section": section,
        "run": run,
        "waits": run is not None and run.is_open,
        "refusal": refusal,
        "back": f"{reverse('ops:insight', args=[metric.kind])}?{urlencode({'metric': code, **given})}",
        **_listed(run, section),
    }
    template = (
        "ops/parts/insight_behind.html" if request.GET.get("part") == "1" else "ops/insight_behind.html"
    )
    return render(request, template, context)


def _cell(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise CellInvalid() from error
    if not isinstance(found, dict):
        raise CellInvalid()
    return found


def _listed(run: RunView | None, section: str) -> dict[str, Any]:
    """The first hundred of a list with names, and how many there are."""
    if run is None or not run.is_ready or run.result is None:
        return {}
    values = [row[0] for row in run.result.rows]
    if section == "orders":
        orders = order_queries.list_orders([str(code) for code in values[:LISTED]])
        buyers = people.list_people({order.buyer_id for order in orders})
        known = {order.code for order in orders}
        others = [code for code in values[:LISTED] if code not in known]
        return {"orders": orders, "people": buyers, "others": others, "count": len(values)}
    persons = people.list_people({value for value in values if value > 0})
    named = [persons[value] for value in values if value in persons]
    return {"persons": named[:LISTED], "visitors": len(values) - len(named), "count": len(values)}


@operator
@require_GET
def table(request: HttpRequest, code: str) -> HttpResponseBase:
    """A kept answer as CSV: ids and minor units, with the definition in the first rows."""
    run = kept.find_run(code)
    if run is None or run.result is None:
        raise Http404
    result = run.result
    audit.record(actor_id=person(request), action="metrics.export", subject=f"metric:{run.metric}")

    def rows() -> Iterator[tuple[object, ...]]:
        yield from result.rows

    response = StreamingHttpResponse(spreadsheet.lines(result.columns, rows()), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{run.metric}-{run.code}.csv"'
    return response


@operator
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Give a question a name."""
    code = request.POST.get("metric", "")
    try:
        metric = kept.get_metric(code)
        params = {param.code: request.POST.get(param.code, "") for param in metric.params}
        metrics.save_view(
            name=request.POST.get("name", ""), metric=code, params=params, person_id=person(request)
        )
        messages.success(request, gettext("Saved."))
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(reverse("ops:insights"))
    query = urlencode({"metric": code, **{key: value for key, value in params.items() if value}})
    return HttpResponseRedirect(f"{reverse('ops:insight', args=[metric.kind])}?{query}")


@operator
@require_POST
def forget(request: HttpRequest, code: str) -> HttpResponse:
    """Take a saved view away."""
    metrics.delete_view(code=code)
    return HttpResponseRedirect(reverse("ops:insights"))
