"""What money tests start from: a buyer, a payment to make, and the books at zero drift afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from tests.money.sandbox import Sandbox, sandbox

from jishi.kernel import clock
from jishi.kernel.money import Money
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments.contracts import Allocation, IntentView
from jishi.people.accounts import operations as accounts

_numbers = itertools.count(1)
OpenIntent = Callable[..., IntentView]


def make_buyer() -> int:
    """A person who pays."""
    return accounts.register(email=f"buyer{next(_numbers)}@example.com", nickname="Mei").id


def open_intent(amounts: tuple[int, ...] = (6000, 4000), **given: object) -> IntentView:
    """A payment over one order per amount; the orders are called o<n>-<position>."""
    number = next(_numbers)
    values: dict[str, object] = {
        "buyer_id": given.pop("buyer_id", None) or make_buyer(),
        "amount": Money(sum(amounts), str(given.pop("currency", "CNY"))),
        "allocations": [Allocation(f"o{number}-{i}", amount) for i, amount in enumerate(amounts)],
        "natural_key": f"checkout:{number}",
        "expires_at": clock.now() + timedelta(minutes=15),
    }
    return payments.open_intent(**{**values, **given})  # type: ignore[arg-type]


def paid_intent(amounts: tuple[int, ...] = (6000, 4000), **given: object) -> IntentView:
    """A payment whose money arrived."""
    return payments.record_paid(intent_code=open_intent(amounts, **given).code)


def assert_books_balance() -> None:
    """Σ of every currency is zero and every balance is what its transfers say."""
    for line in ledger_queries.trial_balance():
        assert (line.currency, line.total_minor, line.drifted_accounts) == (line.currency, 0, 0)


@pytest.fixture(scope="session")
def running_peer(django_db_setup: None) -> Iterator[Sandbox]:
    """The sandbox provider over HTTP, and a shop that takes its webhooks."""
    with sandbox() as running:
        yield running


@pytest.fixture
def peer(transactional_db: None, running_peer: Sandbox) -> Iterator[Sandbox]:
    """The running provider, all to this test."""
    with running_peer.fresh():
        yield running_peer
