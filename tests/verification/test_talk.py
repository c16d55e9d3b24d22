"""Drift that is planted into the counters of communities, events, notes and polls is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from tests.factories import clubs

import jishi.verification as verification
from jishi.kernel import clock
from jishi.social.communities import operations as communities
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft
from jishi.social.polls import operations as polls
from jishi.social.polls.contracts import PollDraft

pytestmark = pytest.mark.django_db


def written(author_id: int) -> str:
    """A published note."""
    code = notes.save(author_id=author_id, draft=NoteDraft(text="今天的茶"))
    assert notes.publish(author_id=author_id, code=code) == "published"
    return code


def a_lively_place() -> None:
    """A community with an event somebody waits for, a note with everything on it, and a poll with votes."""
    now = clock.now()
    slug = clubs.club(at=now)
    event = clubs.event(slug, capacity=1, at=now)
    one, other = clubs.join(slug, at=now), clubs.join(slug, at=now)
    for who in (one, other):
        communities.sign_up(person_id=who, slug=slug, code=event)
    note = written(one)
    notes.like(person_id=other, code=note)
    notes.favourite(person_id=other, code=note)
    comment = notes.comment(author_id=other, code=note, text="真好")
    notes.like_comment(person_id=one, code=comment if isinstance(comment, str) else comment.code)
    notes.repost(author_id=other, code=note, text="看看")
    draft = PollDraft(question="脆还是软？", options=("脆", "软"), closes_at=now + timedelta(days=1))
    poll = polls.attach(author_id=one, note_code=written(one), draft=draft)
    polls.vote(person_id=other, code=poll, positions=[1])


def broken() -> dict[str, int]:
    return {one.title: one.broken for one in verification.run() if one.broken}


def test_a_lively_place_is_sound() -> None:
    a_lively_place()

    assert broken() == {}


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("communities_community", "member_count", "a community counts its members"),
        ("communities_gathering", "waiting_count", "an event counts who comes"),
        ("notes_note", "like_count", "a note counts its likes"),
        ("notes_note", "comment_count", "a note counts its likes"),
        ("notes_note", "favourite_count", "a note counts its likes"),
        ("notes_note", "repost_count", "a note counts its likes"),
        ("notes_comment", "like_count", "a comment counts its likes"),
        ("polls_poll", "voter_count", "a poll counts its voters"),
        ("polls_option", "vote_count", "a poll counts its voters"),
    ],
)
def test_planted_drift_is_found(table: str, column: str, words: str) -> None:
    a_lively_place()

    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column} + 1 WHERE id = (SELECT min(id) FROM {table})")

    [(title, count)] = broken().items()
    assert title.startswith(words) and count == 1
