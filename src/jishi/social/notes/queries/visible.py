"""Who may see which note: one condition in SQL, and audiences asked of whoever knows them.

Reads the graph's tables (follows, blocks, private accounts), because every list of notes needs them in its
one statement.
"""

from collections.abc import Iterable
from typing import Any

from jishi.people.accounts import ports as people
from jishi.people.accounts.contracts import AudienceRef
from jishi.people.accounts.errors import AudienceUnknown

_FOLLOWS = """EXISTS (SELECT 1 FROM graph_follow f WHERE f.follower_id = %(me)s
    AND f.followee_id = n.author_id AND f.state = 'active')"""
_FOLLOWED = """EXISTS (SELECT 1 FROM graph_follow f WHERE f.follower_id = n.author_id
    AND f.followee_id = %(me)s AND f.state = 'active')"""
CONDITION = f"""(n.author_id = %(me)s OR (
    NOT EXISTS (SELECT 1 FROM graph_block b
        WHERE (b.blocker_id = %(me)s AND b.blocked_id = n.author_id)
           OR (b.blocker_id = n.author_id AND b.blocked_id = %(me)s))
    AND CASE n.visibility
        WHEN 'public' THEN NOT EXISTS (SELECT 1 FROM graph_profile g
            WHERE g.person_id = n.author_id AND g.is_private) OR {_FOLLOWS}
        WHEN 'followers' THEN {_FOLLOWS}
        WHEN 'friends' THEN {_FOLLOWS} AND {_FOLLOWED}
        WHEN 'audience' THEN true
        ELSE false END))"""  # noqa: S608
"""True for a note `n` that the person `me` (or nobody: null) may see, audiences aside."""


class Audiences:
    """Answers for one viewer, each audience asked once."""

    def __init__(self, viewer_id: int | None) -> None:
        self.viewer_id = viewer_id
        self._known: dict[tuple[str, str], bool] = {}

    def admit(self, kind: str, key: str) -> bool:
        """Whether the viewer belongs to the audience; nobody belongs to an unknown one."""
        if self.viewer_id is None:
            return False
        if (kind, key) not in self._known:
            try:
                self._known[kind, key] = people.is_member(AudienceRef(kind, key), self.viewer_id)
            except AudienceUnknown:
                self._known[kind, key] = False
        return self._known[kind, key]

    def keep(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows whose audience admits the viewer; authors see their own."""
        return [
            row
            for row in rows
            if row["visibility"] != "audience"
            or row["author_id"] == self.viewer_id
            or self.admit(row["audience_kind"], row["audience_key"])
        ]
