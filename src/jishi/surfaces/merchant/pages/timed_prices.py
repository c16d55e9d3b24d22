"""What the house asks a shop to give for a while, and the shop's answer."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel.errors import DomainError, NotFound
from jishi.promotions.timed_prices import operations as timed_prices
from jishi.promotions.timed_prices import queries
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every question of the house, with the goods at both prices."""
    found, states = queries.list_of_shop(desk.shop.id), _states()
    products = {product for one in found for product in one.product_ids}
    cards = catalog_queries.list_cards(products, language=desk.language)
    asked = [
        (
            one,
            [
                (card, card.price_minor, card.price_minor - card.price_minor * one.off_bps // 10_000)
                for product in one.product_ids
                if (card := cards.get(product)) is not None
            ],
            *states[one.state],
        )
        for one in found
    ]
    return render(request, "merchant/timed_prices.html", {"asked": asked})


@staff
@require_POST
def answer(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Yes, with the word that it is not below cost, or no."""
    try:
        if request.POST.get("do") == "agree":
            is_said = request.POST.get("not_below_cost") == "1"
            timed_prices.agree(code=code, shop_id=desk.shop.id, not_below_cost=is_said, by=desk.person_id)
            messages.success(request, gettext("Thank you. You can take it back until it starts."))
        else:
            timed_prices.refuse(code=code, shop_id=desk.shop.id, by=desk.person_id)
            messages.success(request, gettext("Nothing changes with your prices."))
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:timed_prices"))


def _states() -> dict[str, tuple[str, str]]:
    return {
        "proposed": (gettext("Your answer is asked for"), "gold"),
        "refused": (gettext("You said no"), ""),
        "ready": (gettext("You agreed"), "ok"),
        "open": (gettext("Running"), "ok"),
        "paused": (gettext("Paused"), "bad"),
        "ended": (gettext("Over"), ""),
    }
