"""Every column of recommendations that says something about a person, and what becomes of it on request."""

from datetime import datetime
from typing import Any

from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.models import Capped, Choice, Due, Hidden, Slate, Touch
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, "delete") for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("recommendation_candidates", "what suits a person", "keys", "scores", "reasons"),
    *_fields("recommendation_touch", "the last hours' acts", "reader", "key", "act", "at"),
    *_fields(
        "recommendation_slate", "what was shown and opened", "reader", "keys", "reasons", "causes", "opened"
    ),
    *_fields("recommendation_hidden", "what a person does not want to see", "kind", "key", "created_at"),
    *_fields("recommendation_choice", "preference", "tells_friends"),
    *_fields("recommendation_capped", "what rests because it was shown often", "keys"),
    *_fields(
        "recommendation_due", "next purchase", "product_id", "due_at", "early_at", "late_at", "own_gaps"
    ),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "recommendation_fitted": frozenset(
        {
            "id", "made_at", "fingerprint", "folder", "rows", "people", "items", "figures", "refreshed_at",
        }
    ),
    "recommendation_candidates": frozenset({"list", "subject_id", "made_at"}),
    "recommendation_touch": frozenset({"person_id"}),
    "recommendation_slate": frozenset({"id", "code", "surface", "person_id", "teams", "contest", "made_at"}),
    "recommendation_contest": frozenset(
        {"id", "code", "name", "one", "two", "state", "started_at", "ended_at", "started_by_id"}
    ),
    "recommendation_hidden": frozenset({"id", "person_id"}),
    "recommendation_choice": frozenset({"person_id"}),
    "recommendation_capped": frozenset({"person_id"}),
    "recommendation_due": frozenset({"person_id"}),
    "recommendation_rising": frozenset({"kind", "rank", "key", "word", "count", "usual", "score", "at"}),
    "recommendation_bundle": frozenset(
        {
            "id", "code", "shop_id", "first", "then", "baskets", "support_bps", "confidence_bps", "lift",
            "false_bps", "gain_minor", "currency", "state", "found_at", "decided_at",
        }
    ),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what was shown to the person, what they opened, hid and chose, and what is expected of them."""
    slates = Slate.objects.filter(person_id=person_id).order_by("pk")
    due = Due.objects.filter(person_id=person_id).order_by("product_id")
    capped = Capped.objects.filter(pk=person_id).first()
    return {
        "tells_friends": Choice.objects.filter(pk=person_id, tells_friends=True).exists(),
        "hidden": list(
            Hidden.objects.filter(person_id=person_id).order_by("pk").values("kind", "key", "created_at")
        ),
        "last_acts": list(
            Touch.objects.filter(person_id=person_id).order_by("at").values("key", "act", "at")
        ),
        "shown": [
            {"place": row.surface, "at": row.made_at.isoformat(), "keys": row.keys, "opened": row.opened}
            for row in slates
        ],
        "resting": list(capped.keys) if capped else [],
        "expected": [{"product": row.product_id, "at": row.due_at.isoformat()} for row in due],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget all of it."""
    recommendation.forget_person(person_id=person_id)
