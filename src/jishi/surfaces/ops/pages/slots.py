"""Slots in the console: what stands where for whom, placing with a second person, and looking as somebody."""

from datetime import datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising import queries
from jishi.growth.merchandising.contracts import PlacementDraft, PlacementView, Slot, Tally
from jishi.growth.merchandising.errors import PlacementInvalid
from jishi.kernel import clock, http
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import slot_forms as forms
from jishi.surfaces.ops import teamwork
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats, refusals, wordings

STATES = ("on", "waiting", "draft", "off")


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What stands in the slots, by state, with what came of it."""
    language = request_facts.of(request).language
    counts, names = queries.count_states(), forms.states()
    state, slot = request.GET.get("state", ""), request.GET.get("slot", "")
    state = state if state in STATES else ""
    found = queries.list_placements(state=state, slot=slot if slot in _slots() else "")
    tallies = queries.tallies([one.code for one in found])
    tabs = [("", gettext("All"), sum(counts.values()))]
    tabs += [(code, names[code][0], counts.get(code, 0)) for code in STATES]
    context = {
        "rows": [
            (
                one,
                pick(one.draft.title, language),
                slot_name(one.draft.slot),
                names[_phase(one)],
                whom(one.draft, language),
                tallies.get(one.code, Tally()),
            )
            for one in found
        ],
        "tabs": tabs,
        "state": state,
        "slots": [(one, gettext(one.name)) for one in queries.list_slots()],
    }
    return render(request, "ops/slots/index.html", context)


@operator
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a placement that nobody sees yet."""
    if request.method == "POST":
        try:
            code = merchandising.draft(draft=forms.placement(request, None), by=person(request))
        except DomainError as error:
            return _form(request, request.POST.get("slot", ""), forms.sent(request.POST), _words(error))
        messages.success(request, gettext("Kept as a draft. Nobody sees it yet."))
        return HttpResponseRedirect(reverse("ops:slot", args=[code]))
    slot = request.GET.get("slot", "")
    start = forms.filled(PlacementDraft(slot=slot, title={}, starts_at=clock.now()))
    return _form(request, slot, start, "")


@operator
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a placement; it leaves its slot until somebody else confirms the change."""
    found = queries.get_placement(code)
    if request.method == "POST":
        try:
            draft = forms.placement(request, found.draft)
            merchandising.edit(code=code, draft=draft, by=person(request))
        except DomainError as error:
            return _form(request, found.draft.slot, forms.sent(request.POST), _words(error), found)
        messages.success(request, gettext("Saved as a draft. Ask for confirmation to show it."))
        return HttpResponseRedirect(reverse("ops:slot", args=[code]))
    return _form(request, found.draft.slot, forms.filled(found.draft), "", found)


@operator
@require_GET
def slot(request: HttpRequest, code: str) -> HttpResponse:
    """One placement: how it looks, whom it is for, what came of it, what can be done."""
    language = request_facts.of(request).language
    found = queries.get_placement(code)
    cards = people.list_people({one for one in (found.owner_id, found.asked_by_id) if one})
    me = person(request)
    context = {
        "placement": found,
        "draft": found.draft,
        "title": pick(found.draft.title, language),
        "text": pick(found.draft.text, language),
        "slot_name": slot_name(found.draft.slot),
        "slot": _slots()[found.draft.slot],
        "state": forms.states()[_phase(found)],
        "whom": whom(found.draft, language),
        "where": where(found.draft, language),
        "chosen": queries.count_chosen(code) if found.draft.is_for_chosen else None,
        "tally": queries.tallies([code]).get(code, Tally()),
        "owner": cards.get(found.owner_id or 0),
        "asker": cards.get(found.asked_by_id or 0),
        "wording": wordings.lines(queries.judge_placement(found.draft)),
        "may_confirm": found.state == "waiting" and me not in (found.asked_by_id, found.owner_id),
        **teamwork.panel(request, f"placement:{code}"),
    }
    return render(request, "ops/slots/slot.html", context)


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, confirm, or take out."""
    verb, by = request.POST.get("do", ""), person(request)
    try:
        if verb == "ask":
            merchandising.ask(code=code, by=by)
            messages.success(request, gettext("Asked. A second person has to confirm it."))
        elif verb == "confirm":
            merchandising.confirm(code=code, by=by)
            messages.success(request, gettext("Confirmed. It is shown as long as its time lasts."))
        elif verb == "take_out":
            merchandising.take_out(code=code, by=by)
            messages.success(request, gettext("Taken out."))
    except PlacementInvalid as error:
        messages.error(request, _words(error))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:slot", args=[code]))


@operator
@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    """Every slot as somebody of a region and an audience sees it on some day, in one language."""
    facts = request_facts.of(request)
    given = {name: request.GET.get(name, "")[:40] for name in ("region", "audience", "language", "day")}
    language = given["language"] if given["language"] in request_facts.LANGUAGES else facts.language
    with_drafts = request.GET.get("drafts") == "1"
    found = [
        (
            one,
            gettext(one.name),
            queries.preview(
                one.code,
                region=given["region"],
                audience=given["audience"],
                language=language,
                with_drafts=with_drafts,
                at=_noon(given["day"]),
            ),
        )
        for one in queries.list_slots()
    ]
    context = {
        "given": given | {"language": language, "drafts": with_drafts},
        "found": found,
        "groups": queries.list_regions(facts.language),
        "audiences": forms.audiences(),
    }
    return render(request, "ops/slots/preview.html", context)


def slot_name(code: str) -> str:
    """What a slot is called."""
    return gettext(_slots()[code].name) if code in _slots() else code


def whom(draft: PlacementDraft, language: str) -> str:
    """Whom a placement is for, in words."""
    if draft.is_for_chosen:
        return gettext("Chosen people")
    names = dict(forms.audiences()) if draft.audiences else {}
    return ", ".join(names.get(one, one) for one in draft.audiences) or gettext("Everybody")


def where(draft: PlacementDraft, language: str) -> str:
    """In which regions and seasons, in words."""
    groups = {one.code: one.name for one in queries.list_regions(language)}
    places = [groups.get(one) or queries.find_region_name(one, language) or one for one in draft.regions]
    seasons = dict(forms.seasons())
    return ", ".join([*places, *(seasons[one] for one in draft.seasons)]) or gettext("Everywhere, all year")


def _slots() -> dict[str, Slot]:
    return {one.code: one for one in queries.list_slots()}


def _phase(found: PlacementView) -> str:
    """The state; what has ended counts as taken out."""
    ends = found.draft.ends_at
    return "off" if found.state == "on" and ends is not None and ends <= clock.now() else found.state


def _noon(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    return datetime.combine(day, time(12), tzinfo=formats.PLATFORM_ZONE) if day else None


def _words(error: DomainError) -> str:
    if isinstance(error, PlacementInvalid):
        return gettext("Please check: %(field)s.") % {
            "field": forms.field_name(str(error.fields.get("field", "")))
        }
    return http.message_of(error)


def _form(
    request: HttpRequest,
    slot_code: str,
    given: dict[str, object],
    trouble: str,
    found: PlacementView | None = None,
) -> HttpResponse:
    known = _slots().get(slot_code)
    context = {
        "given": given,
        "trouble": trouble,
        "placement": found,
        "slot": known,
        "slots": [(one.code, gettext(one.name)) for one in queries.list_slots()],
        "audiences": forms.audiences(),
        "groups": queries.list_regions(request_facts.of(request).language),
        "seasons": forms.seasons(),
    }
    return render(request, "ops/slots/form.html", context, status=422 if trouble else 200)
