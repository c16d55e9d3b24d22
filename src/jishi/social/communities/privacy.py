"""Personal columns of communities, and what becomes of them when a person asks to be forgotten."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.communities import operations as communities
from jishi.social.communities.models import Membership, Signup


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(f"communities_{table}", column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("membership", "belonging to a community", "keep", "role", "state", "joined_at", "left_at"),
    *_fields("membership", "joining a community", "blank", "answers", "invited_by_id"),
    *_fields("membership", "keeping order", "keep", "muted_until", "banned_until", "warnings"),
    *_fields("membership", "activity", "blank", "last_active_at", "introduced_at"),
    *_fields("membership", "joining a community", "keep", "applied_at", "removal_due_at", "rules_version"),
    *_fields("activeday", "activity", "delete", "person_id", "on"),
    *_fields("passage", "growth of a community", "keep", "kind", "at"),
    *_fields("signup", "events", "keep", "state", "asked_at", "moved_up_at", "attended_at"),
    *_fields("announcement", "news of a community", "keep", "title", "text"),
    *_fields("gathering", "events", "keep", "title", "text", "place", "speaker", "cancel_reason"),
    *_fields("logentry", "keeping order", "keep", "action", "reason", "detail"),
    *_fields("partner", "offers for members", "keep", "message"),
    *_fields("strategy", "running a community", "keep", "text"),
)

IMPERSONAL: dict[str, frozenset[str]] = {
    "communities_community": frozenset(
        {
            "hidden_at",
            "id", "slug", "name", "for_whom", "about", "not_about", "welcome", "cover", "language",
            "join_policy", "questions", "is_members_only", "rules_version", "member_count", "post_count",
            "created_by_id", "created_at", "closed_at",
        }
    ),
    "communities_rulesversion": frozenset({"id", "community_id", "version", "text", "by_id", "at"}),
    "communities_membership": frozenset({"id", "community_id", "person_id", "changed_at"}),
    "communities_passage": frozenset({"id", "community_id", "person_id"}),
    "communities_activeday": frozenset({"id", "community_id"}),
    "communities_invitation": frozenset(
        {"id", "code", "community_id", "made_by_id", "max_uses", "uses", "created_at", "expires_at",
            "revoked_at",
        }
    ),
    "communities_channel": frozenset({"id", "community_id", "slug", "name", "about", "created_at"}),
    "communities_announcement": frozenset({"id", "code", "community_id", "author_id", "created_at"}),
    "communities_gathering": frozenset(
        {
            "id", "code", "community_id", "host_id", "is_online", "starts_at", "ends_at", "capacity",
            "going_count", "waiting_count", "door_seed", "created_at", "cancelled_at",
        }
    ),
    "communities_signup": frozenset({"id", "gathering_id", "person_id"}),
    "communities_logentry": frozenset({"id", "community_id", "moderator_id", "subject_id", "at"}),
    "communities_partner": frozenset(
        {"id", "community_id", "shop_id", "state", "asked_by_id", "asked_at", "decided_by_id", "decided_at"}
    ),
    "communities_strategy": frozenset({"id", "community_id", "kind", "figures", "by_id", "at"}),
    "communities_post": frozenset(
        {
            "id", "community_id", "note_id", "author_id", "channel_id", "posted_at", "pinned_at",
            "removed_at",
        }
    ),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the communities and events somebody took part in."""
    mine = Membership.objects.select_related("community").filter(person_id=person_id).order_by("pk")
    signups = Signup.objects.select_related("gathering").filter(person_id=person_id).order_by("pk")
    return {
        "communities": [
            {
                "community": one.community.slug,
                "role": one.role,
                "state": one.state,
                "answers": one.answers,
                "joined_at": one.joined_at.isoformat() if one.joined_at else None,
                "left_at": one.left_at.isoformat() if one.left_at else None,
            }
            for one in mine
        ],
        "events": [{"event": one.gathering.code, "state": one.state} for one in signups],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take somebody out of every community and forget what they wrote to join."""
    communities.erase(person_id=person_id, at=at)
