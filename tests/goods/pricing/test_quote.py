"""Quotes and price lists on the real tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories.goods import NOON, SOON, offer, open_shop

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingFilter
from jishi.goods.merchants import operations as merchants
from jishi.goods.pricing import operations, ports, queries
from jishi.goods.pricing.contracts import (
    Adjustment,
    DeliveryChoice,
    Explanation,
    Funder,
    PriceLine,
    PriceRequest,
    Quote,
    QuoteLine,
)
from jishi.goods.pricing.errors import NotForSale, PricedVariantUnknown, PriceInvalid
from jishi.goods.pricing.models import Price, PriceHistory
from jishi.kernel.errors import Conflict, InvariantBroken

pytestmark = pytest.mark.django_db


class Gone(Conflict):
    code = "tests.gone"


@dataclass
class TenOff:
    """Takes ten minor units off every line and remembers what it was asked to do."""

    code: str = "ten_off"
    refuses: bool = False
    calls: list[tuple[str, str, int]] = field(default_factory=list)

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> list[Adjustment]:
        return [
            Adjustment(
                line.key, line.shop_id, -10, self.code, "r", Funder("merchant"), Explanation("Ten off.")
            )
            for line in lines
        ]

    def hold(
        self,
        *,
        adjustment: Adjustment,
        hold_key: str,
        buyer_id: int | None,
        expires_at: datetime,
        at: datetime,
    ) -> None:
        self.calls.append(("hold", hold_key, adjustment.amount_minor))

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        PriceHistory.objects.create(variant_id=1, currency="CNY", amount_minor=1, at=at)
        if self.refuses:
            raise Gone
        self.calls.append(("settle", hold_key, 0))

    def release(self, *, hold_key: str, at: datetime) -> None:
        self.calls.append(("release", hold_key, 0))


@pytest.fixture(autouse=True)
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_rules", {})


def ask(
    *lines: PriceLine, deliveries: tuple[DeliveryChoice, ...] = (), buyer_id: int | None = 1
) -> PriceRequest:
    return PriceRequest(
        lines=lines,
        currency="CNY",
        buyer_id=buyer_id,
        channel="web",
        tokens={},
        deliveries=deliveries,
        at=NOON,
    )


def quote(*lines: PriceLine, **more: Any) -> Quote:
    return queries.quote(ask(*lines, **more), language="en")


def test_a_quote_of_one_line_takes_three_statements(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    saved = offer(open_shop("hill"), prices=[1250])

    with django_assert_num_queries(3):
        priced = quote(PriceLine("a", saved.variant_ids[0], 2))

    assert priced.total_minor == 2500
    assert (priced.lines[0].title[:7], priced.lines[0].options) == ("Product", ("1 kg",))
    assert priced.shops[0].shop_name == "The hill"


def test_a_shop_without_a_choice_charges_its_standard_delivery() -> None:
    shop = open_shop(delivery_fee_minor=600, free_delivery_from_minor=9900)
    variant = offer(shop, prices=[1000]).variant_ids[0]

    assert quote(PriceLine("a", variant, 1)).total_minor == 1600
    assert quote(PriceLine("a", variant, 10)).total_minor == 10_000
    chosen = quote(PriceLine("a", variant, 1), deliveries=(DeliveryChoice(shop.id, "pickup", 0),))
    assert chosen.total_minor == 1000


def test_lines_come_back_in_the_order_of_the_question() -> None:
    cheap, dear = offer(open_shop(), prices=[100, 900]).variant_ids

    priced = quote(PriceLine("b", dear, 1), PriceLine("a", cheap, 1))

    assert [line.key for line in priced.lines] == ["b", "a"]


def test_prv_144_the_same_goods_cost_everybody_the_same() -> None:
    variant = offer(open_shop()).variant_ids[0]

    priced = [quote(PriceLine("a", variant, 1), buyer_id=buyer) for buyer in (None, 1, 2, 999)]

    assert len(set(priced)) == 1


def test_what_cannot_be_bought_is_not_quoted() -> None:
    shop = open_shop()
    unpriced = catalog.save_product(shop_id=shop.id, handle="unpriced", title={"en": "Unpriced"}).variant_ids[
        0
    ]
    archived = offer(shop)
    catalog.archive(product_id=archived.product_id)

    for variant in (unpriced, archived.variant_ids[0], 987_654):
        with pytest.raises(NotForSale) as refusal:
            quote(PriceLine("a", variant, 1))
        assert refusal.value.fields["variant_id"] == variant


def test_a_closed_shop_sells_nothing() -> None:
    shop = open_shop()
    variant = offer(shop).variant_ids[0]
    merchants.change_terms(
        shop_id=shop.id,
        commission_bps=500,
        auto_confirm_days=10,
        delivery_fee_minor=0,
        free_delivery_from_minor=None,
        is_open=False,
    )

    with pytest.raises(NotForSale):
        quote(PriceLine("a", variant, 1))


def test_a_rule_may_not_speak_in_the_name_of_another() -> None:
    rule = TenOff()
    ports.register(rule, "shop_coupon")
    variant = offer(open_shop()).variant_ids[0]
    rule.propose = lambda request, lines: [  # type: ignore[method-assign]
        replace(made, rule="other") for made in TenOff().propose(request, lines)
    ]

    with pytest.raises(InvariantBroken):
        quote(PriceLine("a", variant, 1))


def test_adjustments_of_one_reference_are_held_once_for_their_sum() -> None:
    rule = TenOff()
    ports.register(rule, "shop_coupon")
    first, second = offer(open_shop(), prices=[100, 200]).variant_ids
    priced = quote(PriceLine("a", first, 1), PriceLine("b", second, 1))

    operations.hold_adjustments(
        adjustments=priced.adjustments, hold_key="order1", buyer_id=1, expires_at=SOON, at=NOON
    )
    operations.release_adjustments(rule_codes={"ten_off"}, hold_key="order1", at=NOON)

    assert priced.total_minor == 280
    assert rule.calls == [("hold", "order1", -20), ("release", "order1", 0)]


def test_cpn_077_a_rule_that_refuses_to_settle_leaves_nothing_and_the_transaction_good() -> None:
    first, second = TenOff("a_first"), TenOff("b_second", refuses=True)
    ports.register(first, "shop_coupon")
    ports.register(second, "shop_coupon")
    offer(open_shop())
    before = PriceHistory.objects.count()

    with transaction.atomic():
        with pytest.raises(Gone):
            operations.settle_adjustments(
                rule_codes={"a_first", "b_second"}, hold_key="order1", paid_at=NOON, at=NOON
            )
        after = PriceHistory.objects.count()

    assert after == before


def test_an_order_cannot_carry_a_rule_that_is_gone() -> None:
    with pytest.raises(InvariantBroken):
        operations.release_adjustments(rule_codes={"vanished"}, hold_key="order1", at=NOON)


def test_setting_the_same_price_again_writes_no_history() -> None:
    variant = offer(open_shop(), prices=[1000]).variant_ids[0]

    operations.set_prices([(variant, "CNY", 1000, 1500)], at=NOON + timedelta(days=1))
    operations.set_prices([(variant, "CNY", 900, 1500)], at=NOON + timedelta(days=2))

    history = PriceHistory.objects.order_by("id").values_list("amount_minor", "at")
    assert list(history) == [(1000, NOON), (900, NOON + timedelta(days=2))]
    assert Price.objects.get().compare_at_minor == 1500


def test_the_history_cannot_be_rewritten() -> None:
    offer(open_shop(), prices=[1000])

    for statement in (
        "UPDATE pricing_pricehistory SET amount_minor = 1",
        "DELETE FROM pricing_pricehistory",
        "TRUNCATE pricing_pricehistory",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert PriceHistory.objects.get().amount_minor == 1000


@pytest.mark.parametrize("amount", [-1, 10**12 + 1, 9.99, True])
def test_what_is_no_price_is_refused_as_a_whole(amount: object) -> None:
    first, second = offer(open_shop(), prices=[1000, 2000]).variant_ids

    with pytest.raises(PriceInvalid):
        operations.set_prices([(first, "CNY", 1, None), (second, "CNY", amount, None)])  # type: ignore[list-item]

    assert sorted(Price.objects.values_list("amount_minor", flat=True)) == [1000, 2000]


def test_a_price_needs_a_variant() -> None:
    with pytest.raises(PricedVariantUnknown):
        operations.set_prices([(987_654, "CNY", 1, None)])


def _shown(variant: int) -> int | None:
    return queries.list_prices([variant], "CNY")[variant].compare_at_minor


@pytest.mark.parametrize(("pack", "shown"), [("cn", 1500), ("eu", 1200), ("none", 2000)])
def test_prv_147_the_rule_pack_says_how_far_back_the_lowest_price_is_sought(
    settings: Any, pack: str, shown: int
) -> None:
    settings.JISHI_RULE_PACK = pack
    variant = offer(open_shop(), prices=[1800], at=NOON - timedelta(days=60)).variant_ids[0]
    operations.set_prices([(variant, "CNY", 1200, None)], at=NOON - timedelta(days=20))
    operations.set_prices([(variant, "CNY", 1500, None)], at=NOON - timedelta(days=15))

    operations.set_prices([(variant, "CNY", 1000, 2000)], at=NOON)

    # 1500 stood in the last seven days, 1200 in the last thirty; without a look-back the claim stands.
    assert _shown(variant) == shown


def test_prv_147_raising_a_price_for_a_day_does_not_earn_a_strike_through() -> None:
    variant = offer(open_shop(), prices=[1000], at=NOON - timedelta(days=60)).variant_ids[0]
    operations.set_prices([(variant, "CNY", 3000, None)], at=NOON - timedelta(days=1))

    operations.set_prices([(variant, "CNY", 1000, 3000)], at=NOON)

    assert _shown(variant) is None
    assert queries.list_lowest_prices([variant], "CNY", until=NOON, days=30) == {variant: 1000}


def test_prv_147_a_new_product_has_nothing_to_strike_through() -> None:
    variant = offer(open_shop(), prices=[1000], compare_at=2000).variant_ids[0]

    assert _shown(variant) is None
    assert queries.list_lowest_prices([variant], "CNY", until=NOON) == {variant: None}


def _card(product_id: int) -> Any:
    page = catalog_queries.page_listings(filter=ListingFilter(product_ids=(product_id,)), language="en")
    return page.items[0]


def test_the_product_list_shows_the_lowest_price_of_all_variants() -> None:
    saved = offer(open_shop(), prices=[3000, 2000, 4000])
    assert _card(saved.product_id).price_minor == 2000

    operations.set_prices([(saved.variant_ids[1], "CNY", 5000, None)], at=NOON + timedelta(days=1))
    assert _card(saved.product_id).price_minor == 3000

    operations.set_prices([(saved.variant_ids[2], "CNY", 1000, 9000)], at=NOON + timedelta(days=2))
    card = _card(saved.product_id)
    assert (card.price_minor, card.compare_at_minor) == (1000, 4000)
