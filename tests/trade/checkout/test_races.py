"""Placing, paying and expiring from many connections at once: one outcome each, and no deadlock."""

import contextlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests.factories import goods, trade
from tests.trade import perk

from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.inventory.errors import OutOfStock
from jishi.goods.inventory.models import Stock
from jishi.kernel.errors import Unavailable
from jishi.money.escrow import queries as escrow_queries
from jishi.money.payments import queries as payment_queries
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.checkout.errors import TooManyUnpaid
from jishi.trade.checkout.models import Checkout
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.errors import NotPossibleNow
from jishi.trade.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
NOON = trade.NOON
OVERDUE = NOON + timedelta(minutes=16)
Race = Callable[..., list[Any]]


def available(variant_id: int) -> int:
    return inventory_queries.list_available([variant_id])[variant_id]


def deadlocks() -> int:
    """Return how many deadlocks the server ever broke here; some verbs would hide one by retrying."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def kinds(outcomes: list[Any]) -> dict[str, int]:
    names = [type(outcome).__name__ for outcome in outcomes]
    return {name: names.count(name) for name in sorted(set(names))}


def test_pay_019_a_double_click_places_once(race: Race):
    scene = trade.scene()
    seen = trade.quote(scene.buyer, trade.lines((scene.variant_id, 1))).quote.fingerprint

    outcomes = race(
        8, lambda: trade.place(scene.buyer, (scene.variant_id, 1), key="click-0001", fingerprint=seen)
    )

    assert kinds(outcomes) == {"Placed": 8}
    assert len({(placed.checkout_code, placed.intent_code, placed.order_codes) for placed in outcomes}) == 1
    assert [placed.replayed for placed in outcomes].count(False) == 1
    assert (Order.objects.count(), Checkout.objects.count()) == (1, 1)
    assert available(scene.variant_id) == 9


def test_stk_058_one_unit_and_fifty_buyers(race: Race):
    scene = trade.scene(stock=1)
    people = [trade.buyer() for _ in range(50)]
    seen = trade.quote(people[0], trade.lines((scene.variant_id, 1))).quote.fingerprint

    outcomes = race(50, lambda n: trade.place(people[n], (scene.variant_id, 1), fingerprint=seen))

    assert kinds(outcomes) == {"Placed": 1, "SoldOut": 49}
    row = Stock.objects.get(variant_id=scene.variant_id)
    assert (row.on_hand, row.reserved) == (1, 1)
    assert Order.objects.count() == 1


def test_pay_036_losers_of_the_last_unit_are_never_charged(race: Race):
    scene = trade.scene(stock=2)
    people = [trade.buyer() for _ in range(8)]
    seen = trade.quote(people[0], trade.lines((scene.variant_id, 1))).quote.fingerprint

    def buy(number: int) -> Placed:
        placed = trade.place(people[number], (scene.variant_id, 1), fingerprint=seen)
        trade.pay(placed)
        return placed

    outcomes = race(8, buy)

    winners = [outcome for outcome in outcomes if isinstance(outcome, Placed)]
    assert len(winners) == 2
    assert all(isinstance(outcome, OutOfStock) for outcome in outcomes if outcome not in winners)
    assert {trade.state(code) for placed in winners for code in placed.order_codes} == {"paid"}
    assert escrow_queries.total_held("CNY") == 2000
    assert all(payment_queries.list_refunds(code) == [] for placed in winners for code in placed.order_codes)


def test_stk_062_a_loser_leaves_no_rows(race: Race):
    scene, scarce = trade.scene(stock=100), trade.scene(stock=1)
    people = [trade.buyer() for _ in range(6)]
    wanted = ((scene.variant_id, 1), (scarce.variant_id, 1))
    seen = trade.quote(people[0], trade.lines(*wanted)).quote.fingerprint

    outcomes = race(6, lambda n: trade.place(people[n], *wanted, fingerprint=seen))

    assert kinds(outcomes) == {"Placed": 1, "SoldOut": 5}
    assert (Order.objects.count(), Checkout.objects.count()) == (2, 1)
    assert available(scene.variant_id) == 99


def test_stk_063_baskets_in_opposite_order_never_deadlock(race: Race):
    scenes = [trade.scene(stock=10_000) for _ in range(2)]
    variants = [scene.variant_id for scene in scenes]
    variants += [goods.offer(scene.shop, stock=10_000).variant_ids[0] for scene in scenes]
    people = [trade.buyer() for _ in range(24)]

    def buy(number: int) -> int:
        order = variants if number % 2 else list(reversed(variants))
        who = people[number]
        for turn in range(3):
            shuffled = random.Random(number * 10 + turn).sample(order, k=len(order))
            trade.place(who, *[(variant_id, 1) for variant_id in (order, shuffled)[turn % 2]])
        return 3

    before = deadlocks()
    outcomes = race(8, lambda n: sum(buy(number) for number in range(n * 3, n * 3 + 3)))

    assert kinds(outcomes) == {"int": 8}
    assert deadlocks() == before
    placed = sum(outcomes)
    assert {row.reserved for row in Stock.objects.filter(variant_id__in=variants)} == {placed}


def test_stk_067_and_pay_024_the_return_page_and_the_webhook_finish_one_order(race: Race):
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 2))
    trade.capture(placed.intent_code)

    outcomes = race(6, lambda: trade.tell_captured(placed.intent_code))

    assert outcomes == [None] * 6
    [code] = placed.order_codes
    assert [step.to_state for step in trade.order(code).steps] == ["awaiting_payment", "paid"]
    assert escrow_queries.get_holding(code).captured_minor == 2000
    assert available(scene.variant_id) == 8


def test_stk_069_expiry_and_payment_race_to_one_outcome(race: Race):
    scene = trade.scene(stock=20)
    people = [trade.buyer() for _ in range(6)]
    placed = [trade.place(who, (scene.variant_id, 1)) for who in people]

    def work(number: int) -> None:
        if number % 2:
            checkout.expire_unpaid(OVERDUE)
        else:
            for one in placed[number::2] if number else placed:
                trade.pay(one, at=OVERDUE)

    race(4, work)
    for one in placed:
        trade.tell_captured(one.intent_code)

    assert {trade.state(code) for one in placed for code in one.order_codes} == {"paid"}
    assert available(scene.variant_id) == 14
    assert order_queries.list_broken_histories() == []
    assert escrow_queries.total_held("CNY") == 6000


def test_stk_069_a_lapsed_unit_is_never_both_sold_and_freed(race: Race):
    scene, other = trade.scene(stock=1), trade.buyer()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    seen = trade.quote(other, trade.lines((scene.variant_id, 1))).quote.fingerprint

    def work(number: int) -> Any:
        if number == 0:
            return checkout.expire_unpaid(OVERDUE)
        if number == 1:
            trade.pay(placed, at=OVERDUE)
            return None
        return trade.place(other, (scene.variant_id, 1), fingerprint=seen, at=OVERDUE)

    outcomes = race(3, work)

    [code] = placed.order_codes
    won = isinstance(outcomes[2], Placed)
    row = Stock.objects.get(variant_id=scene.variant_id)
    assert (row.on_hand, row.reserved) == (1, 1)
    assert trade.state(code) == ("expired" if won else "paid")
    assert len(payment_queries.list_refunds(code)) == (1 if won else 0)


def test_pay_039_the_loser_of_a_perk_never_gets_the_winners_money_back(race: Race):
    scene = trade.scene(price=1000)
    people = [trade.buyer() for _ in range(4)]
    with perk.registered(perk.PerkRule(total=1)) as rule:
        placed = [trade.place(people[0], (scene.variant_id, 1), tokens={"perk": "1"})]
        rule.checks_limits = False
        placed += [trade.place(who, (scene.variant_id, 1), tokens={"perk": "1"}) for who in people[1:]]
        checkout.expire_unpaid(OVERDUE)
        rule.checks_limits = True

        outcomes = race(4, lambda n: trade.pay(placed[n], at=OVERDUE))

        assert outcomes == [None] * 4
        assert perk.uses() == 1
    states = [trade.state(one.order_codes[0]) for one in placed]
    refunds = [len(payment_queries.list_refunds(one.order_codes[0])) for one in placed]
    assert sorted(states) == ["expired"] * 3 + ["paid"]
    assert [(state == "paid", count) for state, count in zip(states, refunds, strict=True)].count(
        (True, 0)
    ) == 1
    assert sum(refunds) == 3


def test_cpn_082_one_per_person_from_two_tabs(race: Race):
    scene = trade.scene(price=1000)
    with perk.registered(perk.PerkRule(per_person=1)):
        seen = trade.quote(
            scene.buyer, trade.lines((scene.variant_id, 1)), tokens={"perk": "1"}
        ).quote.fingerprint

        outcomes = race(
            4,
            lambda n: trade.place(
                scene.buyer,
                (scene.variant_id, 1),
                key=f"tab-{n:08}",
                fingerprint=seen,
                tokens={"perk": "1"},
            ),
        )

        assert perk.uses() == 1
    assert kinds(outcomes) == {"PerkGone": 3, "Placed": 1}
    assert Order.objects.count() == 1
    assert available(scene.variant_id) == 9


def test_stk_071_the_cap_on_unpaid_orders_holds_in_a_race(race: Race):
    scene = trade.scene(stock=100)
    seen = trade.quote(scene.buyer, trade.lines((scene.variant_id, 1))).quote.fingerprint

    outcomes = race(12, lambda: trade.place(scene.buyer, (scene.variant_id, 1), fingerprint=seen))

    assert kinds(outcomes) == {"Placed": 5, TooManyUnpaid.__name__: 7}


def test_pay_046_a_hundred_placements_have_a_hundred_codes(race: Race):
    scene = trade.scene(stock=200)
    people = [trade.buyer() for _ in range(100)]
    seen = trade.quote(people[0], trade.lines((scene.variant_id, 1))).quote.fingerprint

    outcomes = race(
        10,
        lambda n: [
            trade.place(who, (scene.variant_id, 1), fingerprint=seen) for who in people[n * 10 : n * 10 + 10]
        ],
    )

    placed = [one for batch in outcomes for one in batch]
    assert len({code for one in placed for code in one.order_codes}) == 100
    assert len({one.intent_code for one in placed}) == 100
    stranger = people[0]
    with pytest.raises(trade.order_queries.OrderNotFound):
        order_queries.get_order(placed[-1].order_codes[0], viewer_id=stranger.id)


def test_pay_040_every_verb_on_the_same_orders_at_once_never_deadlocks(race: Race):
    one, two = trade.scene(stock=50), trade.scene(stock=50)
    people = [trade.buyer() for _ in range(12)]
    wanted = ((one.variant_id, 1), (two.variant_id, 1))
    with perk.registered(perk.PerkRule()):
        placed = [trade.place(who, *wanted, tokens={"perk": "1"}) for who in people]

        def work(number: int) -> None:
            turn = random.Random(number)
            for position in turn.sample(range(len(placed)), k=len(placed)):
                target, who = placed[position], people[position]
                with contextlib.suppress(NotPossibleNow):
                    match number % 4:
                        case 0:
                            trade.pay(target, at=OVERDUE)
                        case 1:
                            code = turn.choice(target.order_codes)
                            orders.cancel(order_code=code, by=who.id, reason="changed_mind")
                        case 2:
                            checkout.expire_unpaid(OVERDUE)
                        case _:
                            trade.place(who, *wanted, tokens={"perk": "1"}, at=OVERDUE)

        before = deadlocks()
        outcomes = race(8, work)

        assert [outcome for outcome in outcomes if outcome is not None and not tolerated(outcome)] == []
    assert deadlocks() == before
    assert order_queries.list_broken_histories() == []


def tolerated(outcome: Any) -> bool:
    """Who places in every round reaches the cap on unpaid orders; on a slow machine somebody is busy."""
    return isinstance(outcome, TooManyUnpaid | Unavailable)
