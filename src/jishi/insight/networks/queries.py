"""Reading what the last look at the network found."""

from collections.abc import Collection

from django.db.models import Q

from jishi.insight.networks import circles
from jishi.insight.networks.contracts import GroupView, RunView, StandingView, TieView
from jishi.insight.networks.models import Affinity, Group, Run, Standing, Tie

ROLES = ("opinion", "creator", "consumer", "bridge")


def find_run() -> RunView | None:
    """Return the last look at the network, if there was one."""
    row = Run.objects.order_by("-pk").first()
    if row is None:
        return None
    return RunView(row.made_at, row.people, row.links, row.communities, row.modularity, row.seconds)


def list_standings(
    *, role: str = "", community: int | None = None, doubted: bool | None = None, limit: int = 100
) -> tuple[StandingView, ...]:
    """Return people by influence: all of them, of one role, of one community, with doubts or without."""
    rows = Standing.objects.all()
    if role:
        rows = rows.filter(role=role)
    if community is not None:
        rows = rows.filter(community=community)
    if doubted is not None:
        rows = rows.filter(~Q(doubts=[]) if doubted else Q(doubts=[]))
    return tuple(_view(row) for row in rows.order_by("rank")[:limit])


def find_standing(person_id: int) -> StandingView | None:
    """Return where one person stands."""
    row = Standing.objects.filter(pk=person_id).first()
    return _view(row) if row else None


def list_groups(*, limit: int = 12) -> tuple[GroupView, ...]:
    """Return the communities of the network, largest first."""
    rows = Group.objects.order_by("number")[:limit]
    return tuple(GroupView(row.number, row.size, row.inner_bps, tuple(row.topic_ids)) for row in rows)


def list_ties(person_id: int, *, limit: int = 30) -> tuple[TieView, ...]:
    """Return whom somebody is closest to."""
    rows = Tie.objects.filter(person_id=person_id).order_by("-strength", "other_id")[:limit]
    return tuple(TieView(row.other_id, row.strength) for row in rows)


def list_circles(
    person_id: int, *, among: Collection[int] | None = None, limit: int = 40
) -> tuple[tuple[TieView, ...], ...]:
    """Return whom somebody is closest to, grouped by how close those are to each other: the largest circle
    first, the closest first in each. `among` leaves out everybody else.
    """
    ties = [one for one in list_ties(person_id, limit=limit) if among is None or one.other_id in among]
    known = {one.other_id: one for one in ties}
    found = circles.find(list(known), list_ties_among(list(known)))
    return tuple(
        tuple(sorted((known[one] for one in members), key=lambda tie: (-tie.strength, tie.other_id)))
        for members in found
    )


def list_ties_among(person_ids: list[int]) -> tuple[tuple[int, int, int], ...]:
    """Return the ties between some people as (one, other, strength), each pair once."""
    rows = Tie.objects.filter(person_id__in=person_ids, other_id__in=person_ids)
    found: dict[tuple[int, int], int] = {}
    for one, other, strength in rows.values_list("person_id", "other_id", "strength"):
        pair = (min(one, other), max(one, other))
        found[pair] = max(found.get(pair, 0), strength)
    return tuple((one, other, strength) for (one, other), strength in sorted(found.items()))


def list_affinities(person_id: int) -> tuple[tuple[int, int], ...]:
    """Return the topics somebody cares about more than everybody, with by how much in ten-thousandths."""
    rows = Affinity.objects.filter(person_id=person_id).order_by("-excess_bps")
    return tuple(rows.values_list("topic_id", "excess_bps"))


def _view(row: Standing) -> StandingView:
    return StandingView(
        row.person_id,
        row.rank,
        row.influence,
        row.followers,
        row.reach,
        row.brought_orders,
        row.bridge,
        row.spread_bps,
        row.notes,
        row.engaged,
        row.role,
        tuple(row.doubts),
        row.community,
        row.x,
        row.y,
    )
