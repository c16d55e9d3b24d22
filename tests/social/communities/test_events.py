"""Events: never more people than places, a line that moves up, and a code at the door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.factories import clubs
from tests.factories.trade import NOON

from jishi.kernel.limits import RateLimited
from jishi.kernel.outbox import relay
from jishi.people.notifications.models import Notice
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.errors import (
    CommunityIncomplete,
    GatheringClosed,
    MembersOnly,
    NotPermitted,
    NotSignedUp,
    SignInClosed,
    SignInCodeWrong,
)
from jishi.social.communities.models import Gathering, Signup

pytestmark = pytest.mark.django_db
Race = Callable[[int, Callable[..., Any]], list[Any]]
HOUR = timedelta(hours=1)
START = NOON + 48 * HOUR


def up(slug: str, code: str, who: int, *, minutes: int = 0) -> str:
    return communities.sign_up(person_id=who, slug=slug, code=code, at=NOON + timedelta(minutes=minutes))


def test_places_then_the_line_which_moves_up_and_is_told() -> None:
    slug = clubs.club()
    code = clubs.event(slug, capacity=1)
    first, second, third = (clubs.join(slug) for _ in range(3))

    assert [up(slug, code, one, minutes=n) for n, one in enumerate((first, second, third))] == [
        "going",
        "waiting",
        "waiting",
    ]
    assert up(slug, code, third, minutes=9) == "waiting"
    assert queries.get_event(slug, code, viewer_id=third, at=NOON).viewer_place == 2
    communities.cancel_signup(person_id=first, slug=slug, code=code, at=NOON + HOUR)
    relay.drain()

    assert queries.get_event(slug, code, viewer_id=second, at=NOON).viewer_signup == "going"
    assert queries.get_event(slug, code, viewer_id=third, at=NOON).viewer_place == 1
    assert (
        Notice.objects.filter(kind="community_event_place").values_list("person_id", flat=True)[0] == second
    )
    event = Gathering.objects.get(code=code)
    assert (event.going_count, event.waiting_count) == (1, 1)


def test_more_places_let_the_line_in_and_never_fewer_than_taken() -> None:
    slug = clubs.club()
    code, owner = clubs.event(slug, capacity=1), clubs.owner_of(slug)
    people = [clubs.join(slug) for _ in range(3)]
    for one in people:
        up(slug, code, one)

    communities.change_capacity(actor_id=owner, slug=slug, code=code, capacity=2, at=NOON)
    with pytest.raises(CommunityIncomplete):
        communities.change_capacity(actor_id=owner, slug=slug, code=code, capacity=1, at=NOON)
    with pytest.raises(NotPermitted):
        communities.change_capacity(actor_id=people[0], slug=slug, code=code, capacity=9, at=NOON)

    event = Gathering.objects.get(code=code)
    assert (event.capacity, event.going_count, event.waiting_count) == (2, 2, 1)


def test_leaving_the_community_gives_the_place_to_the_next() -> None:
    slug = clubs.club()
    code = clubs.event(slug, capacity=1)
    first, second = clubs.join(slug), clubs.join(slug)
    up(slug, code, first)
    up(slug, code, second)

    communities.leave(person_id=first, slug=slug, at=NOON)
    relay.drain()

    states = dict(Signup.objects.values_list("person_id", "state"))
    assert states == {first: "cancelled", second: "going"}


def test_the_door_opens_an_hour_before_and_asks_for_the_code_of_the_moment() -> None:
    slug = clubs.club()
    code, owner = clubs.event(slug, capacity=1), clubs.owner_of(slug)
    goes, waits = clubs.join(slug), clubs.join(slug)
    up(slug, code, goes)
    up(slug, code, waits)
    shown = queries.get_sign_in_code(slug, code, viewer_id=owner, at=START)

    def at_door(who: int, typed: str, at: Any = START) -> None:
        communities.sign_in(person_id=who, slug=slug, code=code, typed=typed, at=at)

    with pytest.raises(NotPermitted):
        queries.get_sign_in_code(slug, code, viewer_id=goes, at=START)
    with pytest.raises(SignInClosed):
        at_door(goes, shown.code, START - 2 * HOUR)
    with pytest.raises(NotSignedUp):
        at_door(waits, shown.code)
    with pytest.raises(SignInCodeWrong):
        at_door(goes, "000000" if shown.code != "000000" else "111111")
    with pytest.raises(SignInCodeWrong):
        at_door(goes, shown.code, START + timedelta(minutes=5))
    at_door(goes, f" {shown.code[:3]} {shown.code[3:]}")
    at_door(goes, "already there")

    assert queries.get_event(slug, code, viewer_id=owner, at=START).attended == 1
    with pytest.raises(GatheringClosed):
        communities.cancel_signup(person_id=goes, slug=slug, code=code, at=START)


def test_guessing_at_the_door_ends_soon() -> None:
    slug = clubs.club()
    code = clubs.event(slug)
    who = clubs.join(slug)
    up(slug, code, who)

    tries = 0
    with pytest.raises(RateLimited):
        for number in range(20):
            tries = number
            with pytest.raises(SignInCodeWrong):
                communities.sign_in(person_id=who, slug=slug, code=code, typed=f"x{number}", at=START)

    assert tries == 6


def test_a_cancelled_event_tells_everybody_once_and_takes_nobody() -> None:
    slug = clubs.club()
    code, owner = clubs.event(slug), clubs.owner_of(slug)
    who, late = clubs.join(slug), clubs.join(slug)
    up(slug, code, who)

    for _ in range(2):
        communities.cancel(actor_id=owner, slug=slug, code=code, reason="下雨", at=NOON)
    relay.drain()

    assert Notice.objects.filter(kind="community_event_cancelled").count() == 1
    with pytest.raises(GatheringClosed):
        up(slug, code, late)


def test_an_online_address_is_told_to_those_who_go() -> None:
    slug = clubs.club(is_members_only=True)
    code = clubs.event(slug, is_online=True, place="https://meet.example.org/tea")
    who = clubs.join(slug)

    assert queries.get_event(slug, code, viewer_id=who, at=NOON).place == ""
    up(slug, code, who)
    assert queries.get_event(slug, code, viewer_id=who, at=NOON).place == "https://meet.example.org/tea"
    with pytest.raises(MembersOnly):
        queries.get_event(slug, code, viewer_id=None, at=NOON)
    with pytest.raises(MembersOnly):
        up(slug, code, clubs.person())
    assert queries.list_events(slug, viewer_id=None, at=NOON) == ()


@pytest.mark.django_db(transaction=True)
def test_twenty_people_race_for_the_last_place(race: Race) -> None:
    slug = clubs.club()
    code = clubs.event(slug, capacity=3)
    early = [clubs.join(slug) for _ in range(2)]
    for one in early:
        up(slug, code, one)
    people = [clubs.join(slug) for _ in range(20)]

    outcomes = race(20, lambda n: up(slug, code, people[n]))

    assert sorted(map(str, outcomes)) == ["going"] + ["waiting"] * 19
    event = Gathering.objects.get(code=code)
    assert (event.going_count, event.waiting_count) == (3, 19)


@pytest.mark.django_db(transaction=True)
def test_places_given_up_at_once_go_to_as_many_others(race: Race) -> None:
    slug = clubs.club()
    code = clubs.event(slug, capacity=4)
    people = [clubs.join(slug) for _ in range(8)]
    for one in people:
        up(slug, code, one)

    race(4, lambda n: communities.cancel_signup(person_id=people[n], slug=slug, code=code, at=NOON))

    event = Gathering.objects.get(code=code)
    assert (event.going_count, event.waiting_count) == (4, 0)
    assert set(Signup.objects.filter(state="going").values_list("person_id", flat=True)) == set(people[4:])
