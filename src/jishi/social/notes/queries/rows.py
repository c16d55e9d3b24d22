"""Rows of notes with all that a card or a page shows of them: one statement for any number of notes.

Reads the accounts' and the graph's tables (names, remarks) in the same statement.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from jishi.kernel import media
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import PersonCard
from jishi.social.notes import rules
from jishi.social.notes.contracts import NoteCard, OriginView, PictureView
from jishi.social.notes.queries.visible import CONDITION, Audiences

COLUMNS = [
    "id",
    "code",
    "author_id",
    "form",
    "title",
    "text",
    "details",
    "state",
    "reason",
    "reason_note",
    "visibility",
    "audience_kind",
    "audience_key",
    "place",
    "is_sponsored",
    "sponsor",
    "pictures",
    "video",
    "cover",
    "language",
    "repost_of_id",
    "published_no",
    "published_at",
    "scheduled_at",
    "created_at",
    "edited_at",
    "revision",
    "like_count",
    "comment_count",
    "favourite_count",
    "repost_count",
    "quality",
]
JSON_COLUMNS = ("details", "pictures", "video", "cover", "topics", "pins", "mentioned", "folders")
_EXTRAS = """, u.code AS author_code, u.nickname, u.avatar, coalesce(r.name, '') AS remark,
    EXISTS (SELECT 1 FROM notes_like l WHERE l.note_id = n.id AND l.person_id = %(me)s) AS is_liked"""
_FROM = """FROM notes_note n JOIN accounts_user u ON u.id = n.author_id
LEFT JOIN graph_remark r ON r.person_id = %(me)s AND r.about_id = n.author_id"""
_OWN_TOO = f"((n.state = 'published' AND {CONDITION}) OR (n.author_id = %(me)s AND n.state <> 'removed'))"
LIST = f"""SELECT {", ".join(f"n.{name}" for name in COLUMNS)} {_EXTRAS} {_FROM}
WHERE n.id = ANY(%(ids)s) AND (n.state = 'published' AND {CONDITION} OR %(own)s AND {_OWN_TOO})"""
WHOLE = f"""SELECT {", ".join(f"n.{name}" for name in COLUMNS)} {_EXTRAS},
    EXISTS (SELECT 1 FROM notes_favourite v WHERE v.note_id = n.id AND v.person_id = %(me)s) AS is_favourite,
    (SELECT coalesce(json_agg(json_build_array(t.id, t.slug, t.name) ORDER BY t.id), '[]')
        FROM notes_notetopic nt JOIN notes_topic t ON t.id = nt.topic_id WHERE nt.note_id = n.id) AS topics,
    (SELECT coalesce(json_agg(json_build_array(p.position, p.picture, p.x, p.y, p.product_id)
        ORDER BY p.position), '[]') FROM notes_pin p WHERE p.note_id = n.id) AS pins,
    (SELECT coalesce(json_agg(json_build_array(m.nickname, m.code)), '[]')
        FROM notes_mention nm JOIN accounts_user m ON m.id = nm.person_id
        WHERE nm.note_id = n.id) AS mentioned,
    (SELECT coalesce(json_agg(json_build_array(o.code, o.name) ORDER BY o.id), '[]')
        FROM notes_folder o WHERE o.person_id = %(me)s) AS folders
{_FROM}"""  # noqa: S608
ONE = f"{WHOLE} WHERE n.code = %(code)s AND {_OWN_TOO}"


def fetch(sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows as dictionaries, JSON read."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in JSON_COLUMNS:
            if isinstance(row.get(name), str):
                row[name] = json.loads(row[name])
    return rows


def list_cards(
    ids: Iterable[int], *, viewer_id: int | None, language: str = "", own: bool = False
) -> list[NoteCard]:
    """Return cards in the order of the ids, without those this viewer may not see.

    A repost without words of its own goes with its original. With `own`, authors also see what is not
    published.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    audiences = Audiences(viewer_id)
    found = _visible(wanted, viewer_id, audiences, own)
    origins = _visible({row["repost_of_id"] for row in found.values()} - {None}, viewer_id, audiences, False)
    cards = []
    for note_id in wanted:
        row = found.get(note_id)
        if row is None:
            continue
        origin = origin_view(row["repost_of_id"], origins)
        if origin and origin.is_gone and not (row["text"] or row["title"]) and not own:
            continue
        cards.append(card(row, origin, viewer_id))
    return cards


def _visible(
    ids: Iterable[int | None], viewer_id: int | None, audiences: Audiences, own: bool
) -> dict[int, dict[str, Any]]:
    wanted = sorted(note_id for note_id in ids if note_id is not None)
    if not wanted:
        return {}
    rows = fetch(LIST, {"ids": wanted, "me": viewer_id, "own": own})
    return {row["id"]: row for row in audiences.keep(rows)}


def find_origin(repost_of_id: int | None, viewer_id: int | None) -> OriginView | None:
    """Return what a repost passes on, as this viewer may see it; None for a note of its own."""
    if repost_of_id is None:
        return None
    return origin_view(repost_of_id, _visible({repost_of_id}, viewer_id, Audiences(viewer_id), False))


def origin_view(repost_of_id: int | None, origins: Mapping[int, dict[str, Any]]) -> OriginView | None:
    """The original of a repost among those the viewer may see."""
    if repost_of_id is None:
        return None
    row = origins.get(repost_of_id)
    if row is None:
        return OriginView(is_gone=True)
    return OriginView(
        is_gone=False,
        code=row["code"],
        title=row["title"],
        excerpt=rules.excerpt(row["text"]),
        author=author(row),
        author_name=row["remark"] or row["nickname"],
        cover=picture(row["cover"], row["title"]),
    )


def card(row: Mapping[str, Any], origin: OriginView | None, viewer_id: int | None) -> NoteCard:
    """A row as lists show it; a repost without pictures shows those of its original."""
    cover = picture(row["cover"], row["title"])
    shape = rules.bucket(row["cover"])
    if cover is None and origin is not None and origin.cover is not None:
        cover = origin.cover
        shape = rules.bucket({"w": cover.width, "h": cover.height})
    return NoteCard(
        id=row["id"],
        code=row["code"],
        published_no=row["published_no"],
        form=row["form"],
        title=row["title"],
        excerpt=rules.excerpt(row["text"]),
        state=row["state"],
        visibility=row["visibility"],
        author=author(row),
        author_name=row["remark"] or row["nickname"],
        cover=cover,
        bucket=shape,
        is_video=bool(row["video"]),
        picture_count=len(row["pictures"]),
        is_sponsored=row["is_sponsored"],
        place=row["place"],
        like_count=row["like_count"],
        comment_count=row["comment_count"],
        favourite_count=row["favourite_count"],
        repost_count=row["repost_count"],
        is_liked=row["is_liked"],
        is_own=row["author_id"] == viewer_id,
        origin=origin,
        published_at=row["published_at"],
        scheduled_at=row["scheduled_at"],
        quality=row["quality"],
    )


def author(row: Mapping[str, Any]) -> PersonCard:
    """Who wrote the row."""
    url = account_queries.avatar_url(row["avatar"])
    return PersonCard(row["author_id"], row["author_code"], row["nickname"], url)


def picture(kept: Mapping[str, Any] | None, alt: str = "") -> PictureView | None:
    """A stored picture, ready to be shown."""
    if not kept:
        return None
    shown = media.view(kept, alt)
    return PictureView(shown.url, shown.srcset, shown.small_url, shown.width, shown.height, alt)
