"""Lotteries: who may enter, the draw that anybody can repeat, claims, and unclaimed prizes."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.factories import draws, trade
from tests.factories.draws import END, NOON

from jishi import verification
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.inventory.errors import OutOfStock
from jishi.kernel import fairdraw, seal
from jishi.kernel.outbox import relay
from jishi.people.notifications.models import Notice
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries
from jishi.promotions.lotteries.contracts import EntryMode, LotteryState, PrizeDraft, WinState
from jishi.promotions.lotteries.errors import (
    EnteredAlready,
    InsidersExcluded,
    LotteryInvalid,
    LotteryNotOpen,
    NothingWon,
    OrderNotEligible,
    PrizeTooHigh,
)
from jishi.promotions.lotteries.models import Entry, Lottery, Prize, Win
from jishi.promotions.lotteries.rules import ROUNDS
from jishi.trade.orders import operations as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def crowd(draw: draws.Draw, count: int) -> list[trade.Buyer]:
    people = [trade.buyer() for _ in range(count)]
    for one in people:
        draw.enter(one)
    return people


def winners(draw: draws.Draw) -> list[int]:
    live = Win.objects.filter(lottery__code=draw.code).exclude(state=WinState.LAPSED)
    return list(live.values_list("person_id", flat=True))


def test_grp_096_the_promise_stands_before_the_first_entry_and_anybody_can_repeat_the_draw(
    tmp_path: Path,
) -> None:
    draw = draws.lottery(units=2)
    promised = queries.get_proof(draw.code)
    assert not promised.is_drawn
    assert "seed" not in promised.data
    crowd(draw, 6)
    stored = Lottery.objects.raw("SELECT id, seed AS sealed FROM lotteries_lottery")[0].sealed
    assert stored.startswith("f1:")

    assert lotteries.draw_due(END) == 1
    proof = queries.get_proof(draw.code)
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof.data), encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-I", fairdraw.__file__, str(file)], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert fairdraw.commitment(proof.data["seed"]) == promised.data["seed_hash"]
    assert len(winners(draw)) == 2
    for change in (
        {"seed": fairdraw.new_seed()},
        {"entries": proof.data["entries"][1:]},
        {"winners": proof.data["winners"][::-1]},
    ):
        assert fairdraw.check({**proof.data, **change})


def test_grp_096_a_thousand_draws_favour_no_place_in_the_list() -> None:
    entries = [f"entry-{number}" for number in range(10)]

    firsts = [fairdraw.ranking(fairdraw.new_seed(), entries)[0] for _ in range(1000)]

    assert all(50 < firsts.count(entry) < 160 for entry in entries)


def test_drawing_again_and_again_changes_nothing() -> None:
    draw = draws.lottery()
    crowd(draw, 3)

    lotteries.draw(lottery_code=draw.code, at=END)
    first = winners(draw)
    lotteries.draw(lottery_code=draw.code, at=END)
    lotteries.draw_due(END)

    assert winners(draw) == first
    assert Prize.objects.get().awarded == 1


def test_entries_are_once_per_person_and_cannot_be_changed() -> None:
    draw = draws.lottery()
    keen = trade.buyer()

    assert draw.enter(keen) == draw.enter(keen)

    assert Lottery.objects.get().entries_count == Entry.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(who="somebody else")
    assert seal.seal_new("lottery_entries", settle_s=0.1) == 1
    assert seal.verify("lottery_entries")[1] == []


def test_nobody_enters_before_it_begins_after_it_ends_or_from_the_shop() -> None:
    draw = draws.lottery()
    for at in (NOON - 2 * DAY, END):
        with pytest.raises(LotteryNotOpen):
            draw.enter(trade.buyer(), at=at)
    from jishi.goods.merchants import queries as merchants

    ((owner, _), *_) = merchants.list_staff(draw.scene.shop.id)
    with pytest.raises(InsidersExcluded):
        lotteries.enter(lottery_code=draw.code, person_id=owner, at=NOON)

    assert not Entry.objects.exists()


def test_a_paid_order_of_the_shop_gives_one_entry() -> None:
    draw = draws.lottery(entry_mode=EntryMode.ORDER, per_person=2, min_order_minor=900)
    who = trade.buyer()
    placed = trade.place(who, (draw.scene.variant_id, 1), at=NOON)
    code = placed.order_codes[0]
    with pytest.raises(OrderNotEligible):
        draw.enter(who, order=code)
    trade.pay(placed, at=NOON)

    entry = draw.enter(who, order=code)

    assert draw.enter(who, order=code) == entry
    with pytest.raises(OrderNotEligible):
        draw.enter(trade.buyer(), order=code)
    with pytest.raises(OrderNotEligible):
        draw.enter(who, order="nosuchorder1")
    assert Entry.objects.count() == 1


def test_no_more_entries_per_person_than_said() -> None:
    draw = draws.lottery(entry_mode=EntryMode.ORDER, per_person=1)
    who = trade.buyer()
    codes = []
    for _ in range(2):
        placed = trade.place(who, (draw.scene.variant_id, 1), at=NOON)
        trade.pay(placed, at=NOON)
        codes.append(placed.order_codes[0])
    draw.enter(who, order=codes[0])

    with pytest.raises(EnteredAlready):
        draw.enter(who, order=codes[1])


def test_an_order_that_went_back_wins_nothing_and_the_proof_says_so() -> None:
    draw = draws.lottery(entry_mode=EntryMode.ORDER, units=1)
    who = trade.buyer()
    placed = trade.place(who, (draw.scene.variant_id, 1), at=NOON)
    trade.pay(placed, at=NOON)
    draw.enter(who, order=placed.order_codes[0])
    orders.cancel(order_code=placed.order_codes[0], by=who.id, reason="no", at=NOON)

    lotteries.draw_due(END)

    assert winners(draw) == []
    proof = queries.get_proof(draw.code).data
    assert [one["reason"] for one in proof["skipped"]] == ["order_refunded"]
    assert fairdraw.check(proof) == []


def test_prizes_are_set_aside_and_never_more_than_there_are() -> None:
    with pytest.raises(OutOfStock):
        draws.lottery(units=11, stock=10)
    draw = draws.lottery(units=3, stock=3)

    assert inventory_queries.list_available([draw.scene.variant_id])[draw.scene.variant_id] == 0
    with pytest.raises(IntegrityError, match="never_over_awarded"), transaction.atomic():
        Prize.objects.filter(lottery__code=draw.code).update(awarded=4)


def test_a_prize_is_an_order_that_costs_nothing_and_comes_from_what_was_set_aside() -> None:
    draw = draws.lottery(units=1, stock=1)
    (lucky,) = crowd(draw, 1)
    lotteries.draw_due(END)
    assert draw.see(lucky, at=END).actions == ("claim", "verify")

    placed = draw.claim(lucky, at=END)

    assert placed.total_minor == 0
    order = trade.order(placed.order_codes[0])
    assert (order.state, order.on_hold) == ("paid", False)
    assert Win.objects.get().state == WinState.CLAIMED
    orders.mark_shipped(order_code=order.code, by=None, at=END)
    with pytest.raises(NothingWon):
        draw.claim(lucky, at=END)


def test_nobody_claims_somebody_elses_prize_or_other_goods() -> None:
    draw = draws.lottery()
    (lucky,) = crowd(draw, 1)
    lotteries.draw_due(END)
    win = Win.objects.get()
    thief = trade.buyer()

    with pytest.raises(NothingWon):
        trade.place(thief, (draw.scene.variant_id, 1), tokens={"prize": win.code}, at=END)
    other = trade.scene()
    with pytest.raises(NothingWon):
        trade.place(lucky, (other.variant_id, 1), tokens={"prize": win.code}, at=END)

    assert Win.objects.get().state == WinState.WON


def test_grp_094_what_nobody_claims_goes_to_the_next_of_the_same_ranking_and_nobody_wins_twice() -> None:
    draw = draws.lottery(units=2, claim_days=1)
    people = crowd(draw, 5)
    lotteries.draw_due(END)
    first = winners(draw)
    claimer = next(one for one in people if one.id == first[1])
    draw.claim(claimer, at=END)

    lotteries.draw_due(END + DAY)

    second = winners(draw)
    assert len(second) == len(set(second)) == 2
    assert claimer.id in second
    assert first[0] not in second
    proof = queries.get_proof(draw.code).data
    assert len(proof["winners"]) == 3
    assert len(proof["lapsed"]) == 1
    assert fairdraw.check(proof) == []
    assert {one["entry"] for one in proof["entries"]} == set(Entry.objects.values_list("code", flat=True))


def test_it_closes_after_the_last_round_and_gives_back_what_is_left() -> None:
    draw = draws.lottery(units=2, stock=2, claim_days=1)
    crowd(draw, 10)
    for days in range(5):
        lotteries.draw_due(END + days * DAY)

    lottery = Lottery.objects.get()
    assert (lottery.state, lottery.due_at) == (LotteryState.CLOSED, None)
    assert inventory_queries.list_available([draw.scene.variant_id])[draw.scene.variant_id] == 2
    assert Prize.objects.get().awarded == 0
    proof = queries.get_proof(draw.code).data
    assert len(proof["winners"]) == len(proof["lapsed"]) + len(proof["unclaimed"]) == 2 * (1 + ROUNDS)
    assert fairdraw.check(proof) == []


def test_a_lottery_without_entries_is_drawn_and_closed_quietly() -> None:
    draw = draws.lottery(stock=1, claim_days=1)

    lotteries.draw_due(END)
    lotteries.draw_due(END + DAY)

    assert Lottery.objects.get().state == LotteryState.CLOSED
    assert fairdraw.check(queries.get_proof(draw.code).data) == []


def test_a_stopped_lottery_says_why_draws_nothing_and_frees_its_prizes() -> None:
    draw = draws.lottery(stock=1)
    crowd(draw, 1)

    lotteries.stop(lottery_code=draw.code, reason="货损", at=NOON)
    lotteries.stop(lottery_code=draw.code, reason="货损", at=NOON)

    assert lotteries.draw_due(END) == 0
    assert draw.see().screen == "stopped"
    assert inventory_queries.list_available([draw.scene.variant_id])[draw.scene.variant_id] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "x"},
        {"prizes": ()},
        {"per_person": 3},
        {"ends_at": NOON - DAY},
        {"claim_days": 0},
        {"wins_per_person": 2},
        {"prizes": (PrizeDraft(variant_id=999_999_999, quantity=1),)},
    ],
)
def test_settings_of_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(LotteryInvalid):
        draws.lottery(**wrong)

    assert not Lottery.objects.exists()


def test_a_prize_above_the_cap_of_the_rule_pack_is_refused() -> None:
    with pytest.raises(PrizeTooHigh):
        draws.lottery(price=5_000_001)

    assert not Lottery.objects.exists()


def test_odds_are_shown_before_entering_and_winners_are_told() -> None:
    draw = draws.lottery(units=2)
    crowd(draw, 5)
    assert (draw.see().units, draw.see().entries, draw.see().one_in) == (2, 5, 3)

    lotteries.draw_due(END)
    relay.drain()

    assert Notice.objects.filter(kind="lottery_won").count() == 2
    assert Notice.objects.filter(kind="lottery_drawn").count() == 3


def test_the_books_of_draws_are_sound() -> None:
    draw = draws.lottery(units=1)
    (lucky,) = crowd(draw, 1)
    lotteries.draw_due(END)
    draw.claim(lucky, at=END)
    relay.drain()

    assert [one for one in verification.run() if one.broken] == []
