"""Who brought a product file: forgotten with the person; the goods are the shop's."""

from datetime import datetime
from typing import Any

from jishi.goods.imports.contracts import OPEN
from jishi.goods.imports.models import File, Import
from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("imports_import", "name", "the name of a file that somebody uploaded", "blank"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "imports_import": frozenset(
        {
            "id", "code", "shop_id", "by_id", "digest", "size", "mapping", "goes_on", "state", "phase",
            "done_count", "total_count", "tries", "cancel_at", "report", "created_at", "due_at", "ended_at",
        }
    ),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the files that the person brought."""
    rows = Import.objects.filter(by_id=person_id).order_by("pk")
    return {"imports": [{"name": row.name, "at": row.created_at, "state": row.state} for row in rows]}


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget who brought a file, its name, and the file itself when nothing is to become of it."""
    mine = Import.objects.filter(by_id=person_id)
    File.objects.filter(of__in=mine.exclude(state__in=OPEN)).delete()
    mine.update(by=None, name="")
