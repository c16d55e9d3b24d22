"""Films one after the other, the latest first, as far as a viewer may see them."""

from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.social.notes.contracts import NoteView
from jishi.social.notes.queries import rows, views
from jishi.social.notes.queries.visible import CONDITION

MAX_FILMS = 10
ENDLESS = 2**62
_PAGE = f"""{rows.WHOLE} WHERE n.state = 'published' AND n.video IS NOT NULL AND n.visibility = 'public'
AND {CONDITION} AND n.published_no <= LEAST(%(upto)s, (
    SELECT s.published_no FROM notes_note s WHERE s.code = %(start)s AND s.published_no IS NOT NULL))
ORDER BY n.published_no DESC LIMIT %(limit)s"""  # noqa: S608


def page_films(
    *, viewer_id: int | None, language: str, start: str = "", cursor: str | None = None, limit: int = 4
) -> Page[NoteView]:
    """Return public films, from the note ``start`` on where it is given.

    :raises BadCursor: the cursor was not made here.
    """
    limit = max(1, min(limit, MAX_FILMS))
    upto = decode_cursor(cursor)[0] - 1 if cursor else ENDLESS
    found = rows.fetch(_PAGE, {"me": viewer_id, "upto": upto, "start": start[:12], "limit": limit + 1})
    shown = found[:limit]
    pins = views.pins_of_many([row["pins"] for row in shown], language)
    films = [views.whole(row, pinned, viewer_id) for row, pinned in zip(shown, pins, strict=True)]
    return Page(films, encode_cursor(shown[-1]["published_no"]) if len(found) > limit else None)
