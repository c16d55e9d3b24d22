"""The front page: teams that are almost full, then the feed."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard, ListingFilter
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import OpenTeamView
from jishi.surfaces.shell import facts as request_facts

PAGE_SIZE = 20
STRIP_SIZE = 8


@dataclass(frozen=True, slots=True)
class AlmostFull:
    """A team that lacks little, with the goods it is about."""

    team: OpenTeamView
    card: ListingCard


def home(request: HttpRequest) -> HttpResponse:
    """The mixed feed, or the team offers; `?cursor=` continues it with and without scripts."""
    facts = request_facts.of(request)
    tab = "teams" if request.GET.get("tab") == "teams" else "home"
    cursor = request.GET.get("cursor") or None
    page = catalog_queries.page_listings(
        filter=ListingFilter(badge_kind="group_buy" if tab == "teams" else ""),
        sort="sold" if tab == "teams" else "relevance",
        cursor=cursor,
        limit=PAGE_SIZE,
        language=facts.language,
    )
    query = {"tab": tab} if tab == "teams" else {}
    context = {
        "page": page,
        "tab": tab,
        "first_page": cursor is None,
        "next_url": "?" + urlencode({**query, "cursor": page.next_cursor or ""}),
    }
    if request.headers.get("HX-Request") and cursor:
        return render(request, "shell/components/cards.html", context)
    context["categories"] = [one for one in catalog_queries.list_categories(facts.language) if not one.depth]
    context["strip"] = [] if cursor else almost_full(facts)
    return render(request, "storefront/home.html", context)


def almost_full(facts: request_facts.Facts) -> list[AlmostFull]:
    """Joinable teams that lack the fewest people, soonest deadline first."""
    teams = play_queries.list_open_teams(viewer_id=facts.person_id, limit=STRIP_SIZE)
    cards = catalog_queries.list_cards([team.product_id for team in teams], language=facts.language)
    return [AlmostFull(team, cards[team.product_id]) for team in teams if team.product_id in cards]
