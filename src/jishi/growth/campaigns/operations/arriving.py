"""Noting that somebody did what a campaign is for, whichever arm they are in."""

from datetime import datetime

from django.db import connection, transaction

from jishi.kernel import clock

# Whoever is through already keeps their end; the goal is noted for everybody, for the comparison.
_REACHED = """
UPDATE campaigns_enrolment e SET goal_at = %(at)s,
    due_at = CASE WHEN e.state = 'active' THEN least(e.due_at, %(at)s::timestamptz) END
FROM campaigns_campaign c
WHERE c.id = e.campaign_id AND e.person_id = %(person)s AND e.goal_at IS NULL AND c.goal_kind = %(kind)s
    AND e.arm <> 'test' AND e.entered_at <= %(at)s
    AND e.entered_at > %(at)s::timestamptz - make_interval(days => c.goal_days)
"""


def reach_goal(*, person_id: int, kind: str, at: datetime | None = None) -> int:
    """Note the goal of whoever came in and did this within the campaign's days; returns how many ways."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REACHED, {"person": person_id, "kind": kind, "at": clock.at_or_now(at)})
        return int(cursor.rowcount)
