"""The front page: teams that are almost full, then notes and goods in one feed."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard, ListingFilter
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import OpenTeamView
from jishi.social.feed import queries as feed_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import feed_shelf, picked, slots

PAGE_SIZE = 20
STRIP_SIZE = 8


@dataclass(frozen=True, slots=True)
class AlmostFull:
    """A team that lacks little, with the goods it is about."""

    team: OpenTeamView
    card: ListingCard


def home(request: HttpRequest) -> HttpResponse:
    """The mixed feed, or the team offers; `?cursor=` continues it with and without scripts."""
    if request.GET.get("tab") == "teams":
        return team_offers(request)
    facts = request_facts.of(request)
    cursor = request.GET.get("cursor") or None
    chosen = feed_queries.get_preference(facts.person_id)
    page = feed_queries.page_home(
        viewer_id=facts.person_id,
        language=facts.language,
        is_personalised=chosen.is_personalised,
        visitor=picked.asker(request).visitor,
        cursor=cursor,
        limit=PAGE_SIZE,
    )
    teams = () if cursor else play_queries.list_open_teams(viewer_id=facts.person_id, limit=STRIP_SIZE)
    slotted = slots.Shown() if cursor else slots.fill(request, "home")
    also = [*(team.product_id for team in teams), *slotted.product_ids]
    laid = feed_shelf.lay_out(page, facts, also=also)
    context: dict[str, Any] = {
        "tab": "home",
        "channel": "home",
        "entries": laid.entries,
        "first_page": cursor is None,
        "has_next": page.next_cursor is not None,
        "next_url": "?" + urlencode({"cursor": page.next_cursor or ""}),
    }
    if request.headers.get("HX-Request") and cursor:
        return render(request, "storefront/feed/entries.html", context)
    context |= {"slots": slotted, "pinned": slotted.pinned(laid.goods)}
    context["strip"] = almost_full(teams, laid.goods)
    context["chosen"] = chosen
    context["is_personal"] = page.is_personal
    is_cold = facts.person_id is not None and chosen.is_cold and not cursor
    if is_cold or facts.person_id is None:
        context["topics"] = feed_queries.list_topics(limit=12)
    if not is_cold:
        context["categories"] = _categories(facts.language)
    context["is_cold"] = is_cold
    return slots.noted(request, render(request, "storefront/home.html", context), slotted)


def team_offers(request: HttpRequest) -> HttpResponse:
    """Everything that is cheaper together, the most bought first."""
    facts = request_facts.of(request)
    cursor = request.GET.get("cursor") or None
    page = catalog_queries.page_listings(
        filter=ListingFilter(badge_kind="group_buy"),
        sort="sold",
        cursor=cursor,
        limit=PAGE_SIZE,
        language=facts.language,
    )
    context: dict[str, Any] = {
        "page": page,
        "tab": "teams",
        "channel": "teams",
        "first_page": cursor is None,
        "next_url": "?" + urlencode({"tab": "teams", "cursor": page.next_cursor or ""}),
    }
    if request.headers.get("HX-Request") and cursor:
        return render(request, "shell/components/cards.html", context)
    teams = () if cursor else play_queries.list_open_teams(viewer_id=facts.person_id, limit=STRIP_SIZE)
    goods = catalog_queries.list_cards([team.product_id for team in teams], language=facts.language)
    context["strip"] = almost_full(teams, goods)
    context["categories"] = _categories(facts.language)
    return render(request, "storefront/teams.html", context)


def almost_full(teams: tuple[OpenTeamView, ...], goods: dict[int, ListingCard]) -> list[AlmostFull]:
    """Joinable teams that lack the fewest people, soonest deadline first."""
    return [AlmostFull(team, goods[team.product_id]) for team in teams if team.product_id in goods]


def _categories(language: str) -> list[Any]:
    return [one for one in catalog_queries.list_categories(language) if not one.depth]
