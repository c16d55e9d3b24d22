"""Reading a person's choices, what is held about them, and whether their account is on its way out."""

from datetime import datetime
from typing import Any

from django.db import connection

from jishi.kernel import clock, policy
from jishi.people.privacy import ports, rules
from jishi.people.privacy.contracts import ConsentView, DeletionState, DeletionView, Obstacle, Purpose
from jishi.people.privacy.models import Consent, Deletion

_NEWEST = """
SELECT DISTINCT ON (purpose) purpose, given, policy_version, at FROM privacy_consent
WHERE person_id = %s ORDER BY purpose, id DESC
"""


def consents(person_id: int) -> dict[Purpose, ConsentView]:
    """Return how a person stands to every purpose, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [person_id])
        said = {row[0]: ConsentView(*row) for row in cursor.fetchall()}
    return {
        purpose: said.get(purpose.value) or ConsentView(purpose.value, default(purpose))
        for purpose in Purpose
    }


def allows(person_id: int | None, purpose: str) -> bool:
    """Whether data of this person may be used for a purpose; of nobody it may where the default says so.

    :raises PurposeUnknown: there is no such purpose.
    """
    wanted = rules.check_purpose(purpose)
    if person_id is None:
        return default(wanted)
    rows = Consent.objects.filter(person_id=person_id, purpose=wanted.value).order_by("-id")
    given = rows.values_list("given", flat=True).first()
    return default(wanted) if given is None else given


def default(purpose: Purpose) -> bool:
    """What holds for whoever never said, by the law of this installation."""
    path, silent = rules.DEFAULTS[purpose]
    return bool(policy.pack().get(path, silent)) if path else silent


def has_accepted_policy(person_id: int) -> bool:
    """Whether this person accepted the version that is in force."""
    return Consent.objects.filter(
        person_id=person_id, purpose=Purpose.POLICY, given=True, policy_version=rules.POLICY_VERSION
    ).exists()


def find_deletion(person_id: int) -> DeletionView | None:
    """Return the deletion that waits for its day, if there is one."""
    row = Deletion.objects.filter(pk=person_id, state=DeletionState.WAITING).first()
    if row is None or row.requested_at is None or row.due_at is None:
        return None
    return DeletionView(row.requested_at, row.due_at)


def list_obstacles(person_id: int) -> tuple[Obstacle, ...]:
    """Return what has to end before this account can go."""
    return ports.find_obstacles(person_id)


def export_person(*, person_id: int, at: datetime | None = None) -> dict[str, Any]:
    """Return everything every domain holds about a person, by domain."""
    held = {name: dict(eraser.export_person(person_id=person_id)) for name, eraser in ports.erasers()}
    return {"exported_at": clock.at_or_now(at).isoformat(), "person": held}


def export_choices(*, person_id: int) -> dict[str, Any]:
    """Return what this domain itself holds: consents and the deletion."""
    rows = Consent.objects.filter(person_id=person_id).order_by("pk")
    deletions = Deletion.objects.filter(pk=person_id)
    return {
        "consents": [
            {
                "purpose": row.purpose,
                "given": row.given,
                "policy_version": row.policy_version,
                "source": row.source,
                "at": row.at.isoformat(),
            }
            for row in rows
        ],
        "deletion": [
            {"state": row.state, "requested_at": row.requested_at and row.requested_at.isoformat()}
            for row in deletions
        ],
    }
