"""A round from ordering to the doorstep of the leader: counters, demand, shortage, money, codes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import rounds, trade
from tests.factories.goods import NOON
from tests.factories.rounds import ARRIVES, CUTOFF, DAY, HOUR, UNTIL

from jishi.goods.inventory.models import Stock
from jishi.kernel.errors import Conflict, DomainError
from jishi.money.escrow import queries as escrow_queries
from jishi.money.ledger import queries as ledger_queries
from jishi.money.ledger.contracts import AccountRef
from jishi.money.payments import queries as payment_queries
from jishi.promotions.community_buys import errors, queries
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys.models import Demand, DemandLine, Tally
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.fulfillment.errors import FulfilmentOnHold
from jishi.trade.orders import operations as orders

pytestmark = pytest.mark.django_db


def earned(person_id: int, currency: str = "CNY") -> int:
    """What a leader has in the books."""
    return ledger_queries.get_balance(AccountRef("person", str(person_id), "earnings", currency))


def books_balance() -> bool:
    """Whether nothing was made or lost."""
    return all(line.total_minor == line.drifted_accounts == 0 for line in ledger_queries.trial_balance())


def test_a_round_from_order_to_hand_out_with_a_shortage() -> None:
    fair = rounds.fair(prices=(800, 500))
    a, b, c = trade.buyer(), trade.buyer(), trade.buyer()
    first = fair.buy(a, 4, 1, at=NOON)
    second = fair.buy(b, 2, at=NOON + HOUR)
    third = fair.buy(c, 0, 3, at=NOON + 2 * HOUR)
    assert trade.order(first).delivery_minor == 0 and trade.order(first).delivery_code == "pickup"
    assert trade.order(first).total_minor == 4 * 800 + 500
    with pytest.raises(FulfilmentOnHold):
        fulfillment.ship(order_code=first, carrier="sf", tracking_number="SF123456", by=None, at=NOON)

    fair.cut()
    community.cut_due(CUTOFF + HOUR)  # again: nothing

    assert Demand.objects.get().orders == 3
    assert list(DemandLine.objects.order_by("item_id").values_list("quantity", flat=True)) == [6, 4]
    with pytest.raises(errors.CutoffPassed):
        fair.order(trade.buyer(), 1, at=CUTOFF)

    fair.count(3, 4)  # of six and four
    community.settle_due(ARRIVES)
    fair.count(3, 4)

    one, two, three = (fair.collection(code) for code in (first, second, third))
    assert [p.given for p in one.portions.order_by("item_id")] == [2, 1]
    assert [p.given for p in two.portions.all()] == [1]
    assert (one.short_minor, two.short_minor, three.short_minor) == (1600, 800, 0)
    assert [refund.amount_minor for refund in payment_queries.list_refunds(first)] == [1600]
    assert one.state == two.state == three.state == "ready"
    assert sorted(Stock.objects.values_list("on_hand", "reserved")) == [(3, 3), (4, 4)]
    # The leader's part shrank with what went back.
    holding = escrow_queries.get_holding(first)
    part = next(split for split in holding.splits if split.role == "beneficiary")
    assert part.amount_minor == 370 and part.refunded_minor == one.commission_back_minor == 160
    fair_row = fair.row
    assert fair_row.commission_minor == 370 - 160 + 160 - 80 + 150

    for code in (first, third):
        secret = queries.get_collection(
            code, viewer_id=fair.collection(code).person_id, language="zh-hans"
        ).secret
        community.hand_out(order_code=code, secret=secret, by=fair.leader_person, at=ARRIVES)
        community.hand_out(order_code=code, secret=secret, by=fair.leader_person, at=ARRIVES)

    assert trade.state(first) == trade.state(third) == "received"
    assert earned(fair.leader_person) == 210 + 150
    assert sorted(Stock.objects.values_list("on_hand", "reserved")) == [(0, 0), (1, 1)]

    community.close_due(UNTIL)  # the second never came: money back, goods on the shelf
    community.close_due(UNTIL)
    rounds.settle_facts()

    assert trade.state(second) == "refunding" and fair.collection(second).state == "refunded"
    assert fair.row.state == "closed" and fair.row.commission_minor == 360
    assert Stock.objects.filter(on_hand=1, reserved=0).count() == 1
    assert (fair.item(0).sold, fair.item(0).held) == (4, 0)
    assert books_balance()


def test_grp_092_limits_cap_and_ways_around_the_round_are_refused() -> None:
    fair = rounds.fair(cap=5, limit=3)
    who = trade.buyer()
    fair.buy(who, 3)

    for units, buyer, refusal in ((1, who, errors.TooManyUnits), (3, trade.buyer(), errors.TooFewLeft)):
        with pytest.raises(refusal):
            fair.order(buyer, units)
    with pytest.raises(errors.RoundNotOpen):
        fair.order(trade.buyer(), 1, at=NOON - 2 * HOUR)
    # A home address, a token of one's own for the place, and foreign goods get no price of the round.
    stranger = trade.buyer()
    for tokens in ({"round": fair.code}, {"round": fair.code, "pickup": fair.point}):
        with pytest.raises(errors.PointMissing):
            trade.place(stranger, (fair.variants[0], 1), tokens=tokens)
    with pytest.raises(DomainError):
        trade.place(stranger, (fair.variants[0], 1))  # no stock on any shelf
    elsewhere = rounds.leader("上海市")[2]
    fair.point, here = elsewhere, fair.point
    with pytest.raises(errors.PointClosed):
        fair.order(stranger, 1)
    fair.point = here

    assert (fair.item().sold, fair.item().held) == (3, 0)
    assert Tally.objects.get().quantity == 3


def test_late_money_is_taken_while_the_round_is_open_and_goes_back_after_the_cut() -> None:
    fair = rounds.fair(cap=2)
    slow, slower = trade.buyer(), trade.buyer()
    early, late = fair.order(slow, 1), fair.order(slower, 1)
    for placed in (early, late):
        orders.expire(checkout_code=placed.checkout_code, at=NOON + HOUR)
    assert (fair.item().held, fair.item().sold) == (0, 0)

    trade.pay(early, at=NOON + 2 * HOUR)
    fair.cut()
    trade.pay(late, at=CUTOFF + HOUR)

    assert trade.state(early.order_codes[0]) == "paid"
    assert trade.state(late.order_codes[0]) == "expired"
    assert [one.amount_minor for one in payment_queries.list_refunds(late.order_codes[0])] == [800]
    assert DemandLine.objects.get().quantity == fair.item().sold == 1


def test_an_order_placed_in_time_is_waited_for_and_nothing_sold_closes_the_round() -> None:
    fair = rounds.fair()
    placed = fair.order(trade.buyer(), 2, at=CUTOFF - timedelta(minutes=2))

    fair.cut()
    assert fair.row.state == "open"
    trade.pay(placed, at=CUTOFF + timedelta(minutes=3))
    community.cut_due(CUTOFF + HOUR)

    assert fair.row.state == "cut" and DemandLine.objects.get().quantity == 2
    empty = rounds.fair()
    empty.cut()
    assert empty.row.state == "closed" and not Demand.objects.filter(round=empty.row).exists()


def test_nothing_came_or_the_round_was_stopped_everything_goes_back_once() -> None:
    short, stopped = rounds.fair(), rounds.fair()
    first, second = short.buy(trade.buyer(), 2), stopped.buy(trade.buyer(), 1)
    short.cut()

    short.count(0)
    community.stop_round(round_code=stopped.code, by=None, reason="supplier", at=NOON + HOUR)
    community.settle_due(ARRIVES)
    community.settle_due(ARRIVES)
    rounds.settle_facts()

    for fair, code, amount in ((short, first, 1600), (stopped, second, 800)):
        assert trade.state(code) == "refunding"
        assert [one.amount_minor for one in payment_queries.list_refunds(code)] == [amount]
        assert fair.collection(code).state == "refunded" and fair.row.commission_minor == 0
        assert (fair.item().sold, fair.item().held) == (0, 0)
    assert books_balance()


def test_mon_018_the_promise_never_exceeds_the_budget_and_frees_it_with_refunds() -> None:
    fair = rounds.fair(budget=100)  # a tenth of 800 is 80
    first = fair.buy(trade.buyer(), 1)
    second = fair.buy(trade.buyer(), 1)
    third = fair.buy(trade.buyer(), 1)
    own = fair.buy(trade.Buyer(fair.leader_person, 0), 1)

    assert [fair.collection(code).commission_minor for code in (first, second, third, own)] == [80, 20, 0, 0]
    assert fair.row.commission_minor == 100

    orders.cancel(order_code=first, by=None, reason="changed", at=NOON + HOUR)
    rounds.settle_facts()

    assert fair.row.commission_minor == 20
    fourth = fair.buy(trade.buyer(), 1, at=NOON + HOUR)
    assert fair.collection(fourth).commission_minor == 80 and fair.item().sold == 4
    assert books_balance()


def test_codes_are_secret_tried_a_few_times_and_only_at_the_point() -> None:
    fair = rounds.fair()
    who = trade.buyer()
    code = fair.buy(who, 1)
    with pytest.raises(errors.NotPossibleNow):
        community.hand_out(order_code=code, secret="000000", by=fair.leader_person, at=NOON)
    fair.cut()
    fair.count(1)
    secret = queries.get_collection(code, viewer_id=who.id, language="en").secret
    wrong = "111111" if secret != "111111" else "222222"

    assert len(secret) == 6
    assert [view.secret for view in queries.list_desk(fair.leader_person, language="en")] == [""]
    with pytest.raises(errors.NotYourPoint):
        community.hand_out(order_code=code, secret=secret, by=rounds.leader()[1], at=ARRIVES)
    for left in (4, 3, 2, 1):
        with pytest.raises(errors.SecretWrong) as refused:
            community.hand_out(order_code=code, secret=wrong, by=fair.leader_person, at=ARRIVES)
        assert refused.value.fields["left"] == left
    for tried in (wrong, secret):  # the fifth, and then even the right one
        with pytest.raises(errors.SecretLocked):
            community.hand_out(order_code=code, secret=tried, by=fair.leader_person, at=ARRIVES)

    fresh = community.renew_secret(order_code=code, person_id=who.id)
    community.hand_out(order_code=code, secret=fresh, by=fair.leader_person, at=ARRIVES)

    assert trade.state(code) == "received" and fair.collection(code).secret == ""


def test_a_substitute_hands_out_and_earns_and_a_suspended_leader_does_not() -> None:
    fair = rounds.fair(unpicked="refund")
    before = fair.buy(trade.buyer(), 1)
    other, person, _ = rounds.leader()
    community.name_substitute(
        leader_code=fair.leader_code, substitute_code=other, until=NOON + 20 * DAY, by=None, at=NOON
    )
    after = fair.buy(trade.buyer(), 1, at=NOON + HOUR)
    community.decide(leader_code=fair.leader_code, state="suspended", by=None, reason="away", at=NOON)
    fair.cut()
    fair.count(2)

    assert fair.collection(before).leader.person_id == fair.leader_person
    assert fair.collection(after).leader.person_id == person
    assert {view.order_code for view in queries.list_desk(person, language="en", at=ARRIVES)} == {
        before,
        after,
    }
    for code in (before, after):
        secret = fair.collection(code).secret
        with pytest.raises(errors.NotYourPoint):
            community.hand_out(order_code=code, secret=secret, by=fair.leader_person, at=ARRIVES)
        community.hand_out(order_code=code, secret=secret, by=person, at=ARRIVES)
    assert (earned(fair.leader_person), earned(person)) == (80, 80)
    with pytest.raises(errors.SubstituteUnfit):
        community.name_substitute(
            leader_code=other, substitute_code=other, until=NOON + DAY, by=None, at=NOON
        )


def test_a_round_is_refused_where_it_contradicts_itself_or_the_law() -> None:
    fair = rounds.fair()
    with pytest.raises(errors.NotPossibleNow):
        community.open_round(shop_id=fair.shop.id, round_code=fair.code, by=None, at=NOON)
    with pytest.raises(errors.RoundNotFound):
        community.stop_round(round_code=fair.code, by=None, reason="x", shop_id=fair.shop.id + 999)
    with pytest.raises(Conflict):
        community.count(shop_id=fair.shop.id, round_code=fair.code, arrived={}, by=None)
    for broken in ({"unpicked": "forfeit"}, {"bps": 5000}, {"budget": -1}, {"shortage": "luck"}):
        with pytest.raises(errors.RoundInvalid):
            rounds.fair(**broken)  # type: ignore[arg-type]
