"""Feeds through the API: the order and the rights of the pages, as cards, without our own numbers."""

import pytest
from tests.factories import written

from jishi.kernel import clock
from jishi.social.feed import operations as feed
from jishi.social.graph import operations as graph
from jishi.social.notes import operations as notes


@pytest.fixture
def friends(people):
    """Two who follow each other; the second has written three notes."""
    me, friend = people(), people()
    written.befriend(me.person_id, friend.person_id)
    codes = [
        written.note(friend.person_id, f"第{n}天 #柿子", place="西安", title=f"柿子日记 {n}")
        for n in range(3)
    ]
    return me, friend, codes[::-1]


def codes_of(answer):
    return [entry["note"]["code"] for entry in answer["items"] if entry["kind"] == "note"]


def test_following_pages_on_from_its_cursor_without_repeats(friends):
    me, _, codes = friends

    first = me.get("/feed/following?limit=2")
    rest = me.get(f"/feed/following?limit=2&cursor={first['next_cursor']}")

    assert codes_of(first) + codes_of(rest) == codes
    assert rest["next_cursor"] is None
    assert set(first["items"][0]) == {"kind", "note", "product"}
    assert "id" not in first["items"][0]["note"]
    me.get("/feed/following?cursor=forged", status=400)


def test_public_feeds_are_open_to_nobody_and_close_to_the_blocked(friends, nobody):
    me, friend, codes = friends
    written.settle()

    for path in ("/feed/topics/柿子", "/feed/nearby?place=西安"):
        assert codes_of(nobody.get(path)) == codes
    graph.block(person_id=friend.person_id, other_id=me.person_id)

    for path in ("/feed/topics/柿子", "/feed/nearby?place=西安", "/feed/following", "/feed/home"):
        assert codes_of(me.get(path)) == []
    nobody.get("/feed/topics/nobody-wrote-this", status=404)
    assert nobody.get("/feed/nearby")["items"] == []


def test_hot_and_home_mix_what_moves_people(friends, nobody, stall):
    me, _, codes = friends
    notes.like(person_id=me.person_id, code=codes[1])
    assert feed.rank_hot(at=clock.now()) == 1

    assert codes_of(nobody.get("/feed/hot")) == [codes[1]]
    kinds = {entry["kind"] for entry in nobody.get("/feed/home")["items"]}
    assert kinds == {"note", "product"}


def test_how_many_are_newer_is_counted_from_the_head(friends):
    me, friend, _ = friends
    head = me.get("/feed/following")["head"]
    assert me.get(f"/feed/new?head={head}")["count"] == 0

    written.note(friend.person_id, "还有一篇")

    assert me.get(f"/feed/new?head={head}") == {"count": 1, "most": 100}
    me.get("/feed/new?head=forged", status=400)
