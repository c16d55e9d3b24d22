"""What moderation does with notes and comments: out of sight, back, through, refused. The caller has
checked who asks.

Every step keeps a reason for the author. Repeating a step changes nothing.
"""

from datetime import datetime

from django.db import connection, transaction

from jishi.kernel import clock, outbox
from jishi.social.notes.contracts import ContentState
from jishi.social.notes.events import CommentHidden, NoteHidden, NoteRemoved
from jishi.social.notes.models import Comment, HiddenAuthor, Note
from jishi.social.notes.operations import locked, talk, writing

SUSPENDED = "author_suspended"
_RECOUNT_COMMENTS = """
UPDATE notes_note n SET comment_count = (SELECT count(*) FROM notes_comment c
    WHERE c.note_id = n.id AND c.state = 'published') WHERE n.id = ANY(%s)
"""
_RECOUNT_REPOSTS = """
UPDATE notes_note n SET repost_count = (SELECT count(*) FROM notes_note r
    WHERE r.repost_of_id = n.id AND r.state = 'published') WHERE n.id = ANY(%s)
"""


def hide(*, code: str, reason: str, note: str = "", at: datetime | None = None) -> None:
    """Take a note out of sight everywhere; reposts show that it is gone.

    :raises NoteNotFound: there is none.
    :raises StateForbids: it is a draft.
    """
    _move_note(code, ContentState.HIDDEN, reason, note, at)


def reject(*, code: str, reason: str, note: str = "", at: datetime | None = None) -> None:
    """Refuse a note after review.

    :raises NoteNotFound: there is none.
    """
    _move_note(code, ContentState.REJECTED, reason, note, at)


def restore(*, code: str, at: datetime | None = None) -> None:
    """Put a hidden or refused note back in sight.

    :raises NoteNotFound: there is none.
    :raises StateForbids: it never was to be seen.
    """
    approve(code=code, at=at)


def approve(*, code: str, at: datetime | None = None) -> None:
    """Let a note through that waits for review (or was hidden or refused).

    :raises NoteNotFound: there is none.
    :raises StateForbids: it is a draft.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.lock_note(code)
        if row.state == ContentState.PUBLISHED:
            return
        locked.check_not_suspended(row.author_id)
        is_first = row.published_no is None
        if row.state not in (ContentState.IN_REVIEW, ContentState.HIDDEN, ContentState.REJECTED):
            raise writing.errors.StateForbids(state=row.state)
        locked.move_note(row, ContentState.PUBLISHED, at=now)
        if is_first:
            writing.tell_mentioned(row, now)


def remove_by_moderator(*, code: str, reason: str, note: str = "", at: datetime | None = None) -> None:
    """Take a note away for good, for instance by a moderator of its community.

    :raises NoteNotFound: there is none.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.lock_note(code)
        locked.move_note(row, ContentState.REMOVED, at=now, reason=reason, reason_note=note)
        outbox.publish(NoteRemoved(note_id=row.pk, code=row.code, author_id=row.author_id, at=now))


def hide_comment(*, code: str, reason: str, note: str = "", at: datetime | None = None) -> None:
    """Take a comment out of sight.

    :raises CommentNotFound: there is none.
    """
    _move_comment(code, ContentState.HIDDEN, reason, note, at)


def reject_comment(*, code: str, reason: str, note: str = "", at: datetime | None = None) -> None:
    """Refuse a comment after review.

    :raises CommentNotFound: there is none.
    """
    _move_comment(code, ContentState.REJECTED, reason, note, at)


def restore_comment(*, code: str, at: datetime | None = None) -> None:
    """Put a comment back in sight.

    :raises CommentNotFound: there is none.
    """
    approve_comment(code=code, at=at)


def approve_comment(*, code: str, at: datetime | None = None) -> None:
    """Let a comment through that waits for review (or was hidden or refused).

    :raises CommentNotFound: there is none.
    """
    with transaction.atomic():
        note, row = locked.lock_comment(code)
        if row.state == ContentState.PUBLISHED:
            return
        locked.check_not_suspended(row.author_id)
        waited = row.state == ContentState.IN_REVIEW
        locked.move_comment(note, row, ContentState.PUBLISHED)
        if waited:
            talk.tell_again(note, row, clock.at_or_now(at))


def hide_author(*, person_id: int, reason: str = SUSPENDED, at: datetime | None = None) -> int:
    """Take everything a person wrote out of sight, and take nothing new; returns how many notes.

    Lists read states, so one statement is enough for every surface; reposts of others lose their original.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        HiddenAuthor.objects.bulk_create(
            [HiddenAuthor(person_id=person_id, reason=reason[:40], since_at=now)], ignore_conflicts=True
        )
        return _switch(person_id, ("published", "scheduled", "in_review"), to_hidden=True)


def restore_author(*, person_id: int, at: datetime | None = None) -> int:
    """End a suspension: what it hid is as it was before; what moderation hid stays hidden."""
    with transaction.atomic():
        HiddenAuthor.objects.filter(pk=person_id).delete()
        return _switch(person_id, (ContentState.HIDDEN,), to_hidden=False)


def _switch(person_id: int, states: tuple[str, ...], *, to_hidden: bool) -> int:
    """Move all content of an author at once and count again what it stood on."""
    moved = 0
    tables = (
        ("notes_note", "repost_of_id", _RECOUNT_REPOSTS),
        ("notes_comment", "note_id", _RECOUNT_COMMENTS),
    )
    for table, counted_on, recount in tables:
        target = "state_before = state, state = 'hidden', reason = %(why)s"
        only = ""
        if not to_hidden:
            target, only = "state = state_before, state_before = '', reason = ''", "AND reason = %(why)s"
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {target} WHERE author_id = %(person)s AND state = ANY(%(states)s) {only}"  # noqa: S608
                f" RETURNING {counted_on}",
                {"person": person_id, "states": [str(state) for state in states], "why": SUSPENDED},
            )
            changed = [row[0] for row in cursor.fetchall()]
            cursor.execute(recount, [sorted({number for number in changed if number is not None})])
        moved += len(changed) if table == "notes_note" else 0
    return moved


def _move_note(code: str, state: ContentState, reason: str, words: str, at: datetime | None) -> None:
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.lock_note(code)
        if row.state == state:
            Note.objects.filter(pk=row.pk).update(reason=reason[:40], reason_note=words[:500])
            return
        locked.move_note(row, state, at=now, reason=reason, reason_note=words)
        fact = NoteHidden(note_id=row.pk, code=row.code, author_id=row.author_id, at=now, reason=reason)
        outbox.publish(fact)


def _move_comment(code: str, state: ContentState, reason: str, words: str, at: datetime | None) -> None:
    with transaction.atomic():
        note, row = locked.lock_comment(code)
        if row.state == state:
            Comment.objects.filter(pk=row.pk).update(reason=reason[:40], reason_note=words[:500])
            return
        locked.move_comment(note, row, state, reason=reason, reason_note=words)
        outbox.publish(
            CommentHidden(
                note_id=note.pk,
                code=note.code,
                author_id=row.author_id,
                comment_code=row.code,
                reason=reason,
                at=clock.at_or_now(at),
            )
        )
