"""Reading comments: two levels, in two statements however many there are."""

from collections.abc import Mapping
from typing import Any

from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.social.notes import rules
from jishi.social.notes.contracts import CommentView, StateNote
from jishi.social.notes.errors import CommentNotFound
from jishi.social.notes.models import Comment
from jishi.social.notes.queries import notes, rows

SHOWN_REPLIES = 50
_SELECT = """SELECT c.id, c.code, c.note_id, c.author_id, c.parent_id, c.text, c.state, c.reason,
    c.reason_note, c.like_count, c.created_at, n.code AS note_code, n.author_id AS note_author_id,
    u.code AS author_code, u.nickname, u.avatar, coalesce(r.name, '') AS remark,
    coalesce(ru.nickname, '') AS reply_to_name,
    EXISTS (SELECT 1 FROM notes_commentlike l WHERE l.comment_id = c.id AND l.person_id = %(me)s) AS is_liked
FROM notes_comment c JOIN notes_note n ON n.id = c.note_id JOIN accounts_user u ON u.id = c.author_id
LEFT JOIN graph_remark r ON r.person_id = %(me)s AND r.about_id = c.author_id
LEFT JOIN notes_comment rc ON rc.id = c.reply_to_id LEFT JOIN accounts_user ru ON ru.id = rc.author_id
WHERE (c.state = 'published' OR c.author_id = %(me)s AND c.state <> 'removed')
AND NOT EXISTS (SELECT 1 FROM graph_block b WHERE (b.blocker_id = %(me)s AND b.blocked_id = c.author_id)
    OR (b.blocker_id = c.author_id AND b.blocked_id = %(me)s))"""
_TOP = f"""{_SELECT} AND c.note_id = %(note)s AND c.parent_id IS NULL AND c.id < %(before)s
ORDER BY c.id DESC LIMIT %(limit)s"""
_UNDER = f"""SELECT * FROM (SELECT x.*, row_number() OVER (PARTITION BY x.parent_id ORDER BY x.id) AS nth,
    count(*) OVER (PARTITION BY x.parent_id) AS in_all
FROM ({_SELECT} AND c.parent_id = ANY(%(parents)s)) x) y WHERE y.nth <= %(replies)s ORDER BY y.id"""  # noqa: S608
_ONE = f"{_SELECT} AND c.code = %(code)s"


def page_comments(
    code: str, *, viewer_id: int | None, cursor: str | None = None, limit: int = 20
) -> Page[CommentView]:
    """Return the comments under a note, the newest first, each with its replies, the oldest first.

    :raises NoteNotFound: the viewer may not see the note.
    :raises BadCursor: the cursor was not made here.
    """
    note_id = notes.find_note_id(code, viewer_id=viewer_id)
    if note_id is None:
        raise notes.NoteNotFound()
    return page_of_note(note_id, viewer_id=viewer_id, cursor=cursor, limit=limit)


def page_of_note(
    note_id: int, *, viewer_id: int | None, cursor: str | None = None, limit: int = 20
) -> Page[CommentView]:
    """Return the comments under a note that the caller has already shown to the viewer."""
    limit = max(1, min(limit, notes.MAX_PAGE))
    before = decode_cursor(cursor)[0] if cursor else notes.ENDLESS
    found = rows.fetch(_TOP, {"me": viewer_id, "note": note_id, "before": before, "limit": limit + 1})
    more, found = len(found) > limit, found[:limit]
    parents = [row["id"] for row in found]
    under = (
        rows.fetch(_UNDER, {"me": viewer_id, "parents": parents, "replies": SHOWN_REPLIES}) if parents else []
    )
    replies: dict[int, list[dict[str, Any]]] = {}
    for row in under:
        replies.setdefault(row["parent_id"], []).append(row)
    items = [_view(row, viewer_id, replies.get(row["id"], [])) for row in found]
    return Page(items, encode_cursor(parents[-1]) if more else None)


def get_comment(code: str, *, viewer_id: int | None) -> CommentView:
    """Return one comment without its replies; whether the note may be seen, the caller has asked.

    :raises CommentNotFound: there is none for this viewer.
    """
    found = rows.fetch(_ONE, {"me": viewer_id, "code": code[:12]})
    if not found:
        raise CommentNotFound()
    return _view(found[0], viewer_id, [])


def find_note_code(comment_code: str) -> str | None:
    """Return the code of the note that a comment stands under."""
    return Comment.objects.filter(code=comment_code).values_list("note__code", flat=True).first()


def _view(row: Mapping[str, Any], viewer_id: int | None, replies: list[dict[str, Any]]) -> CommentView:
    is_own = row["author_id"] == viewer_id
    return CommentView(
        id=row["id"],
        code=row["code"],
        note_code=row["note_code"],
        author=rows.author(row),
        author_name=row["remark"] or row["nickname"],
        reply_to_name=row["reply_to_name"],
        text=row["text"],
        pieces=rules.pieces(row["text"]),
        state=row["state"],
        state_note=StateNote(row["reason"], row["reason_note"]) if is_own and row["reason"] else None,
        like_count=row["like_count"],
        is_liked=row["is_liked"],
        is_own=is_own,
        is_by_note_author=row["author_id"] == row["note_author_id"],
        may_remove=viewer_id is not None and viewer_id in (row["author_id"], row["note_author_id"]),
        created_at=row["created_at"],
        reply_count=replies[0]["in_all"] if replies else 0,
        replies=tuple(_view(reply, viewer_id, []) for reply in replies),
    )
