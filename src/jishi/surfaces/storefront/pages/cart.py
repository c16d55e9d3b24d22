"""The cart: split by shop, changed by plain forms, kept for visitors by their cookie until they sign in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from jishi.kernel.errors import DomainError
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import experimenting
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout import queries as checkout_queries


def owner(request: HttpRequest) -> dict[str, Any]:
    """Whose cart this is; a visitor's is poured into their own when they have signed in."""
    facts = request_facts.of(request)
    if facts.person_id is None:
        return {"session_key": facts.visitor}
    if request.session.get("merged") != facts.visitor:
        checkout.merge_cart(person_id=facts.person_id, session_key=facts.visitor)
        request.session["merged"] = facts.visitor
    return {"person_id": facts.person_id}


def cart(request: HttpRequest) -> HttpResponse:
    """Everything chosen so far, shop by shop."""
    view = checkout_queries.get_cart(**owner(request), language=request_facts.of(request).language)
    remember_count(request, view.count)
    context: dict[str, Any] = {"cart": view, "tab": "cart"}
    if view.shops:
        return render(request, "storefront/cart.html", context)
    found = experimenting.arm(request, "cart.empty")
    context["suggests"] = experimenting.shows(found, otherwise="plain")
    return experimenting.note(request, render(request, "storefront/cart.html", context), found)


def add(request: HttpRequest, *, variant_id: int, quantity: int, back: str) -> HttpResponse:
    """Put something in and go back to where it was chosen."""
    try:
        count = checkout.add_to_cart(**owner(request), variant_id=variant_id, quantity=quantity)
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(back)
    remember_count(request, count)
    messages.success(request, gettext("It is in your cart."))
    return HttpResponseRedirect(back)


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Change one line: its quantity, its tick, or take it out; or tick a whole shop."""
    post, whose = request.POST, owner(request)
    variant_id = int(post["variant"]) if post.get("variant", "").isdigit() else None
    try:
        if "remove" in post and variant_id:
            checkout.remove_line(**whose, variant_id=variant_id)
        elif "select" in post:
            ids = [int(text) for text in post.getlist("variant") if text.isdigit()] or None
            checkout.set_selected(**whose, variant_ids=ids, selected=post["select"] == "1")
        elif "quantity" in post and variant_id:
            digits = post["quantity"]
            checkout.set_quantity(
                **whose,
                variant_id=variant_id,
                quantity=int(digits) if digits.isascii() and digits.isdigit() else 0,
            )
    except DomainError as error:
        refusals.tell(request, error)
    if request.headers.get("HX-Request"):
        view = checkout_queries.get_cart(**whose, language=request_facts.of(request).language)
        remember_count(request, view.count)
        return render(request, "storefront/parts/cart.html", {"cart": view})
    return HttpResponseRedirect(reverse("storefront:cart"))


def remember_count(request: HttpRequest, count: int) -> None:
    """Keep the badge's number in the session, so that no page has to ask for it."""
    if request.session.get("cart_count", 0) != count:
        request.session["cart_count"] = count
