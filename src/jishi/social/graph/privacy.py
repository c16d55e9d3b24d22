"""Everything between people goes with either of them."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.graph import operations as graph
from jishi.social.graph import queries


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "graph_profile",
        "a person's page",
        "delete",
        "bio",
        "place",
        "background",
        "is_private",
        "note_visibility",
    ),
    *_fields("graph_follow", "following people", "delete", "state", "created_at"),
    *_fields("graph_block", "keeping distance", "delete", "created_at"),
    *_fields("graph_mute", "keeping distance", "delete", "created_at"),
    *_fields("graph_remark", "names for people", "delete", "name"),
    *_fields("graph_invitation", "inviting people", "delete", "created_at", "expires_at"),
    *_fields("graph_invitationuse", "inviting people", "delete", "at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "graph_profile": frozenset({"person_id", "follower_count", "following_count"}),
    "graph_follow": frozenset({"follower_id", "followee_id"}),
    "graph_block": frozenset({"id", "blocker_id", "blocked_id"}),
    "graph_mute": frozenset({"id", "muter_id", "muted_id"}),
    "graph_remark": frozenset({"id", "person_id", "about_id"}),
    "graph_invitation": frozenset({"id", "code", "inviter_id", "used_count"}),
    "graph_invitationuse": frozenset({"id", "invitation_id", "person_id"}),
    "graph_edgeimport": frozenset({"digest", "lines", "added", "unknown", "repeated", "updated_at"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the person's page and everybody they follow, block, mute and have a name for."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take the person out of the graph."""
    graph.erase(person_id=person_id)
