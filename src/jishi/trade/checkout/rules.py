"""What a checkout may contain, and how a quote becomes orders. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from jishi.goods.pricing.contracts import Adjustment, PriceLine, Quote, QuoteLine, ShopQuote
from jishi.kernel.errors import InvariantBroken
from jishi.kernel.money import share_bps
from jishi.money.escrow.contracts import Split
from jishi.money.ledger.contracts import AccountRef
from jishi.people.accounts.contracts import AddressView
from jishi.trade.checkout.contracts import MAX_LINES, MAX_QUANTITY
from jishi.trade.checkout.errors import CartEmpty, CartFull, CheckoutKeyInvalid, InvalidQuantity
from jishi.trade.orders.contracts import AddressSnapshot, AdjustmentDraft, LineDraft, OrderDraft, OrderHandle


def check_quantity(quantity: object) -> int:
    """Return the quantity if it is one a person can order.

    :raises InvalidQuantity: it is no whole number between 1 and the limit; True and 1.0 are no quantities.
    """
    if type(quantity) is not int or not 1 <= quantity <= MAX_QUANTITY:
        raise InvalidQuantity(limit=MAX_QUANTITY)
    return quantity


def check_lines(lines: Sequence[PriceLine]) -> tuple[PriceLine, ...]:
    """Return the lines of a checkout if there are some, not too many, and each in a sensible quantity.

    :raises CartEmpty: there are none.
    :raises CartFull: there are too many.
    :raises InvalidQuantity: one has a quantity that cannot be ordered.
    """
    if not lines:
        raise CartEmpty
    if len(lines) > MAX_LINES:
        raise CartFull(limit=MAX_LINES)
    for line in lines:
        check_quantity(line.quantity)
    return tuple(lines)


def check_key(checkout_key: str) -> str:
    """Return the buyer's name for this attempt to place.

    :raises CheckoutKeyInvalid: it is too short to be unique, or too long to be kept.
    """
    if (
        not isinstance(checkout_key, str)
        or not 8 <= len(checkout_key) <= 64
        or not checkout_key.isprintable()
    ):
        raise CheckoutKeyInvalid
    return checkout_key


def digest(
    *,
    fingerprint: str,
    lines: Sequence[PriceLine] | None,
    where: int | str | None,
    deliveries: Mapping[int, str],
    tokens: Mapping[str, str],
) -> str:
    """Return what a repetition must have in common with the first attempt; prices are in the fingerprint.

    Without lines it is the cart that was ordered, which is empty by then.
    """
    wanted = None if lines is None else sorted((line.variant_id, line.quantity) for line in lines)
    asked = [fingerprint, wanted, where, sorted(deliveries.items()), sorted(tokens.items())]
    content = json.dumps(asked, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def snapshot(address: AddressView) -> AddressSnapshot:
    """Return the address as an order keeps it."""
    return AddressSnapshot(
        recipient=address.recipient,
        phone=address.phone,
        one_line=address.one_line,
        region=address.region,
        city=address.city,
        district=address.district,
        line=address.line,
        postal_code=address.postal_code,
        country=address.country,
    )


def place_of(address: AddressView) -> str:
    """Return what all addresses of one place have in common, however they are written.

    Case, width, spaces and punctuation do not make another place; the name of the recipient does not either.
    """
    parts = (address.country, address.region, address.city, address.district, address.line)
    folded = unicodedata.normalize("NFKC", "|".join(parts)).casefold()
    return "".join(char for char in folded if char.isalnum() or char == "|")


def drafts(
    quote: Quote,
    *,
    codes: Mapping[int, str],
    checkout_code: str,
    intent_code: str,
    buyer_id: int,
    address: AddressSnapshot,
    deliveries: Mapping[int, str],
    commission_bps: Mapping[int, int],
    tokens: Mapping[str, str],
    share_code: str,
    channel: str,
    pay_by_at: datetime,
) -> list[OrderDraft]:
    """Return one draft per shop of a quote, in order of shop, with everything the buyer saw frozen in."""
    lines = {line.key: line for line in quote.lines}
    return [
        OrderDraft(
            code=codes[shop.shop_id],
            checkout_code=checkout_code,
            buyer_id=buyer_id,
            shop_id=shop.shop_id,
            currency=quote.currency,
            goods_minor=shop.goods_minor,
            discount_minor=shop.discount_minor,
            delivery_minor=shop.delivery_minor,
            total_minor=shop.total_minor,
            commission_bps=commission_bps[shop.shop_id],
            lines=tuple(_line(lines[key]) for key in shop.line_keys),
            pay_by_at=pay_by_at,
            intent_code=intent_code,
            adjustments=tuple(_adjustment(item, lines) for item in adjustments_of(quote, shop.shop_id)),
            address=address,
            delivery_code=deliveries.get(shop.shop_id, ""),
            share_code=share_code,
            channel=channel,
            tokens=tokens,
        )
        for shop in shops_in_order(quote)
    ]


def shops_in_order(quote: Quote) -> list[ShopQuote]:
    """Return the shops of a quote in the order in which everything of them is locked and written."""
    return sorted(quote.shops, key=lambda shop: shop.shop_id)


def adjustments_of(quote: Quote, shop_id: int) -> tuple[Adjustment, ...]:
    """Return the adjustments that belong to one shop's order."""
    return tuple(item for item in quote.adjustments if item.shop_id == shop_id)


def demand_of(quote: Quote, shop: ShopQuote) -> list[tuple[int, int]]:
    """Return what one shop's order takes from stock, as (variant, quantity)."""
    keys = set(shop.line_keys)
    return [(line.variant_id, line.quantity) for line in quote.lines if line.key in keys]


def splits(order: OrderHandle, *, others: Sequence[Split] = ()) -> tuple[Split, ...]:
    """Return who gets an order's money when it leaves escrow: the platform its commission, others what they
    were promised, the shop the rest.

    The commission is taken of the goods after discounts, never of the delivery, and rounded in the shop's
    favour. Others are paid by the shop.

    :raises InvariantBroken: more was promised than the shop gets.
    """
    net = order.goods_minor - order.discount_minor
    commission = min(share_bps(max(net, 0), order.commission_bps), order.total_minor)
    shop = AccountRef("shop", str(order.shop_id), "payable", order.currency)
    house = AccountRef("platform", "commission", "revenue", order.currency)
    rest = order.total_minor - commission - sum(part.amount_minor for part in others)
    if rest < 0:
        raise InvariantBroken(f"order {order.code} promises {-rest} more than it has")
    parts = (
        Split(ref=shop, amount_minor=rest, role="merchant", rate_bps=0),
        Split(ref=house, amount_minor=commission, role="commission", rate_bps=order.commission_bps),
        *others,
    )
    return tuple(part for part in parts if part.amount_minor)


def _line(line: QuoteLine) -> LineDraft:
    return LineDraft(
        variant_id=line.variant_id,
        product_id=line.product_id,
        product_code=line.product_code,
        title=line.title,
        options=tuple(line.options),
        image_url=line.image_url,
        quantity=line.quantity,
        unit_minor=line.unit_minor,
        discount_minor=line.discount_minor,
        total_minor=line.total_minor,
    )


def _adjustment(item: Adjustment, lines: Mapping[str, QuoteLine]) -> AdjustmentDraft:
    return AdjustmentDraft(
        rule=item.rule,
        reference=item.reference,
        variant_id=lines[item.line_key].variant_id if item.line_key is not None else None,
        amount_minor=item.amount_minor,
        funder_kind=item.funder.kind,
        funder_id=item.funder.id,
        message=item.explanation.message,
        params=dict(item.explanation.params),
        defers_fulfilment=item.defers_fulfilment,
    )
