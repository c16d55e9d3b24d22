"""How far sharing travels: links, visitors and orders by depth, and the orders that people brought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jishi.social.shares import queries as share_queries
from jishi.surfaces.ops import period
from jishi.surfaces.ops.gate import operator

PAGE_SIZE = 25


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The orders that links brought, newest first."""
    since, until = period.span(request.GET)
    depth = request.GET.get("depth", "")
    wanted = int(depth) if depth.isascii() and depth.isdigit() and len(depth) < 5 else None
    page = share_queries.page_orders(
        depth=wanted, since=since, until=until, cursor=request.GET.get("cursor") or None, limit=PAGE_SIZE
    )
    context = {
        "page": page,
        "depth": wanted,
        "stats": share_queries.chain_depths(since=since, until=until),
    }
    return render(request, "ops/shares.html", context)
