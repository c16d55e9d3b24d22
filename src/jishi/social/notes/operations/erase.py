"""Forgetting a person: their words and pictures go, and every count that they were part of."""

from datetime import datetime

from django.db import connection, transaction

from jishi.kernel import clock
from jishi.social.notes.contracts import ContentState
from jishi.social.notes.models import Favourite, Folder, HiddenAuthor, Mention, Note, Pin, Revision
from jishi.social.notes.operations.writing import remove

_LIKES = """
WITH gone AS (DELETE FROM {likes} WHERE person_id = %(me)s RETURNING {thing})
UPDATE {things} t SET {count} = {count} - 1 FROM gone WHERE t.id = gone.{thing}
"""
_COUNTED = (
    _LIKES.format(likes="notes_like", thing="note_id", things="notes_note", count="like_count"),
    _LIKES.format(likes="notes_favourite", thing="note_id", things="notes_note", count="favourite_count"),
    _LIKES.format(likes="notes_commentlike", thing="comment_id", things="notes_comment", count="like_count"),
)
_COMMENTS = """
WITH mine AS (
    SELECT note_id, count(*) AS n FROM notes_comment
    WHERE author_id = %(me)s AND state = 'published' GROUP BY note_id
), gone AS (
    UPDATE notes_comment
    SET state = 'removed', text = '', reason = '', reason_note = '', client_key = NULL
    WHERE author_id = %(me)s
)
UPDATE notes_note t SET comment_count = comment_count - mine.n FROM mine WHERE t.id = mine.note_id
"""
_NOTES = """
UPDATE notes_note
SET title = '', text = '', details = '{}', reason = '', reason_note = '', place = '', sponsor = '',
    pictures = '[]', video = NULL, cover = NULL, client_key = NULL, audience_key = '', audience_kind = '',
    visibility = 'private'
WHERE author_id = %(me)s
"""


def erase(*, person_id: int, at: datetime | None = None) -> None:
    """Take away what a person wrote, liked and kept. Empty rows stay, so that answers keep their place."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        mine = Note.objects.filter(author_id=person_id)
        for code in mine.exclude(state=ContentState.REMOVED).values_list("code", flat=True):
            remove(author_id=person_id, code=code, at=now)
        for rows in (Revision, Pin, Mention):
            rows.objects.filter(note__in=mine).delete()
        Mention.objects.filter(person_id=person_id).delete()
        with connection.cursor() as cursor:
            for statement in (*_COUNTED, _COMMENTS, _NOTES):
                cursor.execute(statement, {"me": person_id})
        Favourite.objects.filter(person_id=person_id).delete()
        Folder.objects.filter(person_id=person_id).delete()
        HiddenAuthor.objects.filter(pk=person_id).delete()
