"""Conditions that every feed shares, as fixed fragments; every value travels as a parameter.

Only texts of this module become SQL. They read the graph's, the notes' and the communities' tables, because a
page of a feed is one set-based statement or it is too slow.
"""

from typing import Any

from django.db import connection

HIDDEN = """hidden AS MATERIALIZED (
    SELECT blocked_id AS id FROM graph_block WHERE blocker_id = %(viewer)s
    UNION ALL SELECT blocker_id FROM graph_block WHERE blocked_id = %(viewer)s
    UNION ALL SELECT muted_id FROM graph_mute WHERE muter_id = %(viewer)s
)"""
"""Whom a reader does not want to meet, or who does not want to be met by them."""

_FOLLOWS = """EXISTS (SELECT 1 FROM graph_follow f WHERE f.follower_id = %(viewer)s
                      AND f.followee_id = n.author_id AND f.state = 'active')"""
_OPEN_ACCOUNT = "NOT EXISTS (SELECT 1 FROM graph_profile p WHERE p.person_id = n.author_id AND p.is_private)"
_MEMBER = """EXISTS (SELECT 1 FROM communities_membership m
    JOIN communities_community c ON c.id = m.community_id
    WHERE c.slug = n.audience_key AND m.person_id = %(viewer)s AND m.state = 'member')"""

STRANGER = f"n.state = 'published' AND n.visibility = 'public' AND {_OPEN_ACCOUNT}"
"""What everybody may meet."""

READER = f"""n.state = 'published' AND n.visibility = 'public'
    AND ({_OPEN_ACCOUNT} OR n.author_id = %(viewer)s OR {_FOLLOWS})
    AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.id = n.author_id)"""  # noqa: S608  # fixed fragments only
"""What a signed-in person may meet in places that everybody comes to."""

FOLLOWER = f"""n.state = 'published' AND (
    n.visibility IN ('public', 'followers')
    OR n.author_id = %(viewer)s
    OR (n.visibility = 'friends' AND EXISTS (
        SELECT 1 FROM graph_follow b WHERE b.follower_id = n.author_id AND b.followee_id = %(viewer)s
        AND b.state = 'active'))
    OR (n.visibility = 'audience' AND n.audience_kind = 'community' AND {_MEMBER}))"""  # noqa: S608
"""What somebody may meet of a person they follow; the reader's own notes are all theirs."""


def public(viewer_id: int | None) -> tuple[str, str]:
    """The WITH clause and the condition of places that everybody comes to."""
    return ("", STRANGER) if viewer_id is None else (f"WITH {HIDDEN}", READER)


def run(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
