"""What strategies keep about people, and what becomes of it when they ask to be forgotten."""

from datetime import datetime
from typing import Any

from jishi.growth.strategies import operations as strategies
from jishi.growth.strategies import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("strategies_strategy", "who looks after a strategy", "blank", "owner_id"),
    *_fields("strategies_version", "who wrote a strategy", "blank", "by_id"),
    *_fields("strategies_cost", "who booked a cost", "blank", "by_id"),
    *_fields("strategies_member", "for whom a strategy began", "delete", "person_id", "stage"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "strategies_strategy": frozenset(
        {
            *("id", "code", "subject", "state", "name", "goal", "sides", "template", "budget_minor"),
            *("spent_minor", "currency", "version", "round", "cohort", "begun_at", "ended_at"),
            *("measured_at", "created_at", "updated_at"),
        }
    ),
    "strategies_version": frozenset(
        {"id", "strategy_id", "number", "name", "goal", "sides", "budget_minor", "at"}
    ),
    "strategies_cost": frozenset({"id", "strategy_id", "natural_key", "amount_minor", "reason", "at"}),
    "strategies_member": frozenset({"strategy_id"}),
    "strategies_result": frozenset(
        {
            *("id", "strategy_id", "round", "on", "hours", "figures", "moves", "currency"),
            "measured_at",
        }
    ),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody looks after, and which strategies were for them."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take them out; sums of groups stay."""
    strategies.forget(person_id=person_id)
