"""Finding notes by their words and people by the beginning of their name."""

from jishi.kernel import words
from jishi.kernel.paging import BadCursor, decode_cursor, encode_cursor
from jishi.social.feed.contracts import FeedItem, FeedPage
from jishi.social.feed.queries import sql

LIMIT_MAX = 60
NAME_MAX = 40

_NOTES = """
{with_clause} SELECT n.id, n.published_no,
    (1000000 * ts_rank(w.words, %(query)s::tsquery))::bigint AS score
FROM feed_notewords w JOIN notes_note n ON n.id = w.note_id
WHERE w.words @@ %(query)s::tsquery AND {visible}
  AND ((1000000 * ts_rank(w.words, %(query)s::tsquery))::bigint, n.published_no) < (%(score)s, %(before)s)
ORDER BY score DESC, n.published_no DESC LIMIT %(limit)s
"""
_PEOPLE = """
{with_clause} SELECT u.id FROM accounts_user u LEFT JOIN graph_profile p ON p.person_id = u.id
WHERE u.is_active AND lower(u.nickname) LIKE %(prefix)s
  {not_hidden}
ORDER BY coalesce(p.follower_count, 0) DESC, u.id LIMIT %(limit)s
"""
_LAST = 2**62


def search_notes(*, text: str, viewer_id: int | None, cursor: str | None = None, limit: int = 20) -> FeedPage:
    """Public notes that contain all words, the best match first.

    :raises BadCursor: the cursor is forged, old, or of another search.
    """
    found = words.query_words(text.replace("\x00", ""))
    if not found:
        return FeedPage(())
    query, limit = words.tsquery(found), max(1, min(limit, LIMIT_MAX))
    stamp = f"words:{query}"
    score, before = _LAST, _LAST
    if cursor:
        values = decode_cursor(cursor)
        if len(values) != 3 or values[0] != stamp or not all(isinstance(part, int) for part in values[1:]):
            raise BadCursor
        score, before = values[1], values[2]
    with_clause, visible = sql.public(viewer_id)
    params = {"viewer": viewer_id, "query": query, "score": score, "before": before, "limit": limit + 1}
    rows = sql.run(_NOTES.format(with_clause=with_clause, visible=visible), params)
    more, rows = len(rows) > limit, rows[:limit]
    items = tuple(FeedItem("note", row[0]) for row in rows)
    return FeedPage(items, encode_cursor(stamp, rows[-1][2], rows[-1][1]) if more else None)


def search_people(*, text: str, viewer_id: int | None, limit: int = 20) -> list[int]:
    """Active people whose name begins so, the most followed first; never who blocked or was blocked."""
    name = text.replace("\x00", "").strip().lower()[:NAME_MAX]
    if not name:
        return []
    escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    with_clause = "" if viewer_id is None else f"WITH {sql.HIDDEN}"
    hidden = "" if viewer_id is None else "AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.id = u.id)"
    rows = sql.run(
        _PEOPLE.format(with_clause=with_clause, not_hidden=hidden),
        {"viewer": viewer_id, "prefix": escaped + "%", "limit": max(1, min(limit, LIMIT_MAX))},
    )
    return [row[0] for row in rows]
