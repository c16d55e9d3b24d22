"""Following, asking to follow, letting in and letting go. Repeating any of it changes nothing."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock, limits, outbox
from jishi.social.graph import rules
from jishi.social.graph.contracts import FollowState
from jishi.social.graph.errors import Blocked, RequestNotFound, TooManyFollows
from jishi.social.graph.events import FollowAccepted, FollowRequested, PersonFollowed, PersonUnfollowed
from jishi.social.graph.operations import ties


def follow(*, person_id: int, other_id: int, at: datetime | None = None) -> FollowState:
    """Follow somebody, or ask to if their account is private; returns how far that got.

    :raises OnlyOthers: the two are one.
    :raises PersonNotFound: there is no such person.
    :raises Blocked: one of the two blocked the other.
    :raises TooManyFollows: the list is full.
    :raises RateLimited: too many in an hour.
    """
    rules.refuse_self(person_id, other_id)
    limits.hit(bucket="graph.follow", key=str(person_id), limit=rules.FOLLOWS_PER_HOUR, window_s=3600)
    now = clock.at_or_now(at)
    with transaction.atomic():
        profiles = ties.lock(person_id, other_id)
        before = ties.find(person_id, other_id)
        if before is FollowState.ACTIVE:
            return before
        if ties.is_cut(person_id, other_id):
            raise Blocked()
        if profiles[person_id].following_count >= rules.MAX_FOLLOWS:
            raise TooManyFollows(limit=rules.MAX_FOLLOWS)
        state = FollowState.REQUESTED if profiles[other_id].is_private else FollowState.ACTIVE
        if state is before:
            return state
        ties.tie(person_id, other_id, state, now)
        fact = PersonFollowed if state is FollowState.ACTIVE else FollowRequested
        outbox.publish(fact(person_id=person_id, other_id=other_id, at=now))
    return state


def unfollow(*, person_id: int, other_id: int, at: datetime | None = None) -> None:
    """Stop following somebody, or take back the request.

    :raises OnlyOthers: the two are one.
    :raises PersonNotFound: there is no such person.
    """
    rules.refuse_self(person_id, other_id)
    _let_go(person_id, other_id, clock.at_or_now(at))


def remove_follower(*, person_id: int, follower_id: int, at: datetime | None = None) -> None:
    """Take somebody out of one's followers; they are not told.

    :raises OnlyOthers: the two are one.
    :raises PersonNotFound: there is no such person.
    """
    rules.refuse_self(person_id, follower_id)
    _let_go(follower_id, person_id, clock.at_or_now(at))


def accept(*, person_id: int, follower_id: int, at: datetime | None = None) -> None:
    """Let somebody follow who asked to; again changes nothing.

    :raises RequestNotFound: they did not ask, or took it back.
    :raises TooManyFollows: their list filled up since they asked.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        profiles = ties.lock(person_id, follower_id)
        before = ties.find(follower_id, person_id)
        if before is FollowState.ACTIVE:
            return
        if before is None:
            raise RequestNotFound()
        if profiles[follower_id].following_count >= rules.MAX_FOLLOWS:
            raise TooManyFollows(limit=rules.MAX_FOLLOWS)
        ties.tie(follower_id, person_id, FollowState.ACTIVE, now)
        outbox.publish(FollowAccepted(person_id=person_id, other_id=follower_id, at=now))


def decline(*, person_id: int, follower_id: int) -> None:
    """Refuse somebody who asked to follow; they are not told. Whoever follows already stays."""
    with transaction.atomic():
        ties.lock(person_id, follower_id)
        if ties.find(follower_id, person_id) is FollowState.REQUESTED:
            ties.untie(follower_id, person_id)


def _let_go(follower_id: int, followee_id: int, now: datetime) -> None:
    with transaction.atomic():
        ties.lock(follower_id, followee_id)
        if ties.untie(follower_id, followee_id) is FollowState.ACTIVE:
            outbox.publish(PersonUnfollowed(person_id=follower_id, other_id=followee_id, at=now))
