"""Many bookings at once: serial results, no deadlock that reaches a caller, no second posting."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from tests.money.ledger.test_posting import assert_books_balance, fund, pay, wallet

from jishi.kernel import seal
from jishi.money.ledger import operations as ledger
from jishi.money.ledger import queries, tasks
from jishi.money.ledger.contracts import AccountRef, TransferSpec
from jishi.money.ledger.errors import AlreadyResolved, InsufficientBalance
from jishi.money.ledger.models import Account, Journal, Transfer

pytestmark = pytest.mark.django_db(transaction=True)
Race = Callable[..., list[Any]]


def test_mon_002_two_payments_from_one_balance_at_once_take_it_once(race: Race) -> None:
    fund(wallet("a"), 100)

    outcomes = race(2, lambda number: pay(f"order{number}", wallet("a"), wallet(f"shop{number}"), 80))

    assert [type(outcome) for outcome in outcomes].count(InsufficientBalance) == 1
    assert queries.get_balance(wallet("a")) == 20
    assert_books_balance()


def test_mon_004_the_balance_that_decides_is_read_after_the_lock(race: Race) -> None:
    fund(wallet("a"), 100)
    stale = Account.objects.get(owner_key="a")

    outcomes = race(10, lambda number: pay(f"p{number}", wallet("a"), wallet("b"), 30))

    assert stale.balance_minor == 100
    assert [type(outcome) for outcome in outcomes].count(InsufficientBalance) == 7
    assert queries.get_balance(wallet("a")) == 10
    assert_books_balance()


def test_mon_007_parallel_postings_of_one_source_event_make_one_set(race: Race) -> None:
    fund(wallet("a"), 1000)

    def finalise(number: int) -> bool:
        move = TransferSpec(wallet("a"), wallet("b"), 100)
        return ledger.post(natural_key="invoice:7", kind="test.invoice", transfers=[move]).replayed

    outcomes = race(8, finalise)

    assert sorted(outcomes) == [False] + [True] * 7
    assert Journal.objects.filter(natural_key="invoice:7").count() == 1
    assert queries.get_balance(wallet("b")) == 100


def test_mon_008_a_hot_account_takes_every_transfer(race: Race) -> None:
    for n in range(8):
        fund(wallet(f"w{n}"), 100)

    def many(number: int) -> None:
        for i in range(25):
            pay(f"hot:{number}:{i}", wallet(f"w{number}"), wallet("hot"), 4)

    outcomes = race(8, many)

    assert outcomes == [None] * 8
    assert queries.get_balance(wallet("hot")) == 800
    assert_books_balance()


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_mon_009_opposite_transfers_never_deadlock(race: Race) -> None:
    fund(wallet("a"), 10_000)
    fund(wallet("b"), 10_000)
    before = deadlocks()

    def swing(number: int) -> None:
        pair = (wallet("a"), wallet("b")) if number % 2 else (wallet("b"), wallet("a"))
        for i in range(250):
            pay(f"swing:{number}:{i}", *pair, 1)

    outcomes = race(4, swing)

    assert outcomes == [None] * 4
    # The ledger repeats a deadlocked booking, so the database is asked whether there was any to repeat.
    assert deadlocks() == before
    assert queries.get_balance(wallet("a")) + queries.get_balance(wallet("b")) == 20_000
    assert Transfer.objects.count() == 1002
    assert_books_balance()


def test_mon_009_callers_that_lock_in_circles_are_repeated(race: Race) -> None:
    fund(wallet("a"), 1000)
    fund(wallet("b"), 1000)

    def circle(number: int) -> None:
        first, second = (wallet("a"), wallet("b")) if number else (wallet("b"), wallet("a"))

        def work() -> None:
            with transaction.atomic():
                pay(f"one:{number}", first, wallet(f"c{number}"), 1)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.3)")
                pay(f"two:{number}", second, wallet(f"c{number}"), 1)

        ledger.patiently(work)

    outcomes = race(2, circle)

    assert outcomes == [None, None]
    assert [queries.get_balance(wallet(key)) for key in ("a", "b", "c0", "c1")] == [998, 998, 2, 2]
    assert_books_balance()


def test_mon_010_a_crash_before_the_balance_moved_leaves_nothing_to_replay() -> None:
    fund(wallet("a"), 100)

    with pytest.raises(RuntimeError), transaction.atomic():
        pay("topup", wallet("a"), wallet("b"), 40)
        raise RuntimeError("the process dies here")
    pay("topup", wallet("a"), wallet("b"), 40)

    assert queries.get_balance(wallet("b")) == 40
    assert_books_balance()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount_minor = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer CASCADE",
        "UPDATE ledger_journal SET kind = 'x'",
        "DELETE FROM ledger_journal",
        "UPDATE ledger_resolution SET outcome = 'voided'",
        "ALTER TABLE ledger_transfer DISABLE TRIGGER ALL",
    ],
)
def test_mon_012_the_serving_role_cannot_change_what_was_posted(statement: str) -> None:
    fund(wallet("a"), 100)
    ledger.reserve(natural_key="r", kind="test.hold", transfers=[TransferSpec(wallet("a"), wallet("b"), 5)])
    ledger.post_pending(natural_key="r.post", reserved_key="r")

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)

    assert queries.get_balance(wallet("b")) == 5
    assert_books_balance()


def test_mon_012_the_orm_cannot_change_what_was_posted_either() -> None:
    fund(wallet("a"), 100)
    row = Transfer.objects.get()

    row.amount_minor = 1
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()

    assert Transfer.objects.get().amount_minor == 100


def test_mon_012_even_the_owner_meets_the_trigger(owner_connection: psycopg.Connection) -> None:
    fund(wallet("a"), 100)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner_connection.execute("UPDATE ledger_transfer SET amount_minor = 1")


def test_mon_013_a_silent_edit_of_history_breaks_its_seal(owner_connection: psycopg.Connection) -> None:
    tasks.register()
    fund(wallet("a"), 100)
    pay("p", wallet("a"), wallet("b"), 30)
    for name in ("ledger.journal", "ledger.transfer", "ledger.resolution"):
        seal.seal_new(name, settle_s=0)
    before = seal.verify("ledger.transfer")

    owner_connection.execute("SET session_replication_role = replica")
    owner_connection.execute("UPDATE ledger_transfer SET amount_minor = 3000 WHERE amount_minor = 30")

    checked, broken = seal.verify("ledger.transfer")
    assert before == (2, [])
    assert checked == 2
    assert [(item.name, item.first_id <= 2 <= item.last_id) for item in broken] == [("ledger.transfer", True)]
    assert seal.verify("ledger.journal") == (2, [])


def test_mon_013_a_slow_transaction_is_waited_for_and_never_taken_for_an_edit(race: Race) -> None:
    tasks.register()

    def work(number: int) -> int:
        if number == 0:
            with transaction.atomic():
                pay("slow", AccountRef("provider", "x", "clearing", "CNY"), wallet("a"), 1)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(1.2)")
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.4)")
        pay("quick", AccountRef("provider", "y", "clearing", "CNY"), wallet("b"), 1)
        return seal.seal_new("ledger.transfer", settle_s=0)

    outcomes = race(2, work)

    assert outcomes == [0, 0]
    assert seal.seal_new("ledger.transfer") == 2
    assert seal.verify("ledger.transfer") == (2, [])


def test_mon_018_posting_and_voiding_race_to_one_end(race: Race) -> None:
    fund(wallet("a"), 800)
    for n in range(8):
        ledger.reserve(
            natural_key=f"r{n}", kind="test.hold", transfers=[TransferSpec(wallet("a"), wallet("b"), 100)]
        )

    def end(number: int) -> str:
        key, verb = f"r{number // 2}", (ledger.post_pending, ledger.void_pending)[number % 2]
        return verb(natural_key=f"{key}:{verb.__name__}", reserved_key=key).kind

    outcomes = race(16, end)

    for n in range(8):
        pair = outcomes[2 * n : 2 * n + 2]
        assert sum(isinstance(outcome, AlreadyResolved) for outcome in pair) == 1, pair
    posted = sum(outcome == "test.hold.posted" for outcome in outcomes)
    assert queries.get_balance(wallet("b")) == 100 * posted
    assert queries.find_balance(wallet("a")).pending_out_minor == 0
    assert_books_balance()


def test_first_bookings_open_their_accounts_once(race: Race) -> None:
    clearing = AccountRef("provider", "test", "clearing", "CNY")

    outcomes = race(8, lambda number: pay(f"open:{number}", clearing, wallet("new"), 5))

    assert outcomes == [None] * 8
    assert queries.get_balance(wallet("new")) == 40
    assert_books_balance()
