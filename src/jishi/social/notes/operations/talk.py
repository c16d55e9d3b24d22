"""Comments: two levels. An answer to an answer stands under the same comment and names whom it answers."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from jishi.kernel import clock, ids, limits, outbox
from jishi.social.graph import queries as graph
from jishi.social.notes import errors, ports, rules
from jishi.social.notes.contracts import ContentState
from jishi.social.notes.events import NoteCommented, PersonMentioned
from jishi.social.notes.models import Comment, Note
from jishi.social.notes.operations import locked
from jishi.social.notes.operations.writing import accepted, named_people
from jishi.social.notes.queries.notes import find_note_id

COMMENTS_PER_TEN_MINUTES = 30


def comment(
    *,
    author_id: int,
    code: str,
    text: str,
    parent: str | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> str:
    """Write under a note and return the comment's code; `parent` is the comment that is answered.

    :raises NoteNotFound: the person may not see the note.
    :raises CommentNotFound: what is answered is gone.
    :raises CommentsClosed: the note is not in sight, or one of the two blocked the other.
    :raises NoteEmpty: no words; TooLong, TooMany: too many.
    :raises ContentRefused: a guard refuses it.
    :raises RateLimited: too many comments.
    """
    now = clock.at_or_now(at)
    words = rules.check_comment(text)
    locked.check_not_suspended(author_id)
    limits.hit(bucket="notes.comment", key=str(author_id), limit=COMMENTS_PER_TEN_MINUTES, window_s=600)
    if find_note_id(code, viewer_id=author_id) is None:
        raise errors.NoteNotFound()
    verdict = accepted(
        ports.judge(
            ports.Publication(
                kind="comment",
                author_id=author_id,
                text=words,
                links=rules.find_links(words),
                mentions=len(rules.find_mentions(words)),
                context=code,
            ),
            at=now,
        )
    )
    with transaction.atomic():
        note = locked.lock_note(code)
        answered = _answered(note, parent, author_id)
        row, is_new = _insert(note, author_id, words, answered, key, verdict, now)
        if is_new and row.state == ContentState.PUBLISHED:
            Note.objects.filter(pk=note.pk).update(comment_count=F("comment_count") + 1)
            _tell(note, row, answered, now)
    return row.code


def remove_comment(*, person_id: int, code: str) -> None:
    """Take a comment away: its author, or the author of the note. Its answers stay counted until they go.

    :raises CommentNotFound: there is none.
    :raises NotTheAuthor: the person is neither.
    """
    with transaction.atomic():
        note, row = locked.lock_comment(code)
        if person_id not in (row.author_id, note.author_id):
            is_seen = find_note_id(note.code, viewer_id=person_id) is not None
            raise errors.NotTheAuthor() if is_seen else errors.CommentNotFound()
        answers = Comment.objects.select_for_update(of=("self",), no_key=True).filter(parent_id=row.pk)
        for answer in answers.exclude(state=ContentState.REMOVED).order_by("pk"):
            locked.move_comment(note, answer, ContentState.REMOVED)
        locked.move_comment(note, row, ContentState.REMOVED)


def tell_again(note: Note, row: Comment, now: datetime) -> None:
    """Tell about a comment that review let through."""
    _tell(note, row, row.reply_to, now)


def _answered(note: Note, parent: str | None, author_id: int) -> Comment | None:
    if note.state != ContentState.PUBLISHED:
        raise errors.CommentsClosed()
    others = [note.author_id]
    row = None
    if parent:
        row = note.comments.filter(code=parent[:12], state=ContentState.PUBLISHED).first()
        if row is None:
            raise errors.CommentNotFound()
        others.append(row.author_id)
    if any(relation.is_cut for relation in graph.relations(author_id, others).values()):
        raise errors.CommentsClosed()
    return row


def _insert(
    note: Note,
    author_id: int,
    words: str,
    answered: Comment | None,
    key: str | None,
    verdict: ports.Verdict,
    now: datetime,
) -> tuple[Comment, bool]:
    code = ids.new_code()
    is_held = verdict.action == "hold"
    row = Comment(
        code=code,
        note=note,
        author_id=author_id,
        parent_id=(answered.parent_id or answered.pk) if answered else None,
        reply_to=answered,
        text=words,
        state=ContentState.IN_REVIEW if is_held else ContentState.PUBLISHED,
        reason=verdict.findings[0].code[:40] if is_held and verdict.findings else "",
        created_at=now,
        client_key=key[:64] if key else None,
    )
    Comment.objects.bulk_create([row], ignore_conflicts=key is not None)
    if key:
        row = Comment.objects.get(author_id=author_id, client_key=key[:64])
    return row, row.code == code


def _tell(note: Note, row: Comment, answered: Comment | None, now: datetime) -> None:
    fact: dict[str, Any] = {"note_id": note.pk, "code": note.code, "at": now}
    outbox.publish(
        NoteCommented(
            **fact,
            author_id=note.author_id,
            person_id=row.author_id,
            comment_code=row.code,
            parent_code=answered.code if answered else "",
            reply_to_person_id=answered.author_id if answered else None,
            excerpt=rules.excerpt(row.text, 40),
        )
    )
    told = {row.author_id, note.author_id, answered.author_id if answered else None}
    named = named_people(row.author_id, row.text, also=(note.author_id,))
    outbox.publish_many(
        PersonMentioned(**fact, author_id=row.author_id, person_id=person_id, comment_code=row.code)
        for person_id in named
        if person_id not in told
    )
