"""What runs in promotions right now, for operators: offers of every shop, doubtful helps, lotteries; and
stopping.
"""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries as lottery_queries
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Everything that runs, with what it has taken so far."""
    facts = request_facts.of(request)
    offers, draws = play_queries.list_running(), lottery_queries.list_lotteries()
    kept = play_queries.list_kept_helps()
    context = {
        "offers": offers,
        "draws": draws,
        "kept": kept,
        "rallies": play_queries.count_rallies(),
        "kinds": {kind.code: gettext(kind.title) for kind in play_queries.list_mechanics()},
        "shops": merchant_queries.list_shops(
            {offer.shop_id for offer in offers}
            | {draw.shop_id for draw in draws}
            | {help_.shop_id for help_ in kept},
            language=facts.language,
        ),
        "cards": catalog_queries.list_cards({one.product_id for one in offers}, language=facts.language),
    }
    return render(request, "ops/plays.html", context)


@operator
@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Stop an offer of any shop, and what runs under it if wanted."""
    closes = request.POST.get("close_teams") == "1"
    try:
        with transaction.atomic():
            plays.stop_offer(offer_code=code, close_teams=closes)
            _record(request, "plays.stop_offer", f"offer:{code}", close_teams=closes)
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("The offer is stopped."))
    return HttpResponseRedirect(reverse("ops:plays"))


@operator
@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """Decide about a help that was kept."""
    number = request.POST.get("help", "")
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # behind the operator's door
    try:
        with transaction.atomic():
            counts_now = request.POST.get("do") == "count"
            plays.review_help(
                help_id=int(number) if number.isdecimal() and len(number) < 19 else 0,
                by=person_id,
                counts_now=counts_now,
            )
            _record(request, "plays.review_help", f"help:{number}", counts=counts_now)
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:plays"))


@operator
@require_POST
def stop_lottery(request: HttpRequest, code: str) -> HttpResponse:
    """Call a lottery off, with a reason that everybody reads."""
    try:
        with transaction.atomic():
            lotteries.stop(lottery_code=code, reason=request.POST.get("reason", ""))
            _record(request, "lotteries.stop", f"lottery:{code}")
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("The lottery is called off."))
    return HttpResponseRedirect(reverse("ops:plays"))


def _record(request: HttpRequest, action: str, subject: str, **detail: object) -> None:
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # behind the operator's door
    audit.record(actor_id=person_id, action=action, subject=subject, detail=detail)
