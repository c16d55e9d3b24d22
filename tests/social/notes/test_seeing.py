"""Who sees a note: every visibility for every kind of viewer, on its page and in every list."""

from __future__ import annotations

import pytest
from tests.factories import clubs, jotted, written

from jishi.kernel import clock
from jishi.people.accounts.contracts import AudienceRef
from jishi.social.graph import operations as graph
from jishi.social.notes import operations as notes
from jishi.social.notes import queries
from jishi.social.notes.models import Note

pytestmark = pytest.mark.django_db

SEEN = {
    "public": {"nobody", "stranger", "follower", "fan", "friend", "author"},
    "followers": {"follower", "friend", "author"},
    "friends": {"friend", "author"},
    "private": {"author"},
}
VIEWERS = ("nobody", "stranger", "follower", "fan", "friend", "blocked", "blocker", "author")


def cast() -> dict[str, int | None]:
    """People by what they are to the author; "fan" is whom the author follows."""
    people: dict[str, int | None] = {name: jotted.person() for name in VIEWERS}
    people["nobody"] = None
    author = people["author"]
    assert author is not None
    for name in ("follower", "friend"):
        graph.follow(person_id=people[name], other_id=author)  # type: ignore[arg-type]
    for name in ("fan", "friend"):
        graph.follow(person_id=author, other_id=people[name])  # type: ignore[arg-type]
    graph.block(person_id=author, other_id=people["blocked"])  # type: ignore[arg-type]
    graph.block(person_id=people["blocker"], other_id=author)  # type: ignore[arg-type]
    return people


def sees(code: str, viewer: int | None, author: int) -> set[bool]:
    """What the page and each list say; they must agree."""
    note_id = Note.objects.get(code=code).pk
    return {
        queries.find_note_id(code, viewer_id=viewer) is not None,
        bool(queries.list_cards([note_id], viewer_id=viewer)),
        bool(queries.page_of_author(author, viewer_id=viewer).items),
    }


@pytest.mark.parametrize("visibility", SEEN)
def test_every_viewer_sees_what_is_meant_for_them(visibility: str) -> None:
    people = cast()
    author = people["author"]
    assert author is not None
    code = written.note(author, visibility=visibility)

    told = {name: sees(code, who, author) for name, who in people.items()}

    assert told == {name: {name in SEEN[visibility]} for name in VIEWERS}


def test_a_private_person_shows_public_notes_to_followers_only() -> None:
    people = cast()
    author = people["author"]
    assert author is not None
    code = written.note(author)
    graph.edit_profile(person_id=author, is_private=True)

    told = {name: sees(code, who, author) for name, who in people.items()}

    assert {name for name, answer in told.items() if answer == {True}} == {"follower", "friend", "author"}


def test_a_note_for_members_is_seen_by_members() -> None:
    slug = clubs.club(is_members_only=True, at=clock.now())
    owner, member = clubs.owner_of(slug), jotted.person()
    clubs.join(slug, member, at=clock.now())
    code = written.note(owner, visibility="audience", audience=AudienceRef("community", slug))

    for viewer, expected in ((None, False), (jotted.person(), False), (member, True), (owner, True)):
        assert sees(code, viewer, owner) == {expected}


def test_an_unknown_audience_admits_nobody() -> None:
    author = jotted.person()
    code = written.note(author, visibility="audience", audience=AudienceRef("weather", "rain"))

    assert sees(code, jotted.person(), author) == {False}


def test_a_repost_goes_with_its_original() -> None:
    author, reader = jotted.person(), jotted.person()
    code = written.note(author)
    bare, worded = notes.repost(author_id=reader, code=code), ""
    other = jotted.person()
    worded = notes.repost(author_id=other, code=code, text="同感")

    notes.hide(code=code, reason="spam")

    ids = list(Note.objects.filter(code__in=(bare, worded)).order_by("pk").values_list("pk", flat=True))
    [card] = queries.list_cards(ids, viewer_id=None)
    assert card.code == worded and card.origin is not None and card.origin.is_gone


def test_remarks_are_the_viewers_own() -> None:
    author, friend = jotted.person(), jotted.person()
    code = written.note(author)
    graph.follow(person_id=friend, other_id=author)
    graph.remark(person_id=friend, about_id=author, name="柿子姐")

    assert queries.get_note(code, viewer_id=friend).author_name == "柿子姐"
    assert queries.get_note(code, viewer_id=None).author_name == "阿柿"


def test_pages_of_an_author_go_on_where_they_ended_also_after_new_notes() -> None:
    author = jotted.person()
    codes = [written.note(author, f"第 {n} 篇") for n in range(5)]
    first = queries.page_of_author(author, viewer_id=None, limit=2)
    written.note(author, "新的")

    second = queries.page_of_author(author, viewer_id=None, limit=2, cursor=first.next_cursor)

    assert [card.code for card in (*first.items, *second.items)] == codes[:0:-1]
