"""What campaigns hold about people, what they get when they ask, and what becomes of it when they leave."""

from datetime import datetime
from typing import Any

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns import queries
from jishi.people.accounts.contracts import PersonalField

_WAY = "how campaigns led somebody, and what came of it"


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(f"campaigns_{table}", column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("campaign", "who answers for a campaign", "blank", "owner_id", "edited_by_id", "asked_by_id"),
    *_fields("enrolment", _WAY, "delete", "key", "arm", "state", "step", "step_at", "due_at", "entered_at"),
    *_fields("enrolment", _WAY, "delete", "goal_at", "ended_at", "tries"),
    *_fields("effect", _WAY, "delete", "step", "kind", "outcome", "cost_minor", "at"),
    *_fields("pressure", "how often messages reached somebody lately", "delete", "sent"),
    *_fields("click", "which messages somebody followed", "delete", "step", "at"),
    *_fields("objection", "who wants no messages of campaigns", "delete", "kind", "at", "lifted_at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "campaigns_campaign": frozenset(
        {
            *("id", "code", "name", "goal", "kind", "trigger", "trigger_key", "segment", "starts_at"),
            *("ends_at", "repeat_days", "reentry_days", "budget_minor", "fixed_cost_minor", "currency"),
            *("quiet_from", "quiet_to", "goal_kind", "goal_days", "exits_on_goal", "strategy_code"),
            *("holdout_bps", "holdout_reason", "salt", "state", "asked_verb", "asked_at", "pause_reason"),
            *("live_id", "enrol_due_at", "enrol_after", "read_due_at", "created_at", "started_at"),
            "ended_at",
        }
    ),
    "campaigns_journeyversion": frozenset(
        {"id", "campaign_id", "number", "steps", "made_at", "published_at"}
    ),
    "campaigns_part": frozenset({"id", "campaign_id", "kind", "code"}),
    "campaigns_purse": frozenset({"campaign_id", "budget_minor", "spent_minor"}),
    "campaigns_enrolment": frozenset({"id", "campaign_id", "version_id", "person_id"}),
    "campaigns_effect": frozenset({"enrolment_id"}),
    "campaigns_pressure": frozenset({"person_id"}),
    "campaigns_click": frozenset({"id", "campaign_id", "person_id"}),
    "campaigns_objection": frozenset({"id", "campaign_id", "person_id"}),
    "campaigns_readout": frozenset({"id", "campaign_id", "at", "body", "kept_at"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return somebody's ways through campaigns, with what each step did."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Delete the ways, and take the name off campaigns."""
    campaigns.forget(person_id=person_id)
