"""Rows under their locks, and the counters that move with states. A note is locked before its comments."""

from datetime import datetime

from django.db.models import F

from jishi.kernel import outbox
from jishi.social.notes import rules
from jishi.social.notes.contracts import ContentState
from jishi.social.notes.errors import AuthorSuspended, CommentNotFound, NoteNotFound, NotTheAuthor
from jishi.social.notes.events import NotePublished
from jishi.social.notes.models import Comment, HiddenAuthor, Note
from jishi.social.notes.queries.notes import find_note_id, next_published_no


def lock_note(code: str) -> Note:
    """Return a note under its row lock.

    :raises NoteNotFound: there is none.
    """
    note = Note.objects.select_for_update(of=("self",), no_key=True).filter(code=code[:12]).first()
    if note is None or note.state == ContentState.REMOVED:
        raise NoteNotFound()
    return note


def lock_own(code: str, author_id: int) -> Note:
    """Return one's own note under its row lock.

    :raises NoteNotFound: there is none.
    :raises NotTheAuthor: it is somebody else's, and they may see it.
    """
    note = lock_note(code)
    if note.author_id != author_id:
        raise NotTheAuthor() if find_note_id(code, viewer_id=author_id) is not None else NoteNotFound()
    return note


def lock_comment(code: str) -> tuple[Note, Comment]:
    """Return a comment and its note, both locked.

    :raises CommentNotFound: there is none.
    """
    known = Comment.objects.filter(code=code[:12]).values_list("note_id", flat=True).first()
    if known is None:
        raise CommentNotFound()
    note = Note.objects.select_for_update(of=("self",), no_key=True).get(pk=known)
    comment = Comment.objects.select_for_update(of=("self",), no_key=True).get(code=code[:12])
    if comment.state == ContentState.REMOVED:
        raise CommentNotFound()
    return note, comment


def check_not_suspended(person_id: int) -> None:
    """Refuse people whose content is hidden.

    :raises AuthorSuspended: they may not post.
    """
    if HiddenAuthor.objects.filter(pk=person_id).exists():
        raise AuthorSuspended()


def move_note(note: Note, state: str, *, at: datetime, reason: str = "", reason_note: str = "") -> None:
    """Take a locked note to another state: its number, its reason, the counter of its original, and the
    fact.
    """
    before = note.state
    rules.check_move(before, state)
    note.state_before, note.state = before, state
    note.reason, note.reason_note = reason[:40], reason_note[:500]
    is_first = note.published_no is None
    if state == ContentState.PUBLISHED:
        note.scheduled_at = None
        if is_first:
            note.published_no, note.published_at = next_published_no(), at
    note.save()
    shift = (state == ContentState.PUBLISHED) - (before == ContentState.PUBLISHED)
    if shift and note.repost_of_id:
        Note.objects.filter(pk=note.repost_of_id).update(repost_count=F("repost_count") + shift)
    if state == ContentState.PUBLISHED:
        tell_published(note, at=at, is_first=is_first)


def tell_published(note: Note, *, at: datetime, is_first: bool) -> None:
    """Publish the fact that a note is in sight."""
    assert note.published_no is not None
    outbox.publish(
        NotePublished(
            note_id=note.pk,
            code=note.code,
            author_id=note.author_id,
            at=at,
            published_no=note.published_no,
            visibility=note.visibility,
            audience_kind=note.audience_kind,
            audience_key=note.audience_key,
            form=note.form,
            place=note.place,
            topics=list(note.note_topics.order_by("pk").values_list("topic__slug", flat=True)),
            product_ids=list(note.pins.order_by("position").values_list("product_id", flat=True)),
            repost_of_id=note.repost_of_id,
            is_first=is_first,
        )
    )


def move_comment(
    note: Note, comment: Comment, state: str, *, reason: str = "", reason_note: str = ""
) -> None:
    """Take a locked comment to another state; the note's counter moves with it."""
    before = comment.state
    rules.check_move(before, state)
    comment.state_before, comment.state = before, state
    comment.reason, comment.reason_note = reason[:40], reason_note[:500]
    comment.save(update_fields=["state", "state_before", "reason", "reason_note"])
    shift = (state == ContentState.PUBLISHED) - (before == ContentState.PUBLISHED)
    if shift:
        Note.objects.filter(pk=note.pk).update(comment_count=F("comment_count") + shift)
