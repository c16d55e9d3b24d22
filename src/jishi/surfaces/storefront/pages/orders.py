"""A buyer's orders: the list by state, one order with its whole story, and what they may do with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel.errors import DomainError
from jishi.money.payments import queries as payment_queries
from jishi.promotions.plays import queries as play_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import explain
from jishi.trade.fulfillment import queries as fulfillment_queries
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderState

PAGE_SIZE = 12


def tabs() -> list[tuple[str, str]]:
    """The states a buyer looks for, with their names."""
    return [
        ("", gettext("All")),
        ("awaiting_payment", gettext("To pay")),
        ("paid", gettext("To be sent")),
        ("shipped", gettext("To receive")),
        ("received", gettext("Received")),
        ("refunding", gettext("Being refunded")),
        ("refunded", gettext("Refunded")),
    ]


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The buyer's orders, newest first."""
    facts = request_facts.of(request)
    state = request.GET.get("state", "")
    state = state if state in {one.value for one in OrderState} else ""
    page = order_queries.page_orders(
        buyer_id=facts.person_id,
        state=state or None,
        cursor=request.GET.get("cursor") or None,
        limit=PAGE_SIZE,
    )
    counts = order_queries.state_counts(buyer_id=facts.person_id)
    context = {
        "page": page,
        "state": state,
        "tabs": [(code, label, counts.get(code, 0)) for code, label in tabs()],
        "shops": merchant_queries.list_shops(
            {order.shop_id for order in page.items}, language=facts.language
        ),
        "teams": play_queries.list_teams_of_orders([order.code for order in page.items]),
        "tab": "me",
    }
    return render(request, "storefront/orders.html", context)


@login_required
def order(request: HttpRequest, code: str) -> HttpResponse:
    """One order: where it stands, where it goes, what it cost and why."""
    facts = request_facts.of(request)
    found = order_queries.get_order(code, viewer_id=facts.person_id)
    team = play_queries.list_teams_of_orders([code]).get(code)
    context = {
        "order": found,
        "shop": merchant_queries.get_shop(found.shop_id, language=facts.language),
        "team": team,
        "parcels": fulfillment_queries.list_parcels(code, language=facts.language),
        "refunds": payment_queries.list_refunds(code)
        if found.state in ("refunding", "refunded", "expired")
        else [],
        "reasons": [
            explain.Reason(explain.sentence(one.message, one.params, found.currency), one.amount_minor)
            for one in found.adjustments
        ],
        "tab": "me",
    }
    return render(request, "storefront/order.html", context)


@login_required
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """To the payment this order belongs to."""
    found = order_queries.get_order(code, viewer_id=request_facts.of(request).person_id)
    if "pay" in found.actions and found.intent_code:
        return HttpResponseRedirect(reverse("storefront:pay", args=[found.intent_code]))
    if "pay" in found.actions:
        return HttpResponseRedirect(reverse("storefront:order_details", args=[code]))
    return HttpResponseRedirect(reverse("storefront:order", args=[code]))


@login_required
@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Call the order off; paid money goes back."""
    try:
        orders.cancel(order_code=code, by=request_facts.of(request).person_id, reason="buyer")
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("Done. Anything you paid is on its way back to you."))
    return HttpResponseRedirect(reverse("storefront:order", args=[code]))


@login_required
@require_POST
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """The goods arrived; the shop gets its money."""
    try:
        orders.confirm_receipt(order_code=code, by=request_facts.of(request).person_id)
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("Thank you. The shop is being paid now."))
    return HttpResponseRedirect(reverse("storefront:order", args=[code]))
