"""Every column of our tables about people is listed, or said to be about the record."""

import pytest
from django.apps import apps

from jishi.people.accounts import privacy as accounts
from jishi.people.notifications import privacy as notifications


@pytest.mark.parametrize(("label", "inventory"), [("accounts", accounts), ("notifications", notifications)])
def test_prv_140_every_column_is_in_the_inventory_exactly_once(label, inventory):
    tables = {model._meta.db_table: model for model in apps.get_app_config(label).get_models()}

    for table, model in tables.items():
        columns = {field.column for field in model._meta.concrete_fields}
        personal = {f.column for f in inventory.PERSONAL_FIELDS if f.table == table}
        impersonal = inventory.IMPERSONAL[table]
        assert personal | impersonal == columns, f"{table}: {columns ^ (personal | impersonal)} is undecided"
        assert not personal & impersonal


def test_the_inventory_names_real_tables_of_the_sign_in_library():
    known = {(m._meta.db_table, f.column) for m in apps.get_models() for f in m._meta.concrete_fields}

    listed = {(f.table, f.column) for f in (*accounts.PERSONAL_FIELDS, *notifications.PERSONAL_FIELDS)}

    assert listed <= known
