"""An intent is one payment over several orders, opened once, and never more than its amount."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.money.conftest import make_buyer, open_intent, paid_intent

from jishi.kernel import clock
from jishi.kernel.money import Money
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments import queries, rules
from jishi.money.payments.contracts import Allocation, AttemptState, IntentState
from jishi.money.payments.errors import AmountsDisagree, IntentConflict, IntentNotFound
from jishi.money.payments.models import Intent


@pytest.mark.django_db
def test_an_intent_is_opened_once_per_natural_key() -> None:
    buyer = make_buyer()
    first = open_intent(natural_key="checkout:x", buyer_id=buyer, amounts=(500,))
    again = payments.open_intent(
        buyer_id=buyer,
        amount=Money(500, "CNY"),
        allocations=first.allocations,
        natural_key="checkout:x",
        expires_at=first.expires_at,
    )

    assert again.code == first.code
    with pytest.raises(IntentConflict):
        open_intent(natural_key="checkout:x", buyer_id=buyer, amounts=(501,))
    assert Intent.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "parts"),
    [(100, (60, 41)), (100, (60, 39)), (0, (0,)), (-5, (-5,)), (100, (200, -100))],
)
def test_an_intent_whose_parts_do_not_add_up_is_refused(amount: int, parts: tuple[int, ...]) -> None:
    with pytest.raises(AmountsDisagree):
        payments.open_intent(
            buyer_id=make_buyer(),
            amount=Money(amount, "CNY"),
            allocations=[Allocation(f"o{i}", part) for i, part in enumerate(parts)],
            natural_key="checkout:bad",
            expires_at=clock.now(),
        )

    assert Intent.objects.count() == 0


@pytest.mark.django_db
def test_one_order_stands_once_in_an_intent() -> None:
    with pytest.raises(AmountsDisagree):
        payments.open_intent(
            buyer_id=make_buyer(),
            amount=Money(100, "CNY"),
            allocations=[Allocation("same", 50), Allocation("same", 50)],
            natural_key="checkout:bad",
            expires_at=clock.now(),
        )


@pytest.mark.django_db
def test_pay_046_nobody_can_open_another_person_s_payment() -> None:
    intent = open_intent()

    assert queries.get_intent(intent.code, viewer_id=intent.buyer_id) == intent
    with pytest.raises(IntentNotFound):
        queries.get_intent(intent.code, viewer_id=make_buyer())


@pytest.mark.django_db(transaction=True)
def test_pay_046_a_hundred_payments_at_once_have_codes_of_their_own(race) -> None:  # type: ignore[no-untyped-def]
    buyers = [make_buyer() for _ in range(4)]

    def place(number: int) -> list[str]:
        return [open_intent(buyer_id=buyers[number]).code for _ in range(25)]

    codes = [code for outcome in race(4, place) for code in outcome]

    assert len(set(codes)) == 100
    assert all(len(code) == 12 for code in codes)


@pytest.mark.django_db
def test_an_order_finds_its_payment() -> None:
    intent = open_intent((100, 200))

    found = queries.find_intent_for_order(intent.allocations[1].order_code)

    assert found == intent
    assert queries.find_intent_for_order("nothing") is None


@pytest.mark.django_db
def test_closing_a_paid_intent_changes_nothing() -> None:
    intent = paid_intent()

    closed = payments.cancel_intent(intent_code=intent.code)

    assert closed.state == "captured"


@pytest.mark.django_db
def test_a_batch_of_past_payments_is_recorded_once_and_booked() -> None:
    at = clock.now() - timedelta(days=400)
    buyer = make_buyer()
    rows = [
        payments.PaidElsewhere(
            buyer, Money(1000 + n, "CNY"), (Allocation(f"past{n}", 1000 + n),), f"import:{n}", at
        )
        for n in range(30)
    ]
    codes = payments.record_paid_batch(rows[:20], at=at)

    again = payments.record_paid_batch(rows, at=at)

    assert again[:20] == codes
    assert len(set(again)) == 30
    assert ledger_queries.get_balance(rules.unapplied("CNY")) == sum(1000 + n for n in range(30))
    assert queries.get_intent(codes[0]).captured_at == at


@given(st.lists(st.sampled_from(list(rules.OF_KIND.values())), max_size=12))
def test_pay_028_an_attempt_only_moves_forward(heard: list[AttemptState]) -> None:
    state, order = AttemptState.CREATED, list(AttemptState)

    for new in heard:
        if rules.advances(state, new):
            state = new

    assert state == max([AttemptState.CREATED, *heard], key=order.index)


def test_terminal_states_of_an_intent_never_change() -> None:
    assert rules.INTENT_MOVES[IntentState.REFUNDED] == frozenset()
    assert set(rules.INTENT_MOVES) == set(IntentState)
    for state, following in rules.INTENT_MOVES.items():
        assert state not in following
        assert not (state in rules.PAID and following - rules.PAID)
