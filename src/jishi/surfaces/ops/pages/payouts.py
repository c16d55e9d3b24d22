"""Payouts for operators: who asks for how much, where to; sent or refused, with a trail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import DomainError
from jishi.money.wallet import operations as wallet
from jishi.money.wallet import queries
from jishi.people.accounts import queries as people
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import refusals


@operator
@require_GET
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """What waits, and what was decided of late."""
    waiting, decided = queries.list_waiting(), queries.list_decided()
    names = people.list_people({one.person_id for one in (*waiting, *decided)})
    context = {
        "waiting": [(one, names[one.person_id].nickname) for one in waiting],
        "decided": [(one, names[one.person_id].nickname) for one in decided],
    }
    return render(request, "ops/payouts.html", context)


@operator
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Note that it was sent, or refuse with a reason."""
    by = person(request)
    try:
        if request.POST.get("do") == "send":
            wallet.send(payout_code=code, by=by)
            messages.success(request, gettext("Noted as sent."))
        else:
            wallet.refuse(payout_code=code, by=by, reason=request.POST.get("reason", "")[:200])
            messages.success(request, gettext("Refused. The money is available to them again."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:payouts"))
