"""Following, topics and places: who meets what, and paging while others write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.kernel.paging import BadCursor
from jishi.social.communities.models import Community, Membership
from jishi.social.feed import queries as feed
from jishi.social.feed.contracts import FeedPage
from jishi.social.feed.errors import TopicUnknown


def read_all(
    page: Callable[..., FeedPage], between: Callable[[], object] = lambda: None, **arguments
) -> list[int]:
    """Every note of a feed, page by page; something may happen between two pages."""
    found: list[int] = []
    cursor = None
    for _ in range(200):
        answer = page(cursor=cursor, **arguments)
        found += answer.ids("note")
        if answer.next_cursor is None:
            return found
        cursor = answer.next_cursor
        between()
    raise AssertionError("the feed never ends")


def test_following_shows_followed_people_and_oneself_the_newest_first(world) -> None:
    me, friend, stranger = world.people(3)
    world.follow(me, friend)
    notes = [world.note(author) for author in (friend, stranger, me, friend)]

    page = feed.page_following(viewer_id=me)

    assert page.ids("note") == [notes[3], notes[2], notes[0]]
    assert page.next_cursor is None


def test_following_respects_visibility_requests_mutes_blocks_and_states(world) -> None:
    me, friend, fan, asked, muted, blocked, blocking, private = world.people(8)
    world.follow(me, friend, fan, muted, blocked, blocking, private)
    world.follow(me, asked, state="requested")
    world.follow(friend, me)
    world.mute(me, muted)
    world.block(me, blocked)
    world.block(blocking, me)
    world.profile(private, is_private=True)
    seen = [
        world.note(friend, visibility="friends"),
        world.note(fan, visibility="followers"),
        world.note(private),
        world.note(me, visibility="private"),
    ]
    world.note(fan, visibility="friends")
    world.note(fan, visibility="private")
    world.note(fan, visibility="audience", audience_kind="community", audience_key="tea")
    for other in (asked, muted, blocked, blocking):
        world.note(other)
    for state in ("hidden", "removed", "rejected", "in_review"):
        world.note(friend, state=state)

    assert feed.page_following(viewer_id=me).ids("note") == seen[::-1]


def test_members_meet_what_is_for_their_community(world) -> None:
    me, author, outsider = world.people(3)
    world.follow(me, author)
    world.follow(outsider, author)
    tea = Community.objects.create(
        slug="tea", name="茶", for_whom="", about="", created_by_id=author, created_at=world.at
    )
    Membership.objects.create(
        community=tea, person_id=me, state="member", joined_at=world.at, changed_at=world.at
    )
    note = world.note(author, visibility="audience", audience_kind="community", audience_key="tea")

    assert feed.page_following(viewer_id=me).ids("note") == [note]
    assert feed.page_following(viewer_id=outsider).ids("note") == []


@pytest.mark.parametrize("busy", [0, 1, 3])
def test_following_is_exact_when_some_write_a_lot_and_others_little(world, busy) -> None:
    me, *authors = world.people(13)
    world.follow(me, *authors)
    for round_number in range(3):
        for place, author in enumerate(authors):
            for _ in range(9 if place < busy else round_number % 2):
                world.note(author)

    assert read_all(feed.page_following, viewer_id=me, limit=7) == [row.pk for row in world.notes[::-1]]


def test_following_goes_on_behind_many_notes_that_are_for_others(world) -> None:
    me, author = world.people(2)
    world.follow(me, author)
    first = world.note(author)
    for _ in range(60):
        world.note(author, visibility="private")
    last = world.note(author)

    assert read_all(feed.page_following, viewer_id=me, limit=2) == [last, first]


def test_inp_131_a_suspended_authors_notes_are_gone_from_every_feed(world) -> None:
    me, author = world.people(2)
    world.follow(me, author)
    note = world.note(author, "tea", place="杭州")
    row = world.notes[0]
    first = feed.page_following(viewer_id=me)

    row.state = "hidden"
    row.save()

    assert first.ids("note") == [note]
    assert feed.page_following(viewer_id=me).items == ()
    assert feed.page_topic(slug="tea", viewer_id=None).items == ()
    assert feed.page_nearby(place="杭州", viewer_id=me).items == ()
    assert feed.page_home(viewer_id=me, language="en").ids("note") == []


def test_topics_and_places_show_public_notes_of_open_accounts(world) -> None:
    me, open_one, private, muted = world.people(4)
    world.profile(private, is_private=True)
    world.mute(me, muted)
    public = world.note(open_one, "tea", place="杭州")
    guarded = world.note(private, "tea", place="杭州")
    noisy = world.note(muted, "tea", place="杭州")
    world.note(open_one, "tea", place="杭州", visibility="followers")
    world.note(open_one, "cups", place="上海")

    def both(viewer: int | None) -> set[tuple[int, ...]]:
        return {
            tuple(feed.page_topic(slug="tea", viewer_id=viewer).ids("note")),
            tuple(feed.page_nearby(place="杭州", viewer_id=viewer).ids("note")),
        }

    assert both(None) == {(noisy, public)}
    assert both(me) == {(public,)}
    world.follow(me, private)
    assert both(me) == {(guarded, public)}
    with pytest.raises(TopicUnknown):
        feed.page_topic(slug="nothing", viewer_id=None)


def test_new_notes_are_counted_since_a_page_was_read(world) -> None:
    me, friend, other = world.people(3)
    world.follow(me, friend)
    world.note(friend, "tea", place="杭州")
    heads = {
        "following": feed.page_following(viewer_id=me).head,
        "topic": feed.page_topic(slug="tea", viewer_id=me).head,
        "place": feed.page_nearby(place="杭州", viewer_id=me).head,
    }

    world.note(friend, "tea")
    world.note(friend, visibility="private")
    world.note(other, "tea", place="杭州")

    assert feed.count_new(viewer_id=me, head=heads["following"]) == 1
    assert feed.count_new(viewer_id=me, head=heads["topic"], topic="tea") == 2
    assert feed.count_new(viewer_id=me, head=heads["place"], place="杭州") == 1


def test_cursors_belong_to_their_feed_and_reader(world) -> None:
    me, other, author = world.people(3)
    world.follow(me, author)
    world.follow(other, author)
    for _ in range(3):
        world.note(author, "tea")
    cursor = feed.page_following(viewer_id=me, limit=1).next_cursor
    assert cursor is not None

    for wrong in (cursor + "x", "1", feed.page_topic(slug="tea", viewer_id=me, limit=1).next_cursor):
        with pytest.raises(BadCursor):
            feed.page_following(viewer_id=me, cursor=wrong)
    with pytest.raises(BadCursor):
        feed.page_following(viewer_id=other, cursor=cursor)
    with pytest.raises(BadCursor):
        feed.count_new(viewer_id=me, head=cursor)


VISIBILITIES = ("public", "followers", "friends", "private")
ACTS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(VISIBILITIES), st.booleans()), max_size=6)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    before=st.lists(ACTS, min_size=1, max_size=4), during=st.lists(ACTS, max_size=6), limit=st.integers(1, 5)
)
def test_paging_while_others_write_shows_each_visible_note_exactly_once(world, before, during, limit) -> None:
    me, followed, friend, stranger, muted = world.people(5)
    world.follow(me, followed, friend, muted)
    world.follow(friend, me)
    world.mute(me, muted)
    authors = (followed, friend, stranger, muted, me)
    slug = f"tea{me}"
    seen_by_me = {
        followed: {"public", "followers"}, friend: {"public", "followers", "friends"}, stranger: set(),
        muted: set(), me: set(VISIBILITIES),
    }  # fmt: skip
    written: list[tuple[int, int, str, bool]] = []

    def write(acts: list[tuple[int, str, bool]]) -> None:
        for who, visibility, topic in acts:
            note = world.note(authors[who], *([slug] if topic else []), visibility=visibility)
            written.append((note, authors[who], visibility, topic))

    for acts in before:
        write(acts)
    world.note(stranger, slug, visibility="private")
    there = list(written)
    mine = [note for note, who, visibility, _ in there if visibility in seen_by_me[who]]
    tea = [n for n, who, visibility, topic in there if topic and visibility == "public" and who != muted]
    waiting = iter(during)

    following = read_all(feed.page_following, lambda: write(next(waiting, [])), viewer_id=me, limit=limit)
    waiting = iter(during)
    topic = read_all(feed.page_topic, lambda: write(next(waiting, [])), slug=slug, viewer_id=me, limit=limit)

    assert following == mine[::-1]
    assert len(topic) == len(set(topic))
    assert [note for note in topic if note in {n for n, *_ in there}] == tea[::-1]
    allowed = {n for n, who, visibility, t in written if t and visibility == "public" and who != muted}
    assert set(topic) <= allowed


def test_people_to_follow_are_known_active_and_new_to_the_reader(world) -> None:
    me, known, famous, followed, silent, private = world.people(6)
    world.follow(me, followed)
    for person, count in ((known, 5), (famous, 50), (followed, 90), (silent, 80), (private, 70)):
        world.profile(person, follower_count=count, is_private=person == private)
    for person in (known, famous, followed, private):
        world.note(person, ago=timedelta(hours=1))

    assert feed.list_people_to_follow(viewer_id=me) == [famous, known]
