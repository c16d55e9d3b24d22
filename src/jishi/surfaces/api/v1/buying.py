"""Cart, quote, placing and paying."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.goods.merchants import queries as merchants
from jishi.goods.merchants.errors import ShopUnknown
from jishi.goods.pricing.contracts import PriceLine
from jishi.kernel import clock
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.money.payments.contracts import IntentView
from jishi.money.payments.errors import IntentNotFound
from jishi.surfaces.api.v1 import answers, people
from jishi.surfaces.api.v1.schemas import trade as shapes
from jishi.surfaces.shell import phrases
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout import queries as checkout_queries
from jishi.trade.checkout.contracts import CartLineView, CartView, CheckoutQuote

router = Router(tags=["buying"])


@router.get("/cart", response=shapes.Cart)
def get_cart(request: HttpRequest) -> HttpResponse:
    """The cart, split by shop."""
    return answers.reply(_cart(request))


@router.post("/cart/lines", response=shapes.Cart)
def add_line(request: HttpRequest, body: shapes.LineIn) -> HttpResponse:
    """Put something into the cart."""
    checkout.add_to_cart(
        person_id=answers.person(request), variant_id=body.variant_id, quantity=body.quantity
    )
    return answers.reply(_cart(request))


@router.patch("/cart/lines/{variant_id}", response=shapes.Cart)
def change_line(request: HttpRequest, variant_id: int, body: shapes.QuantityIn) -> HttpResponse:
    """Change how many, or whether the line takes part in the next checkout."""
    person_id = answers.person(request)
    if body.quantity is not None:
        checkout.set_quantity(person_id=person_id, variant_id=variant_id, quantity=body.quantity)
    if body.selected is not None:
        checkout.set_selected(person_id=person_id, variant_ids=[variant_id], selected=body.selected)
    return answers.reply(_cart(request))


@router.delete("/cart/lines/{variant_id}", response=shapes.Cart)
def remove_line(request: HttpRequest, variant_id: int) -> HttpResponse:
    """Take something out of the cart."""
    checkout.remove_line(person_id=answers.person(request), variant_id=variant_id)
    return answers.reply(_cart(request))


@router.post("/checkout/quote", response=shapes.Quote)
def quote(request: HttpRequest, body: shapes.QuoteIn) -> HttpResponse:
    """What it would cost, with a reason for every change of price and a fingerprint to order at."""
    person_id = answers.person(request)
    address = people.find_address(person_id, body.address_code) if body.address_code else None
    language = answers.language(request)
    priced = checkout_queries.quote(
        buyer_id=person_id,
        lines=_lines(body.lines),
        address=address,
        deliveries=_deliveries(body.deliveries),
        tokens=_tokens(body),
        channel="api",
        language=language,
    )
    return answers.reply(_quote(priced, language))


@router.post("/checkout", response={201: shapes.Placed})
def place(request: HttpRequest, body: shapes.PlaceIn) -> HttpResponse:
    """Order what was quoted. Needs an Idempotency-Key; the same key never orders twice, however late."""
    person_id = answers.person(request)
    address = people.find_address(person_id, body.address_code)
    placed = checkout.place(
        buyer_id=person_id,
        lines=_lines(body.lines),
        address_id=address.id,
        deliveries=_deliveries(body.deliveries),
        tokens=_tokens(body),
        share_code=body.share_code,
        fingerprint=body.fingerprint,
        checkout_key=_checkout_key(request),
        channel="api",
        language=answers.language(request),
    )
    answer = shapes.Placed(
        placed.checkout_code,
        placed.intent_code,
        placed.order_codes,
        placed.pay_by_at,
        placed.total_minor,
        placed.currency,
    )
    return answers.reply(answer, 201, replayed=placed.replayed)


@router.get("/payments/{code}", response=shapes.Payment)
def get_payment(request: HttpRequest, code: str) -> HttpResponse:
    """Where a payment stands."""
    return answers.reply(_payment(_own_intent(request, code)))


@router.post("/payments/{code}/attempts", response=shapes.Attempt)
def pay(request: HttpRequest, code: str, body: shapes.AttemptIn) -> HttpResponse:
    """Begin paying; send the buyer to ``pay_url``. The amount is ours, never the client's."""
    url = payments.start_attempt(
        intent_code=code,
        buyer_id=answers.person(request),
        provider=body.provider,
        return_url=f"{settings.JISHI_BASE_URL}/pay/{code}/",
    )
    return answers.reply(shapes.Attempt(url))


@router.post("/payments/{code}/sync", response=shapes.Payment)
def sync(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the provider now instead of waiting for its webhook."""
    intent = _own_intent(request, code)
    payments.sync_attempt(intent_code=intent.code)
    return answers.reply(_payment(_own_intent(request, code)))


def _own_intent(request: HttpRequest, code: str) -> IntentView:
    intent = payment_queries.get_intent(code)
    if intent.buyer_id != answers.person(request):
        raise IntentNotFound
    return intent


def _checkout_key(request: HttpRequest) -> str:
    """The client's key is the natural key of the checkout: no answer is stored that could be pruned."""
    key = answers.key(request)
    # What does not fit into the column, or is too short for a checkout's key, is kept as its digest.
    fits = 4 <= len(key) <= 60
    return f"api:{key if fits else hashlib.sha256(key.encode()).hexdigest()[:40]}"


def _lines(lines: list[shapes.LineIn] | None) -> Sequence[PriceLine] | None:
    if lines is None:
        return None
    return [PriceLine(str(n), line.variant_id, line.quantity) for n, line in enumerate(lines)]


def _deliveries(chosen: dict[str, str]) -> dict[int, str]:
    """Delivery codes by shop, from slugs to our own numbers."""
    result = {}
    for slug, code in chosen.items():
        shop = merchants.find_shop(slug)
        if shop is None:
            raise ShopUnknown
        result[shop.id] = code
    return result


def _tokens(body: shapes.QuoteIn) -> dict[str, str]:
    tokens = {"offer": body.offer, "team": body.team, "move_ok": "1" if body.move_ok else ""}
    tokens |= {"flash": body.flash, "rally": body.rally, "prize": body.prize, "presale": body.presale}
    return {name: value for name, value in tokens.items() if value}


def _cart(request: HttpRequest) -> shapes.Cart:
    view: CartView = checkout_queries.get_cart(
        person_id=answers.person(request), language=answers.language(request)
    )
    shops = [
        shapes.CartShop(
            part.shop.slug, part.shop.name, [_cart_line(line) for line in part.lines], part.selected_minor
        )
        for part in view.shops
    ]
    return shapes.Cart(shops, view.currency, view.count, view.selected_count, view.selected_minor)


def _cart_line(line: CartLineView) -> shapes.CartLine:
    return shapes.CartLine(
        line.variant_id,
        line.product_code,
        line.title,
        line.options,
        line.image_url,
        line.currency,
        line.unit_minor,
        line.quantity,
        line.subtotal_minor,
        line.selected,
        line.available,
        line.problem,
    )


def _quote(priced: CheckoutQuote, language: str) -> shapes.Quote:
    quote = priced.quote
    lines = [
        shapes.QuoteLine(
            line.variant_id,
            line.product_code,
            line.title,
            line.options,
            line.quantity,
            line.unit_minor,
            line.subtotal_minor,
            line.discount_minor,
            line.total_minor,
        )
        for line in quote.lines
    ]
    shops = [
        shapes.QuoteShop(
            priced.slugs[shop.shop_id],
            shop.shop_name,
            shop.goods_minor,
            shop.discount_minor,
            shop.delivery_minor,
            shop.total_minor,
            priced.deliveries.get(shop.shop_id, ""),
            tuple(priced.delivery_options.get(shop.shop_id, ())),
        )
        for shop in quote.shops
    ]
    reasons = [
        shapes.Reason(
            a.amount_minor,
            a.rule,
            phrases.say(a.explanation.message, a.explanation.params, language),
            a.funder.kind,
        )
        for a in quote.adjustments
    ]
    return shapes.Quote(
        quote.currency,
        quote.total_minor,
        lines,
        shops,
        reasons,
        quote.fingerprint,
        quote.expires_at,
        clock.now(),
    )


def _payment(intent: IntentView) -> shapes.Payment:
    fields: dict[str, Any] = {
        name: getattr(intent, name)
        for name in (
            "code",
            "state",
            "amount_minor",
            "refunded_minor",
            "currency",
            "expires_at",
            "captured_at",
        )
    }
    return shapes.Payment(
        **fields,
        order_codes=[allocation.order_code for allocation in intent.allocations],
        last_failure=intent.last_failure,
        server_time=clock.now(),
    )
