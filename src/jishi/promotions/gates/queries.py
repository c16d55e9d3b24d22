"""Reading gates."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from jishi.goods.merchants import queries as merchant_queries
from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.gates import models
from jishi.promotions.gates.contracts import Gate, GateView


def find(subject: str) -> Gate | None:
    """Return the gate before a subject, if there is one."""
    return list_gates([subject]).get(subject)


def list_gates(subjects: Iterable[str]) -> dict[str, Gate]:
    """Return the gates before these subjects, by subject."""
    return {row.subject: view(row) for row in models.Gate.objects.filter(subject__in=list(subjects))}


def list_views(*, shop_id: int | None = None, limit: int = 100) -> tuple[GateView, ...]:
    """Return the newest gates of a shop, or of all shops, in one statement."""
    rows = models.Gate.objects.all() if shop_id is None else models.Gate.objects.filter(shop_id=shop_id)
    live = Sum("takes__units", filter=Q(takes__is_live=True), default=0)
    return tuple(
        GateView(
            kind=row.subject.partition(":")[0],
            code=row.subject.partition(":")[2],
            shop_id=row.shop_id,
            gate=view(row),
            taken=row.taken,
            created_at=row.created_at,
        )
        for row in rows.annotate(taken=live).order_by("-pk")[:limit]
    )


def view(row: models.Gate) -> Gate:
    """Return a row as others see it."""
    audience = AudienceRef(row.audience_kind, row.audience_key) if row.audience_kind else None
    return Gate(row.per_household, row.per_person_day, row.per_day, audience)


def shop_day(shop_id: int, at: datetime) -> date:
    """Return the date an instant falls on where a shop is."""
    return at.astimezone(ZoneInfo(merchant_queries.get_shop(shop_id).time_zone)).date()
