"""Lists inside a community: posts, members, applicants, announcements, the log, invitations, partners.

Whoever calls has asked `get_community` what the viewer may see; where a list is for the desk only, its
function takes the person and checks the role again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from jishi.kernel import clock
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import PersonCard
from jishi.social.communities import rules
from jishi.social.communities.contracts import (
    AnnouncementView,
    Application,
    CommunityView,
    InvitationView,
    LogRow,
    MemberRow,
    PartnerRow,
    PartnerState,
    Permission,
    PostRow,
    Standing,
    Step,
    StrategyRow,
)
from jishi.social.communities.errors import MembersOnly, NotPermitted
from jishi.social.communities.models import (
    Announcement,
    Invitation,
    LogEntry,
    Membership,
    Partner,
    Post,
    Strategy,
)

MAX_PAGE = 60
_NOTE = """
SELECT id, author_id, state, visibility, audience_kind, audience_key FROM notes_note WHERE code = %s
"""
_FOLLOWED = """
SELECT count(*) FROM graph_follow f
JOIN communities_membership m ON m.person_id = f.followee_id AND m.community_id = %s AND m.state = 'member'
WHERE f.follower_id = %s AND f.state = 'active'
"""


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """What a community must know of a note before it takes it."""

    note_id: int
    author_id: int
    state: str
    visibility: str
    audience_kind: str
    audience_key: str


def find_note(code: str) -> NoteFacts | None:
    """Return the facts of a note, read from the notes' own table in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [code])
        row = cursor.fetchone()
    return NoteFacts(*row) if row else None


def require(community_id: int, person_id: int | None, permission: str) -> None:
    """Return quietly if somebody may do something in a community.

    :raises MembersOnly: they are no member.
    :raises NotPermitted: their role does not allow it.
    """
    mine = Membership.objects.filter(
        community_id=community_id, person_id=person_id, state=Standing.MEMBER, community__closed_at=None
    )
    role = mine.values_list("role", flat=True).first()
    if role is None:
        raise MembersOnly()
    if permission not in rules.PERMISSIONS[role]:
        raise NotPermitted(needed=permission)


def page_posts(
    community: CommunityView,
    *,
    channel: str = "",
    pinned: bool = False,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[PostRow]:
    """Return where published notes stand in a community, the newest first, as its viewer may see them: a
    members-only community has nothing to show to others.

    :raises BadCursor: the cursor was not made here.
    """
    if not community.can_see_content:
        return Page([])
    limit = max(1, min(limit, MAX_PAGE))
    rows = Post.objects.select_related("note", "channel").filter(
        community_id=community.id, removed_at__isnull=True, note__state="published"
    )
    if channel:
        rows = rows.filter(channel__slug=channel)
    if pinned:
        rows = rows.filter(pinned_at__isnull=False).order_by("-pinned_at")
    else:
        rows = rows.order_by("-pk")
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    found = list(rows[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    items = [
        PostRow(
            one.note_id,
            one.note.code,
            one.channel.slug if one.channel else "",
            one.pinned_at is not None,
            one.posted_at,
        )
        for one in found
    ]
    return Page(items, encode_cursor(found[-1].pk) if more else None)


def find_slug_of_note(note_id: int) -> str:
    """Return the address of the community a note was posted in; "" for none."""
    rows = Post.objects.filter(note_id=note_id, removed_at__isnull=True)
    return rows.values_list("community__slug", flat=True).first() or ""


def page_members(
    community_id: int,
    *,
    text: str = "",
    state: str = Standing.MEMBER,
    inactive_since: datetime | None = None,
    cursor: str | None = None,
    limit: int = 30,
) -> Page[MemberRow]:
    """Return members (or those who stand otherwise), whoever runs the community first, then the longest here;
    with `inactive_since` the quiet ones only.

    :raises BadCursor: the cursor was not made here.
    """
    rows = Membership.objects.filter(community_id=community_id, state=state)
    if text:
        rows = rows.filter(person__nickname__icontains=text.strip()[:30])
    if inactive_since is not None:
        rows = rows.filter(Q(last_active_at__lt=inactive_since) | Q(last_active_at__isnull=True))
        rows = rows.filter(role="member")
    rows = rows.extra(  # a constant: ranks in the order of the roles
        select={"rank": "position(role in 'owner moderator core member')"}, order_by=["rank", "id"]
    )
    limit = max(1, min(limit, MAX_PAGE))
    start = int(decode_cursor(cursor)[0]) if cursor else 0
    found = list(rows[start : start + limit + 1])
    more, found = len(found) > limit, found[:limit]
    return Page(list(_members(found)), encode_cursor(start + limit) if more else None)


def find_member(community_id: int, person_code: str) -> MemberRow | None:
    """Return one person's part in a community, whatever it is."""
    row = Membership.objects.filter(community_id=community_id, person__code=person_code).first()
    return _members([row])[0] if row is not None else None


def list_restrained(
    community_id: int, *, viewer_id: int, at: datetime | None = None
) -> tuple[MemberRow, ...]:
    """Return who is banned or muted now, the latest first: 200 at most.

    :raises MembersOnly: / NotPermitted: the viewer does not moderate.
    """
    require(community_id, viewer_id, Permission.MODERATE)
    now = clock.at_or_now(at)
    banned = Q(state=Standing.BANNED) & (Q(banned_until__isnull=True) | Q(banned_until__gt=now))
    muted = Q(state=Standing.MEMBER, muted_until__gt=now)
    rows = Membership.objects.filter(banned | muted, community_id=community_id)
    return tuple(_members(list(rows.order_by("-changed_at", "-pk")[:200])))


def page_queue(
    community_id: int, *, viewer_id: int, cursor: str | None = None, limit: int = 20
) -> Page[Application]:
    """Return who waits to be let in, the earliest first.

    :raises MembersOnly: / NotPermitted: the viewer does not decide.
    """
    require(community_id, viewer_id, Permission.DECIDE)
    rows = Membership.objects.filter(community_id=community_id, state=Standing.APPLIED)
    if cursor:
        at, pk = decode_cursor(cursor)
        rows = rows.filter(Q(applied_at__gt=at) | Q(applied_at=at, pk__gt=pk))
    limit = max(1, min(limit, MAX_PAGE))
    found = list(rows.order_by("applied_at", "pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    people = _people(one.person_id for one in found) | _people(one.invited_by_id for one in found)
    items = [
        Application(
            people[one.person_id],
            one.applied_at,
            tuple((question, answer) for question, answer in one.answers),
            people.get(one.invited_by_id),
        )
        for one in found
        if one.applied_at is not None
    ]
    last = found[-1] if found else None
    return Page(items, encode_cursor(last.applied_at, last.pk) if more and last else None)


def list_announcements(community_id: int, *, limit: int = 10) -> tuple[AnnouncementView, ...]:
    """Return what was announced, the newest first."""
    rows = list(Announcement.objects.filter(community_id=community_id).order_by("-pk")[:limit])
    people = _people(row.author_id for row in rows)
    return tuple(
        AnnouncementView(row.code, row.title, row.text, people.get(row.author_id), row.created_at)
        for row in rows
    )


def page_log(
    community_id: int, *, viewer_id: int, cursor: str | None = None, limit: int = 30
) -> Page[LogRow]:
    """Return what moderators did, the newest first: with names for moderators, without for members.

    :raises MembersOnly: the viewer is no member.
    """
    require(community_id, viewer_id, Permission.POST)
    with_names = viewer_id in set(
        Membership.objects.filter(
            community_id=community_id, state=Standing.MEMBER, role__in=rules.MODERATING
        ).values_list("person_id", flat=True)
    )
    rows: QuerySet[LogEntry] = LogEntry.objects.filter(community_id=community_id)
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    limit = max(1, min(limit, MAX_PAGE))
    found = list(rows.order_by("-pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    ids = {pk for row in found for pk in (row.moderator_id, row.subject_id)} if with_names else set()
    people = _people(ids)
    items = [
        LogRow(
            row.action,
            row.reason,
            row.at,
            people.get(row.moderator_id),
            people.get(row.subject_id),
            row.detail if with_names else {},
        )
        for row in found
    ]
    return Page(items, encode_cursor(found[-1].pk) if more else None)


def list_invitations(community_id: int, *, made_by_id: int | None = None) -> tuple[InvitationView, ...]:
    """Return links that let people in, the newest first; of one maker or of all."""
    now = clock.now()
    rows = Invitation.objects.select_related("community").filter(community_id=community_id)
    if made_by_id is not None:
        rows = rows.filter(made_by_id=made_by_id)
    found = list(rows.order_by("-pk")[:50])
    people = _people(row.made_by_id for row in found)
    return tuple(
        InvitationView(
            row.code,
            row.community.slug,
            people.get(row.made_by_id),
            row.uses,
            row.max_uses,
            row.expires_at,
            row.revoked_at is None
            and row.uses < row.max_uses
            and (row.expires_at is None or now < row.expires_at),
        )
        for row in found
    )


def list_partners(community_id: int) -> tuple[PartnerRow, ...]:
    """Return the shops that asked to make offers for the members, those that wait first."""
    rows = Partner.objects.filter(community_id=community_id).order_by("asked_at")
    ordered = sorted(rows, key=lambda row: row.state != PartnerState.ASKED)
    return tuple(
        PartnerRow(row.shop_id, row.state, row.message, row.asked_at, row.decided_at) for row in ordered
    )


def is_partner(slug: str, shop_id: int) -> bool:
    """Whether the owner of a community agreed to offers of a shop for the members."""
    links = Partner.objects.filter(shop_id=shop_id, state=PartnerState.AGREED)
    return links.filter(community__slug=slug, community__closed_at__isnull=True).exists()


def list_partnerships(shop_id: int) -> tuple[tuple[str, str, str], ...]:
    """Return the communities a shop asked: (address, name, state)."""
    rows = Partner.objects.filter(shop_id=shop_id, community__closed_at__isnull=True)
    return tuple(rows.order_by("community__name").values_list("community__slug", "community__name", "state"))


def list_first_steps(community: CommunityView) -> tuple[Step, ...]:
    """Return the first things to do for a viewer who is new; empty when all is done, or they are no member.

    The number of people they follow is read from the graph's own table, because it is counted over members.
    """
    mine = community.membership
    if mine is None or not mine.is_member:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWED, [community.id, mine.person_id])
        followed = int(cursor.fetchone()[0])
    wanted = rules.FOLLOW_WANTED
    steps = (
        Step("rules", mine.rules_version == community.rules_version),
        Step("introduce", mine.has_introduced),
        Step("follow", followed >= wanted, min(followed, wanted), wanted),
    )
    return () if all(step.is_done for step in steps) else steps


def list_strategies(community_id: int, *, limit: int = 20) -> tuple[StrategyRow, ...]:
    """Return strategies and evaluations, the newest first."""
    rows = list(Strategy.objects.filter(community_id=community_id).order_by("-pk")[:limit])
    people = _people(row.by_id for row in rows)
    return tuple(StrategyRow(row.kind, row.text, row.figures, people.get(row.by_id), row.at) for row in rows)


def _members(rows: list[Membership]) -> list[MemberRow]:
    people = _people(row.person_id for row in rows) | _people(row.invited_by_id for row in rows)
    return [
        MemberRow(
            person=people[row.person_id],
            role=row.role,
            state=row.state,
            joined_at=row.joined_at,
            last_active_at=row.last_active_at,
            muted_until=row.muted_until,
            banned_until=row.banned_until,
            removal_due_at=row.removal_due_at,
            warnings=row.warnings,
            invited_by=people.get(row.invited_by_id),
        )
        for row in rows
    ]


def _people(ids: Iterable[int | None]) -> dict[int | None, PersonCard]:
    wanted = {pk for pk in ids if pk is not None}
    found: dict[int | None, PersonCard] = {}
    for pk, person in account_queries.list_people(wanted).items():
        found[pk] = person
    return found
