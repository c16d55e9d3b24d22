"""Teams for operators: the list by state and one team with its seats and orders."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.people.accounts import queries as people
from jishi.promotions.plays import queries as play_queries
from jishi.surfaces.ops import period
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts
from jishi.trade.orders import queries as order_queries

PAGE_SIZE = 25
STATES = ("open", "formed", "expired", "failed")


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Teams of every shop, newest first."""
    facts = request_facts.of(request)
    since, until = period.span(request.GET)
    wanted = request.GET.get("state", "")
    state = wanted if wanted in STATES else ""
    page = play_queries.page_teams(
        state=state or None,
        since=since,
        until=until,
        cursor=request.GET.get("cursor") or None,
        limit=PAGE_SIZE,
    )
    stats = play_queries.team_stats(since=since, until=until)
    names = {
        "": gettext("All"),
        "open": gettext("Filling"),
        "formed": gettext("Formed"),
        "expired": gettext("Not filled"),
        "failed": gettext("Closed early"),
    }
    counts = {"": stats.opened, **stats.by_state}
    context = {
        "page": page,
        "state": state,
        "stats": stats,
        "tabs": [(code, name, counts[code]) for code, name in names.items()],
        "shops": merchant_queries.list_shops({team.shop_id for team in page.items}, language=facts.language),
        "cards": catalog_queries.list_cards(
            {team.product_id for team in page.items}, language=facts.language
        ),
    }
    return render(request, "ops/teams.html", context)


@operator
@require_GET
def team(request: HttpRequest, code: str) -> HttpResponse:
    """One team: its clock, its seats, and the orders behind them."""
    facts = request_facts.of(request)
    found = play_queries.find_team_row(code)
    if found is None:
        raise Http404
    behind = order_queries.list_orders(found.order_codes)
    context = {
        "team": found,
        "orders": behind,
        "people": people.list_people({order.buyer_id for order in behind}),
        "shop": merchant_queries.get_shop(found.shop_id, language=facts.language),
        "card": catalog_queries.list_cards([found.product_id], language=facts.language).get(found.product_id),
    }
    return render(request, "ops/team.html", context)
