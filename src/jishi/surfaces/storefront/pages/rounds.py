"""Community purchase for shoppers: the rounds of an area, ordering with a point, what waits to be collected.

The round's page holds every choice in its address, so that it works without scripts: first it shows what an
order would cost, then the same page places exactly that.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel import ids
from jishi.kernel.errors import DomainError
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.contracts import Face
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import gate_words, refusals
from jishi.surfaces.storefront import explain, via

AREA = "jishi_area"


@require_GET
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """What can be ordered in an area until the next cut-off."""
    facts = request_facts.of(request)
    regions = queries.list_regions()
    region = request.GET.get("area", request.session.get(AREA, "") if facts.person_id else "")[:60]
    region = region if region in regions else ""
    if region and facts.person_id and request.session.get(AREA) != region:
        request.session[AREA] = region
    context = {
        "regions": regions,
        "region": region,
        "rounds": queries.list_rounds(region=region, language=facts.language, viewer_id=facts.person_id),
    }
    return render(request, "storefront/rounds/index.html", context)


@require_GET
@never_cache
def round_(request: HttpRequest, code: str) -> HttpResponse:
    """One round: its goods, where they are collected, and what the chosen ones cost."""
    facts = request_facts.of(request)
    found = queries.get_round(code, language=facts.language, viewer_id=facts.person_id)
    points = queries.list_points(found.region) if found.face in (Face.OPEN, Face.UPCOMING) else ()
    wanted, point = _wanted(request.GET), request.GET.get("point", "")[:12]
    context: dict[str, Any] = {
        "round": found,
        "points": points,
        "point": next((one for one in points if one.code == point), points[0] if points else None),
        "rows": [(item, wanted.get(item.code, 0)) for item in found.items],
        "gate": gate_words.say(f"round:{code}"),
    }
    if wanted and point and facts.person_id is not None:
        context |= _quote(request, facts.person_id, code, point, wanted)
    return render(request, "storefront/rounds/round.html", context)


@login_required
@require_POST
def order(request: HttpRequest, code: str) -> HttpResponse:
    """Place what was shown. The same key again leads to the same payment."""
    person_id, post = _person(request), request.POST
    wanted, point = _wanted(post), post.get("point", "")[:12]
    if post.get("do") != "place":
        return HttpResponseRedirect(_page(request, code, wanted, point))
    try:
        placed = community.order(
            round_code=code,
            point_code=point,
            wanted=wanted,
            buyer_id=person_id,
            fingerprint=post.get("fingerprint", "")[:80],
            checkout_key=post.get("checkout_key", "")[:64],
            share_code=via.code_for(request),
            language=request_facts.of(request).language,
        )
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(_page(request, code, wanted, point))
    if placed.intent_code:
        return HttpResponseRedirect(reverse("storefront:pay", args=[placed.intent_code]))
    return HttpResponseRedirect(reverse("storefront:collection", args=[placed.order_codes[0]]))


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Everything one ordered in rounds, newest first."""
    found = queries.list_own(_person(request), language=request_facts.of(request).language)
    return render(request, "storefront/rounds/mine.html", {"found": found})


@login_required
@require_GET
@never_cache
def collection(request: HttpRequest, code: str) -> HttpResponse:
    """One order's goods: where they are, how many came, and the code that opens the hand."""
    language = request_facts.of(request).language
    one = queries.get_collection(code, viewer_id=_person(request), language=language)
    return render(request, "storefront/rounds/collection.html", {"one": one})


@login_required
@require_POST
def renew(request: HttpRequest, code: str) -> HttpResponse:
    """Make a new code, for example after too many wrong ones."""
    try:
        community.renew_secret(order_code=code, person_id=_person(request))
        messages.success(request, gettext("Your new pick-up code is ready. The old one no longer works."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:collection", args=[code]))


def _quote(
    request: HttpRequest, person_id: int, code: str, point: str, wanted: dict[str, int]
) -> dict[str, Any]:
    try:
        found = queries.quote(
            round_code=code,
            point_code=point,
            wanted=wanted,
            buyer_id=person_id,
            language=request_facts.of(request).language,
        )
    except DomainError as error:
        refusals.tell(request, error)
        return {}
    return {
        "quote": found.quote,
        "reasons": explain.reasons(found.quote.adjustments, found.quote.currency),
        "wanted": wanted,
        "checkout_key": ids.new_code(24),
    }


def _wanted(data: QueryDict) -> dict[str, int]:
    """Read how many of each item; whatever is no number is left out."""
    found = {}
    for name in data:
        text = str(data.get(name, ""))
        if name.startswith("n-") and text.isascii() and text.isdigit() and 0 < int(text[:4]) < 1000:
            found[name[2:14]] = int(text[:4])
    return found


def _page(request: HttpRequest, code: str, wanted: dict[str, int], point: str) -> str:
    query = urlencode([(f"n-{item}", units) for item, units in wanted.items()] + [("point", point)])
    return f"{request_facts.of(request).prefix}{reverse('storefront:round', args=[code])}?{query}#pay"


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # behind the sign-in check
    return person_id
