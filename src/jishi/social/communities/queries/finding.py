"""Communities and memberships as somebody sees them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from jishi.kernel import clock
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.social.communities import rules
from jishi.social.communities.contracts import (
    ChannelView,
    CommunityCard,
    CommunityView,
    JoinPolicy,
    Membership,
    Role,
    Standing,
    ViewerState,
)
from jishi.social.communities.errors import CommunityNotFound
from jishi.social.communities.models import Community, RulesVersion
from jishi.social.communities.models import Membership as Row

MAX_PAGE = 60
_CHANNELS = """
SELECT c.slug, c.name, c.about, count(p.id) FROM communities_channel c
LEFT JOIN communities_post p ON p.channel_id = c.id AND p.removed_at IS NULL
WHERE c.community_id = %s GROUP BY c.id ORDER BY c.id
"""


def get_community(slug: str, *, viewer_id: int | None, at: datetime | None = None) -> CommunityView:
    """Return a community as one viewer sees it.

    :raises CommunityNotFound: there is none, or it was closed.
    """
    now = clock.at_or_now(at)
    row = _with_rules().filter(slug=slug, closed_at__isnull=True).first()
    if row is None:
        raise CommunityNotFound(slug=slug[:40])
    mine = _row(row.pk, viewer_id)
    state = _viewer_state(mine, now)
    is_member = state in (ViewerState.MEMBER, ViewerState.MODERATOR)
    return CommunityView(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        for_whom=row.for_whom,
        about=row.about,
        not_about=row.not_about,
        cover=row.cover,
        join_policy=row.join_policy,
        is_members_only=row.is_members_only,
        questions=tuple(row.questions),
        rules=row.rules_text or "",
        rules_version=row.rules_version,
        welcome=row.welcome if is_member else "",
        language=row.language,
        is_closed=row.closed_at is not None,
        member_count=row.member_count,
        post_count=row.post_count,
        created_at=row.created_at,
        owner_id=row.owner_id,
        channels=_channels(row.pk),
        viewer_state=state,
        membership=_membership(mine, row.slug) if mine is not None else None,
        can_see_content=is_member or not row.is_members_only,
        must_accept_rules=bool(is_member and mine and mine.rules_version != row.rules_version),
    )


def find_content(slug: str) -> tuple[str, str, int, bool] | None:
    """Name, description, owner and whether moderation hid it, for moderators; None where there is none."""
    row = _with_rules().filter(slug=slug).first()
    if row is None or row.owner_id is None:
        return None
    text = "\n".join(part for part in (row.for_whom, row.about, row.not_about, row.rules_text) if part)
    return row.name, text, row.owner_id, row.hidden_at is not None


def membership(community_id: int, person_id: int | None) -> Membership | None:
    """Return somebody's part in a community, whatever it is by now."""
    mine = _row(community_id, person_id, with_slug=True)
    return _membership(mine, mine.community.slug) if mine is not None else None


def is_member(slug: str, person_id: int | None) -> bool:
    """Whether somebody belongs to a community now; nobody belongs to a closed one."""
    if person_id is None:
        return False
    mine = Row.objects.filter(person_id=person_id, state=Standing.MEMBER)
    return mine.filter(community__slug=slug, community__closed_at__isnull=True).exists()


def list_slugs_of(person_id: int) -> tuple[str, ...]:
    """Return the addresses of all communities somebody belongs to."""
    mine = Row.objects.filter(person_id=person_id, state=Standing.MEMBER, community__closed_at__isnull=True)
    return tuple(mine.order_by("community__slug").values_list("community__slug", flat=True))


def can_moderate(slug: str, person_id: int | None) -> bool:
    """Whether somebody is the owner or a moderator of a community."""
    if person_id is None:
        return False
    mine = Row.objects.filter(person_id=person_id, state=Standing.MEMBER, role__in=rules.MODERATING)
    return mine.filter(community__slug=slug, community__closed_at__isnull=True).exists()


def list_moderator_ids(community_id: int) -> list[int]:
    """Return who runs a community."""
    rows = Row.objects.filter(community_id=community_id, state=Standing.MEMBER, role__in=rules.MODERATING)
    return list(rows.order_by("pk").values_list("person_id", flat=True))


def list_member_ids(community_id: int) -> list[int]:
    """Return everybody who belongs to a community."""
    rows = Row.objects.filter(community_id=community_id, state=Standing.MEMBER)
    return list(rows.order_by("pk").values_list("person_id", flat=True))


def list_of_person(person_id: int, *, at: datetime | None = None) -> tuple[CommunityCard, ...]:
    """Return the communities somebody belongs to or applied to, those they run first."""
    now = clock.at_or_now(at)
    mine = (
        Row.objects.select_related("community")
        .filter(person_id=person_id, state__in=[Standing.MEMBER, Standing.APPLIED])
        .filter(community__closed_at__isnull=True)
    )
    ordered = sorted(mine, key=lambda one: (-rules.RANKS[one.role], one.state, one.community.name))
    return tuple(_card(one.community, _viewer_state(one, now)) for one in ordered)


def find_card(slug: str) -> CommunityCard | None:
    """Return a community as a card, for links and messages."""
    row = Community.objects.filter(slug=slug, closed_at__isnull=True).first()
    return None if row is None else _card(row, ViewerState.STRANGER)


def page_discover(
    *, viewer_id: int | None, text: str = "", cursor: str | None = None, limit: int = 20
) -> Page[CommunityCard]:
    """Return communities to join, the largest first; one's own and those one joins by invitation only when
    they are searched for by name. Communities that banned the viewer are left out.

    :raises BadCursor: the cursor was not made here.
    """
    rows = Community.objects.filter(closed_at__isnull=True)
    words = " ".join(text.split())[:60]
    if words:
        matches = Q(name__icontains=words) | Q(for_whom__icontains=words)
        rows = rows.filter(matches | Q(about__icontains=words) | Q(slug=words.lower()))
    else:
        rows = rows.exclude(join_policy=JoinPolicy.INVITATION)
    if viewer_id is not None:
        left_out = [Standing.BANNED] if words else [Standing.BANNED, Standing.MEMBER]
        known = Row.objects.filter(person_id=viewer_id, state__in=left_out)
        rows = rows.exclude(pk__in=known.values("community_id"))
    if cursor:
        count, pk = decode_cursor(cursor)
        rows = rows.filter(Q(member_count__lt=count) | Q(member_count=count, pk__lt=pk))
    limit = max(1, min(limit, MAX_PAGE))
    found = list(rows.order_by("-member_count", "-pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    states = _states(found, viewer_id)
    items = [_card(row, states.get(row.pk, ViewerState.STRANGER)) for row in found]
    last = found[-1] if found else None
    return Page(items, encode_cursor(last.member_count, last.pk) if more and last else None)


def list_cards(slugs: Iterable[str], *, viewer_id: int | None) -> dict[str, CommunityCard]:
    """Return communities by address."""
    rows = list(Community.objects.filter(slug__in=list(slugs), closed_at__isnull=True))
    states = _states(rows, viewer_id)
    return {row.slug: _card(row, states.get(row.pk, ViewerState.STRANGER)) for row in rows}


def _with_rules() -> QuerySet[Any]:
    """Communities with the rules in force and their owner, in one statement."""
    text = RulesVersion.objects.filter(community=OuterRef("pk"), version=OuterRef("rules_version"))
    owner = Row.objects.filter(community=OuterRef("pk"), role=Role.OWNER, state=Standing.MEMBER)
    return Community.objects.annotate(
        rules_text=Subquery(text.values("text")[:1]), owner_id=Subquery(owner.values("person_id")[:1])
    )


def _states(rows: Sequence[Community], viewer_id: int | None) -> dict[int, str]:
    if viewer_id is None:
        return {}
    now = clock.now()
    mine = Row.objects.filter(person_id=viewer_id, community_id__in=[row.pk for row in rows])
    return {one.community_id: _viewer_state(one, now) for one in mine}


def _row(community_id: int, person_id: int | None, *, with_slug: bool = False) -> Row | None:
    if person_id is None:
        return None
    rows = Row.objects.filter(community_id=community_id, person_id=person_id)
    return (rows.select_related("community") if with_slug else rows).first()


def _viewer_state(mine: Row | None, at: datetime) -> ViewerState:
    if mine is None:
        return ViewerState.STRANGER
    banned = rules.is_banned(state=mine.state, until=mine.banned_until, at=at)
    return rules.viewer_state(role=mine.role, state=mine.state, is_banned=banned)


def _membership(mine: Row, slug: str) -> Membership:
    return Membership(
        id=mine.pk,
        community_id=mine.community_id,
        slug=slug,
        person_id=mine.person_id,
        role=mine.role,
        state=mine.state,
        rules_version=mine.rules_version,
        joined_at=mine.joined_at,
        muted_until=mine.muted_until,
        banned_until=mine.banned_until,
        removal_due_at=mine.removal_due_at,
        warnings=mine.warnings,
        has_introduced=mine.introduced_at is not None,
        permissions=rules.permissions(mine.role, mine.state),
    )


def _card(row: Community, state: str) -> CommunityCard:
    return CommunityCard(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        for_whom=row.for_whom,
        about=row.about,
        cover=row.cover,
        join_policy=row.join_policy,
        is_members_only=row.is_members_only,
        member_count=row.member_count,
        post_count=row.post_count,
        viewer_state=state,
    )


def _channels(community_id: int) -> tuple[ChannelView, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_CHANNELS, [community_id])
        return tuple(ChannelView(*row) for row in cursor.fetchall())
