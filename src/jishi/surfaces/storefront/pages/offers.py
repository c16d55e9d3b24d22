"""What campaigns told me, and whether I want to hear from them; the way from a message to its page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns import queries
from jishi.kernel.errors import DomainError
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals


@require_GET
def go(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Follow a message's link: only ever to a page of this shop that the campaign's own steps name."""
    facts = request_facts.of(request)
    url = campaigns.record_click(campaign_code=code, step=step, person_id=facts.person_id)
    return HttpResponseRedirect(url)


@login_required
@require_http_methods(["GET", "POST"])
def offers(request: HttpRequest) -> HttpResponse:
    """The messages I got, and the switch for all of them; without a reason given, at once."""
    facts = request_facts.of(request)
    person_id = facts.person_id or 0
    if request.method == "POST":
        _choose(request, person_id)
        return HttpResponseRedirect(reverse("storefront:offers"))
    context = {
        "received": queries.list_received(person_id=person_id),
        "is_off": queries.has_objected(person_id),
    }
    return render(request, "storefront/offers.html", context)


def _choose(request: HttpRequest, person_id: int) -> None:
    verb = request.POST.get("do", "")
    try:
        if verb == "stop":
            campaigns.object_to(person_id=person_id, kind="stop")
            messages.success(request, gettext("No more offers and ideas for you."))
        elif verb == "allow":
            campaigns.allow_again(person_id=person_id)
            messages.success(request, gettext("You hear from us again, at most twice a day."))
        elif verb == "complain":
            campaign = request.POST.get("campaign", "")[:12]
            campaigns.object_to(person_id=person_id, kind="complaint", campaign_code=campaign)
            messages.success(request, gettext("Thank you. If others feel the same, it stops for everybody."))
    except DomainError as error:
        refusals.tell(request, error)
