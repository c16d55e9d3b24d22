"""What the runner asks about many people at once: who may be reached, who meets a condition. Set-based
statements over tables of lower domains, whose own queries are made for one reader.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import md5
from typing import Any

from django.db import connection

from jishi.people.privacy import queries as privacy

_BARRED = """
SELECT u.id, CASE WHEN NOT u.is_active THEN 'gone'
    WHEN EXISTS (SELECT 1 FROM campaigns_objection o WHERE o.person_id = u.id AND o.kind = 'stop'
        AND o.lifted_at IS NULL) THEN 'objected'
    WHEN NOT coalesce((SELECT c.given FROM privacy_consent c WHERE c.person_id = u.id
        AND c.purpose = 'personalisation' ORDER BY c.id DESC LIMIT 1), %s) THEN 'no_consent' END
FROM accounts_user u WHERE u.id = ANY(%s)
"""
_TESTS: Mapping[str, str] = {
    "bought": """
        SELECT w.id FROM unnest(%(people)s::bigint[], %(since)s::timestamptz[]) AS w(id, since)
        WHERE EXISTS (SELECT 1 FROM orders_order o WHERE o.buyer_id = w.id AND o.paid_at >= w.since)""",
    "clicked": """
        SELECT person_id FROM campaigns_click WHERE campaign_id = %(campaign)s AND step = %(value)s
            AND person_id = ANY(%(people)s)""",
    "segment": """
        SELECT m.person_id FROM portraits_membership m JOIN portraits_segment s ON s.id = m.segment_id
        WHERE s.code = %(value)s AND s.archived_at IS NULL AND m.person_id = ANY(%(people)s)""",
    "stage": """
        SELECT person_id FROM portraits_stage WHERE shop_id IS NULL AND stage = %(value)s
            AND person_id = ANY(%(people)s)""",
    "language": "SELECT id FROM accounts_user WHERE language = %(value)s AND id = ANY(%(people)s)",
}
_HABITS = """
SELECT u.language, coalesce(r.time_zone, 'Asia/Shanghai'), r.quiet_from, r.quiet_to
FROM accounts_user u LEFT JOIN notifications_reach r ON r.person_id = u.id WHERE u.id = %s
"""


def who_is_barred(people: Sequence[int]) -> dict[int, str]:
    """Whoever may not be reached, with the reason."""
    if not people:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BARRED, [privacy.default(privacy.Purpose.PERSONALISATION), list(people)])
        return {person_id: reason for person_id, reason in cursor.fetchall() if reason}


def habits(person_id: int) -> tuple[str, str, int | None, int | None]:
    """Language, time zone and own quiet hours of somebody."""
    with connection.cursor() as cursor:
        cursor.execute(_HABITS, [person_id])
        return tuple(cursor.fetchone())


def who_holds(*, campaign_id: int, test: str, value: str, since: Mapping[int, datetime]) -> set[int]:
    """Which of these people meet a condition; `since` says when each of them came in."""
    params: dict[str, Any] = {
        "campaign": campaign_id,
        "value": value,
        "people": list(since),
        "since": list(since.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TESTS[test], params)
        return {person_id for (person_id,) in cursor.fetchall()}


def arm_of(salt: str, step: str, person_id: int, arms: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The arm of somebody in a split: by weight, the same for ever, independent of other splits."""
    number = int(md5(f"{salt}:{step}:{person_id}".encode(), usedforsecurity=False).hexdigest()[:8], 16)
    place = number * sum(int(arm["weight"]) for arm in arms) >> 32
    for arm in arms:
        if place < int(arm["weight"]):
            return arm
        place -= int(arm["weight"])
    return arms[-1]
