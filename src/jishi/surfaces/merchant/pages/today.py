"""What is to be done now, and which shop one works for."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel import clock
from jishi.money.escrow import queries as escrow_queries
from jishi.money.ledger import queries as ledger_queries
from jishi.money.ledger.contracts import AccountRef
from jishi.promotions.plays import queries as play_queries
from jishi.surfaces.merchant.desk import CHOSEN, Desk, staff
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderWish

NEXT_ORDERS = 6
SPAN = timedelta(days=30)


@staff
@require_GET
def today(request: HttpRequest, desk: Desk) -> HttpResponse:
    """To send, waiting for teams, sold, held and payable."""
    now = clock.now()
    zone = ZoneInfo(desk.shop.time_zone)
    morning = datetime.combine(now.astimezone(zone).date(), time(), zone)
    sold = order_queries.sales_between(since=morning - SPAN, until=now, shop_id=desk.shop.id)
    payable = AccountRef("shop", str(desk.shop.id), "payable", desk.shop.currency)
    money = [
        row for row in escrow_queries.list_shop_money(desk.shop.id) if row.currency == desk.shop.currency
    ]
    context = {
        "sold": next((row for row in sold if row.currency == desk.shop.currency), None),
        "money": money[0] if money else None,
        "payable": ledger_queries.find_balance(payable),
        "teams": play_queries.team_stats(shop_id=desk.shop.id, since=morning - SPAN, until=now),
        "orders": order_queries.page_wished(
            wish=OrderWish(shop_id=desk.shop.id, is_ready=True), limit=NEXT_ORDERS
        ).items,
    }
    return render(request, "merchant/today.html", context)


@staff
@require_POST
def choose_shop(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Work for another of one's shops from now on."""
    wanted = request.POST.get("shop", "")
    chosen = next((shop_id for shop_id, shop in desk.shops.items() if shop.code == wanted), None)
    if chosen is not None:
        request.session[CHOSEN] = chosen
    return HttpResponseRedirect(reverse("merchant:today"))
