"""Orders for operators: the list with tabs and export, one order with its story, money and refund."""

from collections.abc import Iterator

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.money.escrow import queries as escrow_queries
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import queries as payment_queries
from jishi.people.accounts import queries as people
from jishi.promotions.plays import queries as play_queries
from jishi.social.shares import queries as share_queries
from jishi.social.shares.contracts import ChainLink
from jishi.social.shares.errors import ShareNotFound
from jishi.surfaces.ops import period
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import phrases, refusals, spreadsheet
from jishi.trade.fulfillment import queries as fulfillment_queries
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderView, OrderWish
from jishi.trade.orders.errors import OrderNotFound

PAGE_SIZE = 25
EXPORT_PAGE = 100
EXPORT_MOST = 20_000
REFUNDABLE = ("paid", "shipped")
TABS = {
    "": (),
    "awaiting_payment": ("awaiting_payment",),
    "paid": ("paid",),
    "shipped": ("shipped",),
    "received": ("received",),
    "back": ("refunding", "refunded"),
    "closed": ("expired", "cancelled"),
}


def tabs(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """The tabs of the list: their code, name, and how many orders each holds."""
    names = {
        "": gettext("All"),
        "awaiting_payment": gettext("Awaiting payment"),
        "paid": gettext("To ship"),
        "shipped": gettext("Shipped"),
        "received": gettext("Received"),
        "back": gettext("Refunds"),
        "closed": gettext("Closed"),
    }
    return [
        (code, names[code], sum(counts[state] for state in (states or tuple(counts))))
        for code, states in TABS.items()
    ]


def wish_of(request: HttpRequest, *, with_state: bool = True) -> OrderWish:
    """What the address asks for; unknown words ask for nothing."""
    since, until = period.span(request.GET)
    shop = request.GET.get("shop", "")
    paid = request.GET.get("paid", "")
    return OrderWish(
        shop_id=int(shop) if shop.isascii() and shop.isdigit() and len(shop) < 10 else None,
        states=TABS.get(request.GET.get("state", ""), ()) if with_state else (),
        since=since,
        until=until,
        by="paid" if request.GET.get("by") == "paid" else "placed",
        is_paid=True if paid == "1" else None,
        text=request.GET.get("q", ""),
    )


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every shop's orders, newest first."""
    facts = request_facts.of(request)
    state = request.GET.get("state", "")
    page = order_queries.page_wished(
        wish=wish_of(request), cursor=request.GET.get("cursor") or None, limit=PAGE_SIZE
    )
    counts = order_queries.count_wished(wish_of(request, with_state=False))
    found = tabs(counts)
    context = {
        "page": page,
        "state": state if state in TABS else "",
        "tabs": found,
        "total": next(count for code, _, count in found if code == (state if state in TABS else "")),
        "shops": merchant_queries.list_shops(language=facts.language),
        "people": people.list_people({order.buyer_id for order in page.items}),
        "teams": play_queries.list_teams_of_orders([order.code for order in page.items]),
    }
    return render(request, "ops/orders.html", context)


@operator
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as a table for spreadsheets; that it was taken is written down."""
    wish = wish_of(request)
    shops = merchant_queries.list_shops(language=request_facts.of(request).language)
    audit.record(
        actor_id=person(request), action="orders.export", subject="orders", detail=dict(request.GET.items())
    )
    header = (
        "order",
        "state",
        "shop",
        "product",
        "quantity",
        "currency",
        "total",
        "placed_at",
        "paid_at",
        "shipped_at",
    )
    rows = (_export_row(order, shops[order.shop_id].name) for order in _all(wish))
    response = StreamingHttpResponse(spreadsheet.lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="jishi-orders.csv"'
    return response


def _all(wish: OrderWish) -> Iterator[OrderView]:
    cursor, told = None, 0
    while told < EXPORT_MOST:
        page = order_queries.page_wished(wish=wish, cursor=cursor, limit=EXPORT_PAGE)
        yield from page.items
        told, cursor = told + len(page.items), page.next_cursor
        if cursor is None:
            return


def _export_row(order: OrderView, shop: str) -> tuple[object, ...]:
    titles = " + ".join(" ".join((line.title, *line.options)) for line in order.lines)
    return (
        order.code,
        order.state,
        shop,
        titles,
        order.quantity,
        order.currency,
        phrases.plain_amount(order.total_minor, order.currency),
        order.placed_at,
        order.paid_at,
        order.shipped_at,
    )


@operator
@require_GET
def order(request: HttpRequest, code: str) -> HttpResponse:
    """One order: what, who, how it moved, its parcel, its team, and who brought its buyer."""
    facts = request_facts.of(request)
    found = order_queries.get_order(code, viewer_id=None)
    known = {found.buyer_id, *(step.actor_id for step in found.steps if step.actor_id)}
    context = {
        "order": found,
        "shop": merchant_queries.get_shop(found.shop_id, language=facts.language),
        "people": people.list_people(known),
        "parcels": fulfillment_queries.list_parcels(code, language=facts.language),
        "team": play_queries.find_team_of_order(code),
        "chain": _chain(found.share_code),
        "can_refund": found.state in REFUNDABLE,
        "tab": "order",
    }
    return render(request, "ops/order.html", context)


def _chain(share_code: str) -> tuple[ChainLink, ...]:
    """Who brought whom, from where it began to the link that the buyer opened."""
    if not share_code:
        return ()
    try:
        return tuple(reversed(share_queries.chain(share_code)))
    except ShareNotFound:
        return ()


@operator
@require_GET
def money(request: HttpRequest, code: str) -> HttpResponse:
    """One order's money, from the provider to whoever has it now."""
    intent = payment_queries.find_intent_for_order(code)
    if intent is None and order_queries.find_order(code) is None:
        raise OrderNotFound
    attempts = payment_queries.list_attempts(intent.code) if intent else []
    refunds = payment_queries.list_refunds(code)
    keys = [f"escrow:{code}:", *(f"payment:{attempt.code}:" for attempt in attempts)]
    keys += [f"refund:{refund.natural_key}:" for refund in refunds]
    keys += [f"refund:{refund.code}:" for refund in refunds]
    context = {
        "code": code,
        "intent": intent,
        "attempts": attempts,
        "holding": escrow_queries.find_holding(code),
        "refunds": refunds,
        "journals": ledger_queries.list_journals_under(keys),
        "tab": "money",
    }
    return render(request, "ops/order_money.html", context)


@operator
@require_http_methods(["GET", "POST"])
def refund(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a refund does, and after a clear yes do it."""
    found = order_queries.get_order(code, viewer_id=None)
    reason = request.POST.get("reason", "").strip()
    if request.method == "POST" and reason:
        try:
            with transaction.atomic():
                orders.refund(
                    order_code=code, reason="operator", natural_key=f"operator:{code}", by=person(request)
                )
                audit.record(
                    actor_id=person(request),
                    action="orders.refund",
                    subject=f"order:{code}",
                    detail={
                        "amount_minor": found.total_minor,
                        "currency": found.currency,
                        "reason": reason[:200],
                    },
                )
        except DomainError as error:
            refusals.tell(request, error)
        else:
            messages.success(request, gettext("The refund is on its way to the buyer."))
        return HttpResponseRedirect(reverse("ops:order", args=[code]))
    context = {
        "order": found,
        "can_refund": found.state in REFUNDABLE,
        "needs_reason": request.method == "POST",
        "holding": escrow_queries.find_holding(code),
    }
    return render(request, "ops/refund.html", context, status=422 if request.method == "POST" else 200)
