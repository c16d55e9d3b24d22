"""A shop's money: what is held until buyers have their goods, what was paid out, what can be had."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jishi.money.escrow import queries as escrow_queries
from jishi.money.ledger import queries as ledger_queries
from jishi.surfaces.merchant.desk import Desk, staff

STATES = ("held", "released", "refunded")


@staff
@require_GET
def settlements(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Order by order, newest first."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    balances = ledger_queries.list_balances(owner_kind="shop", owner_key=str(desk.shop.id), purpose="payable")
    context = {
        "page": escrow_queries.page_settlements(
            desk.shop.id, state=state, cursor=request.GET.get("cursor") or None
        ),
        "state": state,
        "money": escrow_queries.list_shop_money(desk.shop.id),
        "balances": balances,
    }
    return render(request, "merchant/settlements.html", context)
