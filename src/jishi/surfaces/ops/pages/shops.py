"""Every shop with its terms and its money."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jishi.goods.merchants import queries as merchant_queries
from jishi.money.escrow import queries as escrow_queries
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The shops, oldest first."""
    money = {(row.shop_id, row.currency): row for row in escrow_queries.list_shop_money()}
    shops = merchant_queries.list_shops(language=request_facts.of(request).language)
    rows = [(shop, money.get((shop.id, shop.currency))) for shop in shops.values()]
    return render(request, "ops/shops.html", {"rows": rows})
