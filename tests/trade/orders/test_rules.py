"""The state machine of an order as a table: every pair of state and verb, and what each viewer may do."""

import dataclasses
from datetime import UTC, datetime

import pytest

from jishi.trade.orders import rules
from jishi.trade.orders.contracts import LineDraft, OrderDraft, OrderState
from jishi.trade.orders.errors import DraftRefused, NotPossibleNow

LEGAL = {
    ("awaiting_payment", "pay"): "paid",
    ("awaiting_payment", "expire"): "expired",
    ("awaiting_payment", "cancel"): "cancelled",
    ("expired", "revive"): "paid",
    ("paid", "ship"): "shipped",
    ("paid", "refund"): "refunding",
    ("shipped", "receive"): "received",
    ("shipped", "refund"): "refunding",
    ("refunding", "finish_refund"): "refunded",
}
VERBS = sorted({verb for _, verb in LEGAL})
LINE = LineDraft(
    variant_id=1,
    product_id=1,
    product_code="p",
    title="t",
    options=(),
    image_url="",
    quantity=2,
    unit_minor=500,
    discount_minor=100,
    total_minor=900,
)
DRAFT = OrderDraft(
    code="o",
    checkout_code="c",
    buyer_id=1,
    shop_id=1,
    currency="CNY",
    goods_minor=1000,
    discount_minor=100,
    delivery_minor=50,
    total_minor=950,
    lines=(LINE,),
    pay_by_at=datetime(2026, 5, 4, tzinfo=UTC),
)


@pytest.mark.parametrize("state", list(OrderState))
@pytest.mark.parametrize("verb", VERBS)
def test_only_the_listed_moves_exist(state, verb):
    expected = LEGAL.get((state, verb))

    if expected is None:
        with pytest.raises(NotPossibleNow):
            rules.next_state(state, verb)
        assert not rules.can(state, verb)
    else:
        assert rules.next_state(state, verb) == expected
        assert rules.can(state, verb)


def test_final_states_are_received_refunded_and_cancelled():
    assert {state for state in OrderState if rules.is_final(state)} == {"received", "refunded", "cancelled"}


def test_an_unknown_state_makes_no_move():
    with pytest.raises(NotPossibleNow):
        rules.next_state("lost", "pay")


@pytest.mark.parametrize("state", list(OrderState))
def test_strangers_and_the_house_have_no_buttons(state):
    for viewer in ("stranger", "system"):
        assert rules.actions_for(viewer=viewer, state=state, on_hold=False) == ()


@pytest.mark.parametrize("state", list(OrderState))
@pytest.mark.parametrize("viewer", ["buyer", "staff", "operator"])
@pytest.mark.parametrize("on_hold", [True, False])
def test_every_button_is_a_move_the_machine_has(state, viewer, on_hold):
    needs = {
        "pay": ("pay",),
        "cancel": ("cancel", "refund"),
        "ship": ("ship",),
        "refund": ("refund",),
        "confirm_receipt": ("receive",),
    }

    for action in rules.actions_for(viewer=viewer, state=state, on_hold=on_hold):
        verbs = needs.get(action)
        assert verbs is None or any(rules.can(state, verb) for verb in verbs), action


def test_a_held_order_has_no_ship_button():
    assert "ship" in rules.actions_for(viewer="staff", state="paid", on_hold=False)
    assert "ship" not in rules.actions_for(viewer="staff", state="paid", on_hold=True)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"lines": ()}, "lines"),
        ({"total_minor": 951}, "total"),
        ({"goods_minor": 999}, "goods"),
        ({"lines": (dataclasses.replace(LINE, total_minor=901),)}, "line"),
        ({"lines": (dataclasses.replace(LINE, quantity=0, total_minor=-100),)}, "line"),
        ({"discount_minor": -100, "total_minor": 1150}, "negative"),
        ({"delivery_minor": -950, "total_minor": -50}, "negative"),
    ],
)
def test_a_draft_that_does_not_add_up_is_refused(change, problem):
    rules.check_draft(DRAFT)

    with pytest.raises(DraftRefused) as refusal:
        rules.check_draft(dataclasses.replace(DRAFT, **change))

    assert refusal.value.fields == {"problem": problem}


def test_a_history_with_an_impossible_step_is_told():
    good = [("", "awaiting_payment"), ("awaiting_payment", "paid"), ("paid", "shipped")]

    assert rules.illegal_steps(good) == []
    assert rules.illegal_steps([*good, ("shipped", "paid")]) == [("shipped", "paid")]
