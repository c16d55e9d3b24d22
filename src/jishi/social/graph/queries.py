"""Reading the graph: every question about many people is one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.kernel import clock, media
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import PersonCard
from jishi.people.accounts.errors import PersonNotFound
from jishi.social.graph.contracts import STRANGER, Invitation, PersonLine, Relation, SocialProfile
from jishi.social.graph.errors import InvitationGone, ListHidden
from jishi.social.graph.models import Follow, Profile, Remark
from jishi.social.graph.models import Invitation as InvitationRow

MAX_PAGE = 100
_RELATIONS = """
SELECT w.id, coalesce(f.state, ''), coalesce(b.state, ''), x.blocker_id IS NOT NULL, y.blocker_id IS NOT NULL,
       m.muter_id IS NOT NULL, coalesce(r.name, '')
FROM unnest(%(ids)s::bigint[]) AS w(id)
LEFT JOIN graph_follow f ON f.follower_id = %(me)s AND f.followee_id = w.id
LEFT JOIN graph_follow b ON b.follower_id = w.id AND b.followee_id = %(me)s
LEFT JOIN graph_block x ON x.blocker_id = %(me)s AND x.blocked_id = w.id
LEFT JOIN graph_block y ON y.blocker_id = w.id AND y.blocked_id = %(me)s
LEFT JOIN graph_mute m ON m.muter_id = %(me)s AND m.muted_id = w.id
LEFT JOIN graph_remark r ON r.person_id = %(me)s AND r.about_id = w.id
"""
_HIDDEN = """
SELECT blocked_id FROM graph_block WHERE blocker_id = %(me)s
UNION SELECT blocker_id FROM graph_block WHERE blocked_id = %(me)s
UNION SELECT muted_id FROM graph_mute WHERE muter_id = %(me)s
"""
_FRIENDS = """
FROM graph_follow f JOIN graph_follow b ON b.follower_id = f.followee_id AND b.followee_id = f.follower_id
WHERE f.follower_id = %(me)s AND f.state = 'active' AND b.state = 'active'
"""
_EXPORT = """
SELECT t.kind, u.code, t.name, t.since FROM (
    SELECT 'follows ' || state AS kind, followee_id AS id, '' AS name, created_at AS since
    FROM graph_follow WHERE follower_id = %(me)s
    UNION ALL SELECT 'followed ' || state, follower_id, '', created_at FROM graph_follow
    WHERE followee_id = %(me)s
    UNION ALL SELECT 'blocks', blocked_id, '', created_at FROM graph_block WHERE blocker_id = %(me)s
    UNION ALL SELECT 'mutes', muted_id, '', created_at FROM graph_mute WHERE muter_id = %(me)s
    UNION ALL SELECT 'calls', about_id, name, NULL FROM graph_remark WHERE person_id = %(me)s
    UNION ALL SELECT 'invited by', i.inviter_id, '', v.at FROM graph_invitationuse v
    JOIN graph_invitation i ON i.id = v.invitation_id WHERE v.person_id = %(me)s
) AS t JOIN accounts_user u ON u.id = t.id ORDER BY t.kind, t.since, u.code
"""
# What each list is made of: (who is listed, since when, the rows).
_LISTS = {
    "followers": (
        "follower_id",
        "created_at",
        "FROM graph_follow WHERE followee_id = %(me)s AND state = 'active'",
    ),
    "following": (
        "followee_id",
        "created_at",
        "FROM graph_follow WHERE follower_id = %(me)s AND state = 'active'",
    ),
    "requests": (
        "follower_id",
        "created_at",
        "FROM graph_follow WHERE followee_id = %(me)s AND state = 'requested'",
    ),
    "blocked": ("blocked_id", "created_at", "FROM graph_block WHERE blocker_id = %(me)s"),
    "muted": ("muted_id", "created_at", "FROM graph_mute WHERE muter_id = %(me)s"),
    "friends": ("f.followee_id", "greatest(f.created_at, b.created_at)", _FRIENDS),
}


def relations(viewer_id: int | None, ids: Iterable[int]) -> dict[int, Relation]:
    """Return how a viewer stands to each of these people, in one statement; nobody knows nobody."""
    wanted = sorted(set(ids))
    if viewer_id is None or not wanted:
        return dict.fromkeys(wanted, STRANGER)
    with connection.cursor() as cursor:
        cursor.execute(_RELATIONS, {"me": viewer_id, "ids": wanted})
        rows = cursor.fetchall()
    return {
        other: Relation(
            follows=mine == "active",
            followed_by=theirs == "active",
            requested=mine == "requested",
            wants_in=theirs == "requested",
            blocked=blocked,
            blocked_by=blocked_by,
            muted=muted,
            remark=remark,
        )
        for other, mine, theirs, blocked, blocked_by, muted, remark in rows
    }


def relation(viewer_id: int | None, other_id: int) -> Relation:
    """Return how a viewer stands to one person."""
    return relations(viewer_id, [other_id])[other_id]


def get_profile(code: str, *, viewer_id: int | None) -> SocialProfile:
    """Return a person's page as a viewer may see it.

    :raises PersonNotFound: nobody has this code.
    """
    person = people.find_person_by_code(code)
    if person is None:
        raise PersonNotFound()
    return _profile(person, viewer_id)


def get_profile_of(person_id: int, *, viewer_id: int | None) -> SocialProfile:
    """Return a person's page by their id.

    :raises PersonNotFound: there is no such person.
    """
    return _profile(people.get_person(person_id), viewer_id)


def can_see(viewer_id: int | None, author_id: int) -> bool:
    """Whether a person's page is open to the viewer: no block, and accepted if the account is private."""
    return can_see_many(viewer_id, [author_id]) == {author_id}


def can_see_many(viewer_id: int | None, author_ids: Iterable[int]) -> set[int]:
    """Return those of these people whose pages are open to the viewer, in two statements."""
    wanted = set(author_ids)
    stands = relations(viewer_id, wanted)
    private = set(Profile.objects.filter(pk__in=wanted, is_private=True).values_list("pk", flat=True))
    return {
        author
        for author in wanted
        if author == viewer_id
        or (not stands[author].is_cut and (author not in private or stands[author].follows))
    }


def hidden_ids(viewer_id: int | None) -> frozenset[int]:
    """Return the people a viewer reads nothing of: blocked either way, or muted."""
    if viewer_id is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_HIDDEN, {"me": viewer_id})
        return frozenset(row[0] for row in cursor.fetchall())


def list_remarks(viewer_id: int, ids: Iterable[int]) -> dict[int, str]:
    """Return the names a viewer gave to some of these people."""
    rows = Remark.objects.filter(person_id=viewer_id, about_id__in=set(ids))
    return dict(rows.values_list("about_id", "name"))


def display_names(viewer_id: int | None, ids: Iterable[int]) -> dict[int, str]:
    """Return what a viewer calls these people: their own name for them, or the nickname."""
    wanted = set(ids)
    names = {person.id: person.nickname for person in people.list_people(wanted).values()}
    if viewer_id is not None:
        rows = Remark.objects.filter(person_id=viewer_id, about_id__in=wanted)
        names.update(rows.values_list("about_id", "name"))
    return names


def list_friend_ids(person_id: int) -> list[int]:
    """Return who follows this person and is followed by them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT f.followee_id {_FRIENDS} ORDER BY 1", {"me": person_id})
        return [row[0] for row in cursor.fetchall()]


def list_following_ids(person_id: int) -> list[int]:
    """Return whom this person follows."""
    rows = Follow.objects.filter(follower_id=person_id, state="active")
    return list(rows.order_by("followee_id").values_list("followee_id", flat=True))


def count_friends(person_id: int) -> int:
    """Count this person's friends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_FRIENDS}", {"me": person_id})
        return int(cursor.fetchone()[0])


def count_requests(person_id: int) -> int:
    """Count who waits to be let in."""
    return Follow.objects.filter(followee_id=person_id, state="requested").count()


def page_followers(
    person_id: int, *, viewer_id: int | None, cursor: str | None = None, limit: int = 30
) -> Page[PersonLine]:
    """Return who follows a person, the newest first.

    :raises ListHidden: the page of this person is closed to the viewer.
    :raises BadCursor: the cursor was not made here.
    """
    _require_open(viewer_id, person_id)
    return _page("followers", person_id, viewer_id, cursor, limit)


def page_following(
    person_id: int, *, viewer_id: int | None, cursor: str | None = None, limit: int = 30
) -> Page[PersonLine]:
    """Return whom a person follows, the newest first.

    :raises ListHidden: the page of this person is closed to the viewer.
    :raises BadCursor: the cursor was not made here.
    """
    _require_open(viewer_id, person_id)
    return _page("following", person_id, viewer_id, cursor, limit)


def page_friends(person_id: int, *, cursor: str | None = None, limit: int = 30) -> Page[PersonLine]:
    """Return one's own friends, the newest first.

    :raises BadCursor: the cursor was not made here.
    """
    return _page("friends", person_id, person_id, cursor, limit)


def page_requests(person_id: int, *, cursor: str | None = None, limit: int = 30) -> Page[PersonLine]:
    """Return who asks to follow this private account, the newest first.

    :raises BadCursor: the cursor was not made here.
    """
    return _page("requests", person_id, person_id, cursor, limit)


def page_blocked(person_id: int, *, cursor: str | None = None, limit: int = 30) -> Page[PersonLine]:
    """Return whom this person blocked, the newest first.

    :raises BadCursor: the cursor was not made here.
    """
    return _page("blocked", person_id, person_id, cursor, limit)


def page_muted(person_id: int, *, cursor: str | None = None, limit: int = 30) -> Page[PersonLine]:
    """Return whom this person muted, the newest first.

    :raises BadCursor: the cursor was not made here.
    """
    return _page("muted", person_id, person_id, cursor, limit)


def list_lines(viewer_id: int | None, ids: Sequence[int]) -> list[PersonLine]:
    """Return people as lines of a list, in this order; unknown ids are left out. Three statements."""
    cards = people.list_people(ids)
    stands = relations(viewer_id, cards)
    bios = dict(Profile.objects.filter(pk__in=list(cards)).values_list("pk", "bio"))
    return [_line(cards[i], stands[i], bios.get(i, ""), viewer_id) for i in ids if i in cards]


def get_invitation(code: str, *, viewer_id: int | None, at: datetime | None = None) -> Invitation:
    """Return an invitation as its reader sees it; one of somebody who blocked the reader does not exist.

    :raises InvitationGone: there is no such invitation.
    """
    row = InvitationRow.objects.filter(code=code).first()
    if row is None or relation(viewer_id, row.inviter_id).blocked_by:
        raise InvitationGone()
    return invitation_view(row, viewer_id=viewer_id, at=clock.at_or_now(at))


def invitation_view(row: InvitationRow, *, viewer_id: int | None, at: datetime) -> Invitation:
    """Show a row."""
    return Invitation(
        code=row.code,
        inviter=people.get_person(row.inviter_id),
        expires_at=row.expires_at,
        is_own=row.inviter_id == viewer_id,
        is_open=row.is_open(at),
    )


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the graph holds about a person; others appear by their code, as on their pages."""
    row = Profile.objects.filter(pk=person_id).first() or _blank(person_id)
    with connection.cursor() as cursor:
        cursor.execute(_EXPORT, {"me": person_id})
        ties = [
            {"kind": kind, "person": code, "name": name, "since": since and since.isoformat()}
            for kind, code, name, since in cursor.fetchall()
        ]
    return {
        "profile": {
            "bio": row.bio,
            "place": row.place,
            "background": row.background,
            "is_private": row.is_private,
            "note_visibility": row.note_visibility,
        },
        "ties": ties,
        "invitations": [
            {"code": r.code, "created_at": r.created_at.isoformat(), "expires_at": r.expires_at.isoformat()}
            for r in InvitationRow.objects.filter(inviter_id=person_id).order_by("pk")
        ],
    }


def _profile(person: PersonCard, viewer_id: int | None) -> SocialProfile:
    row = Profile.objects.filter(pk=person.id).first() or _blank(person.id)
    stand = relation(viewer_id, person.id)
    is_own = person.id == viewer_id
    open_to = is_own or (not stand.is_cut and (not row.is_private or stand.follows))
    shown = is_own or not stand.blocked_by
    kept: Any = row.background if shown else None
    picture = media.view(kept) if kept else None
    return SocialProfile(
        person=person,
        name=stand.remark or person.nickname,
        bio=row.bio if shown else "",
        place=row.place if shown else "",
        background_url=picture.url if picture else "",
        background_srcset=picture.srcset if picture else "",
        is_private=row.is_private,
        note_visibility=row.note_visibility if is_own else "",
        follower_count=row.follower_count if shown else 0,
        following_count=row.following_count if shown else 0,
        relation=stand,
        is_own=is_own,
        can_see=open_to,
    )


def _blank(person_id: int) -> Profile:
    """The profile of somebody nothing has touched yet."""
    return Profile(
        person_id=person_id,
        bio="",
        place="",
        is_private=False,
        note_visibility="public",
        follower_count=0,
        following_count=0,
    )


def _require_open(viewer_id: int | None, person_id: int) -> None:
    if not can_see(viewer_id, person_id):
        raise ListHidden()


def _page(
    kind: str, owner_id: int, viewer_id: int | None, cursor: str | None, limit: int
) -> Page[PersonLine]:
    """One page of a list by (since, person), so that new rows never move what was read."""
    who, since, rows = _LISTS[kind]
    limit = max(1, min(limit, MAX_PAGE))
    asked: dict[str, Any] = {"me": owner_id, "limit": limit + 1}
    after = ""
    if cursor:
        asked["at"], asked["last"] = decode_cursor(cursor)[:2]
        after = f"AND ({since}, {who}) < (%(at)s, %(last)s)"
    with connection.cursor() as database:
        # Only our own words are put together here; values travel as parameters.
        database.execute(
            f"SELECT {who}, {since} {rows} {after} ORDER BY {since} DESC, {who} DESC LIMIT %(limit)s",
            asked,
        )
        found = database.fetchall()
    more, found = len(found) > limit, found[:limit]
    lines = list_lines(viewer_id, [row[0] for row in found])
    return Page(lines, encode_cursor(found[-1][1], found[-1][0]) if more else None)


def _line(card: PersonCard, stand: Relation, bio: str, viewer_id: int | None) -> PersonLine:
    return PersonLine(
        person=card,
        name=stand.remark or card.nickname,
        relation=stand,
        bio="" if stand.blocked_by else bio,
        is_self=card.id == viewer_id,
    )
