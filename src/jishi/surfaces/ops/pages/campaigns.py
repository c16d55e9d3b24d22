"""Campaigns in the console: what runs, approving it as a second person, the people behind, what it did."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns import queries
from jishi.growth.campaigns.contracts import CampaignView, Draft, Step
from jishi.growth.campaigns.errors import CampaignInvalid, StepInvalid
from jishi.insight.experiments import queries as experiments
from jishi.kernel import audit, http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import campaign_forms as forms
from jishi.surfaces.ops import campaign_table, experiment_words, teamwork
from jishi.surfaces.ops import campaign_words as words
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats, refusals, spreadsheet

ENTRY = 56
"""So high stands who comes in above the first step."""
ORDER = ("running", "paused", "approval", "draft", "ended")


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every campaign, by state."""
    language = request_facts.of(request).language
    counts, names = queries.count_states(), words.states()
    state = request.GET.get("state", "")
    state = state if state in names else ""
    tabs = [("", gettext("All"), sum(counts.values()))]
    tabs += [(one, names[one][0], counts.get(one, 0)) for one in ORDER]
    rows = [
        (one, *names[one.state], words.trigger_line(one.draft, language), _spent(one, language))
        for one in queries.list_campaigns(state=state)
    ]
    return render(request, "ops/campaigns/index.html", {"rows": rows, "tabs": tabs, "state": state})


@operator
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin with a template."""
    if request.method == "POST":
        chosen = next((one for one in queries.TEMPLATES if one.key == request.POST.get("template")), None)
        if chosen is not None:
            code = campaigns.create(draft=chosen.draft, steps=chosen.steps, owner_id=person(request))
            messages.success(request, gettext("Kept as a draft. Nobody is reached yet."))
            return HttpResponseRedirect(reverse("ops:campaign_edit", args=[code]))
    cards = [
        (one, gettext(one.name), gettext(one.meaning), [words.ICONS[step.kind] for step in one.steps])
        for one in queries.TEMPLATES
    ]
    return render(request, "ops/campaigns/new.html", {"cards": cards})


@operator
@require_GET
def campaign(request: HttpRequest, code: str) -> HttpResponse:
    """One campaign: who is where, what waits for a second person, what can be done."""
    language = request_facts.of(request).language
    found, versions = queries.get_campaign(code), queries.list_versions(code)
    live = next((one for one in versions if one.published_at), versions[0] if versions else None)
    counts = queries.step_counts(code)
    cards = people.list_people(
        {one for one in (found.owner_id, found.asked.by_id if found.asked else None) if one}
    )
    names = dict(forms.segments()) if found.draft.segment else {}
    context = head(found) | {
        "drawing": drawing(found.draft, live.steps if live else (), language, counts),
        "versions": versions,
        "owner": cards.get(found.owner_id or 0),
        "asker": cards.get(found.asked.by_id or 0) if found.asked else None,
        "asked_verb": words.verbs().get(found.asked.verb, "") if found.asked else "",
        "is_mine": found.asked is not None and found.asked.by_id == person(request),
        "trigger": words.trigger_line(found.draft, language),
        "segment": names.get(found.draft.segment, found.draft.segment),
        "goal": words.goals()[found.draft.goal_kind],
        "spent": _spent(found, language),
        "holdout": formats.percent(found.holdout_bps, language),
        "paused_by": words.reasons().get(found.pause_reason, found.pause_reason),
        "is_festival": found.draft.kind == "festival",
    }
    return render(request, "ops/campaigns/campaign.html", context)


@operator
@require_GET
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The run sheet."""
    found = queries.get_campaign(code)
    language = request_facts.of(request).language
    lines = [(one, words.check_line(one, language)) for one in queries.run_sheet(code)]
    tones = {"ok": ("check", "ok"), "warn": ("info", "gold"), "stop": ("warn", "bad")}
    context = head(found) | {
        "lines": [(one.level, *tones[one.level], text) for one, text in lines],
        "is_ready": all(one.level != "stop" for one, _ in lines),
    }
    return render(request, "ops/campaigns/sheet.html", context)


@operator
@require_GET
def team(request: HttpRequest, code: str) -> HttpResponse:
    """Tasks and comments."""
    found = queries.get_campaign(code)
    context = head(found) | teamwork.panel(request, f"campaign:{code}")
    return render(request, "ops/campaigns/team.html", context)


@operator
@require_GET
def behind(request: HttpRequest, code: str) -> HttpResponse:
    """The people behind a number; that somebody looked is written down."""
    found, get = queries.get_campaign(code), request.GET
    after = forms.number(get.get("after", ""))
    step, outcome, arm = (get.get(name, "")[:12] for name in ("step", "outcome", "arm"))
    lines, onward = queries.page_people(code, step=step, outcome=outcome, arm=arm, after=after)
    audit.record(actor_id=person(request), action="campaigns.people", subject=f"campaign:{code}")
    context = head(found) | {
        "lines": [(one, words.flows()[one.state]) for one in lines],
        "onward": onward,
        "step": step,
        "outcome": words.outcome(outcome) if outcome else "",
    }
    return render(request, "ops/campaigns/people.html", context)


@operator
@require_GET
def result(request: HttpRequest, code: str) -> HttpResponse:
    """What it did, in plain words, with how sure that is."""
    language = request_facts.of(request).language
    found, read = queries.get_campaign(code), queries.read_out(code)
    measures = experiments.list_measures()
    arms = {"treated": gettext("Reached"), "holdout": gettext("Held out")}
    context: dict[str, Any] = head(found) | {"read": read}
    if read is not None:
        splits = {
            key: experiment_words.lines(those, _letters(key, those), measures, language)
            for key, those in read.splits.items()
            if those
        }
        context |= {
            "lines": experiment_words.lines(read.readings, arms, measures, language),
            "guards": experiment_words.guard_rows(read.guarded, arms, measures),
            "splits": splits.items(),
            "worth": words.worth(found, read, language),
            "advice": words.advice(read),
            "arms": [(arms[arm], arm, n, read.goals.get(arm, 0)) for arm, n in sorted(read.people.items())],
            "before": words.before_after(read),
            "days": [one for one in read.days if one.expected or one.orders][-28:],
            "costs": words.cost_lines(found, read, language),
            "cost": formats.money(read.cost_minor, found.draft.currency, language),
        }
    parts = queries.part_figures(code, language=language) if found.parts else ()
    context["parts"] = [
        (
            one,
            words.part_kinds()[one.part.kind],
            formats.money(one.amount_minor, found.draft.currency, language),
        )
        for one in parts
    ]
    returns = queries.list_returns(code) if found.parts else ()
    context["returns"] = [
        (one, formats.money(one.cost_minor, found.draft.currency, language), words.per_unit(one))
        for one in returns
    ]
    context["shifts"] = words.shift_advice(returns, queries.find_shifts(returns))
    context["parts_whole"] = formats.money(
        sum(one.amount_minor for one in parts), found.draft.currency, language
    )
    return render(request, "ops/campaigns/result.html", context)


@operator
@require_GET
def export(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """What it did as a table, without anybody's name; that it was taken is written down."""
    found, language = queries.get_campaign(code), request_facts.of(request).language
    read, parts = queries.read_out(code), queries.part_figures(code, language=language)
    audit.record(actor_id=person(request), action="campaigns.export", subject=f"campaign:{code}")
    response = StreamingHttpResponse(
        spreadsheet.lines(campaign_table.HEADER, campaign_table.rows(found, read, parts)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="campaign-{code}.csv"'
    return response


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, confirm, take back, pause, stop, read, or throw a draft away."""
    verb, by, onward = request.POST.get("do", ""), person(request), reverse("ops:campaign", args=[code])
    try:
        if verb in ("start", "resume", "version"):
            campaigns.ask(code=code, verb=verb, by=by)
            messages.success(request, gettext("Asked. A second person has to confirm it."))
        elif verb == "confirm":
            campaigns.confirm(code=code, by=by)
            messages.success(request, gettext("Confirmed."))
        elif verb == "withdraw":
            campaigns.withdraw(code=code, by=by)
        elif verb == "pause":
            campaigns.pause(code=code, by=by)
            messages.success(request, gettext("Paused. Nobody is reached until somebody lets it go on."))
        elif verb == "stop":
            left = campaigns.stop(code=code, by=by)
            messages.success(request, gettext("Ended. %(left)s people stopped on the way.") % {"left": left})
        elif verb == "discard":
            campaigns.discard(code=code, by=by)
            onward = reverse("ops:campaigns")
        elif verb == "try":
            campaigns.try_out(code=code, person_id=by, by=by)
            messages.success(request, gettext("Tried out on you. Look at your news."))
            onward = reverse("ops:campaign_preview", args=[code])
    except (CampaignInvalid, StepInvalid) as error:
        messages.error(request, said(error))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(onward)


def head(found: CampaignView) -> dict[str, Any]:
    """What every page about a campaign shows above."""
    return {"campaign": found, "draft": found.draft, "state": words.states()[found.state]}


def drawing(draft: Draft, steps: tuple[Step, ...], language: str, counts: Any = None) -> dict[str, Any]:
    """Who comes in, and the steps as they are drawn and listed: one list, so that the two always agree."""
    nodes, end, height = forms.drawn(steps)
    rows = []
    for step, node in zip(steps, nodes, strict=True):
        count = counts.get(step.key) if counts else None
        rows.append(
            {
                "step": step,
                "node": node,
                "kind": words.kinds()[step.kind],
                "icon": words.ICONS[step.kind],
                "text": words.summary(step, language),
                "here": count.here if count else 0,
                "outcomes": [
                    (key, words.outcome(key), n) for key, n in (count.outcomes.items() if count else ())
                ],
            }
        )
    return {
        "rows": rows,
        "end": end,
        "height": height + ENTRY,
        "entry": words.trigger_line(draft, language),
    }


def said(error: DomainError) -> str:
    """A refusal with the field in words."""
    if isinstance(error, StepInvalid | CampaignInvalid):
        fields = {**error.fields, "field": words.field_name(str(error.fields.get("field", "")))}
        return http.message_of(type(error)(**fields))
    return http.message_of(error)


def _letters(step: str, readings: Any) -> dict[str, str]:
    return {one.arm: gettext("arm %(key)s") % {"key": one.arm.upper()} for one in readings}


def _spent(found: CampaignView, language: str) -> str:
    currency = found.draft.currency
    spent = formats.money(found.spent_minor + found.draft.fixed_cost_minor, currency, language)
    return f"{spent} / {formats.money(found.draft.budget_minor, currency, language)}"
