"""The hot list: a ranking that a sweep made, read place by place. Whoever pages on stays in their ranking."""

from jishi.kernel.paging import BadCursor, decode_cursor, encode_cursor
from jishi.social.feed.contracts import FeedItem, FeedPage
from jishi.social.feed.models import Ranking
from jishi.social.feed.queries import sql

LIMIT_MAX = 60

_PAGE = """
{with_clause} SELECT r.rank, n.id FROM feed_rankednote r JOIN notes_note n ON n.id = r.note_id
WHERE r.ranking_id = %(ranking)s AND r.rank > %(rank)s AND {visible} ORDER BY r.rank LIMIT %(limit)s
"""


def page_hot(*, viewer_id: int | None, cursor: str | None = None, limit: int = 20) -> FeedPage:
    """What moves people now. A ranking that was thrown away meanwhile ends the list.

    :raises BadCursor: the cursor is forged, old, or of another feed.
    """
    limit = max(1, min(limit, LIMIT_MAX))
    ranking, rank = _start(cursor)
    if ranking is None:
        return FeedPage(())
    with_clause, visible = sql.public(viewer_id)
    rows = sql.run(
        _PAGE.format(with_clause=with_clause, visible=visible),
        {"viewer": viewer_id, "ranking": ranking, "rank": rank, "limit": limit + 1},
    )
    more, rows = len(rows) > limit, rows[:limit]
    items = tuple(FeedItem("note", row[1]) for row in rows)
    return FeedPage(items, encode_cursor("hot", ranking, rows[-1][0]) if more else None)


def _start(cursor: str | None) -> tuple[int | None, int]:
    if not cursor:
        return Ranking.objects.order_by("-pk").values_list("pk", flat=True).first(), 0
    values = decode_cursor(cursor)
    if len(values) != 3 or values[0] != "hot" or not all(isinstance(part, int) for part in values[1:]):
        raise BadCursor
    return values[1], values[2]
