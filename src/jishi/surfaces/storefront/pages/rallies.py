"""Bargains and collected likes: where to begin, the page friends land on, and helping with one tap.

What somebody sees and may do is the domain's own answer (`screen`, `actions`); a page only words it.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.pricing import queries as price_queries
from jishi.kernel import crypto, limits
from jishi.kernel.errors import DomainError
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import HelpState, OfferView, RallyView
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats, refusals
from jishi.surfaces.storefront import explain

HELPS_PER_MINUTE = 20


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What friends can be gathered for now, and what one has going."""
    facts = request_facts.of(request)
    offers = play_queries.list_rally_offers()
    own = play_queries.list_rallies_of(facts.person_id, limit=8) if facts.person_id else ()
    ids = {offer.product_id for offer in offers} | {row.product_id for row in own}
    context = {
        "offers": offers,
        "own": own,
        "cards": catalog_queries.list_cards(ids, language=facts.language),
    }
    return render(request, "storefront/plays/bargains.html", context)


@require_GET
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """Before the start: the goods, the lowest price, the rules, one button for each choice."""
    facts = request_facts.of(request)
    found = _offer(request, code)
    going = play_queries.find_rally_of(code, person_id=facts.person_id)
    if going is not None:
        return HttpResponseRedirect(reverse("storefront:rally", args=[going.code]))
    variants = catalog_queries.find_variants(found.prices, language=facts.language)
    alone = price_queries.list_prices(found.prices, found.currency)
    context = {
        "offer": found,
        "card": catalog_queries.list_cards([found.product_id], language=facts.language).get(found.product_id),
        "choices": [
            (variants[pk], alone[pk].amount_minor, floor)
            for pk, floor in sorted(found.prices.items())
            if pk in variants and pk in alone
        ],
        "terms": explain.phrases(found.terms, found.currency),
    }
    return render(request, "storefront/plays/start.html", context)


@login_required
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Begin, or go on with what one has going."""
    facts = request_facts.of(request)
    variant = request.POST.get("variant", "")
    found = _offer(request, code)
    known = int(variant) if variant.isascii() and variant.isdigit() and len(variant) < 19 else 0
    try:
        made = plays.start_rally(
            offer_code=found.code,
            variant_id=known or min(found.prices),
            person_id=_person(request),
            device=_trace(facts.visitor, "device"),
        )
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(reverse("storefront:rally_offer", args=[code]))
    return HttpResponseRedirect(reverse("storefront:rally", args=[made]))


@require_GET
def rally(request: HttpRequest, code: str) -> HttpResponse:
    """The whole page of a rally."""
    facts = request_facts.of(request)
    found = play_queries.get_rally(code, viewer_id=facts.person_id)
    context = block(request, found)
    card = context["card"]
    context |= {
        "terms": explain.phrases(found.terms, found.currency),
        "share": ("rally", code),
        "image": facts.absolute(card.image_url) if card and card.image_url else "",
    }
    return render(request, "storefront/plays/rally.html", context)


@require_GET
def live(request: HttpRequest, code: str) -> HttpResponse:
    """The part that changes while friends help, as a fragment."""
    found = play_queries.get_rally(code, viewer_id=request_facts.of(request).person_id)
    return render(request, "storefront/plays/rally_block.html", block(request, found))


@login_required
@require_POST
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Help, once."""
    facts = request_facts.of(request)
    person_id = _person(request)
    try:
        limits.hit(bucket="plays.help", key=str(person_id), limit=HELPS_PER_MINUTE, window_s=60)
        given = plays.help_rally(
            rally_code=code,
            person_id=person_id,
            device=_trace(facts.visitor, "device"),
            network=_trace(request.META.get("REMOTE_ADDR", ""), "network"),
        )
    except DomainError as error:
        refusals.tell(request, error)
    else:
        found = play_queries.get_rally(code, viewer_id=person_id)
        _thank(request, found, given.state, given.amount)
    return HttpResponseRedirect(reverse("storefront:rally", args=[code]))


def block(request: HttpRequest, found: RallyView) -> dict[str, Any]:
    """What the changing part needs."""
    facts = request_facts.of(request)
    card = catalog_queries.list_cards([found.product_id], language=facts.language).get(found.product_id)
    return {"rally": found, "card": card, "price_now": found.alone_minor - found.gained}


def _thank(request: HttpRequest, found: RallyView, state: str, amount: int) -> None:
    if state == HelpState.KEPT:
        messages.info(
            request,
            gettext("Thank you. Somebody looks at this help first; it counts as soon as they have."),
        )
    elif found.is_bargain:
        cut = formats.money(amount, found.currency, request_facts.of(request).language)
        messages.success(request, gettext("Thank you! You cut off %(amount)s.") % {"amount": cut})
    else:
        messages.success(request, gettext("Thank you! Your like counts."))


def _offer(request: HttpRequest, code: str) -> OfferView:
    """An offer that gathers friends and that the reader may use.

    :raises Http404: there is none.
    """
    found = play_queries.find_offer_for(code, viewer_id=request_facts.of(request).person_id)
    kinds = {kind.code for kind in play_queries.list_mechanics() if kind.gathers_friends}
    if found is None or found.mechanic not in kinds:
        raise Http404
    return found


def _trace(value: str, purpose: str) -> str:
    """A keyed digest that tells one device or network from another, and nothing else."""
    return crypto.blind_index(value, f"plays.{purpose}")[:32] if value else ""


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # every way here is behind the sign-in check
    return person_id
