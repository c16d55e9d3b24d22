"""Notes of the past: written many at once, with counts that are what was written, and nobody told."""

from datetime import timedelta

import pytest
from django.db.models import Count
from tests.factories import jotted, written

from jishi.kernel import clock
from jishi.kernel.models import OutboxEvent
from jishi.social.feed import queries as feed
from jishi.social.notes import errors, queries
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft, PastComment, PastNote
from jishi.social.notes.models import Comment, Favourite, Like, Note

pytestmark = pytest.mark.django_db


def past(author, fans, *, days, text="从前的一篇 #柿子", **fields):
    at = clock.now() - timedelta(days=days)
    return PastNote(
        author_id=author,
        draft=NoteDraft(title="从前", text=text, language="zh-hans"),
        published_at=at,
        likes=tuple((fan, at + timedelta(hours=1)) for fan in fans),
        kept=tuple((fan, at + timedelta(hours=2), "想买") for fan in fans[:2]),
        comments=(PastComment(fans[0], "好看", at, (PastComment(author, "谢谢", at),)),),
        **fields,
    )


def test_counts_are_what_was_written_and_nobody_is_told():
    author, *fans = (jotted.person() for _ in range(5))
    before = OutboxEvent.objects.count()

    old, new = notes.record_past(rows=[past(author, fans, days=9), past(author, fans, days=2)])
    (again,) = notes.record_past(
        rows=[PastNote(fans[0], NoteDraft(text="转"), clock.now(), repost_of=old.code)]
    )

    row = Note.objects.get(pk=old.note_id)
    assert (row.like_count, row.favourite_count, row.comment_count, row.repost_count) == (4, 2, 2, 1)
    assert Like.objects.filter(note=row).count() == 4
    assert Favourite.objects.filter(note=row, folder__name="想买").count() == 2
    assert Comment.objects.filter(note=row, parent__isnull=False).get().text == "谢谢"
    assert Note.objects.get(pk=again.note_id).repost_of_id == old.note_id
    assert OutboxEvent.objects.count() == before
    assert Note.objects.values("published_no").annotate(n=Count("pk")).filter(n__gt=1).count() == 0
    page = feed.page_topic(slug="柿子", viewer_id=None)
    assert page.ids("note") == [new.note_id, old.note_id]
    assert queries.get_note(new.code, viewer_id=fans[0], language="zh-hans").like_count == 4


def test_a_note_published_afterwards_stands_above_the_imported_ones():
    author = jotted.person()
    fan = jotted.person()

    (old,) = notes.record_past(rows=[past(author, [fan, jotted.person()], days=1)])
    fresh = written.note(author, "今天的 #柿子")

    found = feed.page_topic(slug="柿子", viewer_id=None).ids("note")
    assert found == [Note.objects.get(code=fresh).pk, old.note_id]


def test_one_draft_that_cannot_be_published_leaves_nothing_behind():
    author, fan = jotted.person(), jotted.person()
    good = past(author, [fan, jotted.person()], days=3)

    with pytest.raises(errors.NoteEmpty):
        notes.record_past(rows=[good, PastNote(author, NoteDraft(), clock.now())])
    with pytest.raises(errors.SponsorMissing):
        notes.record_past(rows=[good, PastNote(author, NoteDraft(text="x", is_sponsored=True), clock.now())])

    assert not Note.objects.filter(author_id=author).exists()
