"""Presales for operators: the live board of all shops, and stopping."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import DomainError
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales import queries
from jishi.surfaces.ops import gate
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals


@operator
@require_GET
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Every shop's presales and how they go; the table refreshes itself."""
    context = {"found": queries.list_of_shop(None, language=request_facts.of(request).language)}
    part = "ops/parts/presales.html" if request.headers.get("HX-Request") else "ops/presales.html"
    return render(request, part, context)


@operator
@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Stop a presale; every deposit goes back."""
    try:
        presales.stop_presale(
            presale_code=code, by=gate.person(request), reason=request.POST.get("reason", "").strip()[:200]
        )
        messages.success(request, gettext("Stopped. Every deposit goes back."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:presales"))
