"""The team page, landing page of most shared links: one template branch per screen of the domain's matrix."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard, ListingFilter
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import OpenTeamView, TeamView
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import explain

SHOWN_MEMBERS = 9
OTHERS = 6


@require_GET
def team(request: HttpRequest, code: str) -> HttpResponse:
    """The whole page."""
    facts = request_facts.of(request)
    found = play_queries.get_team(code, viewer_id=facts.person_id, language=facts.language)
    context = block(request, found)
    card = context["card"]
    context |= {
        "terms": explain.phrases(found.terms, found.currency),
        "share": ("team", code),
        "image": facts.absolute(card.image_url) if card and card.image_url else "",
    }
    return render(request, "storefront/team.html", context)


@require_GET
def live(request: HttpRequest, code: str) -> HttpResponse:
    """The part that changes while people join, as a fragment."""
    facts = request_facts.of(request)
    found = play_queries.get_team(code, viewer_id=facts.person_id, language=facts.language)
    return render(request, "storefront/parts/team_block.html", block(request, found))


def block(request: HttpRequest, found: TeamView) -> dict[str, Any]:
    """What the changing part needs: seats, the goods in one line, and where the actions lead."""
    facts = request_facts.of(request)
    card = catalog_queries.list_cards([found.product_id], language=facts.language).get(found.product_id)
    others: Sequence[OpenTeamView] = ()
    similar: list[ListingCard] = []
    if "other_teams" in found.actions:
        others = play_queries.list_open_teams(
            product_id=found.product_id, viewer_id=facts.person_id, limit=OTHERS, without=found.code
        )
    if "similar" in found.actions:
        page = catalog_queries.page_listings(
            filter=ListingFilter(badge_kind="group_buy"), sort="sold", limit=OTHERS, language=facts.language
        )
        similar = [one for one in page.items if one.product_id != found.product_id]
    members = [member for member in found.members if member.state != "released"]
    return {
        "team": found,
        "card": card,
        "members": members[:SHOWN_MEMBERS],
        "hidden_members": max(0, len(members) - SHOWN_MEMBERS),
        "empty_seats": min(found.missing, SHOWN_MEMBERS),
        "filled": found.taken + found.virtual,
        "go": _way_in(found, card, facts.prefix),
        "saving_minor": max(0, found.solo_minor - found.price_minor),
        "others": others,
        "similar": similar,
    }


@login_required
@require_POST
def let_go(request: HttpRequest, code: str) -> HttpResponse:
    """Give back the seat that is kept for the viewer, for the next in line."""
    person_id = request_facts.of(request).person_id or 0
    if plays.let_seat_go(team_code=code, person_id=person_id):
        messages.success(request, gettext("Your seat is free for somebody else now."))
    return HttpResponseRedirect(reverse("storefront:team", args=[code]))


def _way_in(team: TeamView, card: ListingCard | None, prefix: str) -> str:
    """Where a kept seat leads: to the checkout, or to the choice of a variant where there is one."""
    if card is None:
        return ""
    wanted = {"offer": team.offer_code, "team": team.code}
    if team.join_with is None:
        return f"{prefix}{reverse('storefront:choose', args=[card.code])}?{urlencode(wanted)}"
    goods = {"variant": team.join_with.variant_id, "quantity": 1}
    return f"{reverse('storefront:checkout')}?{urlencode({**goods, **wanted})}"
