"""Presales for shoppers: what can be reserved, one presale with one's own deposit, the way to the balance."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import DomainError
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales import queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import gate_words, refusals


@require_GET
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """What can be reserved or paid now or soon, and one's own."""
    facts = request_facts.of(request)
    found = queries.list_presales(language=facts.language, viewer_id=facts.person_id)
    return render(request, "storefront/presales/index.html", {"found": found})


@require_GET
@never_cache
def presale(request: HttpRequest, code: str) -> HttpResponse:
    """One presale: prices, windows, rules, and what can be done now."""
    facts = request_facts.of(request)
    one = queries.get_presale(code, language=facts.language, viewer_id=facts.person_id)
    query = ""
    if one.mine is not None:
        query = urlencode(
            {"variant": one.variant_id, "quantity": one.mine.quantity, "presale": one.mine.code}
        )
    context = {
        "one": one,
        "gate": gate_words.say(f"presale:{code}"),
        "limits": range(1, min(one.limit_per_person, one.left) + 1),
        "balance_url": f"{reverse('storefront:checkout')}?{query}",
    }
    return render(request, "storefront/presales/presale.html", context)


@login_required
@require_POST
def reserve(request: HttpRequest, code: str) -> HttpResponse:
    """Reserve, and go to pay the deposit."""
    text = request.POST.get("quantity", "1")
    quantity = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 1
    try:
        made = presales.reserve(presale_code=code, person_id=_person(request), quantity=quantity)
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(reverse("storefront:presale", args=[code]))
    return HttpResponseRedirect(reverse("storefront:pay", args=[made.intent_code]))


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Call one's own reservation off, where that may be."""
    person_id = _person(request)
    one = queries.get_presale(code, language=request_facts.of(request).language, viewer_id=person_id)
    try:
        presales.withdraw(code=one.mine.code if one.mine else "", person_id=person_id)
        messages.success(request, gettext("Called off. A paid deposit is on its way back."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:presale", args=[code]))


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # behind the sign-in check
    return person_id
