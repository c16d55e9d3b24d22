"""Flash sales for shoppers: the slots with their items, one item with its state, reminders, and the way to
buy.

With scripts the button asks the rush lane and shows the true place in the line; without, the same form
leads to the ordinary checkout, where the same price is given under the same limits.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard, ListingFilter
from jishi.kernel.errors import DomainError
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales import queries
from jishi.promotions.flash_sales.contracts import Face, ItemView, SlotView
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import gate_words, refusals

RELATED = 6
GONE = (Face.SOLD_OUT, Face.RETURNING, Face.ENDED)


@require_GET
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Slots as tabs, and the items of one of them."""
    facts = request_facts.of(request)
    slots = queries.list_slots(language=facts.language)
    slot = chosen(slots, request.GET.get("slot", ""))
    items = (
        queries.list_items(slot_code=slot.code, viewer_id=facts.person_id, language=facts.language)
        if slot
        else ()
    )
    context = {"slots": slots, "slot": slot, "items": items}
    template = (
        "storefront/flash/items.html" if request.headers.get("HX-Request") else "storefront/flash/index.html"
    )
    return render(request, template, context)


def chosen(slots: tuple[SlotView, ...], code: str) -> SlotView | None:
    """Return the slot that was asked for, else the one that is on, else the next."""
    named = next((slot for slot in slots if slot.code == code), None)
    running = next((slot for slot in slots if slot.phase == "on"), None)
    coming = next((slot for slot in slots if slot.phase == "upcoming"), None)
    return named or running or coming or (slots[-1] if slots else None)


@require_GET
@never_cache
def item(request: HttpRequest, code: str) -> HttpResponse:
    """One item: its price, its state, and what can be done now."""
    found = _get(request, code)
    card = catalog_queries.list_cards([found.product_id], language=request_facts.of(request).language)
    context = {
        "one": found,
        "card": card.get(found.product_id),
        "related": related(request, found),
        "gate": gate_words.say(f"flash:{code}"),
    }
    return render(request, "storefront/flash/item.html", context)


@require_GET
@never_cache
def block(request: HttpRequest, code: str) -> HttpResponse:
    """The part of an item that changes, as a fragment."""
    found = _get(request, code)
    return render(request, "storefront/flash/block.html", {"one": found, "related": related(request, found)})


@login_required
@require_POST
def buy(request: HttpRequest, code: str) -> HttpResponse:
    """Without scripts, or when the lane is away: to the ordinary checkout, at the same price."""
    found = _get(request, code)
    if found.order_code:
        return HttpResponseRedirect(reverse("storefront:order_pay", args=[found.order_code]))
    quantity = _quantity(request.POST.get("quantity", ""), found.limit_per_person)
    query = urlencode({"variant": found.variant_id, "quantity": quantity, "flash": found.code})
    return HttpResponseRedirect(f"{reverse('storefront:checkout')}?{query}")


@login_required
@require_POST
def remind(request: HttpRequest, code: str) -> HttpResponse:
    """Ask to be told before the start, or take that back."""
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # the sign-in check stands in front
    try:
        if request.POST.get("on") == "0":
            flash.forget_reminder(item_code=code, person_id=person_id)
        else:
            flash.remind(item_code=code, person_id=person_id)
    except DomainError as error:
        refusals.tell(request, error)
    else:
        if not request.headers.get("HX-Request") and request.POST.get("on") != "0":
            messages.success(request, gettext("We will tell you five minutes before it starts."))
    if request.headers.get("HX-Request"):
        found = _get(request, code)
        return render(request, "storefront/flash/remind.html", {"one": found})
    page = reverse("storefront:flash_item", args=[code])
    return HttpResponseRedirect(request_facts.of(request).prefix + page)


def related(request: HttpRequest, found: ItemView) -> list[ListingCard]:
    """Other goods, for whom there is nothing left: of the same shop, the best selling first."""
    if found.face not in GONE:
        return []
    page = catalog_queries.page_listings(
        filter=ListingFilter(shop_id=found.shop_id, in_stock_only=True),
        sort="sold",
        limit=RELATED + 1,
        language=request_facts.of(request).language,
    )
    return [card for card in page.items if card.product_id != found.product_id][:RELATED]


def for_product(request: HttpRequest, product_id: int) -> dict[str, Any]:
    """What a product page shows of a flash sale: the item that runs, else the next one."""
    facts = request_facts.of(request)
    found = queries.list_for_product(product_id, viewer_id=facts.person_id, language=facts.language)
    running = next((one for one in found if one.face not in (Face.UPCOMING, Face.ENDED)), None)
    one = running or (found[0] if found else None)
    return {"flash": one, "related": related(request, one) if one else []}


def _get(request: HttpRequest, code: str) -> ItemView:
    facts = request_facts.of(request)
    return queries.get_item(code, viewer_id=facts.person_id, language=facts.language)


def _quantity(text: str, limit: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return max(1, min(limit, number))
