"""Checkout: address, delivery, a quote whose every line is explained, and one button that places it once.

The page's address holds every choice, so that it works without scripts and survives a reload; placing sends
back the fingerprint of the quote that was shown and a key that names this attempt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from jishi.goods.pricing.contracts import Adjustment, PriceLine
from jishi.kernel import ids
from jishi.kernel.errors import DomainError
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as account_queries
from jishi.promotions.plays import queries as play_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import explain, via
from jishi.surfaces.storefront.pages import cart as cart_page
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout import queries as checkout_queries

ADDRESS_FIELDS = ("recipient", "phone", "region", "city", "district", "line", "postal_code")
TOKENS = ("offer", "team", "move_ok", "flash", "rally", "prize", "presale", "timed")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the buyer has chosen so far, read from the address or the form."""

    lines: tuple[PriceLine, ...] | None
    tokens: Mapping[str, str]
    address_id: int | None
    deliveries: Mapping[int, str]

    @property
    def query(self) -> str:
        """These choices as a query string."""
        parts: list[tuple[str, object]] = [
            pair
            for line in self.lines or ()
            for pair in (("variant", line.variant_id), ("quantity", line.quantity))
        ]
        parts += list(self.tokens.items())
        parts += [("address", self.address_id)] if self.address_id else []
        parts += [(f"delivery-{shop_id}", code) for shop_id, code in self.deliveries.items()]
        return urlencode(parts)

    @property
    def url(self) -> str:
        """The checkout page with these choices."""
        return reverse("storefront:checkout") + (f"?{self.query}" if self.query else "")


def read(data: QueryDict) -> Choices:
    """Read the choices; whatever is no choice at all is left out."""
    variants, quantities = data.getlist("variant"), data.getlist("quantity")
    lines = tuple(
        PriceLine(key=variant, variant_id=int(variant), quantity=int(quantity))
        for variant, quantity in zip(variants, quantities, strict=False)
        if _digits(variant) and _digits(quantity)
    )
    deliveries = {
        int(name[9:]): str(data.get(name, ""))[:40]
        for name in data
        if name.startswith("delivery-") and _digits(name[9:]) and data.get(name)
    }
    address = data.get("address", "")
    return Choices(
        lines=lines or None,
        tokens={name: str(data.get(name, ""))[:20] for name in TOKENS if data.get(name)},
        address_id=int(address) if _digits(address) else None,
        deliveries=deliveries,
    )


@login_required
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Show the quote, or act on the form."""
    if request.method == "POST":
        actions = {"place": place, "address": add_address}
        return actions.get(request.POST.get("do", ""), refresh)(request)
    return show(request, read(request.GET))


def show(request: HttpRequest, choices: Choices) -> HttpResponse:
    """The page for these choices; a refused quote leads back to where the goods were chosen."""
    facts = request_facts.of(request)
    person_id = _person(request)
    cart_page.owner(request)
    addresses = account_queries.list_addresses(person_id)
    chosen = next(
        (one for one in addresses if one.id == choices.address_id), addresses[0] if addresses else None
    )
    try:
        found = checkout_queries.quote(
            buyer_id=person_id,
            lines=choices.lines,
            address=chosen,
            deliveries=choices.deliveries,
            tokens=choices.tokens,
            language=facts.language,
        )
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(_way_back(choices))
    choices = _quoted(choices, found.quote.adjustments)
    context = {
        "choices": choices,
        "addresses": addresses,
        "address": chosen,
        "found": found,
        "quote": found.quote,
        "parts": explain.shop_parts(found),
        "reasons": explain.reasons(found.quote.adjustments, found.quote.currency),
        "checkout_key": ids.new_code(24),
        "team": play_queries.get_team(choices.tokens["team"], viewer_id=person_id, language=facts.language)
        if choices.tokens.get("team")
        else None,
        "address_fields": ADDRESS_FIELDS,
    }
    return render(request, "storefront/checkout.html", context)


def _quoted(choices: Choices, adjustments: Sequence[Adjustment]) -> Choices:
    """The form names a timed price's window: what is shown can be ordered while the quote is good."""
    window = next((one.reference for one in adjustments if one.rule == "timed_price"), "")
    others = {name: value for name, value in choices.tokens.items() if name != "timed"}
    return replace(choices, tokens={**others, "timed": window} if window else others)


def refresh(request: HttpRequest) -> HttpResponse:
    """Another address or delivery was chosen: show the new quote."""
    return HttpResponseRedirect(read(request.POST).url)


def add_address(request: HttpRequest) -> HttpResponse:
    """Save an address from the checkout page and go on with it."""
    choices = read(request.POST)
    fields: dict[str, Any] = {name: request.POST.get(name, "")[:200] for name in ADDRESS_FIELDS}
    try:
        saved = accounts.save_address(person_id=_person(request), **fields)
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(choices.url)
    chosen = Choices(choices.lines, choices.tokens, saved.id, choices.deliveries)
    return HttpResponseRedirect(chosen.url)


def place(request: HttpRequest) -> HttpResponse:
    """Place what was shown. The same key again leads to the same payment."""
    choices, post = read(request.POST), request.POST
    try:
        placed = checkout.place(
            buyer_id=_person(request),
            lines=choices.lines,
            address_id=choices.address_id,
            deliveries=choices.deliveries,
            tokens=choices.tokens,
            share_code=_share_code(request, choices),
            fingerprint=post.get("fingerprint", "")[:80],
            checkout_key=post.get("checkout_key", "")[:64],
            language=request_facts.of(request).language,
        )
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(choices.url)
    if choices.lines is None:
        cart_page.remember_count(request, checkout_queries.count_lines(person_id=_person(request)))
    if placed.intent_code:
        return HttpResponseRedirect(reverse("storefront:pay", args=[placed.intent_code]))
    return HttpResponseRedirect(reverse("storefront:order", args=[placed.order_codes[0]]))


def _share_code(request: HttpRequest, choices: Choices) -> str:
    products = [("product", code) for code in request.POST.getlist("product_code")[:20]]
    return via.code_for(
        request,
        ("team", choices.tokens.get("team", "")),
        ("rally", choices.tokens.get("rally", "")),
        *products,
    )


def _way_back(choices: Choices) -> str:
    if choices.tokens.get("team"):
        return reverse("storefront:team", args=[choices.tokens["team"]])
    if choices.tokens.get("rally"):
        return reverse("storefront:rally", args=[choices.tokens["rally"]])
    if choices.tokens.get("prize"):
        return reverse("storefront:lotteries")
    if choices.tokens.get("presale"):
        return reverse("storefront:presales")
    return reverse("storefront:cart")


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # every way here is behind the sign-in check
    return person_id


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
