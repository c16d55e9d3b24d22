"""Notes of the past, many at once: imports write what was published, kept and said; nobody reacts to them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from jishi.kernel import ids
from jishi.social.notes import rules
from jishi.social.notes.contracts import ContentState, NoteDraft, PastComment, PastNote, PastSaved
from jishi.social.notes.models import Comment, Favourite, Folder, Like, Note, NoteTopic, Pin, Topic
from jishi.social.notes.operations import writing

_NUMBERS = "SELECT nextval('notes_published_no') FROM generate_series(1, %s)"
_COUNT = """
UPDATE notes_note n SET
    like_count = (SELECT count(*) FROM notes_like l WHERE l.note_id = n.id),
    favourite_count = (SELECT count(*) FROM notes_favourite f WHERE f.note_id = n.id),
    comment_count = (SELECT count(*) FROM notes_comment c WHERE c.note_id = n.id AND c.state = 'published'),
    repost_count = (SELECT count(*) FROM notes_note r WHERE r.repost_of_id = n.id AND r.state = 'published')
WHERE n.id = ANY(%s)
"""


def record_past(*, rows: Sequence[PastNote]) -> list[PastSaved]:
    """Write published notes, the oldest first, with what people did since: a few statements per table.

    Numbers of publication are drawn in the order given. Nothing is published as a fact, nobody is told, no
    guard is asked and mentions are plain words: whoever imports answers for what is imported.

    :raises TooLong: / TooMany: / NoteFieldInvalid: a draft cannot be a note; nothing is written.
    :raises NoteEmpty: / SponsorMissing: a draft cannot be published; nothing is written.
    """
    drafts = [rules.clean_draft(row.draft) for row in rows]
    for row, draft in zip(rows, drafts, strict=True):
        writing.check_complete(draft, is_repost=bool(row.repost_of))
    with transaction.atomic():
        origins = dict(Note.objects.filter(code__in={r.repost_of for r in rows}).values_list("code", "pk"))
        with connection.cursor() as cursor:
            cursor.execute(_NUMBERS, [len(rows)])
            numbers = [number for (number,) in cursor.fetchall()]
        notes = Note.objects.bulk_create(
            _note(row, draft, number, origins.get(row.repost_of))
            for row, draft, number in zip(rows, drafts, numbers, strict=True)
        )
        _write_pins(notes, drafts)
        _write_topics(notes, drafts)
        _write_taps(notes, rows)
        _write_talk(notes, rows)
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [[*(note.pk for note in notes), *origins.values()]])
    return [PastSaved(note.pk, note.code) for note in notes]


def _note(row: PastNote, draft: NoteDraft, number: int, origin_id: int | None) -> Note:
    note = Note(
        code=ids.new_code(),
        author_id=row.author_id,
        state=ContentState.PUBLISHED,
        published_no=number,
        published_at=row.published_at,
        created_at=row.published_at,
        repost_of_id=origin_id,
    )
    writing.set_columns(note, draft)
    return note


def _write_pins(notes: Sequence[Note], drafts: Sequence[NoteDraft]) -> None:
    Pin.objects.bulk_create(
        Pin(note=note, product_id=pin.product_id, picture=pin.picture, x=pin.x, y=pin.y, position=position)
        for note, draft in zip(notes, drafts, strict=True)
        for position, pin in enumerate(draft.pins)
    )


def _write_topics(notes: Sequence[Note], drafts: Sequence[NoteDraft]) -> None:
    carried = [rules.find_topics(f"{draft.title}\n{draft.text}") for draft in drafts]
    first = {
        slug: (name, note.created_at)
        for note, topics in reversed(list(zip(notes, carried, strict=True)))
        for slug, name in topics.items()
    }
    Topic.objects.bulk_create(
        [Topic(slug=slug, name=name[:40], created_at=at) for slug, (name, at) in sorted(first.items())],
        ignore_conflicts=True,
    )
    known = dict(Topic.objects.filter(slug__in=first).values_list("slug", "pk"))
    NoteTopic.objects.bulk_create(
        NoteTopic(note=note, topic_id=known[slug])
        for note, topics in zip(notes, carried, strict=True)
        for slug in topics
    )


def _write_taps(notes: Sequence[Note], rows: Sequence[PastNote]) -> None:
    likes = [
        Like(note=note, person_id=person, created_at=at)
        for note, row in zip(notes, rows, strict=True)
        for person, at in row.likes
    ]
    Like.objects.bulk_create(sorted(likes, key=lambda like: like.created_at))
    kept = [
        (at, note, person, folder)
        for note, row in zip(notes, rows, strict=True)
        for person, at, folder in row.kept
    ]
    kept.sort(key=lambda one: one[0])
    first: dict[tuple[int, str], datetime] = {}
    for at, _, person, folder in kept:
        if folder:
            first.setdefault((person, folder), at)
    Folder.objects.bulk_create(
        [Folder(person_id=person, name=name, created_at=at) for (person, name), at in first.items()],
        ignore_conflicts=True,
    )
    mine = Folder.objects.filter(person_id__in={person for person, _ in first})
    folders = {(person, name): pk for person, name, pk in mine.values_list("person_id", "name", "pk")}
    Favourite.objects.bulk_create(
        Favourite(note=note, person_id=person, created_at=at, folder_id=folders.get((person, folder)))
        for at, note, person, folder in kept
    )


def _write_talk(notes: Sequence[Note], rows: Sequence[PastNote]) -> None:
    """First the comments, then the answers, which need their numbers."""
    pairs = [(note, comment) for note, row in zip(notes, rows, strict=True) for comment in row.comments]
    pairs.sort(key=lambda pair: pair[1].at)
    above = Comment.objects.bulk_create(_comment(note, comment, None) for note, comment in pairs)
    answers = [
        (parent, answer)
        for parent, (_, comment) in zip(above, pairs, strict=True)
        for answer in comment.answers
    ]
    answers.sort(key=lambda pair: pair[1].at)
    Comment.objects.bulk_create(_comment(parent.note, answer, parent) for parent, answer in answers)


def _comment(note: Note, comment: PastComment, parent: Comment | None) -> Comment:
    return Comment(
        code=ids.new_code(),
        note=note,
        author_id=comment.author_id,
        parent=parent,
        reply_to=parent,
        text=rules.check_comment(comment.text),
        created_at=comment.at,
    )
