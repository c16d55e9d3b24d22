"""Liking and keeping. A row and its counter change together; doing it twice changes nothing."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jishi.kernel import clock, limits, outbox
from jishi.kernel.errors import N_
from jishi.social.notes import contracts, errors, rules
from jishi.social.notes.contracts import LikeState
from jishi.social.notes.events import NoteFavourited, NoteLiked
from jishi.social.notes.models import Favourite, Folder, Note
from jishi.social.notes.queries.comments import find_note_code
from jishi.social.notes.queries.notes import find_note_id

TAPS_PER_TEN_MINUTES = 300


def like(*, person_id: int, code: str, at: datetime | None = None) -> LikeState:
    """Like a note.

    :raises NoteNotFound: the person may not see it.
    :raises RateLimited: too many taps.
    """
    now = clock.at_or_now(at)
    note_id = _seen(person_id, code)
    with transaction.atomic():
        if _insert("notes_like", "note_id", note_id, person_id, now):
            _count("notes_note", "like_count", note_id, 1)
            outbox.publish(NoteLiked(**_fact(note_id, now), person_id=person_id))
    return _state("like_count", code, True)


def unlike(*, person_id: int, code: str) -> LikeState:
    """Take a like back, also of a note that is out of sight by now.

    :raises NoteNotFound: there is no such note.
    """
    note_id = _any_note(code)
    with transaction.atomic():
        if _delete("notes_like", "note_id", note_id, person_id):
            _count("notes_note", "like_count", note_id, -1)
        else:
            _check_known(code, person_id)
    return _state("like_count", code, False)


def favourite(
    *, person_id: int, code: str, folder: str | None = None, at: datetime | None = None
) -> LikeState:
    """Keep a note, in a folder or (None) where it is already; "" takes it out of its folder.

    :raises NoteNotFound: the person may not see it.
    :raises FolderNotFound: no such folder of theirs.
    """
    now = clock.at_or_now(at)
    note_id = _seen(person_id, code)
    with transaction.atomic():
        if _insert("notes_favourite", "note_id", note_id, person_id, now):
            _count("notes_note", "favourite_count", note_id, 1)
            outbox.publish(NoteFavourited(**_fact(note_id, now), person_id=person_id))
        if folder is not None:
            row = Folder.objects.filter(person_id=person_id, code=folder).first() if folder else None
            if folder and row is None:
                raise errors.FolderNotFound()
            Favourite.objects.filter(note_id=note_id, person_id=person_id).update(folder=row)
    return _state("favourite_count", code, True)


def unfavourite(*, person_id: int, code: str) -> LikeState:
    """Keep a note no longer.

    :raises NoteNotFound: there is no such note.
    """
    note_id = _any_note(code)
    with transaction.atomic():
        if _delete("notes_favourite", "note_id", note_id, person_id):
            _count("notes_note", "favourite_count", note_id, -1)
        else:
            _check_known(code, person_id)
    return _state("favourite_count", code, False)


def create_folder(*, person_id: int, name: str, at: datetime | None = None) -> str:
    """Make a folder for favourites and return its code; the same name is the same folder.

    :raises NoteFieldInvalid: no name.
    :raises TooLong: the name is too long.
    :raises TooMany: the person has enough folders.
    """
    clean = rules.clean_line(name)
    if not clean:
        raise errors.NoteFieldInvalid(field=N_("Folder name"))
    if len(clean) > contracts.MAX_FOLDER_NAME:
        raise errors.TooLong(field=N_("Folder name"), limit=contracts.MAX_FOLDER_NAME)
    mine = Folder.objects.filter(person_id=person_id)
    with transaction.atomic():
        if not mine.filter(name=clean).exists() and mine.count() >= contracts.MAX_FOLDERS:
            raise errors.TooMany(field=N_("Favourite folders"), limit=contracts.MAX_FOLDERS)
        row = Folder(person_id=person_id, name=clean, created_at=clock.at_or_now(at))
        Folder.objects.bulk_create([row], ignore_conflicts=True)
    return str(mine.values_list("code", flat=True).get(name=clean))


def remove_folder(*, person_id: int, code: str) -> None:
    """Take a folder away; what was in it stays kept.

    :raises FolderNotFound: no such folder of theirs.
    """
    with transaction.atomic():
        deleted, _ = Folder.objects.filter(person_id=person_id, code=code).delete()
        if not deleted:
            raise errors.FolderNotFound()


def like_comment(*, person_id: int, code: str, at: datetime | None = None) -> LikeState:
    """Like a comment.

    :raises CommentNotFound: there is none in sight.
    """
    comment_id = _seen_comment(person_id, code)
    with transaction.atomic():
        if _insert("notes_commentlike", "comment_id", comment_id, person_id, clock.at_or_now(at)):
            _count("notes_comment", "like_count", comment_id, 1)
    return _comment_state(code, True)


def unlike_comment(*, person_id: int, code: str) -> LikeState:
    """Take the like of a comment back.

    :raises CommentNotFound: there is none in sight.
    """
    comment_id = _seen_comment(person_id, code)
    with transaction.atomic():
        if _delete("notes_commentlike", "comment_id", comment_id, person_id):
            _count("notes_comment", "like_count", comment_id, -1)
    return _comment_state(code, False)


def _seen(person_id: int, code: str) -> int:
    limits.hit(bucket="notes.tap", key=str(person_id), limit=TAPS_PER_TEN_MINUTES, window_s=600)
    note_id = find_note_id(code, viewer_id=person_id)
    if note_id is None or not Note.objects.filter(pk=note_id, state="published").exists():
        raise errors.NoteNotFound()
    return note_id


def _any_note(code: str) -> int:
    note_id = Note.objects.filter(code=code[:12]).values_list("pk", flat=True).first()
    if note_id is None:
        raise errors.NoteNotFound()
    return int(note_id)


def _check_known(code: str, person_id: int) -> None:
    """Refuse who never saw the note: even its counters are not theirs."""
    if find_note_id(code, viewer_id=person_id) is None:
        raise errors.NoteNotFound()


def _seen_comment(person_id: int, code: str) -> int:
    limits.hit(bucket="notes.tap", key=str(person_id), limit=TAPS_PER_TEN_MINUTES, window_s=600)
    note_code = find_note_code(code[:12])
    if note_code is None or find_note_id(note_code, viewer_id=person_id) is None:
        raise errors.CommentNotFound()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM notes_comment WHERE code = %s AND state = 'published'", [code])
        found = cursor.fetchone()
    if found is None:
        raise errors.CommentNotFound()
    return int(found[0])


def _insert(table: str, column: str, thing_id: int, person_id: int, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({column}, person_id, created_at) VALUES (%s, %s, %s)"  # noqa: S608
            " ON CONFLICT DO NOTHING",
            [thing_id, person_id, now],
        )
        return bool(cursor.rowcount == 1)


def _delete(table: str, column: str, thing_id: int, person_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {column} = %s AND person_id = %s", [thing_id, person_id])  # noqa: S608
        return bool(cursor.rowcount == 1)


def _count(table: str, column: str, thing_id: int, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column} + %s WHERE id = %s", [by, thing_id])  # noqa: S608


def _fact(note_id: int, now: datetime) -> dict[str, Any]:
    code, author_id = Note.objects.values_list("code", "author_id").get(pk=note_id)
    return {"note_id": note_id, "code": code, "author_id": author_id, "at": now}


def _state(column: str, code: str, is_on: bool) -> LikeState:
    return LikeState(code, is_on, Note.objects.values_list(column, flat=True).get(code=code[:12]))


def _comment_state(code: str, is_on: bool) -> LikeState:
    with connection.cursor() as cursor:
        cursor.execute("SELECT like_count FROM notes_comment WHERE code = %s", [code])
        return LikeState(code, is_on, cursor.fetchone()[0])
