"""The product page, the choice of a variant, and the step from choosing to checkout or cart."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ProductView
from jishi.goods.catalog.errors import ProductUnknown
from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory import queries as inventory_queries
from jishi.insight.recommendation.contracts import Act
from jishi.kernel.errors import DomainError
from jishi.kernel.money import exponent
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.timed_prices import queries as timed_prices
from jishi.social.notes import queries as note_queries
from jishi.social.reviews import queries as review_queries
from jishi.social.reviews.contracts import RatingSummary
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import picked
from jishi.surfaces.storefront import shelf as shelves
from jishi.surfaces.storefront.pages import cart as cart_page
from jishi.surfaces.storefront.pages import flash as flash_page

OPEN_TEAMS = 12
NOTES = 8
QUANTITY_LIMIT = 99


def find_product(request: HttpRequest, ref: str) -> ProductView:
    """The product whose code starts the readable address.

    :raises ProductUnknown: nobody may see such a product.
    """
    code = ref.partition("-")[0]
    found = catalog_queries.find_product_by_code(code, language=request_facts.of(request).language)
    if found is None or not found.is_public:
        raise ProductUnknown()
    return found


@require_GET
def product(request: HttpRequest, ref: str) -> HttpResponse:
    """Pictures, price, teams to join, the shop, and the two ways to buy."""
    facts = request_facts.of(request)
    shelf = shelves.take_down(find_product(request, ref), language=facts.language)
    teams = (
        play_queries.list_open_teams(
            product_id=shelf.product.product_id, viewer_id=facts.person_id, limit=OPEN_TEAMS
        )
        if shelf.offer
        else []
    )
    rating = review_queries.summary(shelf.product.product_id)
    context = {
        "shelf": shelf,
        "product": shelf.product,
        "shop": shelf.shop,
        "rating": rating,
        "offer": shelf.offer,
        "teams": teams,
        "notes": note_queries.list_for_product(
            shelf.product.product_id, viewer_id=facts.person_id, limit=NOTES
        ),
        "share": ("product", shelf.product.code),
        "summary": summary(shelf.product),
        "json_ld": json_ld(shelf, facts, rating),
        "image": facts.absolute(shelf.product.media[0].url) if shelf.product.media else "",
        "waits": facts.person_id is not None
        and not shelf.can_buy
        and inventory_queries.is_waiting(product_id=shelf.product.product_id, person_id=facts.person_id),
        "timed": timed_prices.find_current(shelf.product.product_id),
        **flash_page.for_product(request, shelf.product.product_id),
    }
    return render(request, "storefront/product.html", context)


@require_GET
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """The choice of a variant as a page of its own, for readers without scripts and from team pages."""
    facts = request_facts.of(request)
    found = find_product(request, ref)
    offer, team = request.GET.get("offer", "")[:20], request.GET.get("team", "")[:20]
    wanted = play_queries.find_offer_for(offer, viewer_id=facts.person_id)
    named = wanted if wanted is not None and wanted.product_id == found.product_id else None
    shelf = shelves.take_down(found, language=facts.language, offer=named)
    context = {
        "shelf": shelf,
        "product": shelf.product,
        "mode": "team" if offer and shelf.offer else "alone",
        "offer_code": offer,
        "team_code": team,
    }
    return render(request, "storefront/choose.html", context)


@login_required
@require_POST
def wait(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask to be told when it is back, or take that back."""
    found, person_id = find_product(request, ref), request_facts.of(request).person_id or 0
    try:
        if request.POST.get("do") == "stop":
            inventory.stop_waiting(product_id=found.product_id, person_id=person_id)
            messages.success(request, gettext("We will not tell you."))
        else:
            inventory.ask_for(product_id=found.product_id, person_id=person_id)
            messages.success(request, gettext("We tell you once, as soon as it is back."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:product", args=[f"{found.code}-{found.slug}"]))


@require_POST
def buy(request: HttpRequest) -> HttpResponse:
    """Take the choice to the cart or straight to checkout."""
    post = request.POST
    found = find_product(request, post.get("product", ""))
    shelf = shelves.take_down(found, language=request_facts.of(request).language)
    chosen = tuple(post.get(f"option-{index}", "") for index in range(len(found.options)))
    sku = shelf.find(_number(post.get("variant")), chosen if any(chosen) else ())
    quantity = max(1, min(QUANTITY_LIMIT, _number(post.get("quantity")) or 1))
    page = reverse("storefront:product", args=[f"{found.code}-{found.slug}"])
    if sku is None or not sku.sellable:
        messages.error(request, gettext("That choice is sold out. Please pick another one."))
        return HttpResponseRedirect(page)
    if post.get("do") == "cart":
        picked.touch(request, key=found.product_id, act=Act.CARTED)
        return cart_page.add(request, variant_id=sku.variant_id, quantity=quantity, back=page)
    query = {"variant": sku.variant_id, "quantity": quantity}
    tokens = {name: post[name][:20] for name in ("offer", "team") if post.get(name)}
    return HttpResponseRedirect(f"{reverse('storefront:checkout')}?{urlencode({**query, **tokens})}")


def summary(product_view: ProductView) -> str:
    """The description as one line for link previews."""
    return " ".join(strip_tags(product_view.description_html).split())[:150]


def json_ld(shelf: shelves.Shelf, facts: request_facts.Facts, rating: RatingSummary) -> dict[str, Any]:
    """The product in schema.org's words; the price is what one person pays."""
    product_view = shelf.product
    places = exponent(shelf.currency)
    price = f"{shelf.solo_minor / 10**places:.{places}f}"
    stock = "InStock" if shelf.can_buy else "OutOfStock"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product_view.title,
        "description": summary(product_view),
        "image": [facts.absolute(media.url) for media in product_view.media[:5]],
        "sku": product_view.code,
        "offers": {
            "@type": "Offer",
            "url": facts.canonical,
            "price": price,
            "priceCurrency": shelf.currency,
            "availability": f"https://schema.org/{stock}",
            "seller": {"@type": "Organization", "name": shelf.shop.name},
        },
    }
    if product_view.brand:
        data["brand"] = {"@type": "Brand", "name": product_view.brand.name}
    if product_view.category:
        data["category"] = product_view.category.name
    if rating.count:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": f"{rating.bayesian / 100:.1f}",
            "reviewCount": rating.count,
            "bestRating": 5,
            "worstRating": 1,
        }
    return data


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
