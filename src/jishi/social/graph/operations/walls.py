"""Keeping distance: blocks that cut both ways, mutes nobody learns of, and one's own names for people."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock, limits, outbox
from jishi.people.accounts import queries as people
from jishi.social.graph import rules
from jishi.social.graph.contracts import FollowState
from jishi.social.graph.events import PersonBlocked, PersonUnfollowed
from jishi.social.graph.models import Block, Mute, Remark
from jishi.social.graph.operations import ties


def block(*, person_id: int, other_id: int, at: datetime | None = None) -> None:
    """Cut every tie with somebody, both ways; until it is lifted neither can follow the other.

    :raises OnlyOthers: the two are one.
    :raises PersonNotFound: there is no such person.
    :raises RateLimited: too many in an hour.
    """
    rules.refuse_self(person_id, other_id)
    limits.hit(bucket="graph.block", key=str(person_id), limit=rules.BLOCKS_PER_HOUR, window_s=3600)
    now = clock.at_or_now(at)
    with transaction.atomic():
        ties.lock(person_id, other_id)
        _, is_new = Block.objects.get_or_create(
            blocker_id=person_id, blocked_id=other_id, defaults={"created_at": now}
        )
        for follower, followee in ((person_id, other_id), (other_id, person_id)):
            if ties.untie(follower, followee) is FollowState.ACTIVE:
                outbox.publish(PersonUnfollowed(person_id=follower, other_id=followee, at=now))
        if is_new:
            outbox.publish(PersonBlocked(person_id=person_id, other_id=other_id, at=now))


def unblock(*, person_id: int, other_id: int) -> None:
    """Lift a block; what it cut stays cut."""
    with transaction.atomic():
        ties.lock(person_id, other_id)
        Block.objects.filter(blocker_id=person_id, blocked_id=other_id).delete()


def mute(*, person_id: int, other_id: int, at: datetime | None = None) -> None:
    """Stop reading somebody without leaving them.

    :raises OnlyOthers: the two are one.
    :raises PersonNotFound: there is no such person.
    """
    rules.refuse_self(person_id, other_id)
    people.get_person(other_id)
    rows = [Mute(muter_id=person_id, muted_id=other_id, created_at=clock.at_or_now(at))]
    Mute.objects.bulk_create(rows, ignore_conflicts=True)


def unmute(*, person_id: int, other_id: int) -> None:
    """Read somebody again."""
    Mute.objects.filter(muter_id=person_id, muted_id=other_id).delete()


def remark(*, person_id: int, about_id: int, name: str) -> str:
    """Give somebody a name of one's own; an empty one takes it away. Returns the name as it is kept.

    :raises OnlyOthers: the two are one.
    :raises PersonNotFound: there is no such person.
    :raises ProfileTextInvalid: the name is too long.
    """
    rules.refuse_self(person_id, about_id)
    people.get_person(about_id)
    cleaned = rules.clean("name", name, max_length=rules.REMARK_MAX)
    if cleaned:
        Remark.objects.update_or_create(person_id=person_id, about_id=about_id, defaults={"name": cleaned})
    else:
        Remark.objects.filter(person_id=person_id, about_id=about_id).delete()
    return cleaned
