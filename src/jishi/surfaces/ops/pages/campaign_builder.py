"""Building a campaign: settings, steps as an ordered list with its drawing, offers of a festival, preview."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns import queries
from jishi.growth.campaigns.contracts import CampaignView, Part, Step
from jishi.growth.strategies import queries as strategies
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import campaign_forms as forms
from jishi.surfaces.ops import campaign_words as words
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.ops.pages.campaigns import drawing, head, said
from jishi.surfaces.shell import facts as request_facts


@operator
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """What it is about, whom it is for, what it may cost."""
    found, trouble = queries.get_campaign(code), ""
    if request.method == "POST":
        try:
            _save(request, found)
        except DomainError as error:
            trouble = said(error)
        else:
            messages.success(request, gettext("Saved."))
            onward = "ops:campaign_parts" if found.draft.kind == "festival" else "ops:campaign_steps"
            return HttpResponseRedirect(reverse(onward, args=[code]))
    language = request_facts.of(request).language
    given = forms.filled(found.draft)
    if trouble:
        given |= {name: request.POST.get(name, "")[:300] for name in given if name in request.POST}
    context = head(found) | {
        "given": given,
        "trouble": trouble,
        "triggers": words.triggers().items(),
        "acts": words.facts().items(),
        "goals": words.goals().items(),
        "stages": words.stages(),
        "festivals": words.festivals(language),
        "segments": forms.segments(),
        "strategies": [(one.subject, pick(one.draft.name, language)) for one in strategies.list_strategies()],
        "percent": f"{found.holdout_bps / 100:g}",
        "is_festival": found.draft.kind == "festival",
    }
    return render(request, "ops/campaigns/settings.html", context, status=422 if trouble else 200)


def _save(request: HttpRequest, found: CampaignView) -> None:
    post, by = request.POST, person(request)
    if post.get("do") == "holdout":
        bps = forms.cents(post.get("percent", ""))
        campaigns.set_holdout(code=found.code, bps=bps, reason=post.get("reason", ""), by=by)
    else:
        campaigns.edit(code=found.code, draft=forms.draft_of(post, found.draft), by=by)


@operator
@require_http_methods(["GET", "POST"])
def steps(request: HttpRequest, code: str) -> HttpResponse:
    """The ordered list of steps, each with its form, and the same steps drawn."""
    found, versions = queries.get_campaign(code), queries.list_versions(code)
    newest, trouble, opened = versions[0].steps, "", request.GET.get("step", "")
    if request.method == "POST":
        try:
            key = _change(request, found, newest)
        except DomainError as error:
            trouble, opened = said(error), request.POST.get("key", "")
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:campaign_steps", args=[code]) + f"?step={key}#s-{key}")
    language = request_facts.of(request).language
    sketch = drawing(found.draft, newest, language)
    for place, row in enumerate(sketch["rows"]):
        row |= _fields(newest, place) | {"is_open": row["step"].key == opened}
        if row["step"].kind == "send":
            known = queries.list_variables(found.draft, newest[:place])
            row["variables"] = words.variable_rows(known, language)
            row["sample"] = queries.show_sample(row["step"])
    context = head(found) | {
        "drawing": sketch,
        "trouble": trouble,
        "kinds": words.kinds().items(),
        "tests": words.tests().items(),
        "stages": words.stages(),
        "segments": forms.segments(),
        "placements": forms.placements(language),
        "grants": [(kind, gettext(name), choices) for kind, name, choices in queries.list_grants()],
        "version": versions[0],
        "is_new": versions[0].published_at is None and len(versions) > 1,
    }
    return render(request, "ops/campaigns/steps.html", context, status=422 if trouble else 200)


def _change(request: HttpRequest, found: CampaignView, newest: tuple[Step, ...]) -> str:
    """Write the list after one step was added, saved, moved or taken out; returns the step to show."""
    post, verb, key = request.POST, request.POST.get("do", ""), request.POST.get("key", "")
    if verb == "add":
        fresh = forms.fresh(post.get("kind", ""), newest)
        wanted, key = [*newest, fresh], fresh.key
    else:
        wanted = forms.rearranged(newest, key, verb, post)
    campaigns.set_steps(code=found.code, steps=wanted, by=person(request))
    return key


def _fields(steps: tuple[Step, ...], place: int) -> dict[str, Any]:
    """What the form of a step shows: where it may lead, and its values in parts."""
    step = steps[place]
    later = [
        (one.key, f"{place + 2 + n}. {words.kinds()[one.kind]}") for n, one in enumerate(steps[place + 1 :])
    ]
    hours = int(step.params.get("hours", 0))
    by_key = {arm["key"]: arm for arm in step.params.get("arms", ())}
    in_days = bool(hours) and hours % 24 == 0
    return {
        "later": [("", gettext("the next step")), *later, ("end", gettext("the end"))],
        "otherwise": step.params.get("otherwise", ""),
        "amount": hours // 24 if in_days else hours,
        "unit": "days" if in_days else "hours",
        "cost": f"{int(step.params.get('cost_minor', 0)) / 100:.2f}",
        "arms": [(one, by_key.get(one, {}).get("weight", ""), by_key.get(one, {}).get("to", ""))
                 for one in forms.LETTERS],
        "sends": [(one.key, n) for n, one in enumerate(steps[:place], 1) if one.kind == "send"],
        "what": f"{step.params.get('kind', '')}:{step.params.get('value', '')}",
    }  # fmt: skip


@operator
@require_http_methods(["GET", "POST"])
def parts(request: HttpRequest, code: str) -> HttpResponse:
    """What belongs to a festival."""
    found, trouble = queries.get_campaign(code), ""
    if request.method == "POST":
        chosen = [Part(*one.partition(":")[::2]) for one in request.POST.getlist("parts")]
        try:
            campaigns.set_parts(code=code, parts=chosen, by=person(request))
        except DomainError as error:
            trouble = said(error)
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:campaign_sheet", args=[code]))
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for one, name in queries.list_part_choices(language=request_facts.of(request).language):
        if one.code != code:
            row = (f"{one.kind}:{one.code}", name, one in found.parts)
            groups.setdefault(words.part_kinds()[one.kind], []).append(row)
    context = head(found) | {"groups": groups.items(), "trouble": trouble}
    return render(request, "ops/campaigns/parts.html", context, status=422 if trouble else 200)


@operator
@require_GET
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """The way of one person, without anything happening."""
    found, asked = queries.get_campaign(code), request.GET.get("person", "").strip()[:40]
    card = people.find_person_by_code(asked) if asked else people.get_person(person(request))
    way = queries.walk(code, person_id=card.id) if card else ()
    language = request_facts.of(request).language
    context = head(found) | {
        "card": card,
        "asked": asked,
        "way": [
            (one, words.kinds()[one.step.kind], words.ICONS[one.step.kind], words.outcome(one.outcome),
             "" if one.texts else words.summary(one.step, language))
            for one in way
        ],
    }  # fmt: skip
    return render(request, "ops/campaigns/preview.html", context, status=200 if card else 404)
