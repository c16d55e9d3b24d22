"""Reading notes: pages, an author's form, lists of an author and of a product."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.social.notes import rules
from jishi.social.notes.contracts import (
    ContentRef,
    ContentState,
    EditState,
    NoteCard,
    NoteDraft,
    NoteView,
    PinDraft,
    RevisionView,
    StateNote,
    TopicView,
    Visibility,
)
from jishi.social.notes.errors import NoteNotFound
from jishi.social.notes.models import Comment, Note, Revision, Topic
from jishi.social.notes.queries import rows, views
from jishi.social.notes.queries.visible import CONDITION, Audiences

MAX_PAGE = 60
_OF_AUTHOR = f"""SELECT n.id, n.published_no, n.visibility, n.audience_kind, n.audience_key, n.author_id
FROM notes_note n WHERE n.author_id = %(author)s AND n.state = 'published' AND {CONDITION}
AND n.published_no < %(before)s ORDER BY n.published_no DESC LIMIT %(limit)s"""  # noqa: S608
_OF_PRODUCT = f"""SELECT n.id, n.visibility, n.audience_kind, n.audience_key, n.author_id
FROM notes_note n WHERE n.state = 'published' AND {CONDITION}
AND n.id IN (SELECT p.note_id FROM notes_pin p WHERE p.product_id = %(product)s)
ORDER BY n.quality * ln(2 + n.like_count + 2 * n.favourite_count) DESC, n.published_no DESC LIMIT %(limit)s"""  # noqa: S608
ENDLESS = 2**62


def get_note(code: str, *, viewer_id: int | None, language: str = "") -> NoteView:
    """Return a note as this viewer may see it; authors see their own in any state but removed.

    :raises NoteNotFound: there is none, or not for them.
    """
    row = _one(code, viewer_id)
    return views.whole(row, views.pins(row["pins"], language), viewer_id)


def find_note_id(code: str, *, viewer_id: int | None) -> int | None:
    """Return the number of a note that this viewer may see."""
    try:
        note_id: int = _one(code, viewer_id)["id"]
    except NoteNotFound:
        return None
    return note_id


def list_cards(ids: Iterable[int], *, viewer_id: int | None, language: str = "") -> list[NoteCard]:
    """Return cards of published notes in the order of the ids, without those this viewer may not see."""
    return rows.list_cards(ids, viewer_id=viewer_id, language=language)


def page_of_author(
    author_id: int, *, viewer_id: int | None, cursor: str | None = None, limit: int = 20
) -> Page[NoteCard]:
    """Return what an author published, the newest first, as far as this viewer may see it.

    :raises BadCursor: the cursor was not made here.
    """
    limit = max(1, min(limit, MAX_PAGE))
    params = {
        "author": author_id,
        "me": viewer_id,
        "before": decode_cursor(cursor)[0] if cursor else ENDLESS,
        "limit": limit + 1,
    }
    found = rows.fetch(_OF_AUTHOR, params)
    shown = Audiences(viewer_id).keep(found[:limit])
    cards = rows.list_cards([row["id"] for row in shown], viewer_id=viewer_id)
    more = len(found) > limit
    return Page(cards, encode_cursor(found[limit - 1]["published_no"]) if more else None)


def page_own(
    person_id: int, *, state: str = "", cursor: str | None = None, limit: int = 20
) -> Page[NoteCard]:
    """Return a person's own notes in every state but removed, the last made first.

    :raises BadCursor: the cursor was not made here.
    """
    limit = max(1, min(limit, MAX_PAGE))
    found = Note.objects.filter(author_id=person_id).exclude(state=ContentState.REMOVED)
    if state:
        found = found.filter(state=state)
    if cursor:
        found = found.filter(pk__lt=decode_cursor(cursor)[0])
    ids = list(found.order_by("-pk").values_list("pk", flat=True)[: limit + 1])
    cards = rows.list_cards(ids[:limit], viewer_id=person_id, own=True)
    return Page(cards, encode_cursor(ids[limit - 1]) if len(ids) > limit else None)


def list_for_product(product_id: int, *, viewer_id: int | None, limit: int = 8) -> list[NoteCard]:
    """Return notes that show a product: careful and liked ones first."""
    params = {"product": product_id, "me": viewer_id, "limit": max(1, min(limit, MAX_PAGE))}
    found = Audiences(viewer_id).keep(rows.fetch(_OF_PRODUCT, params))
    return rows.list_cards([row["id"] for row in found], viewer_id=viewer_id)


def get_edit(code: str, *, author_id: int, language: str = "") -> EditState:
    """Return a note as its author's form shows it.

    :raises NoteNotFound: there is none of theirs.
    """
    row = _one(code, author_id)
    if row["author_id"] != author_id:
        raise NoteNotFound()
    audience = views.audience(row)
    draft = NoteDraft(
        title=row["title"],
        text=row["text"],
        form=row["form"],
        visibility=row["visibility"],
        audience=audience,
        place=row["place"],
        is_sponsored=row["is_sponsored"],
        sponsor=row["sponsor"],
        pictures=tuple(row["pictures"]),
        video=row["video"],
        pins=tuple(PinDraft(product, picture, x, y) for _, picture, x, y, product in row["pins"]),
        language=row["language"],
        details=row["details"],
        publish_at=row["scheduled_at"],
    )
    return EditState(
        code=row["code"],
        state=row["state"],
        state_note=views.state_note(row),
        draft=draft,
        pictures=views.pictures(row),
        video=views.video(row),
        pins=views.pins(row["pins"], language),
        revision=row["revision"],
    )


def list_revisions(code: str, *, viewer_id: int, is_moderator: bool = False) -> list[RevisionView]:
    """Return how a note read before its edits, the latest first; for its author and moderators.

    :raises NoteNotFound: there is no such note, or the viewer is neither.
    """
    note = Note.objects.filter(code=code).only("id", "author_id").first()
    if note is None or not (is_moderator or note.author_id == viewer_id):
        raise NoteNotFound()
    return [
        RevisionView(row.number, row.title, row.text, len(row.pictures), row.replaced_at)
        for row in Revision.objects.filter(note_id=note.pk).order_by("-number")[:50]
    ]


def find_content(kind: str, code: str) -> ContentRef | None:
    """Return a note or comment in whatever state, for moderators. The caller has checked that they are
    one.
    """
    if kind == "comment":
        row = Comment.objects.select_related("note").filter(code=code).first()
        return _ref(kind, row, row.note, row.text, "", ()) if row else None
    note = Note.objects.filter(code=code).first()
    if note is None:
        return None
    return _ref(kind, note, note, note.text, note.title, tuple(one.url for one in views.pictures(vars(note))))


def find_topic(slug: str) -> TopicView | None:
    """Return a topic by its slug, with how many published notes carry it."""
    row = Topic.objects.filter(slug=rules.topic_slug(slug)).first()
    if row is None:
        return None
    count = row.note_topics.filter(note__state=ContentState.PUBLISHED).count()
    return TopicView(row.pk, row.slug, row.name, count)


def count_of_author(author_id: int) -> int:
    """Count what an author published for everybody."""
    return Note.objects.filter(
        author_id=author_id, state=ContentState.PUBLISHED, visibility=Visibility.PUBLIC
    ).count()


def _one(code: str, viewer_id: int | None) -> dict[str, Any]:
    found = Audiences(viewer_id).keep(rows.fetch(rows.ONE, {"code": code[:12], "me": viewer_id}))
    if not found:
        raise NoteNotFound()
    return found[0]


def _ref(
    kind: str, thing: Note | Comment, note: Note, text: str, title: str, pictures: tuple[str, ...]
) -> ContentRef:
    return ContentRef(
        kind=kind,
        code=thing.code,
        author_id=thing.author_id,
        state=thing.state,
        title=title,
        text=text,
        note_code=note.code,
        picture_urls=pictures,
        visibility=note.visibility,
        audience=views.audience(vars(note)),
        state_note=StateNote(thing.reason, thing.reason_note) if thing.reason else None,
    )


def next_published_no() -> int:
    """Draw the next number of publication."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('notes_published_no')")
        number: int = cursor.fetchone()[0]
    return number
