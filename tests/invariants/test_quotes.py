"""Whatever rules propose: parts add up to wholes, nothing is paid below zero, and order does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.goods.pricing import rules
from jishi.goods.pricing.contracts import (
    STAGES,
    Adjustment,
    DeliveryChoice,
    Explanation,
    Funder,
    PriceLine,
    PriceRequest,
    Quote,
    QuoteLine,
    Stage,
)

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
Proposal = tuple[Stage, Adjustment]
prices = st.one_of(st.integers(0, 20), st.integers(0, rules.MAX_PRICE_MINOR))
discounts = st.one_of(st.integers(0, 30), st.integers(0, 10**17))


@st.composite
def baskets(draw: st.DrawFn) -> tuple[list[QuoteLine], list[Proposal], list[DeliveryChoice]]:
    count = draw(st.integers(1, 7))
    lines = [_line(draw, f"k{place}") for place in range(count)]
    shops = sorted({line.shop_id for line in lines})
    deliveries = [
        DeliveryChoice(shop, "post", draw(prices), draw(st.none() | prices))
        for shop in draw(st.lists(st.sampled_from(shops), unique=True))
    ]
    proposals = draw(st.lists(_proposals(lines), max_size=8))
    return lines, proposals, deliveries


def _line(draw: st.DrawFn, key: str) -> QuoteLine:
    unit, quantity = draw(prices), draw(st.sampled_from([1, 2, 3, 9_999]))
    return QuoteLine(
        key=key,
        variant_id=draw(st.integers(1, 3)),
        product_id=1,
        shop_id=draw(st.integers(1, 2)),
        product_code="p",
        title="t",
        options=(),
        image_url="",
        quantity=quantity,
        unit_minor=unit,
        compare_at_minor=None,
        subtotal_minor=unit * quantity,
        discount_minor=0,
        total_minor=unit * quantity,
    )


@st.composite
def _proposals(draw: st.DrawFn, lines: Sequence[QuoteLine]) -> Proposal:
    stage = draw(st.sampled_from(STAGES))
    line = draw(st.sampled_from(lines))
    whole = stage == "delivery" or draw(st.booleans())
    made = Adjustment(
        line_key=None if whole else line.key,
        shop_id=line.shop_id,
        amount_minor=-draw(discounts),
        rule=draw(st.sampled_from(["coupon", "flash", "group_buy"])),
        reference=draw(st.sampled_from(["r", "s"])),
        funder=Funder("platform"),
        explanation=Explanation("Cheaper."),
        exclusive_group=draw(st.sampled_from([None, "exclusive"])),
        defers_fulfilment=draw(st.booleans()),
    )
    return stage, made


def price(
    lines: Sequence[QuoteLine], proposals: Sequence[Proposal], deliveries: Sequence[DeliveryChoice]
) -> Quote:
    request = PriceRequest(
        lines=tuple(PriceLine(line.key, line.variant_id, line.quantity) for line in lines),
        currency="CNY",
        buyer_id=None,
        channel="web",
        tokens={},
        deliveries=tuple(deliveries),
        at=AT,
    )
    rules.check_request(request)
    bill = rules.Bill(lines)
    shops = {line.shop_id for line in lines}
    standard = {shop: DeliveryChoice(shop, "", 500, 10_000) for shop in shops}
    for stage in STAGES:
        if stage == "delivery":
            bill.charge_delivery(standard | {choice.shop_id: choice for choice in deliveries})
        bill.decide(stage, [made for at_stage, made in proposals if at_stage == stage])
    return bill.finish(request, dict.fromkeys(shops, "shop"))


@settings(deadline=None)
@given(baskets())
def test_parts_add_up_to_the_whole_and_nothing_is_below_zero(basket: Any) -> None:
    lines, proposals, deliveries = basket

    quote = price(lines, proposals, deliveries)

    for line in quote.lines:
        assert 0 <= line.discount_minor <= line.subtotal_minor
        assert line.total_minor == line.subtotal_minor - line.discount_minor
    for shop in quote.shops:
        own = [line for line in quote.lines if line.key in shop.line_keys]
        assert {line.shop_id for line in own} == {shop.shop_id}
        assert shop.goods_minor == sum(line.subtotal_minor for line in own)
        assert shop.discount_minor == sum(line.discount_minor for line in own)
        assert shop.total_minor == shop.goods_minor - shop.discount_minor + shop.delivery_minor
        assert shop.delivery_minor >= 0
    assert sorted(key for shop in quote.shops for key in shop.line_keys) == sorted(line.key for line in lines)
    assert quote.total_minor == sum(shop.total_minor for shop in quote.shops) >= 0


@settings(deadline=None)
@given(baskets())
def test_every_discount_is_explained_by_an_adjustment(basket: Any) -> None:
    lines, proposals, deliveries = basket
    goods_only = [each for each in proposals if each[0] != "delivery"]

    quote = price(lines, goods_only, deliveries)

    assert sum(line.discount_minor for line in quote.lines) == -sum(
        made.amount_minor for made in quote.adjustments
    )
    assert all(made.amount_minor <= 0 for made in quote.adjustments)
    for made in quote.adjustments:
        sources = [
            p
            for _, p in goods_only
            if (p.rule, p.reference, p.line_key) == (made.rule, made.reference, made.line_key)
        ]
        assert any(p.amount_minor <= made.amount_minor for p in sources)


@settings(deadline=None)
@given(baskets(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_proposals_changes_nothing(basket: Any, random: Any) -> None:
    lines, proposals, deliveries = basket
    quote = price(lines, proposals, deliveries)
    shuffled = [list(each) for each in (lines, proposals, deliveries)]
    for each in shuffled:
        random.shuffle(each)

    again = price(*shuffled)

    assert again.fingerprint == quote.fingerprint
    assert again.total_minor == quote.total_minor
    assert {line.key: line for line in again.lines} == {line.key: line for line in quote.lines}
    assert again.adjustments == quote.adjustments


@settings(deadline=None)
@given(baskets())
def test_of_an_exclusive_family_one_touches_a_line(basket: Any) -> None:
    lines, proposals, deliveries = basket

    quote = price(lines, [each for each in proposals if each[0] != "delivery"], deliveries)

    touched: list[str] = []
    for made in quote.adjustments:
        if made.exclusive_group:
            keys = [line.key for line in lines if line.shop_id == made.shop_id]
            touched += keys if made.line_key is None else [made.line_key]
    assert len(touched) == len(set(touched))


@settings(deadline=None)
@given(baskets())
def test_no_proposal_makes_anything_dearer_than_goods_and_standard_delivery(basket: Any) -> None:
    lines, proposals, _ = basket

    full_price = sum(line.subtotal_minor for line in lines)
    shops = {line.shop_id for line in lines}

    assert price(lines, proposals, []).total_minor <= full_price + 500 * len(shops)
