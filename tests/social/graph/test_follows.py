"""Following, asking, letting in, cutting: what each does to both people, and that counts never drift."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import trade
from tests.factories.trade import NOON

from jishi.kernel.errors import DomainError
from jishi.kernel.models import OutboxEvent
from jishi.kernel.outbox import relay
from jishi.people.accounts import ports as audiences
from jishi.people.accounts.contracts import AudienceRef
from jishi.people.accounts.errors import PersonNotFound
from jishi.people.notifications import queries as notices
from jishi.social.graph import operations as graph
from jishi.social.graph import queries, rules
from jishi.social.graph.contracts import FollowState
from jishi.social.graph.errors import Blocked, ListHidden, OnlyOthers, RequestNotFound, TooManyFollows
from jishi.social.graph.models import Follow, Profile

Race = Callable[[int, Callable[..., Any]], list[Any]]
pytestmark = pytest.mark.django_db

DRIFT = """
SELECT p.person_id FROM graph_profile p
WHERE p.follower_count <> (SELECT count(*) FROM graph_follow f WHERE f.followee_id = p.person_id
                           AND f.state = 'active')
   OR p.following_count <> (SELECT count(*) FROM graph_follow f WHERE f.follower_id = p.person_id
                            AND f.state = 'active')
"""


def people(count: int) -> list[int]:
    return [trade.buyer().id for _ in range(count)]


def drifted() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(DRIFT)
        return [row[0] for row in cursor.fetchall()]


def counts(person_id: int) -> tuple[int, int]:
    row = Profile.objects.get(pk=person_id)
    return row.follower_count, row.following_count


def befriend(one: int, other: int) -> None:
    graph.follow(person_id=one, other_id=other, at=NOON)
    graph.follow(person_id=other, other_id=one, at=NOON)


def test_following_twice_is_following_once() -> None:
    one, other = people(2)

    first = graph.follow(person_id=one, other_id=other, at=NOON)
    again = graph.follow(person_id=one, other_id=other, at=NOON)

    assert (first, again) == (FollowState.ACTIVE, FollowState.ACTIVE)
    assert (counts(one), counts(other)) == ((0, 1), (1, 0))
    assert OutboxEvent.objects.filter(topic="social.graph.followed").count() == 1


def test_friends_follow_each_other() -> None:
    one, other = people(2)
    graph.follow(person_id=one, other_id=other, at=NOON)

    assert not queries.relation(one, other).is_friend
    graph.follow(person_id=other, other_id=one, at=NOON)

    assert queries.relation(one, other).is_friend
    assert queries.list_friend_ids(one) == [other]
    assert queries.count_friends(other) == 1
    assert [line.person.id for line in queries.page_friends(one).items] == [other]


def test_a_private_account_decides() -> None:
    fan, shy = people(2)
    graph.edit_profile(person_id=shy, is_private=True)

    state = graph.follow(person_id=fan, other_id=shy, at=NOON)

    assert state is FollowState.REQUESTED
    assert counts(shy) == (0, 0)
    assert not queries.can_see(fan, shy)
    assert [line.person.id for line in queries.page_requests(shy).items] == [fan]
    graph.accept(person_id=shy, follower_id=fan, at=NOON)
    graph.accept(person_id=shy, follower_id=fan, at=NOON)
    assert counts(shy) == (1, 0)
    assert queries.can_see(fan, shy)
    assert queries.count_requests(shy) == 0


def test_a_request_can_be_declined_and_taken_back() -> None:
    fan, shy = people(2)
    graph.edit_profile(person_id=shy, is_private=True)
    graph.follow(person_id=fan, other_id=shy, at=NOON)

    graph.decline(person_id=shy, follower_id=fan)

    with pytest.raises(RequestNotFound):
        graph.accept(person_id=shy, follower_id=fan)
    graph.follow(person_id=fan, other_id=shy, at=NOON)
    graph.unfollow(person_id=fan, other_id=shy)
    assert not Follow.objects.exists()
    assert drifted() == []


def test_declining_does_not_remove_a_follower() -> None:
    fan, other = people(2)
    graph.follow(person_id=fan, other_id=other, at=NOON)

    graph.decline(person_id=other, follower_id=fan)

    assert queries.relation(fan, other).follows
    graph.remove_follower(person_id=other, follower_id=fan)
    assert counts(other) == (0, 0)


def test_a_block_cuts_both_ways_and_stays_cut_when_lifted() -> None:
    one, other = people(2)
    befriend(one, other)

    graph.block(person_id=one, other_id=other, at=NOON)

    assert (counts(one), counts(other)) == ((0, 0), (0, 0))
    for person, target in ((one, other), (other, one)):
        with pytest.raises(Blocked):
            graph.follow(person_id=person, other_id=target)
        assert not queries.can_see(person, target)
        assert target in queries.hidden_ids(person)
    graph.unblock(person_id=one, other_id=other)
    assert queries.relation(one, other) == queries.relation(other, one)
    assert graph.follow(person_id=other, other_id=one) is FollowState.ACTIVE


def test_whoever_is_blocked_sees_the_name_alone() -> None:
    one, other = people(2)
    graph.edit_profile(person_id=one, bio="Persimmons and rain.", place="Hangzhou")
    graph.follow(person_id=trade.buyer().id, other_id=one)
    graph.block(person_id=one, other_id=other)
    code = queries.get_profile_of(one, viewer_id=one).person.code

    seen = queries.get_profile(code, viewer_id=other)

    assert (seen.bio, seen.place, seen.follower_count, seen.can_see) == ("", "", 0, False)
    assert queries.get_profile(code, viewer_id=None).bio == "Persimmons and rain."


def test_nobody_follows_or_blocks_themselves_or_nobody() -> None:
    (one,) = people(1)

    for verb in (graph.follow, graph.block, graph.mute, graph.unfollow):
        with pytest.raises(OnlyOthers):
            verb(person_id=one, other_id=one)
    with pytest.raises(PersonNotFound):
        graph.follow(person_id=one, other_id=10**9)
    assert not Follow.objects.exists()


def test_a_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    one, *others = people(3)
    monkeypatch.setattr(rules, "MAX_FOLLOWS", 1)
    graph.follow(person_id=one, other_id=others[0])

    with pytest.raises(TooManyFollows):
        graph.follow(person_id=one, other_id=others[1])

    assert counts(one) == (0, 1)


def test_inp_129_following_by_the_hundred_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = people(2)
    monkeypatch.setattr(rules, "FOLLOWS_PER_HOUR", 2)
    graph.follow(person_id=one, other_id=other)
    graph.unfollow(person_id=one, other_id=other)
    graph.follow(person_id=one, other_id=other)

    with pytest.raises(DomainError) as refused:
        graph.follow(person_id=one, other_id=other)

    assert refused.value.code == "kernel.rate_limited"


def test_a_private_list_is_closed_to_strangers() -> None:
    one, fan, stranger = people(3)
    graph.follow(person_id=fan, other_id=one)
    graph.edit_profile(person_id=one, is_private=True)

    for viewer in (stranger, None):
        with pytest.raises(ListHidden):
            queries.page_followers(one, viewer_id=viewer)
    assert [line.person.id for line in queries.page_followers(one, viewer_id=fan).items] == [fan]
    assert queries.page_following(fan, viewer_id=stranger).items[0].person.id == one


def test_pages_are_stable_while_people_come() -> None:
    one, *fans = people(6)
    for minute, fan in enumerate(fans[:4]):
        graph.follow(person_id=fan, other_id=one, at=NOON + timedelta(minutes=minute))
    first = queries.page_followers(one, viewer_id=None, limit=2)

    graph.follow(person_id=fans[4], other_id=one, at=NOON + timedelta(hours=1))
    second = queries.page_followers(one, viewer_id=None, cursor=first.next_cursor, limit=2)

    seen = [line.person.id for line in (*first.items, *second.items)]
    assert seen == [fans[3], fans[2], fans[1], fans[0]]
    assert second.next_cursor is None


def test_thirty_relations_are_one_statement() -> None:
    viewer, *authors = people(31)
    graph.follow(person_id=viewer, other_id=authors[3])
    graph.mute(person_id=viewer, other_id=authors[4])
    graph.remark(person_id=viewer, about_id=authors[5], name="  老陈\u202e ")

    with CaptureQueriesContext(connection) as asked:
        found = queries.relations(viewer, authors)

    assert len(asked) == 1
    assert len(found) == 30
    assert (found[authors[3]].follows, found[authors[4]].muted, found[authors[5]].remark) == (
        True,
        True,
        "老陈",
    )
    assert queries.display_names(viewer, authors)[authors[5]] == "老陈"
    assert queries.hidden_ids(viewer) == {authors[4]}


def test_people_hear_of_it_once() -> None:
    fan, other = people(2)
    graph.follow(person_id=fan, other_id=other)
    graph.unfollow(person_id=fan, other_id=other)
    graph.follow(person_id=fan, other_id=other)

    relay.drain()

    told = notices.list_notices(person_id=other)
    assert [notice.kind for notice in told] == ["followed"]


def test_audiences_of_friends_and_followers() -> None:
    one, friend, fan, stranger = people(4)
    befriend(one, friend)
    graph.follow(person_id=fan, other_id=one)

    def among(kind: str, who: int) -> bool:
        return audiences.is_member(AudienceRef(kind, str(one)), who)

    assert [among("friends", who) for who in (one, friend, fan, stranger)] == [True, True, False, False]
    assert [among("followers", who) for who in (one, friend, fan, stranger)] == [True, True, True, False]


def test_erasing_a_person_takes_them_out_of_the_counts() -> None:
    one, friend, fan = people(3)
    befriend(one, friend)
    graph.follow(person_id=fan, other_id=one)

    graph.erase(person_id=one)

    assert (counts(friend), counts(fan)) == ((0, 0), (0, 0))
    assert not Follow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_counts_hold_while_everybody_follows_and_leaves_at_once(race: Race) -> None:
    crowd = people(6)

    def act(number: int) -> None:
        me = crowd[number % 6]
        for step in range(12):
            other = crowd[(number * 5 + step * 7) % 6]
            if other == me:
                continue
            if (number + step) % 4 == 0:
                graph.unfollow(person_id=me, other_id=other)
            elif (number + step) % 7 == 0:
                graph.block(person_id=me, other_id=other)
                graph.unblock(person_id=me, other_id=other)
            else:
                try:
                    graph.follow(person_id=me, other_id=other)
                except Blocked:
                    continue

    outcomes = race(12, act)

    assert outcomes == [None] * 12
    assert drifted() == []
    assert Follow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_people_follow_one_at_once(race: Race) -> None:
    star, *fans = people(21)

    race(20, lambda number: graph.follow(person_id=fans[number], other_id=star))

    assert counts(star) == (20, 0)
