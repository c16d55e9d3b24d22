"""What I agreed to, and the way out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as accounts
from jishi.people.privacy import operations, queries
from jishi.people.privacy.contracts import SWITCHES, Purpose
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import phrases


@login_required
@require_http_methods(["GET", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Show and change what my data may be used for."""
    person_id = _person(request)
    if request.method == "POST":
        verb = operations.give if request.POST.get("given") == "1" else operations.withdraw
        verb(person_id=person_id, purpose=request.POST.get("purpose", ""))
        messages.success(request, gettext("Saved"))
        return HttpResponseRedirect(reverse("storefront:choices"))
    words = {
        Purpose.PERSONALISATION: (
            gettext("Suggestions made for me"),
            gettext("What you look at and buy changes what you are shown first. It never changes a price."),
        ),
        Purpose.ANALYTICS: (
            gettext("Counting how the shop is used"),
            gettext("Which pages you see helps us find what does not work. Nobody outside gets it."),
        ),
    }
    stands = queries.consents(person_id)
    switches = [(purpose, *words[purpose], stands[purpose].given) for purpose in SWITCHES]
    return render(request, "storefront/privacy/choices.html", {"switches": switches})


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Delete my account, with time to change my mind."""
    person_id, problem, sent = _person(request), "", False
    do = request.POST.get("do", "")
    try:
        if do == "keep":
            operations.cancel_deletion(person_id=person_id)
            messages.success(request, gettext("Your account stays."))
            return HttpResponseRedirect(reverse("storefront:settings"))
        if do == "send":
            operations.send_code(person_id=person_id)
            sent = True
            messages.info(request, gettext("The code is on its way."))
        if do == "leave":
            operations.request_deletion(
                person_id=person_id,
                password=request.POST.get("password", ""),
                code=request.POST.get("code", "").strip(),
            )
            return HttpResponseRedirect(reverse("storefront:leave"))
    except DomainError as error:
        problem = http.message_of(error)
    language = request_facts.of(request).language
    context = {
        "waiting": queries.find_deletion(person_id),
        "obstacles": [
            (phrases.say(one.message, one.params, language), one.url)
            for one in queries.list_obstacles(person_id)
        ],
        "has_password": accounts.get_profile(person_id).has_password,
        "sent": sent,
        "problem": problem,
    }
    return render(request, "storefront/privacy/leave.html", context, status=422 if problem else 200)


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
