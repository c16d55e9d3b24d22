"""Moderation of real notes and comments, through the desks that the wiring registers."""

from __future__ import annotations

import pytest
from tests.factories import jotted

from jishi.kernel import clock
from jishi.social.notes import operations as notes
from jishi.social.notes import queries as written
from jishi.social.notes.errors import NoteNotFound
from jishi.social.notes.models import Note
from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation import queries

pytestmark = pytest.mark.django_db


def state(code: str) -> str:
    return Note.objects.get(code=code).state


def test_a_note_is_hidden_by_reports_and_restored_by_an_appeal() -> None:
    author, reader = jotted.person(), jotted.person()
    code = jotted.note(author)
    for _ in range(3):
        receipt = moderation.report(reporter_id=jotted.person(), kind="note", code=code, reason="spam")
    first, second = jotted.person(is_operator=True), jotted.person(is_operator=True)

    assert state(code) == "hidden"
    with pytest.raises(NoteNotFound):
        written.get_note(code, viewer_id=reader)
    moderation.decide(
        moderator_id=first, case_code=receipt.case_code, action="hide", reason="spam", note="广告"
    )
    assert written.get_note(code, viewer_id=author).state_note is not None
    moderation.appeal(author_id=author, case_code=receipt.case_code, text="不是广告")
    moderation.decide_appeal(moderator_id=second, case_code=receipt.case_code, outcome="overturned")

    assert written.get_note(code, viewer_id=reader).state == "published"


def test_inp_131_a_suspended_author_is_hidden_everywhere_and_comes_back() -> None:
    author, reader = jotted.person(), jotted.person()
    codes = [jotted.note(author), jotted.note(author)]
    case = moderation.report(reporter_id=reader, kind="note", code=codes[0], reason="scam").case_code
    for operator in (jotted.person(is_operator=True), jotted.person(is_operator=True)):
        moderation.decide(moderator_id=operator, case_code=case, action="suspend", reason="scam")

    assert [written.find_note_id(code, viewer_id=reader) for code in codes] == [None, None]
    moderation.appeal(author_id=author, case_code=case, text="我是好人")
    moderation.decide_appeal(
        moderator_id=jotted.person(is_operator=True), case_code=case, outcome="overturned"
    )

    assert [state(code) for code in codes] == ["published", "published"]


def test_held_notes_wait_in_the_queue() -> None:
    author = jotted.person()
    code = jotted.note(author)
    Note.objects.filter(code=code).update(state="in_review")

    moderation.open_held(clock.now())
    case = queries.case_of("note", code)
    assert case is not None
    moderation.decide(moderator_id=jotted.person(is_operator=True), case_code=case, action="approve")

    assert state(code) == "published"


def test_a_comment_is_removed_by_a_moderator() -> None:
    author, talker, reader = jotted.person(), jotted.person(), jotted.person()
    note = jotted.note(author)
    comment = notes.comment(author_id=talker, code=note, text="加我")
    code = comment if isinstance(comment, str) else comment.code
    case = moderation.report(reporter_id=reader, kind="comment", code=code, reason="spam").case_code

    moderation.decide(
        moderator_id=jotted.person(is_operator=True), case_code=case, action="remove", reason="spam"
    )

    ref = written.find_content("comment", code)
    assert ref is not None
    assert ref.state == "rejected"
