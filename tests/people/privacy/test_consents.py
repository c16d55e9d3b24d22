"""The ledger of consents, and that every column about people is decided."""

import pytest
from django.apps import apps
from django.db import Error, transaction
from tests.factories import trade
from tests.factories.trade import NOON

from jishi.people.privacy import operations as privacy
from jishi.people.privacy import ports, queries
from jishi.people.privacy.contracts import Purpose
from jishi.people.privacy.errors import PurposeUnknown
from jishi.people.privacy.models import Consent

pytestmark = pytest.mark.django_db


def test_what_holds_before_anybody_spoke_is_the_rule_of_the_place(settings):
    person = trade.buyer().id

    assert queries.allows(person, "personalisation") and queries.allows(person, "analytics")
    settings.JISHI_RULE_PACK = "eu"

    assert not queries.allows(person, "personalisation") and not queries.allows(person, "analytics")
    assert not queries.allows(None, "personalisation")


def test_the_newest_word_counts_and_the_same_word_adds_nothing():
    person, other = trade.buyer().id, trade.buyer().id

    said = [
        privacy.withdraw(person_id=person, purpose="personalisation", at=NOON),
        privacy.withdraw(person_id=person, purpose="personalisation", at=NOON),
        privacy.give(person_id=person, purpose="personalisation", at=NOON),
        privacy.withdraw(person_id=person, purpose="personalisation", at=NOON),
    ]

    assert said == [True, False, True, True]
    assert Consent.objects.count() == 3
    assert not queries.allows(person, "personalisation")
    assert queries.allows(other, "personalisation")
    assert queries.consents(person)[Purpose.PERSONALISATION].at == NOON


def test_a_new_policy_is_accepted_anew(monkeypatch):
    person = trade.buyer().id
    privacy.accept_policy(person_id=person)
    assert queries.has_accepted_policy(person)

    monkeypatch.setattr("jishi.people.privacy.rules.POLICY_VERSION", "2031-01")

    assert not queries.has_accepted_policy(person)
    assert privacy.accept_policy(person_id=person)


def test_the_ledger_only_grows():
    person = trade.buyer().id
    privacy.give(person_id=person, purpose="analytics")

    with pytest.raises(Error), transaction.atomic():
        Consent.objects.filter(person_id=person).update(given=False)

    assert queries.allows(person, "analytics")


def test_an_unknown_purpose_is_refused():
    with pytest.raises(PurposeUnknown):
        privacy.give(person_id=trade.buyer().id, purpose="everything")


def test_prv_140_every_column_of_a_table_about_people_is_decided():
    listed = {}
    for _, eraser in ports.erasers():
        for field in eraser.PERSONAL_FIELDS:
            listed.setdefault(field.table, set()).add(field.column)
        for table, columns in eraser.IMPERSONAL.items():
            listed.setdefault(table, set()).update(columns)
    undecided = {}
    for model in apps.get_models():
        if not model.__module__.startswith("jishi."):
            continue
        table, columns = model._meta.db_table, {f.column for f in model._meta.concrete_fields}
        about_people = any(
            f.is_relation and f.related_model and f.related_model._meta.label == "accounts.User"
            for f in model._meta.concrete_fields
        )
        if table in listed and columns != listed[table]:
            undecided[table] = columns ^ listed[table]
        elif table not in listed and about_people:
            undecided[table] = columns

    assert undecided == {}
