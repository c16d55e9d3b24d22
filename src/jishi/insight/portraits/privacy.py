"""What portraits hold about people, what they get when they ask, and what becomes of it when they leave."""

from datetime import datetime
from typing import Any

from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits import queries
from jishi.insight.portraits.models import Interest, Segment, StageOf, Transition
from jishi.insight.portraits.models import Portrait as Row
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(f"portraits_{table}", column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "portrait", "what is known about somebody", "delete", "tags", "evidence", "events", "has_consent"
    ),
    *_fields("taghistory", "how tags changed", "delete", "tag", "before", "after", "at"),
    *_fields("interest", "what somebody said about interests", "delete", "key", "is_wanted", "edited_at"),
    *_fields("membership", "which segments somebody is in", "delete", "since_at"),
    *_fields("stage", "where somebody stands as a customer", "delete", "stage", "since", "evidence"),
    *_fields("transition", "how somebody moved between stages", "delete", "before", "after", "at"),
    *_fields("segment", "who answers for a segment", "blank", "owner_id"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "portraits_portrait": frozenset({"person_id", "computed_at", "version"}),
    "portraits_taghistory": frozenset({"id", "person_id"}),
    "portraits_interest": frozenset({"id", "person_id"}),
    "portraits_touch": frozenset({"id", "person_id", "at"}),
    "portraits_rollup": frozenset({"day", "path", "rows", "made_at"}),
    "portraits_yardstick": frozenset({"code", "value", "computed_at"}),
    "portraits_run": frozenset(
        {"id", "code", "kind", "params", "state", "done", "total", "error", "asked_at", "ended_at"}
    ),
    "portraits_segment": frozenset(
        {
            "id", "code", "name", "meaning", "strategy", "kind", "rule", "card", "is_dynamic", "ready_made",
            "count", "due_at", "computed_at", "created_at", "archived_at",
        }
    ),
    "portraits_membership": frozenset({"segment_id", "person_id"}),
    "portraits_stage": frozenset({"id", "person_id", "shop_id"}),
    "portraits_transition": frozenset({"id", "person_id", "shop_id"}),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the portrait with its evidence and history, and what the person said about it."""
    portrait = Row.objects.filter(pk=person_id).first()
    said = Interest.objects.filter(person_id=person_id).order_by("key")
    stages = StageOf.objects.filter(person_id=person_id).order_by("pk")
    moves = Transition.objects.filter(person_id=person_id).order_by("pk")
    names = Segment.objects.filter(code__in=queries.find_membership(person_id)).order_by("name")
    return {
        "portrait": portrait
        and {"tags": portrait.tags, "evidence": portrait.evidence, "events": portrait.events},
        "changes": [
            {"tag": one.tag, "before": one.before, "after": one.after, "at": one.at.isoformat()}
            for one in queries.history(person_id, limit=10_000)
        ],
        "said": [{"key": row.key, "is_wanted": row.is_wanted} for row in said],
        "segments": list(names.values_list("name", flat=True)),
        "stages": [
            {"shop": row.shop_id, "stage": row.stage, "since": row.since.isoformat(), "because": row.evidence}
            for row in stages
        ],
        "moves": [
            {"shop": m.shop_id, "before": m.before, "after": m.after, "at": m.at.isoformat()} for m in moves
        ],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Delete it all; the day files are made again when the lake has forgotten the person."""
    portraits.forget_person(person_id=person_id)
