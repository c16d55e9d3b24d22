"""What the figures suggest to a shop: goods to show together, and goods that suit a campaign."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation import queries as recommendation_queries
from jishi.kernel.errors import DomainError, NotFound
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Bundles with what they may bring, and the shop's goods judged for a campaign."""
    found = recommendation_queries.list_bundles(desk.shop.id)
    chosen = recommendation_queries.select_goods(shop_id=desk.shop.id, limit=20)
    ids = {one for bundle in found for one in (*bundle.first, *bundle.then)}
    cards = catalog_queries.list_cards(ids | {one.product_id for one in chosen}, language=desk.language)
    context = {
        "bundles": [
            (
                one,
                [cards[key] for key in one.first if key in cards],
                [cards[key] for key in one.then if key in cards],
            )
            for one in found
        ],
        "chosen": [(one, cards[one.product_id]) for one in chosen if one.product_id in cards],
    }
    return render(request, "merchant/bundles.html", context)


@staff
@require_POST
def decide(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Show a bundle from now on, or decline it for good."""
    show = request.POST.get("do") == "show"
    try:
        recommendation.decide_bundle(shop_id=desk.shop.id, code=code, show=show)
        messages.success(
            request,
            gettext("Shown together from now on.") if show else gettext("It will not be proposed again."),
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:bundles"))
