"""Placements as the team sees them: lists, one, what came of it, and slots in somebody's place."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum

from jishi.growth.merchandising import regions, rules
from jishi.growth.merchandising.contracts import Filled, PlacementDraft, PlacementView, Tally
from jishi.growth.merchandising.errors import PlacementNotFound
from jishi.growth.merchandising.models import Chosen, Placement, Seen
from jishi.growth.merchandising.queries.filling import made
from jishi.growth.merchandising.queries.viewers import ZONE
from jishi.kernel import clock, media, wording

FIELDS = (
    "slot", "title", "text", "picture", "url", "starts_at", "ends_at", "priority", "audiences",
    "is_for_chosen", "regions", "seasons", "per_day", "in_all", "product_ids",
)  # fmt: skip


def get_placement(code: str) -> PlacementView:
    """One placement.

    :raises PlacementNotFound: there is none.
    """
    row = Placement.objects.filter(code=code).first()
    if row is None:
        raise PlacementNotFound
    return view(row)


def find_placement(natural_key: str) -> PlacementView | None:
    """The placement somebody made under a key, or None."""
    row = Placement.objects.filter(natural_key=natural_key).exclude(natural_key="").first()
    return view(row) if row is not None else None


def list_placements(
    *, slot: str = "", state: str = "", campaign_code: str = "", limit: int = 200
) -> tuple[PlacementView, ...]:
    """Placements, the newest first."""
    rows = Placement.objects.order_by("-pk")
    wanted = {"slot": slot, "state": state, "campaign_code": campaign_code}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return tuple(view(row) for row in rows[:limit])


def judge_placement(draft: PlacementDraft) -> tuple[wording.Remark, ...]:
    """What speaks against the words of a placement."""
    return wording.judge(rules.said_in(draft)) or ()


def count_states() -> dict[str, int]:
    """How many placements there are of each state."""
    return dict(Placement.objects.values_list("state").annotate(n=Count("id")).order_by())


def count_chosen(code: str) -> int:
    """How many people a placement was chosen for."""
    rows = Chosen.objects.filter(placement__code=code, withdrawn_at=None)
    return rows.values("person_id").distinct().count()


def tallies(codes: Iterable[str]) -> dict[str, Tally]:
    """What came of placements so far."""
    rows = (
        Seen.objects.filter(placement__code__in=list(codes))
        .values("placement__code")
        .annotate(
            people=Count("id", filter=Q(total__gt=0)),
            times=Sum("total"),
            clicked=Count("clicked_at"),
            dismissed=Count("dismissed_at"),
        )
        .order_by()
    )
    return {
        row["placement__code"]: Tally(row["people"], row["times"], row["clicked"], row["dismissed"])
        for row in rows
    }


def preview(
    slot: str,
    *,
    region: str = "",
    audience: str = "",
    language: str = "zh-hans",
    with_drafts: bool = False,
    at: datetime | None = None,
) -> tuple[Filled, ...]:
    """A slot as somebody of a region and an audience would see it at a moment; nobody is looked up."""
    moment = clock.at_or_now(at)
    states = ["on", "waiting", "draft"] if with_drafts else ["on"]
    season = regions.season_of(moment.astimezone(ZONE).month)
    keys = regions.keys_of(region)
    rows = Placement.objects.filter(
        slot=slot, state__in=states, starts_at__lte=moment, ends_at__gt=moment
    ).order_by("-priority", "-pk")
    found = []
    for row in rows[:200]:
        if row.seasons and season not in row.seasons:
            continue
        if row.regions and not keys & set(row.regions):
            continue
        if row.is_for_chosen or (row.audiences and audience not in row.audiences):
            continue
        found.append(made(_as_dict(row), language))
    return tuple(found[: rules.BY_CODE[slot].max_items]) if slot in rules.BY_CODE else ()


def _as_dict(row: Placement) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in ("code", "slot", "title", "text", "picture", "url")}
    return {**values, "product_ids": row.product_ids, "is_counted": False}


def view(row: Placement) -> PlacementView:
    """A placement as it stands."""
    values = {name: getattr(row, name) for name in FIELDS}
    for name in ("audiences", "regions", "seasons", "product_ids"):
        values[name] = tuple(values[name])
    return PlacementView(
        code=row.code,
        state=row.state,
        draft=PlacementDraft(**values),
        picture=media.view(row.picture) if row.picture else None,
        natural_key=row.natural_key,
        campaign_code=row.campaign_code,
        owner_id=row.owner_id,
        asked_by_id=row.asked_by_id,
        created_at=row.created_at,
        revision=row.revision,
    )
