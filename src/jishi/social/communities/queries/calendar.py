"""Events of a community as somebody sees them."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q

from jishi.kernel import clock
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import PersonCard
from jishi.social.communities import rules
from jishi.social.communities.contracts import (
    AttendeeRow,
    CommunityView,
    GatheringView,
    Membership,
    Permission,
    SignInCode,
    SignupState,
)
from jishi.social.communities.errors import GatheringNotFound, MembersOnly, NotPermitted
from jishi.social.communities.models import Gathering, Signup
from jishi.social.communities.queries import finding


def get_event(slug: str, code: str, *, viewer_id: int | None, at: datetime | None = None) -> GatheringView:
    """Return an event. Those of members-only communities are for members.

    :raises CommunityNotFound: / GatheringNotFound: there is none.
    :raises MembersOnly: the viewer may not see it.
    """
    now = clock.at_or_now(at)
    community = finding.get_community(slug, viewer_id=viewer_id, at=now)
    row = Gathering.objects.filter(community_id=community.id, code=code).first()
    if row is None:
        raise GatheringNotFound(event=code[:12])
    if not community.can_see_content:
        raise MembersOnly(slug=slug)
    return _views([row], slug, community.membership, now)[0]


def list_events(
    slug: str,
    *,
    viewer_id: int | None,
    past: bool = False,
    limit: int = 30,
    seen: CommunityView | None = None,
    at: datetime | None = None,
) -> tuple[GatheringView, ...]:
    """Return the events that lie ahead, the next one first; or those that are over, the latest first.

    Who has read the community for this viewer already passes it as ``seen``.

    :raises CommunityNotFound: there is no such community.
    """
    now = clock.at_or_now(at)
    community = seen or finding.get_community(slug, viewer_id=viewer_id, at=now)
    if not community.can_see_content:
        return ()
    rows = Gathering.objects.filter(community_id=community.id)
    ahead = rows.filter(ends_at__gt=now).order_by("starts_at", "pk")
    chosen = rows.filter(ends_at__lte=now).order_by("-starts_at", "-pk") if past else ahead
    return _views(list(chosen[:limit]), slug, community.membership, now)


def list_attendees(slug: str, code: str, *, viewer_id: int) -> tuple[AttendeeRow, ...]:
    """Return who comes and who waits, for the host and moderators.

    :raises GatheringNotFound: / MembersOnly: / NotPermitted: it is not the viewer's to see.
    """
    row = _hosted(slug, code, viewer_id)
    found = Signup.objects.filter(gathering=row).exclude(state=SignupState.CANCELLED)
    signups = list(found.order_by("state", "asked_at", "pk")[:1000])
    people = account_queries.list_people({one.person_id for one in signups})
    places = {one.pk: n for n, one in enumerate([s for s in signups if s.state == SignupState.WAITING], 1)}
    return tuple(
        AttendeeRow(people[one.person_id], one.state, places.get(one.pk, 0), one.attended_at)
        for one in signups
    )


def get_sign_in_code(slug: str, code: str, *, viewer_id: int, at: datetime | None = None) -> SignInCode:
    """Return what the host shows at the door now.

    :raises GatheringNotFound: / MembersOnly: / NotPermitted: it is not the viewer's to see.
    """
    now = clock.at_or_now(at)
    row = _hosted(slug, code, viewer_id)
    return SignInCode(rules.sign_in_code(row.door_seed, now), rules.code_valid_until(now))


def _hosted(slug: str, code: str, viewer_id: int) -> Gathering:
    row = Gathering.objects.filter(code=code, community__slug=slug, community__closed_at__isnull=True).first()
    if row is None:
        raise GatheringNotFound(event=code[:12])
    mine = finding.membership(row.community_id, viewer_id)
    if mine is None or not mine.is_member:
        raise MembersOnly(slug=slug)
    if row.host_id != viewer_id and not mine.can(Permission.MODERATE):
        raise NotPermitted(needed=Permission.HOST)
    return row


def _views(
    rows: Sequence[Gathering], slug: str, mine: Membership | None, at: datetime
) -> tuple[GatheringView, ...]:
    viewer_id = mine.person_id if mine is not None and mine.is_member else None
    ids = [row.pk for row in rows]
    own = {s.gathering_id: s for s in Signup.objects.filter(gathering_id__in=ids, person_id=viewer_id)}
    there = dict(
        Signup.objects.filter(gathering_id__in=ids, attended_at__isnull=False)
        .values_list("gathering_id")
        .annotate(n=Count("pk"))
    )
    hosts = account_queries.list_people({row.host_id for row in rows})
    return tuple(
        _view(row, slug, mine, own.get(row.pk), there.get(row.pk, 0), at=at, host=hosts.get(row.host_id))
        for row in rows
    )


def _view(
    row: Gathering,
    slug: str,
    mine: Membership | None,
    own: Signup | None,
    attended: int,
    *,
    at: datetime,
    host: PersonCard | None,
) -> GatheringView:
    is_member = mine is not None and mine.is_member
    state = own.state if own is not None and own.state != SignupState.CANCELLED else ""
    can_host = bool(is_member and mine and (row.host_id == mine.person_id or mine.can(Permission.MODERATE)))
    is_over, is_cancelled = at >= row.ends_at, row.cancelled_at is not None
    at_door = row.starts_at - rules.DOOR_OPENS <= at < row.ends_at and not is_cancelled
    has_attended = own is not None and own.attended_at is not None
    return GatheringView(
        id=row.pk,
        code=row.code,
        slug=slug,
        title=row.title,
        text=row.text,
        is_online=row.is_online,
        place=row.place if not row.is_online or state == SignupState.GOING or can_host else "",
        speaker=row.speaker,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        capacity=row.capacity,
        going=row.going_count,
        waiting=row.waiting_count,
        attended=attended,
        host=host,
        is_cancelled=is_cancelled,
        cancel_reason=row.cancel_reason,
        is_over=is_over,
        viewer_signup=state,
        viewer_place=_place(row, own) if state == SignupState.WAITING and own else 0,
        has_attended=has_attended,
        can_host=can_host,
        can_sign_up=is_member and not (is_over or is_cancelled or state),
        can_sign_in=at_door and state == SignupState.GOING and not has_attended,
        free=row.capacity - row.going_count if row.capacity else None,
    )


def _place(row: Gathering, own: Signup) -> int:
    earlier = Q(asked_at__lt=own.asked_at) | Q(asked_at=own.asked_at, pk__lt=own.pk)
    return Signup.objects.filter(earlier, gathering=row, state=SignupState.WAITING).count() + 1
