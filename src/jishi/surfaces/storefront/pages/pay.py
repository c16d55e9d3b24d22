"""Paying: what is due and until when, the way to the provider's page, and an honest wait on the way back.

Nothing here believes the browser: after coming back the provider is asked, and the orders decide what is
shown.
"""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from jishi.kernel import clock
from jishi.kernel.errors import DomainError
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.money.payments.contracts import IntentView
from jishi.money.payments.errors import IntentNotFound
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.presales import queries as presale_queries
from jishi.promotions.presales.contracts import ReservationView
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderView


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as its page shows it. ``state``: open, waiting, paid, closed, returned."""

    intent: IntentView
    orders: tuple[OrderView, ...]
    state: str
    team_code: str
    presale_code: str = ""

    @property
    def target(self) -> str:
        """Where a finished payment leads: to the team, to the order, or to all orders of a cart."""
        if self.team_code:
            return reverse("storefront:team", args=[self.team_code])
        if self.presale_code:
            return reverse("storefront:presale", args=[self.presale_code])
        if len(self.orders) == 1:
            return reverse("storefront:order", args=[self.orders[0].code])
        return reverse("storefront:orders")


def read(request: HttpRequest, intent_code: str) -> Payment:
    """Read the buyer's own payment and what became of its orders.

    :raises IntentNotFound: unknown, or somebody else's.
    """
    person_id = request_facts.of(request).person_id
    intent = payment_queries.get_intent(intent_code, viewer_id=person_id)
    codes = [part.order_code for part in intent.allocations]
    orders = tuple(order_queries.list_orders(codes))
    if not orders and (deposit := presale_queries.find_of_payment(codes)):
        return Payment(intent, (), deposit_state(intent, deposit), "", deposit.presale_code)
    teams = play_queries.list_teams_of_orders(codes)
    team = next(iter(teams.values()), None) if len(codes) == 1 else None
    return Payment(intent, orders, state_of(intent, orders), team.team_code if team else "")


def state_of(intent: IntentView, orders: tuple[OrderView, ...]) -> str:
    """The payment's state in the buyer's words; captured money counts as paid once the orders say so."""
    if intent.state == "open":
        return "open" if intent.expires_at > clock.now() else "closed"
    if intent.state == "closed":
        return "closed"
    undecided = [order.code for order in orders if order.paid_at is None]
    if undecided and set(undecided) - payment_queries.list_refunds_of(undecided).keys():
        return "waiting"  # the money is here; whether its order can still be had is being found out
    return "paid" if len(undecided) < len(orders) else "returned"


def deposit_state(intent: IntentView, deposit: ReservationView) -> str:
    """The state of a deposit's payment in the buyer's words."""
    if intent.state == "open":
        return "open" if intent.expires_at > clock.now() else "closed"
    if intent.state == "closed":
        return "closed"
    if deposit.state in ("released", "refunded"):
        return "returned"
    return "waiting" if deposit.state == "held" else "paid"


@login_required
@never_cache
def pay(request: HttpRequest, intent_code: str) -> HttpResponse:
    """Show what is due; POST goes to the provider's page."""
    if request.method == "POST":
        return start(request, intent_code)
    found = read(request, intent_code)
    if found.state == "paid":
        return HttpResponseRedirect(found.target)
    return render(request, "storefront/pay.html", {"payment": found, "returned": False})


def start(request: HttpRequest, intent_code: str) -> HttpResponse:
    """Prepare the payment at the provider and send the buyer there."""
    facts = request_facts.of(request)
    back = reverse("storefront:pay_return", args=[intent_code])
    try:
        url = payments.start_attempt(
            intent_code=intent_code,
            buyer_id=facts.person_id,
            return_url=facts.base_url + back,
            language=facts.language,
        )
    except IntentNotFound:
        raise
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(reverse("storefront:pay", args=[intent_code]))
    return HttpResponseRedirect(url)


@login_required
@never_cache
def come_back(request: HttpRequest, intent_code: str) -> HttpResponse:
    """The buyer is back from the provider: ask it, then show the truth and wait for the rest."""
    payment_queries.get_intent(intent_code, viewer_id=request_facts.of(request).person_id)
    payments.sync_attempt(intent_code)
    found = read(request, intent_code)
    if found.state == "paid":
        return HttpResponseRedirect(found.target)
    template = (
        "storefront/parts/pay_state.html" if request.headers.get("HX-Request") else "storefront/pay.html"
    )
    return render(request, template, {"payment": found, "returned": True})


@login_required
@never_cache
def state(request: HttpRequest, intent_code: str) -> HttpResponse:
    """The payment's state as a fragment; a finished payment moves the page on."""
    found = read(request, intent_code)
    if found.state == "paid":
        response = HttpResponse(status=200)
        response["HX-Redirect"] = found.target
        return response
    return render(request, "storefront/parts/pay_state.html", {"payment": found, "returned": True})
