"""Hidden, suspended, forgotten: what is out of sight is so everywhere, and counts follow."""

from __future__ import annotations

import json

import pytest
from tests.factories import jotted, written
from tests.social.notes.test_taps_and_talk import drifted

from jishi.kernel import clock
from jishi.social.feed import queries as feeds
from jishi.social.notes import errors, privacy, queries
from jishi.social.notes import operations as notes
from jishi.social.notes.models import Comment, Note

pytestmark = pytest.mark.django_db


def ids(*codes: str) -> list[int]:
    return [Note.objects.get(code=code).pk for code in codes]


def test_hidden_restored_rejected_and_the_author_reads_why() -> None:
    author = jotted.person()
    code = written.note(author)
    number = Note.objects.get(code=code).published_no

    notes.hide(code=code, reason="spam", note="像广告")
    notes.hide(code=code, reason="spam", note="像广告")
    shown = queries.get_note(code, viewer_id=author)
    assert shown.state == "hidden" and shown.state_note is not None and shown.state_note.note == "像广告"
    assert queries.find_note_id(code, viewer_id=None) is None
    with pytest.raises(errors.StateForbids):
        notes.save(author_id=author, code=code, draft=queries.get_edit(code, author_id=author).draft)

    notes.restore(code=code)
    assert queries.get_note(code, viewer_id=None).state_note is None
    assert Note.objects.get(code=code).published_no == number
    notes.reject(code=code, reason="spam")
    with pytest.raises(errors.StateForbids):
        notes.publish(author_id=author, code=code)


def test_a_draft_cannot_be_brought_to_light_by_moderation() -> None:
    code = written.note(jotted.person(), publish=False)

    with pytest.raises(errors.StateForbids):
        notes.approve(code=code)


def test_a_hidden_comment_is_out_of_the_count() -> None:
    code = written.note(jotted.person())
    writer = jotted.person()
    said = notes.comment(author_id=writer, code=code, text="买我的")

    notes.hide_comment(code=said, reason="spam")
    assert queries.get_note(code, viewer_id=None).comment_count == 0 and not drifted()
    assert not queries.page_comments(code, viewer_id=None).items
    assert queries.page_comments(code, viewer_id=writer).items[0].state == "hidden"
    notes.restore_comment(code=said)
    assert queries.get_note(code, viewer_id=None).comment_count == 1 and not drifted()


def test_inp_131_a_suspended_author_is_out_of_sight_everywhere_and_comes_back() -> None:
    author, reader, other = jotted.person(), jotted.person(), jotted.person()
    code, place = written.note(author), written.note(other)
    quiet = written.note(author, publish=False)
    moderated = written.note(author)
    notes.hide(code=moderated, reason="spam")
    passed_on = notes.repost(author_id=reader, code=code)
    notes.repost(author_id=author, code=place)
    notes.comment(author_id=author, code=place, text="好")
    stale = ids(code, passed_on, place)

    assert notes.hide_author(person_id=author) == 2

    for viewer in (None, reader):
        assert [card.code for card in queries.list_cards(stale, viewer_id=viewer)] == [place]
        assert not queries.page_of_author(author, viewer_id=viewer).items
        assert queries.find_note_id(code, viewer_id=viewer) is None
    origin = queries.get_note(passed_on, viewer_id=reader).origin
    assert origin is not None and origin.is_gone
    shown = queries.get_note(place, viewer_id=None)
    assert (shown.comment_count, shown.repost_count) == (0, 0) and not drifted()
    with pytest.raises(errors.AuthorSuspended):
        notes.publish(author_id=author, code=quiet)
    with pytest.raises(errors.AuthorSuspended):
        notes.comment(author_id=author, code=place, text="又来")
    with pytest.raises(errors.AuthorSuspended):
        notes.approve(code=code)

    notes.restore_author(person_id=author)

    assert queries.find_note_id(code, viewer_id=None) is not None
    assert queries.find_note_id(moderated, viewer_id=None) is None
    shown = queries.get_note(place, viewer_id=None)
    assert (shown.comment_count, shown.repost_count) == (1, 1) and not drifted()


def test_inp_131_a_card_that_a_feed_already_chose_is_not_shown_any_more() -> None:
    author, reader = jotted.person(), jotted.person()
    written.befriend(author, reader)
    written.note(author)
    assert feeds.page_following(viewer_id=reader).items

    notes.hide_author(person_id=author)

    assert not feeds.page_following(viewer_id=reader).items


def test_everything_about_a_person_is_handed_over_as_plain_values() -> None:
    person, other = jotted.person(), jotted.person()
    code, liked = written.note(person, "我的"), written.note(other)
    notes.like(person_id=person, code=liked)
    notes.favourite(person_id=person, code=liked, folder=notes.create_folder(person_id=person, name="秋"))
    notes.comment(author_id=person, code=liked, text="真好")

    told = json.loads(json.dumps(privacy.export_person(person_id=person)))

    assert [one["code"] for one in told["notes"]] == [code] and told["notes"][0]["text"] == "我的"
    assert told["likes"][0]["note"] == liked and told["favourites"][0]["folder"] == "秋"
    assert told["comments"][0]["text"] == "真好"


def test_forgetting_a_person_takes_their_words_and_every_count_with_it() -> None:
    person, other = jotted.person(), jotted.person()
    [kept] = notes.store_pictures(person_id=person, uploads=[written.photo()])
    mine = written.note(person, "秘密的话", place="富平", pictures=(kept,))
    theirs = written.note(other)
    notes.save(author_id=person, code=mine, draft=queries.get_edit(mine, author_id=person).draft)
    notes.like(person_id=person, code=theirs)
    notes.favourite(person_id=person, code=theirs)
    notes.repost(author_id=person, code=theirs)
    said = notes.comment(author_id=person, code=theirs, text="秘密的评论")
    notes.like_comment(
        person_id=person, code=notes.comment(author_id=other, code=theirs, text="在", parent=said)
    )

    privacy.erase_person(person_id=person, at=clock.now())
    privacy.erase_person(person_id=person, at=clock.now())

    shown = queries.get_note(theirs, viewer_id=None)
    assert (shown.like_count, shown.favourite_count, shown.comment_count, shown.repost_count) == (0, 0, 1, 0)
    assert not drifted()
    row = Note.objects.get(code=mine)
    assert (row.text, row.place, row.pictures, row.cover, row.state) == ("", "", [], None, "removed")
    assert Comment.objects.get(code=said).text == ""
    left = privacy.export_person(person_id=person)
    assert not left["likes"] and not left["favourites"] and "秘密" not in json.dumps(left, ensure_ascii=False)
