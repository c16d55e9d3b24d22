"""Forgetting one person: everything computed about them goes, at once."""

from django.db import connection, transaction

from jishi.insight.portraits.models import Segment

_TABLES = ("portrait", "taghistory", "interest", "touch", "stage", "transition")


@transaction.atomic
def forget_person(*, person_id: int) -> None:
    """Delete a person's portrait, history, interests, stages and memberships; segments they own stay."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"DELETE FROM portraits_{table} WHERE person_id = %s", [person_id])  # noqa: S608
        cursor.execute(
            "WITH gone AS (DELETE FROM portraits_membership WHERE person_id = %s RETURNING segment_id)"
            " UPDATE portraits_segment s SET count = s.count - 1 FROM gone WHERE gone.segment_id = s.id",
            [person_id],
        )
    Segment.objects.filter(owner_id=person_id).update(owner_id=None)
