"""How a community is doing: every figure and the list behind it come from the same selection.

Set-based SQL over this domain's rows and, because a figure needs one statement, over the tables of notes and
share links below it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jishi.kernel import clock
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import PersonCard
from jishi.social.communities import rules
from jishi.social.communities.contracts import (
    CandidateRow,
    DayCount,
    Health,
    HealthRow,
    InviterRow,
    Permission,
)
from jishi.social.communities.errors import CommunityIncomplete
from jishi.social.communities.queries import finding, lists

DAYS = 28
NEWCOMER_AGE = timedelta(days=14)
NEWCOMER_SPAN = timedelta(days=90)

_MEMBERS = "communities_membership m WHERE m.community_id = %(community)s AND m.state = 'member'"
_ACTIVE = """
(SELECT m.id, m.person_id, max(a."on")::timestamptz AS at FROM communities_membership m
 JOIN communities_activeday a ON a.community_id = m.community_id AND a.person_id = m.person_id
 WHERE m.community_id = %(community)s AND m.state = 'member' AND a."on" > %(since)s::date
   AND a."on" <= %(at)s::date GROUP BY m.id, m.person_id) x
"""
_POSTS = """
(SELECT p.id, p.author_id AS person_id, p.posted_at AS at, n.code, n.title FROM communities_post p
 JOIN notes_note n ON n.id = p.note_id AND n.state = 'published'
 WHERE p.community_id = %(community)s AND p.removed_at IS NULL AND p.posted_at > %(since)s
   AND p.posted_at <= %(at)s {more}) x
"""
_UNANSWERED = """AND NOT EXISTS (SELECT 1 FROM notes_comment c WHERE c.note_id = p.note_id
   AND c.state = 'published' AND c.author_id <> p.author_id AND c.created_at <= %(at)s)"""
_COMMENTS = """
(SELECT c.id, c.author_id AS person_id, c.created_at AS at, n.code, left(c.text, 80) AS title
 FROM notes_comment c JOIN communities_post p ON p.note_id = c.note_id AND p.removed_at IS NULL
 JOIN notes_note n ON n.id = p.note_id AND n.state = 'published'
 WHERE p.community_id = %(community)s AND c.state = 'published' AND c.created_at > %(since)s
   AND c.created_at <= %(at)s) x
"""
_PASSAGES = """
(SELECT g.id, g.person_id, g.at FROM communities_passage g WHERE g.community_id = %(community)s
 AND g.kind {kind} AND g.at > %(since)s AND g.at <= %(at)s) x
"""
_NEWCOMERS = """
(SELECT m.id, m.person_id, g.at FROM communities_membership m JOIN LATERAL (
   SELECT max(at) AS at FROM communities_passage WHERE community_id = m.community_id
     AND person_id = m.person_id AND kind = 'joined' AND at <= %(at)s) g ON true
 WHERE m.community_id = %(community)s AND g.at > %(newest)s::timestamptz - %(span)s
   AND g.at <= %(newest)s {more}) x
"""
_STAYED = """AND m.state = 'member' AND EXISTS (SELECT 1 FROM communities_activeday a
   WHERE a.community_id = m.community_id AND a.person_id = m.person_id
     AND a."on" > (%(at)s::timestamptz - %(age)s)::date AND a."on" <= %(at)s::date)"""
_INACTIVE = """
(SELECT m.id, m.person_id, coalesce(m.last_active_at, m.joined_at) AS at FROM communities_membership m
 WHERE m.community_id = %(community)s AND m.state = 'member' AND m.role = 'member'
   AND coalesce(m.last_active_at, m.joined_at) < %(quiet)s) x
"""
_NOTE_ORDERS = """
(SELECT o.id, o.buyer_id AS person_id, o.paid_at AS at, n.code, n.title, o.amount_minor, o.currency
 FROM communities_post p JOIN notes_note n ON n.id = p.note_id
 JOIN shares_sharelink l ON l.kind = 'note' AND l.key = n.code
 JOIN shares_shareorder o ON o.link_id = l.id
 WHERE p.community_id = %(community)s AND p.removed_at IS NULL AND o.paid_at > %(since)s
   AND o.paid_at <= %(at)s) x
"""
SELECTIONS: Mapping[str, str] = {
    "members": f"(SELECT m.id, m.person_id, m.joined_at AS at FROM {_MEMBERS}) x",  # noqa: S608
    "active_7d": _ACTIVE.replace("%(since)s", "%(week)s"),
    "active_28d": _ACTIVE,
    "posts_28d": _POSTS.format(more=""),
    "unanswered_28d": _POSTS.format(more=_UNANSWERED),
    "comments_28d": _COMMENTS,
    "joined_28d": _PASSAGES.format(kind="= 'joined'"),
    "left_28d": _PASSAGES.format(kind="IN ('left', 'removed', 'banned', 'inactive')"),
    "newcomers": _NEWCOMERS.format(more=""),
    "newcomers_stayed": _NEWCOMERS.format(more=_STAYED),
    "inactive": _INACTIVE,
    "note_orders": _NOTE_ORDERS,
}
"""What each figure counts. Figures with a note have the columns code and title."""
WITH_NOTE = frozenset({"posts_28d", "unanswered_28d", "comments_28d", "note_orders"})

_FIRST_COMMENTS = """
SELECT extract(epoch FROM f.at - p.posted_at) FROM communities_post p
JOIN notes_note n ON n.id = p.note_id AND n.state = 'published'
JOIN LATERAL (SELECT min(c.created_at) AS at FROM notes_comment c WHERE c.note_id = p.note_id
    AND c.state = 'published' AND c.author_id <> p.author_id AND c.created_at >= p.posted_at) f
    ON f.at <= %(at)s
WHERE p.community_id = %(community)s AND p.removed_at IS NULL AND p.posted_at > %(since)s
  AND p.posted_at <= %(at)s
"""
_DAYS = f"""
SELECT d::date,
  (SELECT count(*) FROM communities_activeday WHERE community_id = %(community)s AND "on" = d::date),
  (SELECT count(*) FROM {_POSTS.format(more="")} WHERE (at AT TIME ZONE 'UTC')::date = d::date),
  (SELECT count(*) FROM {_COMMENTS} WHERE (at AT TIME ZONE 'UTC')::date = d::date),
  (SELECT count(*) FROM {SELECTIONS["joined_28d"]} WHERE (at AT TIME ZONE 'UTC')::date = d::date)
FROM generate_series((%(at)s::timestamptz AT TIME ZONE 'UTC')::date - {DAYS - 1},
                     (%(at)s::timestamptz AT TIME ZONE 'UTC')::date, '1 day') d ORDER BY 1
"""  # noqa: S608  # built from the constants above
_INVITERS = """
SELECT invited_by_id, count(*), count(*) FILTER (WHERE state = 'member') FROM communities_membership
WHERE community_id = %s AND invited_by_id IS NOT NULL AND joined_at IS NOT NULL
GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1 LIMIT %s
"""
_CANDIDATES = """
SELECT m.person_id, coalesce(p.n, 0), coalesce(c.n, 0), coalesce(p.likes, 0), coalesce(b.n, 0)
FROM communities_membership m
LEFT JOIN (SELECT p.author_id, count(*) AS n, sum(n.like_count)::bigint AS likes FROM communities_post p
    JOIN notes_note n ON n.id = p.note_id AND n.state = 'published'
    WHERE p.community_id = %(community)s AND p.removed_at IS NULL AND p.posted_at > %(since)s GROUP BY 1) p
    ON p.author_id = m.person_id
LEFT JOIN (SELECT c.author_id, count(*) AS n FROM notes_comment c
    JOIN communities_post p ON p.note_id = c.note_id AND p.removed_at IS NULL
    WHERE p.community_id = %(community)s AND c.state = 'published' AND c.author_id <> p.author_id
      AND c.created_at > %(since)s GROUP BY 1) c ON c.author_id = m.person_id
LEFT JOIN (SELECT invited_by_id, count(*) AS n FROM communities_membership
    WHERE community_id = %(community)s AND state = 'member' GROUP BY 1) b ON b.invited_by_id = m.person_id
WHERE m.community_id = %(community)s AND m.state = 'member' AND m.role = 'member' AND m.warnings = 0
  AND coalesce(p.n, 0) + coalesce(c.n, 0) + coalesce(b.n, 0) > 0
"""
WEIGHTS = {"posts": 5, "comments": 2, "likes": 1, "brought": 4}


def health(slug: str, *, viewer_id: int, at: datetime | None = None) -> Health:
    """Return the health board of a community, computed now.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not the viewer's to see.
    """
    now = clock.at_or_now(at)
    community = finding.get_community(slug, viewer_id=viewer_id, at=now)
    lists.require(community.id, viewer_id, Permission.MEASURE)
    counts: dict[str, Any] = figures(community.id, at=now)
    params = _params(community.id, now)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, params)
        days = tuple(DayCount(*row) for row in cursor.fetchall())
        cursor.execute(
            f"SELECT currency, sum(amount_minor)::bigint FROM {_NOTE_ORDERS} GROUP BY 1 ORDER BY 1",  # noqa: S608
            params,
        )
        sales = dict(cursor.fetchall())
    return Health(computed_at=now, note_sales_minor=sales, days=days, **counts)


def figures(community_id: int, *, at: datetime) -> dict[str, int | None]:
    """Return the numbers of the board, without checking who asks."""
    params = _params(community_id, at)
    counts = ", ".join(f"(SELECT count(*) FROM {source})" for source in SELECTIONS.values())  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", params)  # the selections are constants
        found: dict[str, int | None] = dict(zip(SELECTIONS, cursor.fetchone(), strict=True))
        cursor.execute(_FIRST_COMMENTS, params)
        found["first_comment_s"] = rules.median([float(seconds) for (seconds,) in cursor.fetchall()])
    members = found["members"] or 0
    found["active_7d_bps"] = rules.bps(found["active_7d"] or 0, members)
    found["active_28d_bps"] = rules.bps(found["active_28d"] or 0, members)
    found["retention_bps"] = rules.bps(found["newcomers_stayed"] or 0, found["newcomers"] or 0)
    return found


def page_health(
    slug: str,
    name: str,
    *,
    viewer_id: int,
    cursor: str | None = None,
    limit: int = 30,
    at: datetime | None = None,
) -> Page[HealthRow]:
    """Return what a figure of the board counts, the newest first.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not the viewer's to see.
    :raises CommunityIncomplete: there is no such figure.
    :raises BadCursor: the cursor was not made here.
    """
    now = clock.at_or_now(at)
    community = finding.get_community(slug, viewer_id=viewer_id, at=now)
    lists.require(community.id, viewer_id, Permission.MEASURE)
    if name not in SELECTIONS:
        raise CommunityIncomplete(field="figure")
    note = "code, title" if name in WITH_NOTE else "'' AS code, '' AS title"
    params = {**_params(community.id, now), "limit": limit + 1, "skip": 0}
    if cursor:
        # A page belongs to the instant of the first one, so that nothing moves while somebody pages.
        moment, skip = decode_cursor(cursor)
        params = {**_params(community.id, moment), "limit": limit + 1, "skip": skip}
    query = (
        f"SELECT person_id, {note}, at FROM {SELECTIONS[name]} "  # noqa: S608
        "ORDER BY at DESC, id DESC LIMIT %(limit)s OFFSET %(skip)s"
    )
    with connection.cursor() as database:
        database.execute(query, params)
        rows = database.fetchall()
    more, rows = len(rows) > limit, rows[:limit]
    people = account_queries.list_people({row[0] for row in rows if row[0]})
    items = [HealthRow(people.get(person), code, title, moment) for person, code, title, moment in rows]
    return Page(items, encode_cursor(params["at"], params["skip"] + limit) if more else None)


def list_inviters(community_id: int, *, limit: int = 20) -> tuple[InviterRow, ...]:
    """Return who brought most people, and how many of them are still there."""
    with connection.cursor() as cursor:
        cursor.execute(_INVITERS, [community_id, limit])
        rows = cursor.fetchall()
    people = account_queries.list_people({row[0] for row in rows})
    return tuple(InviterRow(people[pk], brought, stayed) for pk, brought, stayed in rows if pk in people)


def list_candidates(
    community_id: int, *, limit: int = 10, at: datetime | None = None
) -> tuple[CandidateRow, ...]:
    """Return members who contributed most in 90 days and were never warned: the next core members."""
    now = clock.at_or_now(at)
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {"community": community_id, "since": now - timedelta(days=90)})
        rows = cursor.fetchall()
    scored = sorted(((_score(row), row) for row in rows), key=lambda one: (-one[0], one[1][0]))[:limit]
    people: Mapping[int, PersonCard] = account_queries.list_people({row[0] for _, row in scored})
    return tuple(CandidateRow(people[row[0]], row[1], row[2], row[3], row[4], score) for score, row in scored)


def _score(row: tuple[int, int, int, int, int]) -> int:
    _, posts, comments, likes, brought = row
    weights = WEIGHTS
    return (
        posts * weights["posts"]
        + comments * weights["comments"]
        + likes * weights["likes"]
        + brought * weights["brought"]
    )


def _params(community_id: int, at: datetime) -> dict[str, Any]:
    return {
        "community": community_id,
        "at": at,
        "since": at - timedelta(days=DAYS),
        "week": at - timedelta(days=7),
        "newest": at - NEWCOMER_AGE,
        "span": NEWCOMER_SPAN,
        "age": NEWCOMER_AGE,
        "quiet": at - rules.INACTIVE_AFTER,
    }
