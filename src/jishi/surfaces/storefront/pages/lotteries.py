"""Lotteries: prizes and odds before entering, one tap to enter, the outcome, and the proof for anybody."""

import inspect

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel import fairdraw
from jishi.kernel.errors import DomainError
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries as lottery_queries
from jishi.promotions.plays import queries as play_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import gate_words, refusals
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderView

SHOWN_ENTRIES = 200


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What can be entered now, and the latest draws."""
    facts = request_facts.of(request)
    running, drawn = lottery_queries.list_open(), lottery_queries.list_drawn()
    cards = catalog_queries.list_cards(
        {row.product_id for row in (*running, *drawn)}, language=facts.language
    )
    context = {"running": running, "drawn": drawn, "cards": cards}
    return render(request, "storefront/plays/lotteries.html", context)


@require_GET
def lottery(request: HttpRequest, code: str) -> HttpResponse:
    """One lottery: prizes, odds, promise, one's part, winners."""
    facts = request_facts.of(request)
    found = lottery_queries.get_lottery(code, viewer_id=facts.person_id, language=facts.language)
    orders: tuple[OrderView, ...] = ()
    if found.entry_mode == "order" and facts.person_id and "enter" in found.actions:
        page = order_queries.page_orders(buyer_id=facts.person_id, limit=20)
        orders = tuple(
            one
            for one in page.items
            if one.shop_id == found.shop_id and one.state in ("paid", "shipped", "received")
        )
    context = {
        "lottery": found,
        "orders": orders,
        "cards": catalog_queries.list_cards(
            {prize.product_id for prize in found.prizes}, language=facts.language
        ),
        "share": ("lottery", code),
        "gate": gate_words.say(f"lottery:{code}"),
    }
    return render(request, "storefront/plays/lottery.html", context)


@login_required
@require_POST
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Take part."""
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # behind the sign-in check
    try:
        lotteries.enter(
            lottery_code=code, person_id=person_id, order_code=request.POST.get("order", "").strip()[:12]
        )
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("You are in. Good luck!"))
    return HttpResponseRedirect(reverse("storefront:lottery", args=[code]))


@require_GET
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """How the draw is made, and everything needed to check it."""
    facts = request_facts.of(request)
    found = lottery_queries.get_lottery(code, viewer_id=facts.person_id)
    data = lottery_queries.get_proof(code).data
    context = {
        "lottery": found,
        "data": data,
        "entries": data["entries"][:SHOWN_ENTRIES],
        "mine": set(found.own_entries),
        "faults": fairdraw.check(data) if "seed" in data else None,
        "file_url": reverse("storefront:lottery_proof_file", args=[code]),
        "back": reverse("storefront:lottery", args=[code]),
    }
    return render(request, "storefront/plays/proof.html", context)


@require_GET
def proof_file(request: HttpRequest, code: str) -> HttpResponse:
    """The proof as the published script reads it."""
    return _file(lottery_queries.get_proof(code).data, f"draw-{code}.json")


@require_GET
def team_draw(request: HttpRequest, code: str) -> HttpResponse:
    """The draw among the members of a team."""
    facts = request_facts.of(request)
    found = play_queries.get_draw(code)
    data = dict(found.data) or {"seed_hash": found.seed_hash, "entries": []}
    mine = play_queries.find_draw_entry(code, person_id=facts.person_id) if facts.person_id else ""
    context = {
        "lottery": None,
        "data": data,
        "entries": data["entries"],
        "mine": {mine},
        "faults": fairdraw.check(data) if found.seed else None,
        "file_url": reverse("storefront:team_proof", args=[code]) if found.seed else "",
        "back": reverse("storefront:team", args=[code]),
    }
    return render(request, "storefront/plays/proof.html", context)


@require_GET
def team_proof(request: HttpRequest, code: str) -> HttpResponse:
    """The proof of a team's draw as the published script reads it."""
    found = play_queries.get_draw(code)
    return _file(dict(found.data) or {"draw": code, "seed_hash": found.seed_hash}, f"draw-{code}.json")


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """The script that checks a proof: the very file that made the draw."""
    answer = HttpResponse(inspect.getsource(fairdraw), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="verify_draw.py"'
    return answer


def _file(data: object, name: str) -> HttpResponse:
    answer = JsonResponse(data, safe=False, json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
