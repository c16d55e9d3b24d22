"""Likes, favourites and comments: each counts once, also when many come at once; who is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests.factories import jotted, written

from jishi.kernel import limits
from jishi.people.notifications import queries as notices
from jishi.social.graph import operations as graph
from jishi.social.notes import errors, queries
from jishi.social.notes import operations as notes
from jishi.social.notes.models import Comment, Like, Note

Race = Callable[[int, Callable[..., Any]], list[Any]]
pytestmark = pytest.mark.django_db

DRIFT = """
SELECT n.code FROM notes_note n WHERE
    n.like_count <> (SELECT count(*) FROM notes_like l WHERE l.note_id = n.id)
 OR n.favourite_count <> (SELECT count(*) FROM notes_favourite f WHERE f.note_id = n.id)
 OR n.comment_count <> (SELECT count(*) FROM notes_comment c WHERE c.note_id = n.id AND c.state = 'published')
 OR n.repost_count <> (SELECT count(*) FROM notes_note r
                       WHERE r.repost_of_id = n.id AND r.state = 'published')
"""


def drifted() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(DRIFT)
        return [row[0] for row in cursor.fetchall()]


def kinds(person_id: int) -> list[str]:
    written.settle()
    return sorted(one.kind for one in notices.list_notices(person_id=person_id))


def test_a_like_twice_is_a_like_once() -> None:
    author, reader = jotted.person(), jotted.person()
    code = written.note(author)

    assert [notes.like(person_id=reader, code=code).count for _ in range(2)] == [1, 1]
    assert queries.get_note(code, viewer_id=reader).is_liked
    assert kinds(author) == ["note_liked"]
    assert [notes.unlike(person_id=reader, code=code).count for _ in range(2)] == [0, 0]
    notes.like(person_id=reader, code=code)
    assert kinds(author) == ["note_liked"] and not drifted()


@pytest.mark.django_db(transaction=True)
def test_many_taps_at_once_count_each_person_once(race: Race) -> None:
    code = written.note(jotted.person())
    people = [jotted.person() for _ in range(3)]

    def tap(number: int) -> None:
        who = people[number % 3]
        notes.like(person_id=who, code=code)
        notes.favourite(person_id=who, code=code)
        notes.comment(author_id=who, code=code, text="好", key=f"k{who}")
        notes.repost(author_id=who, code=code)

    assert race(9, tap) == [None] * 9

    row = Note.objects.get(code=code)
    counts = (row.like_count, row.favourite_count, row.comment_count, row.repost_count)
    assert counts == (3, 3, 3, 3) and not drifted()


@pytest.mark.django_db(transaction=True)
def test_likes_and_unlikes_in_a_race_never_drift(race: Race) -> None:
    code, who = written.note(jotted.person()), jotted.person()

    race(8, lambda n: (notes.like if n % 2 else notes.unlike)(person_id=who, code=code))

    assert not drifted() and Like.objects.count() <= 1


def test_what_a_stranger_may_not_see_they_can_neither_tap_nor_count() -> None:
    code, stranger = written.note(jotted.person(), visibility="private"), jotted.person()

    for verb in (notes.like, notes.unlike, notes.favourite, notes.unfavourite):
        with pytest.raises(errors.NoteNotFound):
            verb(person_id=stranger, code=code)
    with pytest.raises(errors.NoteNotFound):
        notes.comment(author_id=stranger, code=code, text="？")
    with pytest.raises(errors.NoteNotFound):
        queries.page_comments(code, viewer_id=stranger)


def test_favourites_in_folders() -> None:
    reader = jotted.person()
    first, second = written.note(jotted.person()), written.note(jotted.person())
    folder = notes.create_folder(person_id=reader, name=" 秋天 ")
    assert notes.create_folder(person_id=reader, name="秋天") == folder

    notes.favourite(person_id=reader, code=first, folder=folder)
    notes.favourite(person_id=reader, code=second)

    assert [card.code for card in queries.page_favourites(reader).items] == [second, first]
    assert [card.code for card in queries.page_favourites(reader, folder=folder).items] == [first]
    assert [(one.name, one.count) for one in queries.list_folders(reader)] == [("秋天", 1)]
    for verb in (
        lambda: notes.favourite(person_id=jotted.person(), code=first, folder=folder),
        lambda: queries.page_favourites(jotted.person(), folder=folder),
        lambda: notes.remove_folder(person_id=jotted.person(), code=folder),
    ):
        with pytest.raises(errors.FolderNotFound):
            verb()
    notes.remove_folder(person_id=reader, code=folder)
    assert len(queries.page_favourites(reader).items) == 2 and not drifted()


def test_comments_have_two_levels_and_name_whom_they_answer() -> None:
    author, one, two = jotted.person(), jotted.person(), jotted.person()
    written.rename(one, "小满")
    code = written.note(author)
    top = notes.comment(author_id=one, code=code, text="哪里买的？")
    under = notes.comment(author_id=author, code=code, text="山里", parent=top)

    notes.comment(author_id=two, code=code, text="我也想要", parent=under)

    [thread] = queries.page_comments(code, viewer_id=None).items
    assert [reply.text for reply in thread.replies] == ["山里", "我也想要"]
    assert thread.replies[0].reply_to_name == "小满" and thread.replies[0].is_by_note_author
    assert thread.replies[1].reply_to_name == "阿柿" and thread.reply_count == 2
    assert kinds(author) == ["comment_answered", "note_commented"]
    assert kinds(one) == ["comment_answered"]


def test_the_same_key_is_the_same_comment_and_one_notice() -> None:
    author, reader = jotted.person(), jotted.person()
    code = written.note(author)

    made = {notes.comment(author_id=reader, code=code, text="好", key="k") for _ in range(3)}

    assert len(made) == 1 and kinds(author) == ["note_commented"] and not drifted()


def test_who_is_named_is_told_once_and_strangers_are_not() -> None:
    author, friend, stranger = jotted.person(), jotted.person(), jotted.person()
    written.rename(friend, "小满")
    written.rename(stranger, "陌生人")
    written.befriend(author, friend)

    code = written.note(author, "@小满 @陌生人")
    notes.save(author_id=author, code=code, draft=queries.get_edit(code, author_id=author).draft)

    assert kinds(friend).count("person_mentioned") == 1 and "person_mentioned" not in kinds(stranger)


def test_removing_a_comment_takes_its_answers_along() -> None:
    author, one = jotted.person(), jotted.person()
    code = written.note(author)
    top = notes.comment(author_id=one, code=code, text="一")
    notes.comment(author_id=author, code=code, text="二", parent=top)
    with pytest.raises(errors.NotTheAuthor):
        notes.remove_comment(person_id=jotted.person(), code=top)

    notes.remove_comment(person_id=author, code=top)

    assert not queries.page_comments(code, viewer_id=None).items and not drifted()
    with pytest.raises(errors.CommentNotFound):
        notes.comment(author_id=one, code=code, text="三", parent=top)


def test_people_who_cut_each_other_do_not_meet_under_a_third_ones_note() -> None:
    author, one, two = jotted.person(), jotted.person(), jotted.person()
    code = written.note(author)
    top = notes.comment(author_id=one, code=code, text="一")
    graph.block(person_id=one, other_id=two)

    with pytest.raises(errors.CommentsClosed):
        notes.comment(author_id=two, code=code, text="二", parent=top)
    assert not queries.page_comments(code, viewer_id=two).items


@pytest.mark.parametrize("text", ["", "  \u200b ", "字" * 501])
def test_inp_128_a_comment_has_words_but_not_too_many(text: str) -> None:
    code = written.note(jotted.person())

    with pytest.raises((errors.NoteEmpty, errors.TooLong)):
        notes.comment(author_id=jotted.person(), code=code, text=text)


def test_inp_130_a_flood_of_comments_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    code, pest = written.note(jotted.person()), jotted.person()
    monkeypatch.setattr("jishi.social.notes.operations.talk.COMMENTS_PER_TEN_MINUTES", 2)
    for number in range(2):
        notes.comment(author_id=pest, code=code, text=f"{number}")

    with pytest.raises(limits.RateLimited):
        notes.comment(author_id=pest, code=code, text="2")

    assert Comment.objects.count() == 2


def test_a_comment_is_liked_once() -> None:
    code, reader = written.note(jotted.person()), jotted.person()
    said = notes.comment(author_id=jotted.person(), code=code, text="好")

    assert [notes.like_comment(person_id=reader, code=said).count for _ in range(2)] == [1, 1]
    assert queries.get_comment(said, viewer_id=reader).is_liked
    assert [notes.unlike_comment(person_id=reader, code=said).count for _ in range(2)] == [0, 0]
