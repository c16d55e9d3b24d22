"""The engine alone: what is accepted, how far it reaches, how it is shared out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jishi.goods.pricing import ports, rules
from jishi.goods.pricing.contracts import (
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
from jishi.goods.pricing.errors import (
    DeliveryInvalid,
    LineKeyRepeated,
    NothingToPrice,
    QuantityInvalid,
    TooManyLines,
)
from jishi.kernel.errors import InvariantBroken

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
Proposals = list[tuple[Stage, Adjustment]]


def line(key: str, unit: int, *, shop: int = 1, variant: int | None = None, quantity: int = 1) -> QuoteLine:
    return QuoteLine(
        key=key,
        variant_id=ord(key[0]) if variant is None else variant,
        product_id=1,
        shop_id=shop,
        product_code="p",
        title=key,
        options=(),
        image_url="",
        quantity=quantity,
        unit_minor=unit,
        compare_at_minor=None,
        subtotal_minor=unit * quantity,
        discount_minor=0,
        total_minor=unit * quantity,
    )


def off(
    amount: int, key: str | None = None, *, rule: str = "coupon", shop: int = 1, **more: object
) -> Adjustment:
    return Adjustment(
        line_key=key,
        shop_id=shop,
        amount_minor=-amount,
        rule=rule,
        reference=str(more.pop("reference", "r")),
        funder=Funder("merchant", shop),
        explanation=Explanation("Cheaper."),
        **more,  # type: ignore[arg-type]
    )


def price(
    lines: list[QuoteLine], proposals: Proposals = (), *, deliveries: tuple[DeliveryChoice, ...] = ()
) -> Quote:  # type: ignore[assignment]
    request = PriceRequest(
        lines=tuple(PriceLine(each.key, each.variant_id, each.quantity) for each in lines),
        currency="CNY",
        buyer_id=None,
        channel="web",
        tokens={},
        deliveries=deliveries,
        at=AT,
    )
    bill = rules.Bill(lines)
    shops = {each.shop_id for each in lines}
    chosen = {shop: DeliveryChoice(shop, "", 0) for shop in shops} | {
        each.shop_id: each for each in deliveries
    }
    for stage in ("exclusive", "shop_coupon", "platform_coupon", "points", "delivery"):
        if stage == "delivery":
            bill.charge_delivery(chosen)
        bill.decide(stage, [proposal for at_stage, proposal in proposals if at_stage == stage])  # type: ignore[arg-type]
    return bill.finish(request, {shop: f"shop {shop}" for shop in shops})


def _discounts(quote: Quote) -> dict[str, int]:
    return {each.key: each.discount_minor for each in quote.lines}


def test_without_rules_a_quote_is_the_sum_of_its_lines() -> None:
    quote = price([line("a", 1000, quantity=3), line("b", 250)])

    assert quote.total_minor == 3250
    assert quote.adjustments == ()
    assert quote.expires_at == AT + timedelta(minutes=10)


def test_of_one_exclusive_family_the_best_for_the_buyer_wins() -> None:
    flash = off(300, "a", rule="flash", exclusive_group="exclusive")
    group = off(400, "a", rule="group_buy", exclusive_group="exclusive")

    quote = price([line("a", 1000)], [("exclusive", flash), ("exclusive", group)])

    assert quote.adjustments == (group,)
    assert quote.total_minor == 600


def test_what_a_rule_claims_beyond_the_price_does_not_make_it_better() -> None:
    boaster = off(9_999_999, "a", rule="z_boaster", exclusive_group="exclusive")
    honest = off(1000, "a", rule="honest", exclusive_group="exclusive")

    quote = price([line("a", 1000)], [("exclusive", boaster), ("exclusive", honest)])

    assert quote.adjustments == (honest,)


def test_exclusive_families_compete_line_by_line() -> None:
    on_a = off(300, "a", rule="flash", exclusive_group="exclusive")
    on_b = off(100, "b", rule="group_buy", exclusive_group="exclusive")

    quote = price([line("a", 1000), line("b", 1000)], [("exclusive", on_a), ("exclusive", on_b)])

    assert _discounts(quote) == {"a": 300, "b": 100}


def test_a_whole_shop_offer_excludes_its_family_on_every_line() -> None:
    whole = off(500, None, rule="shop_wide", exclusive_group="exclusive")
    on_a = off(300, "a", rule="flash", exclusive_group="exclusive")

    quote = price([line("a", 1000), line("b", 1000)], [("exclusive", on_a), ("exclusive", whole)])

    assert quote.adjustments == (whole,)
    assert _discounts(quote) == {"a": 250, "b": 250}


def test_an_exclusive_family_stays_taken_in_later_stages() -> None:
    early = off(100, "a", rule="flash", exclusive_group="exclusive")
    late = off(900, "a", rule="coupon", exclusive_group="exclusive")

    quote = price([line("a", 1000)], [("exclusive", early), ("shop_coupon", late)])

    assert quote.adjustments == (early,)


def test_later_stages_work_on_what_earlier_ones_left() -> None:
    quote = price(
        [line("a", 1000)],
        [
            ("exclusive", off(700, "a", rule="flash")),
            ("shop_coupon", off(200)),
            ("points", off(500, rule="points")),
        ],
    )

    assert [made.amount_minor for made in quote.adjustments] == [-700, -200, -100]
    assert quote.total_minor == 0


def test_cpn_078_stacked_discounts_never_exceed_what_they_may_touch() -> None:
    quote = price(
        [line("a", 1000), line("b", 500, shop=2)],
        [
            ("exclusive", off(5000, "a", rule="flash")),
            ("shop_coupon", off(5000, None, shop=2)),
            ("platform_coupon", off(5000, None, rule="platform")),
            ("points", off(5000, None, rule="points", shop=2)),
        ],
        deliveries=(DeliveryChoice(1, "post", 300),),
    )

    assert quote.total_minor == 300
    assert [each.total_minor for each in quote.lines] == [0, 0]
    assert sum(made.amount_minor for made in quote.adjustments) == -1500


def test_an_offer_that_defers_shipping_counts_even_when_it_takes_nothing_off() -> None:
    seat = off(0, "a", rule="group_buy", defers_fulfilment=True)

    quote = price([line("a", 1000)], [("exclusive", seat), ("shop_coupon", off(0))])

    assert quote.adjustments == (seat,)


def test_a_shop_discount_is_shared_out_to_the_last_unit() -> None:
    quote = price([line("a", 1), line("b", 1), line("c", 1)], [("shop_coupon", off(2))])

    assert _discounts(quote) == {"a": 1, "b": 1, "c": 0}
    assert quote.shops[0].discount_minor == 2


@pytest.mark.parametrize(("goods", "fee"), [(9899, 600), (9900, 0), (9901, 0)])
def test_delivery_is_free_from_the_threshold(goods: int, fee: int) -> None:
    quote = price([line("a", goods)], deliveries=(DeliveryChoice(1, "post", 600, 9900),))

    assert quote.shops[0].delivery_minor == fee
    assert quote.total_minor == goods + fee


def test_the_threshold_looks_at_the_goods_after_discounts() -> None:
    quote = price(
        [line("a", 10_000)], [("shop_coupon", off(101))], deliveries=(DeliveryChoice(1, "post", 600, 9900),)
    )

    assert quote.total_minor == 9899 + 600


def test_a_delivery_discount_never_exceeds_the_fee() -> None:
    voucher = off(5000, None, rule="free_delivery")

    quote = price([line("a", 1000)], [("delivery", voucher)], deliveries=(DeliveryChoice(1, "post", 600),))

    assert quote.adjustments == (replace(voucher, amount_minor=-600),)
    assert quote.total_minor == 1000


def test_each_shop_has_its_own_sum_and_delivery() -> None:
    quote = price(
        [line("a", 1000), line("b", 500, shop=2), line("c", 300)],
        deliveries=(DeliveryChoice(1, "post", 600), DeliveryChoice(2, "post", 900, 500)),
    )

    assert [(each.shop_id, each.line_keys, each.total_minor) for each in quote.shops] == [
        (1, ("a", "c"), 1900),
        (2, ("b",), 500),
    ]


@pytest.mark.parametrize(
    "proposal",
    [off(-1, "a"), off(100, "nobody"), off(100, "a", shop=2), off(100, None, shop=9)],
    ids=["raises the price", "unknown line", "line of another shop", "unknown shop"],
)
def test_a_rule_that_proposes_nonsense_stops_the_quote(proposal: Adjustment) -> None:
    with pytest.raises(InvariantBroken):
        price([line("a", 1000), line("b", 1000, shop=3)], [("shop_coupon", proposal)])


CHANGES: list[tuple[str, list[QuoteLine], Proposals, tuple[DeliveryChoice, ...]]] = [
    ("unit price", [line("a", 1001)], [], ()),
    ("quantity", [line("a", 1000, quantity=2)], [], ()),
    ("variant", [line("a", 1000, variant=7)], [], ()),
    ("delivery way", [line("a", 1000)], [], (DeliveryChoice(1, "express", 0),)),
    ("delivery fee", [line("a", 1000)], [], (DeliveryChoice(1, "", 1),)),
    ("discount", [line("a", 1000)], [("shop_coupon", off(1))], ()),
    ("deferral", [line("a", 1000)], [("exclusive", off(0, "a", defers_fulfilment=True))], ()),
    ("reference", [line("a", 1000)], [("exclusive", off(0, "a", defers_fulfilment=True, reference="s"))], ()),
]


@pytest.mark.parametrize(
    ("lines", "proposals", "deliveries"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_whatever_the_buyer_agrees_to_changes_the_fingerprint(
    lines: list[QuoteLine], proposals: Proposals, deliveries: tuple[DeliveryChoice, ...]
) -> None:
    before = price([line("a", 1000)])

    assert price(lines, proposals, deliveries=deliveries).fingerprint != before.fingerprint


def test_texts_and_pictures_are_no_part_of_the_fingerprint() -> None:
    plain, dressed = line("a", 1000), replace(line("a", 1000), title="柿子", image_url="/media/x.webp")

    assert price([plain]).fingerprint == price([dressed]).fingerprint


@pytest.mark.parametrize("quantity", [-1, 0, 0.5, True, "1", None, 10**12, 10_000])
def test_cpn_080_a_quantity_is_a_whole_number_within_bounds(quantity: object) -> None:
    with pytest.raises(QuantityInvalid):
        rules.check_request(_request([PriceLine("a", 1, quantity)]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "choices",
    [
        (DeliveryChoice(1, "post", -1),),
        (DeliveryChoice(1, "post", 1, -1),),
        (DeliveryChoice(1, "post", 1), DeliveryChoice(1, "express", 2)),
    ],
)
def test_cpn_080_a_delivery_fee_cannot_be_negative_or_chosen_twice(
    choices: tuple[DeliveryChoice, ...],
) -> None:
    with pytest.raises(DeliveryInvalid):
        rules.check_request(_request([PriceLine("a", 1, 1)], choices))


def test_a_request_needs_lines_with_keys_of_their_own() -> None:
    with pytest.raises(NothingToPrice):
        rules.check_request(_request([]))
    with pytest.raises(LineKeyRepeated):
        rules.check_request(_request([PriceLine("a", 1, 1), PriceLine("a", 2, 1)]))
    with pytest.raises(TooManyLines):
        rules.check_request(_request([PriceLine(str(n), n, 1) for n in range(201)]))


@pytest.mark.parametrize(
    ("compare_at", "lowest_before", "may_lack_history", "shown"),
    [
        (None, 2000, False, None),
        (1500, 2000, False, 1500),
        (2000, 1500, False, 1500),
        (2000, 1000, False, None),
        (2000, 900, False, None),
        (2000, None, False, None),
        (2000, None, True, 2000),
        (900, None, True, None),
    ],
)
def test_prv_147_a_struck_through_price_is_never_above_the_lowest_before(
    compare_at: int | None, lowest_before: int | None, may_lack_history: bool, shown: int | None
) -> None:
    assert (
        rules.honest_compare_at(
            amount_minor=1000,
            compare_at_minor=compare_at,
            lowest_before_minor=lowest_before,
            may_lack_history=may_lack_history,
        )
        == shown
    )


class _Whole:
    code = "whole"

    def propose(self, request: object, lines: object) -> list[Adjustment]:
        return []

    def hold(
        self, *, adjustment: object, hold_key: str, buyer_id: int, expires_at: object, at: object
    ) -> None: ...

    def settle(self, *, hold_key: str, paid_at: object, at: object) -> None: ...

    def release(self, *, hold_key: str, at: object) -> None: ...


class _Silent(_Whole):
    release = None  # type: ignore[assignment]


class _Misspelt(_Whole):
    def settle(self, *, key: str, paid_at: object, at: object) -> None: ...  # type: ignore[override]


class _Nameless(_Whole):
    code = ""


@pytest.fixture
def empty_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_rules", {})


@pytest.mark.usefixtures("empty_register")
@pytest.mark.parametrize("kind", [_Silent, _Misspelt, _Nameless, object])
def test_what_is_no_price_rule_is_turned_away_at_the_door(kind: type) -> None:
    with pytest.raises(TypeError):
        ports.register(kind(), "exclusive")

    assert ports.rules_in_order() == ()


@pytest.mark.usefixtures("empty_register")
def test_rules_stand_in_the_order_of_their_stages() -> None:
    late, early, twin = _Whole(), _Whole(), _Whole()
    late.code, early.code = "late", "early"
    ports.register(late, "points")
    ports.register(early, "exclusive")  # type: ignore[arg-type]

    assert [(stage, rule.code) for stage, rule in ports.rules_in_order()] == [
        ("exclusive", "early"),
        ("points", "late"),
    ]
    twin.code = "late"
    with pytest.raises(ValueError, match="late"):
        ports.register(twin, "points")
    with pytest.raises(ValueError, match="stage"):
        ports.register(_Whole(), "whenever")  # type: ignore[arg-type]


def _request(lines: list[PriceLine], deliveries: tuple[DeliveryChoice, ...] = ()) -> PriceRequest:
    return PriceRequest(
        lines=tuple(lines), currency="CNY", buyer_id=1, channel="web", tokens={}, deliveries=deliveries, at=AT
    )
