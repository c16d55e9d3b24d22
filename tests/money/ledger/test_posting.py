"""The ledger books exactly once, never below a floor, and never half."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.kernel.money import MAX_MINOR
from jishi.money.ledger import operations as ledger
from jishi.money.ledger import queries
from jishi.money.ledger.contracts import AccountRef, JournalSpec, TransferSpec
from jishi.money.ledger.errors import (
    AlreadyResolved,
    InsufficientBalance,
    JournalConflict,
    JournalNotFound,
    LedgerBusy,
    NotATransfer,
)

CLEARING = AccountRef("provider", "test", "clearing", "CNY")


def wallet(key: str, currency: str = "CNY") -> AccountRef:
    return AccountRef("person", key, "credit", currency)


def fund(ref: AccountRef, amount: int) -> None:
    source = AccountRef("provider", "test", "clearing", ref.currency)
    ledger.post(natural_key=f"fund:{ref}", kind="test.fund", transfers=[TransferSpec(source, ref, amount)])


def pay(key: str, debit: AccountRef, credit: AccountRef, amount: int) -> None:
    ledger.post(natural_key=key, kind="test.pay", transfers=[TransferSpec(debit, credit, amount)])


def assert_books_balance() -> None:
    for line in queries.trial_balance():
        assert (line.currency, line.total_minor, line.drifted_accounts) == (line.currency, 0, 0)


@pytest.mark.django_db
def test_a_transfer_moves_money_and_leaves_the_sum_at_zero() -> None:
    fund(wallet("a"), 1000)

    pay("p1", wallet("a"), wallet("b"), 300)

    assert queries.get_balance(wallet("a")) == 700
    assert queries.get_balance(wallet("b")) == 300
    assert queries.get_balance(CLEARING) == -1000
    assert_books_balance()


@pytest.mark.django_db
def test_a_refusal_books_nothing_and_leaves_the_transaction_usable() -> None:
    fund(wallet("a"), 100)

    with transaction.atomic():
        with pytest.raises(InsufficientBalance) as refused:
            ledger.post(
                natural_key="p1",
                kind="test.pay",
                transfers=[
                    TransferSpec(wallet("a"), wallet("b"), 60),
                    TransferSpec(wallet("a"), wallet("c"), 60),
                ],
            )
        pay("p2", wallet("a"), wallet("b"), 100)

    assert refused.value.fields["available_minor"] == 100
    assert queries.find_journal("p1") is None
    assert queries.get_balance(wallet("b")) == 100
    assert_books_balance()


@pytest.mark.django_db
def test_the_same_key_and_content_is_booked_once() -> None:
    fund(wallet("a"), 100)
    move = TransferSpec(wallet("a"), wallet("b"), 40)

    first = ledger.post(natural_key="k", kind="test.pay", transfers=[move])
    second = ledger.post(natural_key="k", kind="test.pay", transfers=[move])

    assert (first.replayed, second.replayed) == (False, True)
    assert second.posted_at == first.posted_at
    assert queries.get_balance(wallet("a")) == 60


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        TransferSpec(wallet("a"), wallet("b"), 41),
        TransferSpec(wallet("a"), wallet("c"), 40),
        TransferSpec(wallet("a"), wallet("b"), 40, "another note"),
    ],
)
def test_the_same_key_with_other_content_is_refused(other: TransferSpec) -> None:
    fund(wallet("a"), 100)
    pay("k", wallet("a"), wallet("b"), 40)

    with pytest.raises(JournalConflict):
        ledger.post(natural_key="k", kind="test.pay", transfers=[other])

    assert queries.get_balance(wallet("a")) == 60


@pytest.mark.django_db
def test_a_batch_is_all_or_nothing() -> None:
    fund(wallet("a"), 100)
    journals = [
        JournalSpec("one", "test.pay", (TransferSpec(wallet("a"), wallet("b"), 70),)),
        JournalSpec("two", "test.pay", (TransferSpec(wallet("a"), wallet("c"), 70),)),
    ]

    with pytest.raises(InsufficientBalance):
        ledger.post_batch(journals)

    assert queries.get_balance(wallet("a")) == 100
    assert [queries.find_journal(key) for key in ("one", "two")] == [None, None]


@pytest.mark.django_db
def test_a_batch_books_known_journals_no_second_time() -> None:
    fund(wallet("a"), 100)
    journals = [
        JournalSpec(f"j{n}", "test.pay", (TransferSpec(wallet("a"), wallet(f"b{n}"), 10),)) for n in range(4)
    ]
    ledger.post_batch(journals[:2])

    views = ledger.post_batch([*journals, journals[3]])

    assert [view.replayed for view in views] == [True, True, False, False, False]
    assert queries.get_balance(wallet("a")) == 60
    assert_books_balance()


@pytest.mark.django_db
def test_a_batch_refuses_one_key_with_two_contents() -> None:
    fund(wallet("a"), 100)

    with pytest.raises(JournalConflict):
        ledger.post_batch(
            [
                JournalSpec("same", "test.pay", (TransferSpec(wallet("a"), wallet("b"), 1),)),
                JournalSpec("same", "test.pay", (TransferSpec(wallet("a"), wallet("b"), 2),)),
            ]
        )

    assert queries.get_balance(wallet("a")) == 100


@pytest.mark.django_db
def test_reserved_money_cannot_be_spent_and_moves_once() -> None:
    fund(wallet("a"), 100)
    ledger.reserve(natural_key="r", kind="test.hold", transfers=[TransferSpec(wallet("a"), wallet("b"), 80)])

    with pytest.raises(InsufficientBalance):
        pay("p", wallet("a"), wallet("c"), 30)
    ledger.post_pending(natural_key="r.post", reserved_key="r")
    replay = ledger.post_pending(natural_key="r.post", reserved_key="r")

    assert replay.replayed
    with pytest.raises(AlreadyResolved):
        ledger.void_pending(natural_key="r.void", reserved_key="r")
    balance = queries.find_balance(wallet("a"))
    assert (balance.balance_minor, balance.pending_out_minor, balance.available_minor) == (20, 0, 20)
    assert queries.get_balance(wallet("b")) == 80
    assert_books_balance()


@pytest.mark.django_db
def test_voided_money_can_be_spent_again() -> None:
    fund(wallet("a"), 100)
    ledger.reserve(natural_key="r", kind="test.hold", transfers=[TransferSpec(wallet("a"), wallet("b"), 80)])

    ledger.void_pending(natural_key="r.void", reserved_key="r")
    pay("p", wallet("a"), wallet("c"), 100)

    assert queries.get_balance(wallet("b")) == 0
    assert_books_balance()


@pytest.mark.django_db
def test_resolving_what_was_never_reserved_is_refused() -> None:
    fund(wallet("a"), 100)

    with pytest.raises(JournalNotFound):
        ledger.post_pending(natural_key="x", reserved_key=f"fund:{wallet('a')}")

    assert queries.find_journal("x") is None


BAD_AMOUNTS = [
    0,
    -1,
    1.0,
    0.1,
    float("nan"),
    float("inf"),
    -0.0,
    1e400,
    True,
    "5",
    None,
    MAX_MINOR + 1,
    2**63,
]


@pytest.mark.django_db
@pytest.mark.parametrize("amount", BAD_AMOUNTS, ids=repr)
def test_mon_017_amounts_that_are_no_whole_units_are_refused(amount: object) -> None:
    with pytest.raises(NotATransfer):
        pay("bad", CLEARING, wallet("a"), amount)  # type: ignore[arg-type]

    assert queries.find_journal("bad") is None


@pytest.mark.django_db
@pytest.mark.parametrize("currency", ["JPY", "KWD", "CNY"])
def test_mon_017_the_largest_amount_is_exact_in_every_currency(currency: str) -> None:
    fund(wallet("a", currency), MAX_MINOR)

    pay("p", wallet("a", currency), wallet("b", currency), MAX_MINOR - 1)

    assert queries.get_balance(wallet("a", currency)) == 1
    assert queries.get_balance(wallet("b", currency)) == MAX_MINOR - 1
    assert_books_balance()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "transfer",
    [
        TransferSpec(wallet("a"), wallet("a"), 1),
        TransferSpec(wallet("a"), wallet("b", "JPY"), 1),
        TransferSpec(wallet("a", "cny"), wallet("b", "cny"), 1),
        TransferSpec(wallet(""), wallet("b"), 1),
    ],
    ids=["same account", "two currencies", "no currency", "no owner"],
)
def test_what_is_no_transfer_is_refused(transfer: TransferSpec) -> None:
    with pytest.raises(NotATransfer):
        ledger.post(natural_key="x", kind="test.pay", transfers=[transfer])


@pytest.mark.django_db
def test_entries_page_backwards_through_an_account() -> None:
    fund(wallet("a"), 100)
    for n in range(5):
        pay(f"p{n}", wallet("a"), wallet("b"), n + 1)

    first = queries.list_entries(wallet("a"), limit=4)
    rest = queries.list_entries(wallet("a"), cursor=first.next_cursor, limit=4)

    assert [entry.amount_minor for entry in (*first.items, *rest.items)] == [-5, -4, -3, -2, -1, 100]
    assert rest.next_cursor is None


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 60), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_mon_014_a_batch_equals_its_journals_judged_by_the_end_balance(
    moves: list[tuple[int, int, int, bool]],
) -> None:
    with transaction.atomic():
        for n in range(4):
            fund(wallet(f"w{n}"), 50)
        journals = [
            JournalSpec(
                f"m{i}", "test.move", (TransferSpec(wallet(f"w{a}"), wallet(f"w{b}"), amount),), pending
            )
            for i, (a, b, amount, pending) in enumerate(moves)
            if a != b
        ]
        expected = dict.fromkeys(range(4), 50)
        reserved = dict.fromkeys(range(4), 0)
        for a, b, amount, pending in moves:
            if a == b:
                continue
            if pending:
                reserved[a] += amount
            else:
                expected[a] -= amount
                expected[b] += amount
        fits = all(expected[n] - reserved[n] >= 0 for n in expected)

        if fits:
            ledger.post_batch(journals)
        else:
            with pytest.raises(InsufficientBalance):
                ledger.post_batch(journals)
            expected, reserved = dict.fromkeys(range(4), 50), dict.fromkeys(range(4), 0)

        for n in range(4):
            balance = queries.find_balance(wallet(f"w{n}"))
            assert (balance.balance_minor, balance.pending_out_minor) == (expected[n], reserved[n])
        assert_books_balance()
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_mon_008_a_lock_that_cannot_be_had_is_busy_and_never_lack_of_money(race) -> None:  # type: ignore[no-untyped-def]
    fund(wallet("hot"), 1000)

    def contend(number: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '150ms'")
        if number == 0:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT id FROM ledger_account FOR UPDATE")
                    cursor.execute("SELECT pg_sleep(2.5)")
            return "held"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        pay("late", wallet("hot"), wallet("b"), 1)
        return "paid"

    outcomes = race(2, contend)

    assert outcomes[0] == "held"
    assert isinstance(outcomes[1], LedgerBusy)
    pay("late", wallet("hot"), wallet("b"), 1)
    assert queries.get_balance(wallet("b")) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", ['a"b', "a\\b", "NULL", "", "{,}", " 集柿 ", "'; --"], ids=repr)
def test_any_text_is_kept_as_it_is(text: str) -> None:
    owner = AccountRef("person", text or "empty", "credit", "CNY")

    view = ledger.post(
        natural_key=f"k{text}", kind="test.text", transfers=[TransferSpec(CLEARING, owner, 1, text)]
    )

    found = queries.find_journal(f"k{text}")
    assert found is not None
    assert found.transfers == view.transfers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change", ["DELETE FROM ledger_account", "UPDATE ledger_account SET owner_key = 'me'"]
)
def test_mon_012_an_account_stays_what_it_is(change: str) -> None:
    fund(wallet("a"), 1)

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(change)

    assert queries.get_balance(wallet("a")) == 1
