"""The mixed feed: the same for everybody without personalisation, nothing twice, and open to a ranker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import goods

from jishi.goods.merchants.models import Shop
from jishi.kernel.paging import BadCursor
from jishi.social.feed import operations, ports
from jishi.social.feed import queries as feed
from jishi.social.feed.contracts import FeedItem, Reader, Slate
from jishi.social.feed.errors import PlaceTooLong, TooManyInterests

PERSONAL_TABLES = ("graph_follow", "graph_mute", "graph_block", "feed_interest", "feed_choice", "notes_like")


def read_all(viewer: int | None, *, limit: int = 7, **arguments) -> list[FeedItem]:
    found: list[FeedItem] = []
    cursor = None
    for _ in range(50):
        page = feed.page_home(viewer_id=viewer, language="en", cursor=cursor, limit=limit, **arguments)
        found += page.items
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor
    raise AssertionError("the feed never ends")


@pytest.fixture
def shelves(world) -> list[int]:
    """Goods of a shop that was there before, and of one that is new."""
    products = []
    for days, count in ((90, 9), (3, 4)):
        shop = goods.open_shop()
        Shop.objects.filter(pk=shop.id).update(created_at=world.at - timedelta(days=days))
        products += [goods.offer(shop).product_id for _ in range(count)]
    return products


def test_everything_comes_exactly_once_in_both_kinds(world, shelves) -> None:
    author, me = world.people(2)
    notes = [world.note(author) for _ in range(17)]

    for viewer in (None, me):
        items = read_all(viewer)

        assert sorted(one.id for one in items if one.kind == "note") == sorted(notes)
        assert sorted(one.id for one in items if one.kind == "product") == sorted(shelves)
        assert len(items) == len(set(items))


def test_new_shops_have_their_places_on_the_first_page(world, shelves) -> None:
    first = feed.page_home(viewer_id=None, language="en", limit=20)

    assert set(first.ids("product")) >= set(shelves[:9])
    assert set(first.ids("product")) & set(shelves[9:])


def test_prv_143_without_personalisation_everybody_gets_the_same_and_no_profile_is_read(world) -> None:
    first, second, author, other = world.people(4)
    world.follow(first, author)
    tea = world.note(author, "tea", quality=0.2)
    world.note(other, quality=0.6)
    operations.choose_interests(person_id=first, slugs=["tea"])
    world.like(second, tea)

    with CaptureQueriesContext(connection) as asked:
        pages = [
            feed.page_home(viewer_id=viewer, language="en", is_personalised=False, at=world.at).items
            for viewer in (first, second, None)
        ]

    assert pages[0] == pages[1] == pages[2]
    assert not [q["sql"] for q in asked if any(table in q["sql"] for table in PERSONAL_TABLES)]
    mine = feed.page_home(viewer_id=first, language="en", at=world.at).items
    assert mine != pages[0]
    assert mine[0] == FeedItem("note", tea)


def test_what_is_not_public_never_comes(world) -> None:
    me, private, blocked, open_one = world.people(4)
    world.profile(private, is_private=True)
    world.block(me, blocked)
    seen = world.note(open_one)
    world.note(private)
    world.note(blocked)
    world.note(open_one, visibility="followers")
    world.note(open_one, state="draft")

    assert [one.id for one in read_all(me)] == [seen]


class Backwards:
    """A ranker for tests: three things, one a page."""

    name = "backwards"

    def slate(self, reader: Reader, *, state, limit, at) -> Slate:
        left = state["left"] if state else 3
        return Slate((FeedItem("product", left),), {"left": left - 1} if left > 1 else None)


@pytest.fixture
def ranker() -> Iterator[None]:
    wired = ports.find_ranker()
    ports.register_ranker(Backwards())
    yield
    ports.forget_ranker()
    if wired is not None:
        ports.register_ranker(wired)


def test_a_registered_ranker_orders_the_feed_and_old_cursors_end(world, shelves, request) -> None:
    old = feed.page_home(viewer_id=None, language="en", limit=2).next_cursor
    request.getfixturevalue("ranker")

    assert [one.id for one in read_all(None)] == [3, 2, 1]
    with pytest.raises(BadCursor):
        feed.page_home(viewer_id=None, language="en", cursor=old)
    with pytest.raises(TypeError):
        ports.register_ranker(object())  # type: ignore[arg-type]


def test_choices_replace_each_other_and_are_forgotten(world) -> None:
    (me,) = world.people(1)
    author = world.people(1)[0]
    world.note(author, "tea", "cups")

    assert feed.get_preference(me).is_cold
    assert operations.choose_interests(person_id=me, slugs=["tea", "unknown"]) == 1
    assert operations.choose_interests(person_id=me, slugs=["cups", "tea"]) == 2
    operations.choose_place(person_id=me, place=" 杭州 ")
    operations.personalise(person_id=me, on=False)
    chosen = feed.get_preference(me)
    assert (chosen.is_personalised, chosen.place, len(chosen.interest_ids)) == (False, "杭州", 2)
    with pytest.raises(TooManyInterests):
        operations.choose_interests(person_id=me, slugs=[f"t{n}" for n in range(21)])
    with pytest.raises(PlaceTooLong):
        operations.choose_place(person_id=me, place="杭" * 61)

    operations.forget(person_id=me)

    assert feed.get_preference(me) == feed.get_preference(None)


def test_notes_are_found_by_words_and_people_by_the_beginning_of_their_name(world) -> None:
    me, author, muted = world.people(3)
    world.mute(me, muted)
    tea = world.note(author, "春茶", title="明前龙井怎么泡", text="水温八十度，先温杯。")
    world.note(author, title="柿子熟了")
    loud = world.note(muted, title="龙井")
    hidden = world.note(author, title="龙井", visibility="friends")
    operations.index_notes(note_ids=[row.pk for row in world.notes])

    assert set(feed.search_notes(text="龙井", viewer_id=None).ids("note")) == {tea, loud}
    assert feed.search_notes(text="龙井", viewer_id=me).ids("note") == [tea]
    assert feed.search_notes(text="春茶", viewer_id=me).ids("note") == [tea]
    assert feed.search_notes(text="水温", viewer_id=me).ids("note") == [tea]
    assert hidden not in feed.search_notes(text="龙井", viewer_id=author).ids("note")
    for odd in ("", "   ", "'", "& | !", "\x00", "a" * 500):
        assert feed.search_notes(text=odd, viewer_id=me).items == ()
    assert author in feed.search_people(text="人", viewer_id=me)
    assert muted not in feed.search_people(text="人", viewer_id=me)
    assert feed.search_people(text="%", viewer_id=me) == []


def test_search_pages_show_each_note_once(world) -> None:
    (author,) = world.people(1)
    notes = {world.note(author, title="龙井 茶") for _ in range(11)}
    operations.index_notes(note_ids=notes)
    found: list[int] = []
    cursor = None
    while True:
        page = feed.search_notes(text="龙井", viewer_id=None, cursor=cursor, limit=4)
        found += page.ids("note")
        cursor = page.next_cursor
        if cursor is None:
            break

    assert sorted(found) == sorted(notes)
