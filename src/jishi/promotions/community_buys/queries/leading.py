"""Reading leaders and their points."""

from datetime import datetime

from django.db.models import Sum

from jishi.kernel import clock
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import AddressView
from jishi.promotions.community_buys.contracts import CollectionState, LeaderState, LeaderView, PointView
from jishi.promotions.community_buys.errors import LeaderNotFound, PointClosed
from jishi.promotions.community_buys.models import Collection, Leader, Point
from jishi.trade.checkout.contracts import PickupPlace

MOST = 200
WAITING = (CollectionState.PAID, CollectionState.READY)
EARNED = (CollectionState.COLLECTED, CollectionState.FORFEITED)


def find_leader(*, person_id: int, at: datetime | None = None) -> LeaderView | None:
    """Return a person as a leader, with points and money, if they ever applied."""
    row = Leader.objects.select_related("substitute").filter(person_id=person_id).first()
    return None if row is None else _leader(row, at=at, full=True)


def get_leader(code: str, *, at: datetime | None = None) -> LeaderView:
    """Return a leader as operators see one.

    :raises LeaderNotFound: there is none.
    """
    row = Leader.objects.select_related("substitute").filter(code=code).first()
    if row is None:
        raise LeaderNotFound
    return _leader(row, at=at, full=True)


def list_leaders(*, state: str = "", at: datetime | None = None) -> tuple[LeaderView, ...]:
    """Return leaders and applicants, who waits for a decision first."""
    rows = Leader.objects.select_related("substitute").order_by("-applied_at")
    if state:
        rows = rows.filter(state=state)
    found = [_leader(row, at=at, full=False) for row in rows[:MOST]]
    return tuple(sorted(found, key=lambda one: one.state != LeaderState.APPLIED))


def list_stand_ins(leader_code: str) -> tuple[LeaderView, ...]:
    """Return the approved leaders of the same area who could stand in."""
    rows = Leader.objects.filter(
        state=LeaderState.APPROVED,
        region__in=Leader.objects.filter(code=leader_code).values("region"),
    )
    rows = rows.exclude(code=leader_code).select_related("substitute").order_by("name")
    return tuple(_leader(row, at=None, full=False) for row in rows[:MOST])


def list_regions() -> tuple[str, ...]:
    """Return the areas in which somebody hands out."""
    rows = Point.objects.filter(leader__state=LeaderState.APPROVED, is_open=True)
    return tuple(rows.order_by("region").values_list("region", flat=True).distinct())


def list_points(region: str, *, at: datetime | None = None) -> tuple[PointView, ...]:
    """Return the points of an area that take orders now."""
    rows = Point.objects.select_related("leader__substitute").filter(region=region, is_open=True)
    views = [point_view(row, clock.at_or_now(at)) for row in rows.order_by("name", "pk")[:MOST]]
    return tuple(view for view in views if view.is_open)


def pickup_place(point_code: str, *, person_id: int) -> PickupPlace:
    """Return a point as a place at which checkout lets a person collect.

    :raises PointClosed: there is no such point.
    """
    row = Point.objects.filter(code=point_code).first()
    if row is None:
        raise PointClosed
    person = account_queries.get_person(person_id)
    line = f"{row.name} · {row.line}"
    address = AddressView(
        id=0,
        code="",
        recipient=person.nickname,
        phone="",
        region=row.region,
        city="",
        district="",
        line=line,
        postal_code="",
        country="CN",
        is_default=False,
        one_line=f"{row.region} {line}",
    )
    return PickupPlace(code=row.code, address=address)


def responsible(point: Point, at: datetime) -> Leader | None:
    """Return who hands out at a point now: the substitute while one is named, else the leader."""
    own = point.leader
    if own.substitute_id is not None and own.substitute_until is not None and at < own.substitute_until:
        stands_in = own.substitute
        if stands_in is not None and stands_in.state == LeaderState.APPROVED:
            return stands_in
    return own if own.state == LeaderState.APPROVED else None


def point_view(row: Point, at: datetime) -> PointView:
    """Show a point; the name is of who hands out there now."""
    leader = responsible(row, at)
    return PointView(
        code=row.code,
        name=row.name,
        region=row.region,
        line=row.line,
        hours=row.hours,
        is_open=row.is_open and leader is not None,
        leader_code=(leader or row.leader).code,
        leader_name=(leader or row.leader).name,
    )


def _leader(row: Leader, *, at: datetime | None, full: bool) -> LeaderView:
    now = clock.at_or_now(at)
    points: tuple[PointView, ...] = ()
    if full:
        rows = row.points.select_related("leader__substitute").order_by("pk")
        points = tuple(point_view(point, now) for point in rows)
    until = row.substitute_until
    is_away = row.substitute is not None and until is not None and now < until
    return LeaderView(
        code=row.code,
        person_id=row.person_id,
        name=row.name,
        phone=row.phone if full else "",
        region=row.region,
        about=row.about,
        state=LeaderState(row.state),
        reason=row.reason,
        applied_at=row.applied_at,
        substitute_code=row.substitute.code if row.substitute is not None and is_away else "",
        substitute_name=row.substitute.name if row.substitute is not None and is_away else "",
        substitute_until=until if is_away else None,
        points=points,
        waiting=_money(row, WAITING) if full else (),
        earned=_money(row, EARNED) if full else (),
    )


def _money(row: Leader, states: tuple[CollectionState, ...]) -> tuple[tuple[str, int], ...]:
    rows = Collection.objects.filter(leader=row, state__in=list(states)).order_by()
    summed = rows.values("round__currency").annotate(
        total=Sum("commission_minor") - Sum("commission_back_minor")
    )
    return tuple((one["round__currency"], one["total"]) for one in summed if one["total"])
