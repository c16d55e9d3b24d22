"""Taking earnings out: set aside once, sent or back once, and decided by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from tests.factories import consoles
from tests.money.conftest import make_buyer

import jishi.verification as verification
from jishi.kernel.models import AuditEntry
from jishi.money.ledger import operations as ledger
from jishi.money.ledger import queries as ledger_queries
from jishi.money.ledger.contracts import AccountRef, TransferSpec
from jishi.money.wallet import errors, privacy, queries
from jishi.money.wallet import operations as wallet
from jishi.money.wallet.contracts import PayoutState, PayoutView
from jishi.money.wallet.models import Payout
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import User
from jishi.people.notifications import queries as notices

Race = Callable[[int, Callable[..., Any]], list[Any]]
CLEARING = AccountRef("platform", "payouts", "clearing", "CNY")


def earner(amount: int = 5000) -> int:
    person = make_buyer()
    source = AccountRef("provider", "tests", "clearing", "CNY")
    transfer = TransferSpec(source, queries.account(person, "CNY"), amount)
    ledger.post(natural_key=f"earned:{person}", kind="test", transfers=(transfer,))
    return person


def ask(person: int, amount: int = 5000, where: str = "alipay 139") -> PayoutView:
    return wallet.ask(person_id=person, currency="CNY", amount_minor=amount, destination=where)


def has(person: int) -> tuple[int, int]:
    found = ledger_queries.find_balance(queries.account(person, "CNY"))
    return found.balance_minor, found.available_minor


def broken() -> int:
    return sum(finding.broken for finding in verification.run())


@pytest.mark.django_db(transaction=True)
def test_money_is_set_aside_once_and_leaves_once(race: Race) -> None:
    person, boss = earner(), make_buyer()

    asked = race(5, lambda number: ask(person, 5000, f"account {number}"))

    won = [one for one in asked if isinstance(one, PayoutView)]
    assert len(won) == 1 and sum(isinstance(one, errors.PayoutWaiting) for one in asked) == 4
    assert ask(person, 5000, won[0].destination).code == won[0].code
    assert has(person) == (5000, 0)
    race(4, lambda: wallet.send(payout_code=won[0].code, by=boss))
    assert has(person) == (0, 0) and ledger_queries.get_balance(CLEARING) == 5000
    assert AuditEntry.objects.filter(action="wallet.send").count() == 1
    told = notices.list_notices(person_id=person)
    assert [(one.kind, one.url) for one in told] == [("payout_sent", f"/leader/#payout-{won[0].code}")]
    for late in (
        lambda: wallet.refuse(payout_code=won[0].code, by=boss, reason="no"),
        lambda: wallet.take_back(payout_code=won[0].code, person_id=person),
    ):
        with pytest.raises(errors.PayoutDecided):
            late()
    with pytest.raises(errors.NotEnough):
        ask(person, 100)
    assert broken() == 0
    Payout.objects.update(amount_minor=4000)
    assert broken() == 1


@pytest.mark.django_db
def test_a_refused_or_taken_back_payout_gives_the_money_back() -> None:
    person, boss = earner(), make_buyer()
    for amount, where in ((99, "x"), (5000, " "), (True, "x")):
        with pytest.raises(errors.PayoutInvalid):
            ask(person, amount, where)

    first = ask(person, 3000)
    with pytest.raises(errors.OwnPayout):
        wallet.send(payout_code=first.code, by=person)
    with pytest.raises(errors.PayoutNotFound):
        wallet.take_back(payout_code=first.code, person_id=boss)
    with pytest.raises(errors.PayoutInvalid):
        wallet.refuse(payout_code=first.code, by=boss, reason=" ")
    wallet.refuse(payout_code=first.code, by=boss, reason="Name differs")
    (told,) = notices.list_notices(person_id=person)
    with translation.override("en"):
        assert notices.worded(told.kind, told.params).endswith(
            "¥30.00 was refused and is yours to use again. Why: Name differs"
        )
    with translation.override("zh-hans"):
        assert "¥30.00" in notices.worded(told.kind, told.params) and "原因" in notices.worded(
            told.kind, told.params
        )
    second = ask(person)
    wallet.take_back(payout_code=second.code, person_id=person)
    wallet.take_back(payout_code=second.code, person_id=person)

    assert has(person) == (5000, 5000) and ledger_queries.get_balance(CLEARING) == 0
    shown = queries.list_payouts(person)
    assert [one.state for one in shown] == [PayoutState.TAKEN_BACK, PayoutState.REFUSED]
    assert shown[1].reason == "Name differs" and broken() == 0
    assert len(privacy.export_person(person_id=person)["payouts"]) == 2
    privacy.erase_person(person_id=person, at=shown[0].asked_at)
    assert set(Payout.objects.values_list("destination", flat=True)) == {""}


@pytest.mark.django_db
def test_an_operator_sends_what_somebody_asked_for() -> None:
    person = earner()
    operator = accounts.register(nickname="小满", email="op@example.org", is_operator=True)
    payout = ask(person)
    client = Client()
    user = User.objects.get(pk=operator.id)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    page = consoles.body(client, "/ops/finance/payouts/")
    client.post(f"/ops/finance/payouts/{payout.code}/", {"do": "send"})

    assert "alipay 139" in page and "50.00" in page
    assert queries.list_payouts(person)[0].state == PayoutState.SENT
