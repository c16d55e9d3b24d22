"""Events of a community: planning one, its page with sign-up, and signing in at the door."""

from contextlib import suppress
from datetime import datetime
from io import BytesIO
from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.contracts import GatheringDraft
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats, refusals
from jishi.surfaces.storefront.pages import communities as community_page

TEXTS = ("title", "text", "place", "speaker", "starts", "ends", "capacity")


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan an event."""
    person_id = community_page.person(request)
    found = queries.get_community(slug, viewer_id=person_id)
    queries.require(found.id, person_id, "host")
    typed = {name: request.POST.get(name, "") for name in TEXTS}
    fault = ""
    if request.method == "POST":
        starts, ends = moment(typed["starts"]), moment(typed["ends"])
        if starts is None or ends is None:
            fault = gettext("Please say when the event starts and ends.")
        else:
            draft = GatheringDraft(
                title=typed["title"],
                text=typed["text"],
                starts_at=starts,
                ends_at=ends,
                is_online=request.POST.get("is_online") == "1",
                place=typed["place"],
                speaker=typed["speaker"],
                capacity=int(typed["capacity"][:6]) if typed["capacity"].isdecimal() else 0,
            )
            try:
                code = communities.plan(host_id=person_id, slug=slug, draft=draft)
            except DomainError as error:
                fault = http.message_of(error)
            else:
                return HttpResponseRedirect(reverse("storefront:community_event", args=[slug, code]))
    context = community_page.page(request, found, "events") | {"typed": typed, "fault": fault}
    return render(request, "storefront/communities/event_form.html", context, status=422 if fault else 200)


@require_GET
def event(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """An event; its host also sees who comes and the code of the door."""
    viewer_id = request_facts.of(request).person_id
    found = queries.get_event(slug, code, viewer_id=viewer_id)
    context = {
        "event": found,
        "slug": slug,
        "private": True,
        "typed": request.GET.get("code", "")[:6],
        "attendees": (),
        "door": None,
    }
    if found.can_host and viewer_id is not None:
        context["attendees"] = queries.list_attendees(slug, code, viewer_id=viewer_id)
        context["door"] = queries.get_sign_in_code(slug, code, viewer_id=viewer_id)
    return render(request, "storefront/communities/event.html", context)


@login_required
@require_GET
def door(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """What guests point their phones at: the event's page with the digits of this moment filled in."""
    shown = queries.get_sign_in_code(slug, code, viewer_id=community_page.person(request))
    page = reverse("storefront:community_event", args=[slug, code])
    url = f"{request_facts.of(request).base_url}{page}?{urlencode({'code': shown.code})}"
    drawn = BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", scale=6, border=2, light="#fff")
    response = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def act(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Sign up, give the place up, sign in at the door, change the places, or call the event off."""
    person_id, do = community_page.person(request), request.POST.get("do", "")
    try:
        if do == "sign_up":
            state = communities.sign_up(person_id=person_id, slug=slug, code=code)
            going = gettext("You have a place. See you there.")
            waiting = gettext("Every place is taken. You are in the line and move up by yourself.")
            messages.success(request, going if state == "going" else waiting)
        elif do == "cancel_signup":
            communities.cancel_signup(person_id=person_id, slug=slug, code=code)
        elif do == "sign_in":
            typed = request.POST.get("code", "")[:12]
            communities.sign_in(person_id=person_id, slug=slug, code=code, typed=typed)
            messages.success(request, gettext("You are signed in. Enjoy the event."))
        elif do == "capacity":
            typed = request.POST.get("capacity", "").strip()
            places = int(typed[:6]) if typed.isdecimal() else -1
            communities.change_capacity(actor_id=person_id, slug=slug, code=code, capacity=places)
            messages.success(request, gettext("Saved"))
        elif do == "cancel":
            reason = request.POST.get("reason", "")
            communities.cancel(actor_id=person_id, slug=slug, code=code, reason=reason)
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:community_event", args=[slug, code]))


def moment(text: str) -> datetime | None:
    """A moment as a form sends it, in the platform's zone."""
    with suppress(ValueError):
        return datetime.fromisoformat(text).replace(tzinfo=formats.PLATFORM_ZONE)
    return None
