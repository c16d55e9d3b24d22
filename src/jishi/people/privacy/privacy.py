"""This domain's own columns about people. The ledger of consents stays: it proves what was allowed."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.people.privacy import queries
from jishi.people.privacy.models import Deletion

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *(
        PersonalField("privacy_consent", column, "proof of consent", "keep")
        for column in ("purpose", "given", "policy_version", "source", "at")
    ),
    *(
        PersonalField("privacy_deletion", column, "confirming a deletion", "blank")
        for column in ("code_digest", "code_sent_at", "code_tries")
    ),
    *(
        PersonalField("privacy_deletion", column, "proof of the deletion", "keep")
        for column in ("state", "requested_at", "due_at", "ended_at")
    ),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "privacy_consent": frozenset({"id", "person_id"}),
    "privacy_deletion": frozenset({"person_id"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person agreed to, and their deletion."""
    return queries.export_choices(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget the code that confirmed the deletion."""
    Deletion.objects.filter(pk=person_id).update(code_digest="", code_sent_at=None, code_tries=0)
