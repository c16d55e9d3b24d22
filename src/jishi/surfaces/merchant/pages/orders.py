"""A shop's orders: the list, one order, sending parcels one by one or together, giving money back."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.kernel import audit, http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people
from jishi.promotions.plays import queries as play_queries
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.fulfillment import queries as fulfillment_queries
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderView, OrderWish

PAGE_SIZE = 30
BATCH_MOST = 100
READY, WAITING = "ready", "waiting"
STATES = {
    "": (),
    "shipped": ("shipped",),
    "received": ("received",),
    "awaiting_payment": ("awaiting_payment",),
    "back": ("refunding", "refunded"),
    "closed": ("expired", "cancelled"),
}


def wish_of(desk: Desk, state: str, text: str = "") -> OrderWish:
    """What a tab shows, of this shop only."""
    if state in (READY, WAITING):
        return OrderWish(shop_id=desk.shop.id, is_ready=state == READY, text=text)
    return OrderWish(shop_id=desk.shop.id, states=STATES.get(state, ()), text=text)


def tabs(desk: Desk, counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """Code, name and number of orders of each tab."""
    names = {
        "": gettext("All"),
        "shipped": gettext("Shipped"),
        "received": gettext("Received"),
        "awaiting_payment": gettext("Awaiting payment"),
        "back": gettext("Refunds"),
        "closed": gettext("Closed"),
    }
    rest = [
        (code, names[code], sum(counts[state] for state in (states or tuple(counts))))
        for code, states in STATES.items()
    ]
    first = [
        (READY, gettext("To ship"), desk.to_ship),
        (WAITING, gettext("Waiting for the team"), desk.waiting),
    ]
    return [*first, *rest[1:], rest[0]]


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The shop's orders; the first tab is what can be sent now."""
    state = request.GET.get("state", READY)
    state = state if state in (READY, WAITING, *STATES) else READY
    page = order_queries.page_wished(
        wish=wish_of(desk, state, request.GET.get("q", "")),
        cursor=request.GET.get("cursor") or None,
        limit=PAGE_SIZE,
    )
    context = {
        "page": page,
        "state": state,
        "tabs": tabs(desk, order_queries.count_wished(OrderWish(shop_id=desk.shop.id))),
        "people": people.list_people({order.buyer_id for order in page.items}),
        "teams": play_queries.list_teams_of_orders([order.code for order in page.items]),
        "carriers": fulfillment_queries.list_carriers(desk.language),
    }
    return render(request, "merchant/orders.html", context)


@staff
@require_GET
def order(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """One order of this shop, with where it goes."""
    found = own_order(desk, code)
    context = {
        "order": found,
        "person": people.list_people([found.buyer_id]).get(found.buyer_id),
        "parcels": fulfillment_queries.list_parcels(code, language=desk.language),
        "team": play_queries.find_team_of_order(code),
        "carriers": fulfillment_queries.list_carriers(desk.language),
        "can_ship": found.state == "paid" and not found.on_hold,
        "can_refund": found.state in ("paid", "shipped"),
    }
    return render(request, "merchant/order.html", context)


@staff
@require_POST
def ship(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Hand one order to a carrier."""
    own_order(desk, code)
    try:
        send(desk, code, request.POST.get("carrier", ""), request.POST.get("tracking", ""))
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("Shipped. The buyer can follow the parcel now."))
    return HttpResponseRedirect(reverse("merchant:order", args=[code]))


@staff
@require_POST
def ship_many(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Send the ticked orders with one carrier, each with its own number; each is a transaction of its own."""
    carrier = request.POST.get("carrier", "")
    picked = list(dict.fromkeys(request.POST.getlist("pick")))[:BATCH_MOST]
    own = {found.code for found in order_queries.list_orders(picked) if found.shop_id == desk.shop.id}
    sent = 0
    for code in picked:
        if code not in own:
            messages.error(request, gettext("%(code)s is not an order of this shop.") % {"code": code[:12]})
            continue
        try:
            send(desk, code, carrier, request.POST.get(f"tracking-{code}", ""))
        except DomainError as error:
            messages.error(request, f"{code}: {http.message_of(error)}")
        else:
            sent += 1
    if not picked:
        messages.error(request, gettext("Tick the orders that you are sending."))
    if sent:
        text = ngettext("%(sent)s parcel is on its way.", "%(sent)s parcels are on their way.", sent)
        messages.success(request, text % {"sent": sent})
    return HttpResponseRedirect(f"{reverse('merchant:orders')}?state={READY}")


@staff
@require_http_methods(["GET", "POST"])
def refund(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Give a buyer their money back, after a clear yes."""
    found = own_order(desk, code)
    can_refund = found.state in ("paid", "shipped")
    if request.method == "POST" and can_refund:
        try:
            with transaction.atomic():
                orders.refund(order_code=code, reason="shop", natural_key=f"shop:{code}", by=desk.person_id)
                audit.record(
                    actor_id=desk.person_id,
                    action="orders.refund",
                    subject=f"order:{code}",
                    detail={"shop": desk.shop.code, "amount_minor": found.total_minor},
                )
        except DomainError as error:
            refusals.tell(request, error)
        else:
            messages.success(request, gettext("The refund is on its way to the buyer."))
        return HttpResponseRedirect(reverse("merchant:order", args=[code]))
    return render(request, "merchant/refund.html", {"order": found, "can_refund": can_refund})


def own_order(desk: Desk, code: str) -> OrderView:
    """An order of this desk's shop.

    :raises Http404: it is another shop's.
    :raises OrderNotFound: there is none.
    """
    found = order_queries.get_order(code, viewer_id=None)
    desk.own(found.shop_id)
    return found


def send(desk: Desk, code: str, carrier: str, tracking: str) -> None:
    """Ship and write down who did it, together."""
    with transaction.atomic():
        parcel = fulfillment.ship(
            order_code=code, carrier=carrier, tracking_number=tracking, by=desk.person_id
        )
        audit.record(
            actor_id=desk.person_id,
            action="orders.ship",
            subject=f"order:{code}",
            detail={"shop": desk.shop.code, "parcel": parcel.code, "carrier": carrier},
        )
