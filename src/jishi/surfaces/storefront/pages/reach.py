"""What somebody wants to hear, how and when; browsers that are told; the way out of mails."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from jishi.kernel.errors import DomainError
from jishi.people.notifications import operations as notifications
from jishi.people.notifications import queries as notices
from jishi.people.notifications.errors import PushTargetInvalid, QuietHoursInvalid
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

CHANNELS = (("mail", _("Mail")), ("push", _("Browser")), ("sms", _("Text message")))
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Europe/London",
    "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Australia/Sydney", "UTC",
)  # fmt: skip
BODY_MOST = 4000


@login_required
@require_http_methods(["GET", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Show and change what reaches me, and when nothing may ring."""
    person_id = _person(request)
    current = notices.get_reach(person_id)
    if request.method == "POST":
        try:
            _save(request, person_id)
        except DomainError as error:
            refusals.tell(request, error)
        else:
            messages.success(request, gettext("Saved"))
        return HttpResponseRedirect(reverse("storefront:notification_settings"))
    zones = ZONES if current.time_zone in ZONES else (current.time_zone, *ZONES)
    offered = [(c, name) for c, name in CHANNELS if c != "sms" or current.has_phone]
    topics = [
        (one.topic, gettext(one.name), [(c, name, one.modes[c]) for c, name in offered])
        for one in current.topics
    ]
    context = {"reach": current, "topics": topics, "zones": zones, "push_key": notices.push_key()}
    return render(request, "storefront/messages/choices.html", context)


@login_required
@require_POST
def browser(request: HttpRequest) -> HttpResponse:
    """Remember or forget the browser this comes from; asked by the page's own script."""
    try:
        body = json.loads(request.body[:BODY_MOST])
        endpoint, keys = str(body["endpoint"]), body.get("keys") or {}
        p256dh, auth = str(keys.get("p256dh", "")), str(keys.get("auth", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PushTargetInvalid from None
    person_id = _person(request)
    if body.get("forget"):
        notifications.forget_browser(person_id=person_id, endpoint=endpoint)
    else:
        notifications.subscribe_browser(person_id=person_id, endpoint=endpoint, p256dh=p256dh, auth=auth)
    return JsonResponse({"ok": True})


@csrf_exempt
@require_http_methods(["GET", "POST"])
def mail_off(request: HttpRequest, token: str) -> HttpResponse:
    """End mails as a signed link says. Mail programs post here on one click (RFC 8058), people confirm."""
    if request.method == "POST":
        notifications.unsubscribe(token=token)
        return render(request, "storefront/messages/mail_off.html", {"is_done": True})
    return render(request, "storefront/messages/mail_off.html", {"is_done": False})


def _save(request: HttpRequest, person_id: int) -> None:
    modes = {}
    for name, value in request.POST.items():
        parts = name.split(":")
        if len(parts) == 3 and parts[0] == "mode":
            modes[parts[1], parts[2]] = str(value)
    quiet = bool(request.POST.get("quiet"))
    notifications.set_quiet_hours(
        person_id=person_id,
        time_zone=request.POST.get("time_zone", ""),
        quiet_from=_minute(request.POST.get("quiet_from", "")) if quiet else None,
        quiet_to=_minute(request.POST.get("quiet_to", "")) if quiet else None,
        digest_minute=_minute(request.POST.get("digest_at", "")),
    )
    notifications.choose(person_id=person_id, modes=modes)


def _minute(text: str) -> int:
    hour, minute = text.partition(":")[::2]
    if not (hour.isdigit() and minute[:2].isdigit()) or int(hour) > 23 or int(minute[:2]) > 59:
        raise QuietHoursInvalid
    return int(hour) * 60 + int(minute[:2])


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
