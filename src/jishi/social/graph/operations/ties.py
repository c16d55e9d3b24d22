"""The only code that adds and takes follows: with the counts, under the locks of both profiles."""

from datetime import datetime

from django.db import connection
from django.db.models import F, Q

from jishi.kernel import locks
from jishi.people.accounts.errors import PersonNotFound
from jishi.social.graph.contracts import FollowState
from jishi.social.graph.models import Block, Follow, Profile

_OPEN = """
INSERT INTO graph_profile (person_id)
SELECT id FROM accounts_user WHERE id = ANY(%s) AND is_active ORDER BY id FOR KEY SHARE
ON CONFLICT DO NOTHING
"""


def lock(*person_ids: int) -> dict[int, Profile]:
    """Lock the profiles of these people, in order of person, making those that are missing.

    :raises PersonNotFound: one of them does not exist, or closed their account before anybody met them.
    """
    wanted = set(person_ids)
    # Missing profiles are made before any is locked: holding one while making another would break the order.
    if Profile.objects.filter(pk__in=wanted).count() < len(wanted):
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, [list(wanted)])
    found = locks.lock_rows(Profile.objects.all(), wanted)
    if len(found) < len(wanted):
        raise PersonNotFound()
    return found


def is_cut(one: int, other: int) -> bool:
    """Whether one of the two blocked the other."""
    either = Q(blocker_id=one, blocked_id=other) | Q(blocker_id=other, blocked_id=one)
    return Block.objects.filter(either).exists()


def find(follower_id: int, followee_id: int) -> FollowState | None:
    """The state of a follow, None without one."""
    rows = Follow.objects.filter(follower_id=follower_id, followee_id=followee_id)
    state = rows.values_list("state", flat=True).first()
    return FollowState(state) if state else None


def tie(follower_id: int, followee_id: int, state: FollowState, at: datetime) -> None:
    """Set a follow to a state, counting it if it becomes active. The locks are held."""
    before = find(follower_id, followee_id)
    if before == state:
        return
    if before is None:
        Follow.objects.create(
            follower_id=follower_id, followee_id=followee_id, state=state.value, created_at=at
        )
    else:
        Follow.objects.filter(follower_id=follower_id, followee_id=followee_id).update(
            state=state.value, created_at=at
        )
    if state is FollowState.ACTIVE:
        _count(follower_id, followee_id, 1)
    elif before is FollowState.ACTIVE:
        _count(follower_id, followee_id, -1)


def untie(follower_id: int, followee_id: int) -> FollowState | None:
    """Take a follow away and say what it was. The locks are held."""
    before = find(follower_id, followee_id)
    if before is None:
        return None
    Follow.objects.filter(follower_id=follower_id, followee_id=followee_id).delete()
    if before is FollowState.ACTIVE:
        _count(follower_id, followee_id, -1)
    return before


def _count(follower_id: int, followee_id: int, change: int) -> None:
    Profile.objects.filter(pk=follower_id).update(following_count=F("following_count") + change)
    Profile.objects.filter(pk=followee_id).update(follower_count=F("follower_count") + change)
