"""What people do with slots: seeing, following and closing them; choosing a region; the first steps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising import queries
from jishi.growth.onboarding import operations as onboarding
from jishi.growth.onboarding import queries as first_steps
from jishi.insight.experiments import operations as experiments
from jishi.kernel import limits
from jishi.social.feed import operations as feeds
from jishi.social.feed import queries as feed_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import experimenting, slots

MOST = 8
HANDED = "popup_handed"
"""In the session: the experiment whose pop-up, or empty moment, this browser was given."""
YEAR_S = 60 * 60 * 24 * 365
NO_POPUP_ON = frozenset({"landing", "start", "region"})
"""Pages of their own purpose, beside those on which nothing ever comes up."""


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """A page tells what of its slots was really seen, or followed."""
    who = slots.viewer(request)
    if who.person_id is None and not who.visitor:
        return HttpResponse(status=204)
    limits.hit(bucket="slots.seen", key=f"{who.person_id or who.visitor}", limit=240, window_s=600)
    record = (
        merchandising.record_clicked if request.POST.get("act") == "click" else merchandising.record_shown
    )
    for code in request.POST.getlist("slot")[:MOST]:
        record(placement_code=code[:12].replace("\x00", ""), viewer=who)
    return HttpResponse(status=204)


@require_POST
def loaded(request: HttpRequest) -> HttpResponse:
    """A page with an experiment tells how long it took until it was there."""
    who, ms = slots.viewer(request), request.POST.get("ms", "")
    if who.person_id is not None and ms.isascii() and ms.isdecimal() and len(ms) < 7:
        limits.hit(bucket="slots.loaded", key=str(who.person_id), limit=120, window_s=600)
        arm = experimenting.arm(request, request.POST.get("place", "")[:40])
        if arm is not None:
            experiments.record_load(arm, ms=int(ms))
    return HttpResponse(status=204)


@require_POST
def met(request: HttpRequest) -> HttpResponse:
    """The browser tells that it painted the pop-up of an experiment, or let its moment pass empty.

    Only what this session was handed counts, once, and only while the same experiment runs.
    """
    handed = request.session.pop(HANDED, "")
    arm = experimenting.arm(request, slots.POPUP) if handed else None
    if arm is not None and arm.experiment == handed:
        experimenting.met(arm)
    return HttpResponse(status=204)


@require_GET
def strip(request: HttpRequest) -> HttpResponse:
    """What stands at the end of a product page: asked for when a reader gets there, and counted then."""
    who = slots.viewer(request)
    shown = slots.fill(request, "product")
    found = [
        one
        for one in shown.banners
        if merchandising.record_shown(placement_code=one.code, viewer=who) or not one.is_counted
    ]
    context = {"banners": found, "slots": shown}
    return slots.noted(request, render(request, "storefront/slots/strips.html", context), shown)


@require_POST
def away(request: HttpRequest, code: str) -> HttpResponse:
    """Close something for good."""
    merchandising.record_dismissed(placement_code=code, viewer=slots.viewer(request))
    if request.headers.get("HX-Request"):
        return HttpResponse("")
    return HttpResponseRedirect(_back(request))


def pop(request: HttpRequest) -> HttpResponse | None:
    """The pop-up that may come up on a page now; never on the first page of a visit.

    An answer is not a showing: who was shown what is noted when the browser tells it (`met`).
    """
    view = request.GET.get("view", "")
    page = request.GET.get("page", "")
    is_later = view.isascii() and view.isdecimal() and len(view) < 6 and int(view) > 1
    if not is_later or page in NO_POPUP_ON:
        return None
    tried = experimenting.arm(request, slots.POPUP)
    found = slots.claim(request, tried)
    if found is None:
        return None
    if tried is not None:
        request.session[HANDED] = tried.experiment
    context = {"one": found.one, "place": tried.slot if tried is not None else ""}
    return render(request, "storefront/slots/popup.html", context)


@require_http_methods(["GET", "POST"])
def region(request: HttpRequest) -> HttpResponse:
    """Choose the region whose goods come first; the empty choice forgets it."""
    facts = request_facts.of(request)
    if request.method == "POST":
        code = request.POST.get("region", "")
        name = queries.find_region_name(code, "zh-hans")
        if facts.person_id is not None:
            feeds.choose_place(person_id=facts.person_id, place=name)
        response = HttpResponseRedirect(facts.prefix + reverse("storefront:home"))
        if not name:
            response.delete_cookie(slots.REGION, samesite="Lax")
        else:
            response.set_cookie(slots.REGION, code, max_age=YEAR_S, samesite="Lax", httponly=True)
        messages.success(request, gettext("Saved"))
        return response
    context = {
        "groups": queries.list_regions(facts.language),
        "chosen": slots.region_of(request),
        "private": True,
    }
    return render(request, "storefront/slots/region.html", context)


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The first steps, one by one, each with the door to it."""
    facts = request_facts.of(request)
    assert facts.person_id is not None, "login_required stands in front"
    context = {
        "progress": first_steps.find_progress(facts.person_id),
        "topics": feed_queries.list_topics(limit=18),
        "private": True,
    }
    return render(request, "storefront/start/start.html", context)


@login_required
@require_POST
def start_away(request: HttpRequest) -> HttpResponse:
    """Close the card of the first steps for good."""
    facts = request_facts.of(request)
    assert facts.person_id is not None, "login_required stands in front"
    onboarding.put_away(person_id=facts.person_id)
    if request.headers.get("HX-Request"):
        return HttpResponse("")
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page somebody came from, if it is one of ours."""
    came = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()}):
        return came
    return reverse("storefront:home")
