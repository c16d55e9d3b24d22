"""Where an order goes that was won in a rush: address and delivery, asked on the way to paying."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel.errors import DomainError
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as account_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront.pages import checkout as checkout_page
from jishi.trade.checkout import operations as checkout
from jishi.trade.fulfillment import queries as fulfillment_queries
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderView


@login_required
@never_cache
def details(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is still missing; POST writes it and goes on to paying."""
    facts = request_facts.of(request)
    order = order_queries.get_order(code, viewer_id=facts.person_id)
    if order.viewer != "buyer" or order.state != "awaiting_payment" or order.intent_code:
        return HttpResponseRedirect(reverse("storefront:order_pay", args=[code]))
    if request.method == "POST":
        act = add_address if request.POST.get("do") == "address" else complete
        return act(request, order)
    return show(request, order)


def show(request: HttpRequest, order: OrderView) -> HttpResponse:
    """The page for the chosen address; another choice is part of its own address."""
    facts = request_facts.of(request)
    addresses = account_queries.list_addresses(order.buyer_id)
    wanted = request.GET.get("address", "")
    chosen = next((one for one in addresses if str(one.id) == wanted), addresses[0] if addresses else None)
    shops = merchant_queries.list_shops({order.shop_id}, language=facts.language)
    net = order.goods_minor - order.discount_minor
    ways = fulfillment_queries.options_for(
        shops, address=chosen, goods_by_shop={order.shop_id: net}, language=facts.language
    )[order.shop_id]
    delivery = next((way for way in ways if way.code == request.GET.get("delivery")), ways[0])
    context = {
        "order": order,
        "shop": shops[order.shop_id],
        "addresses": addresses,
        "address": chosen,
        "ways": ways,
        "delivery": delivery,
        "total_minor": net + delivery.fee_minor,
        "choices": None,
    }
    return render(request, "storefront/flash/details.html", context)


def complete(request: HttpRequest, order: OrderView) -> HttpResponse:
    """Write address and delivery, and go to the payment that this opens."""
    address = request.POST.get("address", "")
    try:
        intent_code = checkout.complete(
            order_code=order.code,
            buyer_id=order.buyer_id,
            address_id=int(address) if address.isascii() and address.isdigit() else None,
            delivery_code=request.POST.get("delivery", "")[:40],
            language=request_facts.of(request).language,
        )
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(reverse("storefront:order_details", args=[order.code]))
    return HttpResponseRedirect(reverse("storefront:pay", args=[intent_code]))


def add_address(request: HttpRequest, order: OrderView) -> HttpResponse:
    """Save an address here and go on with it."""
    page = reverse("storefront:order_details", args=[order.code])
    fields: dict[str, Any] = {name: request.POST.get(name, "")[:200] for name in checkout_page.ADDRESS_FIELDS}
    try:
        saved = accounts.save_address(person_id=order.buyer_id, **fields)
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(page)
    return HttpResponseRedirect(f"{page}?address={saved.id}")
