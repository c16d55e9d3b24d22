"""Money for operators: what is held for whom, whether the books agree, what providers refused."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import audit, clock
from jishi.kernel.errors import DomainError
from jishi.money.escrow import queries as escrow_queries
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals


@operator
@require_GET
def finance(request: HttpRequest) -> HttpResponse:
    """Escrow by shop, the trial balance, and what a person has to look at."""
    context = {
        "totals": escrow_queries.list_totals(),
        "money": escrow_queries.list_shop_money(),
        "shops": merchant_queries.list_shops(language=request_facts.of(request).language),
        "balances": ledger_queries.list_balances(owner_kind="platform"),
        "books": ledger_queries.trial_balance(),
        "refund_counts": payment_queries.count_refunds(),
        "stuck": payment_queries.list_stuck_refunds(),
        "breaks": payment_queries.list_breaks(),
        "computed_at": clock.now(),
    }
    return render(request, "ops/finance.html", context)


@operator
@require_GET
def settlements(request: HttpRequest, shop_id: int) -> HttpResponse:
    """What one shop gets and got of its orders."""
    state = request.GET.get("state", "")
    context = {
        "shop": merchant_queries.get_shop(shop_id, language=request_facts.of(request).language),
        "state": state if state in ("held", "released", "refunded") else "",
        "page": escrow_queries.page_settlements(
            shop_id,
            state=state if state in ("held", "released", "refunded") else "",
            cursor=request.GET.get("cursor") or None,
        ),
        "money": escrow_queries.list_shop_money(shop_id),
        "balances": ledger_queries.list_balances(owner_kind="shop", owner_key=str(shop_id)),
    }
    return render(request, "ops/settlements.html", context)


@operator
@require_POST
def retry_refund(request: HttpRequest, code: str) -> HttpResponse:
    """Have a refused refund sent again at once."""
    try:
        with transaction.atomic():
            found = payments.retry_refund(refund_code=code)
            audit.record(
                actor_id=person(request),
                action="payments.retry_refund",
                subject=f"refund:{code}",
                detail={"order": found.order_code},
            )
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("The refund will be sent again within a minute."))
    return HttpResponseRedirect(reverse("ops:finance"))
