"""Every column that says something about a person, and what becomes of it when they ask to be forgotten.

The inventory is data: a test compares it with the tables, so a new column fails the checks until somebody
decides.
The reading is `queries.export_person`, the forgetting `operations.erase`.
"""

from datetime import datetime
from typing import Any

from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "accounts_user", "sign-in", "blank", "email", "phone", "phone_index", "phone_verified", "password"
    ),
    *_fields("accounts_user", "display", "blank", "nickname", "avatar"),
    *_fields("accounts_user", "preference", "blank", "language", "theme", "last_login"),
    *_fields("accounts_user", "joining date, for statistics", "keep", "joined_at"),
    *_fields(
        "accounts_address",
        "delivery",
        "delete",
        "recipient",
        "phone",
        "region",
        "city",
        "district",
        "line",
        "postal_code",
        "country",
    ),
    *_fields("accounts_birthday", "wishes on the day", "delete", "day", "day_index", "agreed_at"),
    *_fields("account_emailaddress", "sign-in", "delete", "email"),
    *_fields("socialaccount_socialaccount", "sign-in", "delete", "uid", "extra_data"),
    *_fields("mfa_authenticator", "second factor", "delete", "data"),
)

# Columns that are about the record and not about the person.
IMPERSONAL: dict[str, frozenset[str]] = {
    "accounts_user": frozenset(
        {"id", "code", "is_operator", "is_active", "is_demo", "is_superuser", "token_epoch"}
    ),
    "accounts_birthday": frozenset({"person_id"}),
    "accounts_address": frozenset({"id", "code", "person_id", "is_default", "created_at", "updated_at"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the person, their addresses and their ways to sign in."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget who the person is; a nameless row stays for what points to it."""
    accounts.erase(person_id=person_id)
