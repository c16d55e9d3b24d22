"""Communities from a shop's side: finding one, asking it for partnership, and what its owner said."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import N_, DomainError
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals

STATES = {
    "asked": N_("Asked, waiting for an answer"),
    "agreed": N_("Partner"),
    "declined": N_("Declined"),
    "ended": N_("Ended"),
}


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Where the shop asked, and other communities to ask."""
    text = request.GET.get("q", "").strip()[:60]
    links = queries.list_partnerships(desk.shop.id)
    page = queries.page_discover(
        viewer_id=desk.person_id, text=text, cursor=request.GET.get("cursor") or None
    )
    context = {
        "links": [(slug, name, state, STATES[state]) for slug, name, state in links],
        "page": page,
        "open": {card.slug: True for card in page.items}
        | {slug: False for slug, _, state in links if state in ("asked", "agreed")},
        "text": text,
    }
    return render(request, "merchant/communities.html", context)


@staff
@require_POST
def ask(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask a community whether the shop may make offers for its members."""
    post = request.POST
    try:
        communities.ask_partner(
            shop_id=desk.shop.id,
            person_id=desk.person_id,
            slug=post.get("community", "")[:40],
            message=post.get("message", ""),
        )
        messages.success(request, gettext("Asked. The owner of the community decides."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:communities"))
