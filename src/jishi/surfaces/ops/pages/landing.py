"""Landing pages in the console: settings, blocks in a list, versions, publishing with a second person."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.growth.merchandising import operations as pages
from jishi.growth.merchandising import queries
from jishi.growth.merchandising.contracts import LandingView
from jishi.growth.merchandising.errors import PageInvalid
from jishi.kernel import audit, http, media
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import slot_forms as forms
from jishi.surfaces.ops import teamwork
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals, wordings


@operator
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Every landing page; and making a new one."""
    trouble = ""
    if request.method == "POST":
        try:
            code = pages.create_page(draft=forms.landing(request, None), by=person(request))
        except DomainError as error:
            trouble = _words(error)
        else:
            return HttpResponseRedirect(reverse("ops:landing", args=[code]))
    language, names = request_facts.of(request).language, forms.states()
    context = {
        "rows": [(one, pick(one.draft.title, language), _state(one, names)) for one in queries.list_pages()],
        "trouble": trouble,
        "given": request.POST if trouble else {},
    }
    return render(request, "ops/landing/index.html", context, status=422 if trouble else 200)


@operator
@require_http_methods(["GET", "POST"])
def landing(request: HttpRequest, code: str) -> HttpResponse:
    """The builder of one page; every form changes one part of it."""
    found = queries.get_page(code)
    trouble, where = "", ""
    if request.method == "POST":
        try:
            where = _change(request, found)
        except DomainError as error:
            where = str(error.fields.get("block") or request.POST.get("key", ""))
            trouble = _words(error)
        else:
            messages.success(request, gettext("Saved"))
            return HttpResponseRedirect(reverse("ops:landing", args=[code]) + where)
    return _builder(request, found, trouble, where)


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for publishing, publish, take off, bring an old version back."""
    verb, by, post = request.POST.get("do", ""), person(request), request.POST
    revision = _number(post.get("revision", ""))
    try:
        if verb == "ask":
            pages.ask_publishing(code=code, revision=revision, by=by)
            messages.success(request, gettext("Asked. A second person has to confirm it."))
        elif verb == "publish":
            number = pages.publish(code=code, revision=revision, by=by)
            messages.success(request, gettext("Version %(n)s is public.") % {"n": number})
        elif verb == "take_off":
            pages.take_off(code=code, by=by)
            messages.success(request, gettext("Done."))
        elif verb == "bring_back":
            pages.bring_back(code=code, number=_number(post.get("version", "")), revision=revision, by=by)
            messages.success(request, gettext("The old version is the draft now. Publish it as usual."))
    except PageInvalid as error:
        messages.error(request, _words(error))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:landing", args=[code]))


@operator
@require_GET
def behind(request: HttpRequest, code: str) -> HttpResponse:
    """Who signed up; every look is written down."""
    found = queries.get_page(code)
    rows = queries.list_sign_ups(code)
    cards = people.list_people({who for who, _ in rows})
    audit.record(actor_id=person(request), action="landing.people", subject=f"landing:{code}")
    context = {
        "page": found,
        "title": pick(found.draft.title, request_facts.of(request).language),
        "people": [(cards[who], at) for who, at in rows if who in cards],
    }
    return render(request, "ops/landing/behind.html", context)


def _change(request: HttpRequest, found: LandingView) -> str:
    """Change what the form is about; returns where the page goes on."""
    verb, key, by = request.POST.get("do", ""), request.POST.get("key", ""), person(request)
    revision = _number(request.POST.get("revision", ""))
    if verb == "settings":
        pages.edit_page(code=found.code, draft=forms.landing(request, found.draft), revision=revision, by=by)
        return "#settings"
    blocks = forms.rearranged(list(found.blocks), verb, key, request)
    pages.put_blocks(code=found.code, blocks=blocks, revision=revision, by=by)
    return f"#b-{blocks[-1].key}" if verb == "add" else "#blocks" if verb == "remove" else f"#b-{key}"


def _builder(request: HttpRequest, found: LandingView, trouble: str, where: str) -> HttpResponse:
    facts = request_facts.of(request)
    names = dict(forms.block_kinds())
    cards = people.list_people({one for one in (found.owner_id, found.asked_by_id) if one})
    post = request.POST if trouble else {}
    context: dict[str, Any] = {
        "page": found,
        "draft": found.draft,
        "title": pick(found.draft.title, facts.language),
        "picture": media.view(found.draft.picture) if found.draft.picture else None,
        "state": _state(found, forms.states()),
        "blocks": [
            {
                "one": one,
                "name": names.get(one.kind, one.kind),
                "says": pick(one.title, facts.language) or pick(one.text, facts.language)[:60],
                "picture": media.view(one.picture) if one.picture else None,
                "codes": " ".join(one.codes),
                "given": post if post and one.key == where else None,
            }
            for one in found.blocks
        ],
        "kinds": forms.block_kinds(),
        "ends_at": forms.typed_moment(found.draft.ends_at),
        "trouble": trouble,
        "where": where,
        "asker": cards.get(found.asked_by_id or 0),
        "wording": wordings.lines(queries.judge_page(found)),
        "may_confirm": found.asked_by_id is not None and found.asked_by_id != person(request),
        "link": facts.absolute(reverse("storefront:landing", args=[found.draft.slug])),
        **teamwork.panel(request, f"landing:{found.code}"),
    }
    return render(request, "ops/landing/landing.html", context, status=422 if trouble else 200)


def _state(found: LandingView, names: dict[str, tuple[str, str]]) -> tuple[str, str]:
    return names["waiting"] if found.asked_by_id is not None else names[found.state]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _words(error: DomainError) -> str:
    if isinstance(error, PageInvalid):
        return gettext("Please check: %(field)s.") % {
            "field": forms.field_name(str(error.fields.get("field", "")))
        }
    return http.message_of(error)
