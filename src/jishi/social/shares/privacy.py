"""Links, visits and what they sold are written once; afterwards they name a nameless account."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.shares.models import ShareLink, ShareOrder, ShareVisit


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("shares_sharelink", "attribution of sales", "keep", "kind", "key", "channel", "created_at"),
    *_fields("shares_sharevisit", "attribution of sales", "keep", "visitor", "first_at"),
    *_fields("shares_shareorder", "attribution of sales", "keep", "order_code", "paid_at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "shares_sharelink": frozenset({"id", "code", "sharer_id", "parent_id", "depth"}),
    "shares_sharevisit": frozenset({"id", "link_id", "person_id"}),
    "shares_shareorder": frozenset({"id", "link_id", "buyer_id", "amount_minor", "currency"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person shared, opened and bought through links."""
    links = ShareLink.objects.filter(sharer_id=person_id).order_by("pk")
    visits = ShareVisit.objects.filter(person_id=person_id).select_related("link").order_by("pk")
    bought = ShareOrder.objects.filter(buyer_id=person_id).select_related("link").order_by("pk")
    return {
        "links": [
            {"code": r.code, "kind": r.kind, "key": r.key, "created_at": r.created_at.isoformat()}
            for r in links
        ],
        "opened": [{"link": r.link.code, "first_at": r.first_at.isoformat()} for r in visits],
        "bought": [{"link": r.link.code, "order": r.order_code} for r in bought],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Nothing: facts are written once, and the account they name has no name any more."""
