"""Chronological feeds: whom one follows, a topic, a place. They page by the number a note got at publication.

A page never repeats and never skips a note that could be seen when the first page was read: numbers only
grow, and everything on a later page has a lower one.
"""

from typing import Any

from jishi.kernel.paging import BadCursor, decode_cursor, encode_cursor
from jishi.social.feed.contracts import FeedItem, FeedPage, PlaceView, TopicView
from jishi.social.feed.errors import TopicUnknown
from jishi.social.feed.models import Choice
from jishi.social.feed.queries import sql

LIMIT_MAX = 60
NEW_MAX = 100
"""More new notes than this are not counted."""
SHALLOW = 2
"""So many notes of each followed person are looked at before anybody's older ones."""
ROUNDS_MAX = 6
SPARE = 4
"""A page asks for a quarter more numbers than it shows: some notes are not for this reader."""
LAST_NO = 2**62

_FOLLOWING = f"""
WITH {sql.HIDDEN},
apart AS MATERIALIZED (
    SELECT id FROM hidden
    UNION ALL SELECT followee_id FROM graph_follow WHERE follower_id = %(viewer)s AND state = 'requested'
),
authors AS MATERIALIZED (
    SELECT f.followee_id AS id FROM graph_follow f
    WHERE f.follower_id = %(viewer)s AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.id = f.followee_id)
    UNION ALL SELECT %(viewer)s
),
newest AS MATERIALIZED (
    SELECT a.id, t.no FROM authors a CROSS JOIN LATERAL (
        SELECT n.published_no AS no FROM notes_note n
        WHERE n.author_id = a.id AND n.state = 'published'
          AND n.published_no < %(before)s AND n.published_no > %(after)s
        ORDER BY n.published_no DESC LIMIT {SHALLOW}
    ) t
),
edge AS MATERIALIZED (
    SELECT coalesce((SELECT no FROM newest ORDER BY no DESC OFFSET %(limit)s - 1 LIMIT 1), %(after)s) AS no
),
busy AS MATERIALIZED (
    SELECT id, min(no) AS no FROM newest GROUP BY id
    HAVING count(*) = {SHALLOW} AND min(no) > (SELECT no FROM edge)
),
found AS MATERIALIZED (
    SELECT no FROM newest WHERE no >= (SELECT no FROM edge)
    UNION ALL
    SELECT t.no FROM busy b CROSS JOIN LATERAL (
        SELECT n.published_no AS no FROM notes_note n
        WHERE n.author_id = b.id AND n.state = 'published'
          AND n.published_no < b.no AND n.published_no > (SELECT no FROM edge)
        ORDER BY n.published_no DESC LIMIT %(limit)s
    ) t
    ORDER BY no DESC LIMIT %(limit)s
)
SELECT t.no, (
    SELECT n.id FROM notes_note n WHERE n.published_no = t.no AND ({sql.FOLLOWER})
) FROM found t ORDER BY t.no DESC
"""  # noqa: S608  # fixed fragments only
_TOPIC = """
{with_clause} SELECT n.published_no, n.id FROM notes_notetopic t JOIN notes_note n ON n.id = t.note_id
WHERE t.topic_id = %(topic)s AND n.published_no < %(before)s AND n.published_no > %(after)s AND {visible}
ORDER BY n.published_no DESC LIMIT %(limit)s
"""
# Columns are asked for along the order of publication: every form has notes among the newest ones.
_FORM = """
{with_clause} SELECT n.published_no, n.id FROM notes_note n
WHERE n.form = %(form)s AND n.published_no < %(before)s AND n.published_no > %(after)s AND {visible}
ORDER BY n.published_no DESC LIMIT %(limit)s
"""
_PLACE = """
{with_clause} SELECT n.published_no, n.id FROM notes_note n
WHERE n.place = %(place)s AND n.published_no < %(before)s AND n.published_no > %(after)s AND {visible}
ORDER BY n.published_no DESC LIMIT %(limit)s
"""
_TOPICS = f"""
SELECT t.id, t.slug, t.name, count(*) FROM notes_topic t
JOIN notes_notetopic x ON x.topic_id = t.id
JOIN (SELECT id, author_id, state, visibility FROM notes_note n
      WHERE n.state = 'published' AND n.visibility = 'public' ORDER BY n.published_no DESC LIMIT 2000) n
  ON n.id = x.note_id
WHERE {sql.STRANGER} GROUP BY t.id, t.slug, t.name ORDER BY count(*) DESC, t.id LIMIT %(limit)s
"""  # noqa: S608  # fixed fragments only
_PLACES = f"""
SELECT n.place, count(*) FROM (SELECT * FROM notes_note n
    WHERE n.state = 'published' AND n.place <> '' ORDER BY n.published_no DESC LIMIT 2000) n
WHERE {sql.STRANGER} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""  # noqa: S608  # fixed fragments only
_TO_FOLLOW = f"""
WITH {sql.HIDDEN}
SELECT p.person_id FROM graph_profile p JOIN accounts_user u ON u.id = p.person_id AND u.is_active
WHERE p.person_id <> %(viewer)s AND NOT p.is_private
  AND NOT EXISTS (SELECT 1 FROM graph_follow f
                  WHERE f.follower_id = %(viewer)s AND f.followee_id = p.person_id)
  AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.id = p.person_id)
  AND EXISTS (SELECT 1 FROM notes_note n WHERE n.author_id = p.person_id AND n.state = 'published'
              AND n.visibility = 'public')
ORDER BY p.follower_count DESC, p.person_id LIMIT %(limit)s
"""  # noqa: S608  # fixed fragments only


def page_following(*, viewer_id: int, cursor: str | None = None, limit: int = 20) -> FeedPage:
    """Notes of the people somebody follows, and their own, the newest first.

    The newest two notes of everybody say how far back a page reaches; only who wrote more than two since then
    is looked at further. So quiet accounts cost one look each, and so do thousands of followed people.

    :raises BadCursor: the cursor is forged, old, or of another feed.
    """
    stamp = f"following:{viewer_id}"
    before, limit = _start(cursor, stamp), _cut(limit)
    kept: list[tuple[int, int]] = []
    head, rows, wanted = 0, [], limit + limit // SPARE + 1
    for _ in range(ROUNDS_MAX):
        rows = _following(viewer_id, before=before, after=0, limit=wanted)
        head = head or (rows[0][0] if rows else 0)
        kept += [(no, note) for no, note in rows if note is not None]
        if len(kept) > limit or len(rows) < wanted:
            break
        before = rows[-1][0]
    if len(kept) <= limit and len(rows) == wanted:
        # Mostly notes that are not for this reader: a short page that goes on where it stopped looking.
        return _page(kept, stamp, limit, head, first=cursor is None, reached=rows[-1][0])
    return _page(kept, stamp, limit, head, first=cursor is None)


def page_topic(*, slug: str, viewer_id: int | None, cursor: str | None = None, limit: int = 20) -> FeedPage:
    """Public notes about a topic, the newest first.

    :raises TopicUnknown: nobody has written about it.
    :raises BadCursor: the cursor is forged, old, or of another feed.
    """
    return _public(_TOPIC, f"topic:{slug}", {"topic": get_topic(slug).id}, viewer_id, cursor, limit)


def page_column(*, form: str, viewer_id: int | None, cursor: str | None = None, limit: int = 20) -> FeedPage:
    """Public notes of one form (tutorials, buying guides, …), the newest first.

    :raises BadCursor: the cursor is forged, old, or of another feed.
    """
    return _public(_FORM, f"form:{form}", {"form": form}, viewer_id, cursor, limit)


def page_nearby(*, place: str, viewer_id: int | None, cursor: str | None = None, limit: int = 20) -> FeedPage:
    """Public notes from a place, the newest first.

    :raises BadCursor: the cursor is forged, old, or of another feed.
    """
    place = place.replace("\x00", "").strip()
    return _public(_PLACE, f"place:{place}", {"place": place}, viewer_id, cursor, limit)


def count_new(*, viewer_id: int | None, head: str, topic: str = "", place: str = "") -> int:
    """How many notes a feed gained since a page was read, up to a hundred; `head` came with that page.

    :raises BadCursor: `head` was not made by us, or is too old.
    """
    values = decode_cursor(head)
    if len(values) != 2 or values[0] != "head" or not isinstance(values[1], int):
        raise BadCursor
    if topic:
        params: dict[str, Any] = {
            "topic": get_topic(topic).id,
            "before": LAST_NO,
            "after": values[1],
            "limit": NEW_MAX,
        }
        return len(_select(_TOPIC, viewer_id, params))
    if place:
        params = {"place": place, "before": LAST_NO, "after": values[1], "limit": NEW_MAX}
        return len(_select(_PLACE, viewer_id, params))
    if viewer_id is None:
        return 0
    rows = _following(viewer_id, before=LAST_NO, after=values[1], limit=NEW_MAX)
    return sum(1 for _, note in rows if note is not None)


def get_topic(slug: str) -> TopicView:
    """One topic that notes carry.

    :raises TopicUnknown: there is none of this name.
    """
    rows = sql.run("SELECT id, slug, name FROM notes_topic WHERE slug = %(slug)s", {"slug": slug[:60]})
    if not rows:
        raise TopicUnknown(topic=slug[:60])
    number, found, name = rows[0]
    return TopicView(number, found, name, note_count=0)


def list_topics(*, limit: int = 16, chosen: tuple[int, ...] = ()) -> tuple[TopicView, ...]:
    """What people write about lately, the most first."""
    rows = sql.run(_TOPICS, {"limit": limit})
    return tuple(TopicView(row[0], row[1], row[2], row[3], row[0] in chosen) for row in rows)


def list_places(*, limit: int = 24) -> tuple[PlaceView, ...]:
    """Where people write lately, the most first."""
    return tuple(PlaceView(*row) for row in sql.run(_PLACES, {"limit": limit}))


def list_people_to_follow(*, viewer_id: int, limit: int = 8) -> list[int]:
    """Whom many follow and this reader does not: active people with an open account who write."""
    return [row[0] for row in sql.run(_TO_FOLLOW, {"viewer": viewer_id, "limit": limit})]


def find_place(person_id: int) -> str:
    """The place somebody chose, or the empty string."""
    return Choice.objects.filter(person_id=person_id).values_list("place", flat=True).first() or ""


def _following(viewer_id: int, *, before: int, after: int, limit: int) -> list[tuple[int, int | None]]:
    """Numbers of the newest notes of followed people, with the note where this reader may see it."""
    params = {"viewer": viewer_id, "before": before, "after": after, "limit": limit}
    return [(row[0], row[1]) for row in sql.run(_FOLLOWING, params)]


def _public(
    statement: str, stamp: str, params: dict[str, Any], viewer_id: int | None, cursor: str | None, limit: int
) -> FeedPage:
    limit = _cut(limit)
    params |= {"before": _start(cursor, stamp), "after": 0, "limit": limit + 1}
    rows = [(row[0], row[1]) for row in _select(statement, viewer_id, params)]
    return _page(rows, stamp, limit, rows[0][0] if rows else 0, first=cursor is None)


def _select(statement: str, viewer_id: int | None, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with_clause, visible = sql.public(viewer_id)
    text = statement.format(with_clause=with_clause, visible=visible)
    return sql.run(text, {**params, "viewer": viewer_id})


def _page(
    rows: list[tuple[int, int]], stamp: str, limit: int, head: int, *, first: bool, reached: int | None = None
) -> FeedPage:
    """A page of (number, note) rows; one row more than `limit` means that there is a next page."""
    if len(rows) > limit:
        rows = rows[:limit]
        reached = rows[-1][0]
    return FeedPage(
        tuple(FeedItem("note", note) for _, note in rows),
        None if reached is None else encode_cursor(stamp, reached),
        encode_cursor("head", head) if first else "",
    )


def _start(cursor: str | None, stamp: str) -> int:
    if not cursor:
        return LAST_NO
    values = decode_cursor(cursor)
    if len(values) != 2 or values[0] != stamp or not isinstance(values[1], int):
        raise BadCursor
    return values[1]


def _cut(limit: int) -> int:
    return max(1, min(limit, LIMIT_MAX))
