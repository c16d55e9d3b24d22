"""Events of a community: planned, joined, waited for, signed in at, cancelled.

The row of the event is locked before its places are counted, and the database refuses one person too many.
Whoever gives up a place hands it to the first in the waiting line in the same transaction.
"""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock, ids, limits, outbox
from jishi.social.communities import rules
from jishi.social.communities.contracts import GatheringDraft, Permission, SignupState, Standing
from jishi.social.communities.errors import (
    CommunityIncomplete,
    GatheringClosed,
    GatheringNotFound,
    MembersOnly,
    NotPermitted,
    NotSignedUp,
    SignInClosed,
    SignInCodeWrong,
)
from jishi.social.communities.events import (
    CommunityEventAnnounced,
    CommunityEventCancelled,
    EventPlaceGained,
)
from jishi.social.communities.models import Gathering, Membership, Signup
from jishi.social.communities.operations import locked, posts, words

SIGN_IN_TRIES = 6
SIGN_IN_WINDOW_S = 600


def plan(*, host_id: int, slug: str, draft: GatheringDraft, at: datetime | None = None) -> str:
    """Announce an event; returns its code.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: the person may not host.
    :raises CommunityIncomplete: / ContentRefused: the description makes no sense or may not be published.
    """
    now = clock.at_or_now(at)
    tidy = rules.clean_gathering(draft, at=now)
    # The address of an online event is told to those who come only; it is no text to judge.
    where = "" if tidy.is_online else tidy.place
    words.check(host_id, tidy.title, tidy.text, where, tidy.speaker, at=now)
    with transaction.atomic():
        row = locked.found(slug)
        locked.actor(row, host_id, Permission.HOST)
        locked.writer(row, host_id, at=now)
        made = Gathering.objects.create(
            community=row,
            host_id=host_id,
            title=tidy.title,
            text=tidy.text,
            is_online=tidy.is_online,
            place=tidy.place,
            speaker=tidy.speaker,
            starts_at=tidy.starts_at,
            ends_at=tidy.ends_at,
            capacity=tidy.capacity,
            door_seed=ids.new_code(32),
            created_at=now,
        )
        outbox.publish(
            CommunityEventAnnounced(
                slug=slug,
                community_id=row.pk,
                at=now,
                event_code=made.code,
                host_id=host_id,
                title=made.title,
                starts_at=made.starts_at,
            )
        )
    return made.code


def sign_up(*, person_id: int, slug: str, code: str, at: datetime | None = None) -> str:
    """Take a place, or one in the waiting line; returns which. Repeating it changes nothing.

    :raises GatheringNotFound: there is none.
    :raises MembersOnly: it is for members.
    :raises GatheringClosed: it was cancelled or is over.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        event = _locked(slug, code)
        _require_member(event, person_id)
        if event.cancelled_at is not None or now >= event.ends_at:
            raise GatheringClosed()
        mine = Signup.objects.filter(gathering=event, person_id=person_id).first()
        if mine is not None and mine.state != SignupState.CANCELLED:
            return mine.state
        is_free = event.capacity == 0 or event.going_count < event.capacity
        state = SignupState.GOING if is_free and not event.waiting_count else SignupState.WAITING
        mine = mine or Signup(gathering=event, person_id=person_id)
        mine.state, mine.asked_at, mine.moved_up_at, mine.attended_at = state, now, None, None
        mine.save()
        _count(event, going=int(state == SignupState.GOING), waiting=int(state == SignupState.WAITING))
        posts.touch(event.community_id, person_id, at=now)
        return mine.state


def cancel_signup(*, person_id: int, slug: str, code: str, at: datetime | None = None) -> None:
    """Give one's place up; the first in the line moves up. Having none changes nothing.

    :raises GatheringNotFound: there is none.
    :raises GatheringClosed: the person has been there already.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        _give_up(_locked(slug, code), person_id, at=now)


def change_capacity(
    *, actor_id: int, slug: str, code: str, capacity: int, at: datetime | None = None
) -> None:
    """Make more or fewer places; never fewer than are taken. People in the line move up into new ones.

    :raises GatheringNotFound: / NotPermitted: it is not the actor's.
    :raises CommunityIncomplete: more people are going.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        event = _locked(slug, code)
        _require_host(event, actor_id)
        if capacity < 0 or (capacity and capacity < event.going_count):
            raise CommunityIncomplete(field="capacity")
        event.capacity = capacity
        event.save(update_fields=["capacity"])
        _move_up(event, at=now)


def cancel(*, actor_id: int, slug: str, code: str, reason: str, at: datetime | None = None) -> None:
    """Call an event off; everybody who wanted to come is told. Twice is once.

    :raises GatheringNotFound: / NotPermitted: it is not the actor's.
    :raises GatheringClosed: it is over.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        event = _locked(slug, code)
        _require_host(event, actor_id)
        if event.cancelled_at is not None:
            return
        if now >= event.ends_at:
            raise GatheringClosed()
        event.cancelled_at, event.cancel_reason = now, reason.strip()[:200]
        event.save(update_fields=["cancelled_at", "cancel_reason"])
        coming = Signup.objects.filter(gathering=event).exclude(state=SignupState.CANCELLED)
        outbox.publish(
            CommunityEventCancelled(
                slug=slug,
                community_id=event.community_id,
                at=now,
                event_code=event.code,
                title=event.title,
                person_ids=list(coming.order_by("pk").values_list("person_id", flat=True)),
            )
        )


def sign_in(*, person_id: int, slug: str, code: str, typed: str, at: datetime | None = None) -> None:
    """Say at the door that one is there, with the digits the host shows; having said so changes nothing.

    :raises GatheringNotFound: there is none.
    :raises RateLimited: too many tries.
    :raises SignInClosed: the door is not open.
    :raises NotSignedUp: the person has no place.
    :raises SignInCodeWrong: other digits are shown.
    """
    now = clock.at_or_now(at)
    # Outside of the transaction: a wrong try must count although nothing else is written.
    limits.hit(
        bucket="communities.sign_in",
        key=f"{code}:{person_id}",
        limit=SIGN_IN_TRIES,
        window_s=SIGN_IN_WINDOW_S,
    )
    with transaction.atomic():
        event = _locked(slug, code)
        if event.cancelled_at is not None or not event.starts_at - rules.DOOR_OPENS <= now < event.ends_at:
            raise SignInClosed()
        mine = Signup.objects.filter(gathering=event, person_id=person_id, state=SignupState.GOING).first()
        if mine is None:
            raise NotSignedUp()
        if mine.attended_at is not None:
            return
        if not rules.is_sign_in_code(event.door_seed, typed, now):
            raise SignInCodeWrong()
        mine.attended_at = now
        mine.save(update_fields=["attended_at"])
        posts.touch(event.community_id, person_id, at=now)


def free_places(*, community_id: int, person_id: int, at: datetime | None = None) -> None:
    """Give up every place somebody has at events that lie ahead; they are no member any more."""
    now = clock.at_or_now(at)
    ahead = Signup.objects.filter(
        gathering__community_id=community_id,
        gathering__starts_at__gt=now,
        gathering__cancelled_at__isnull=True,
        person_id=person_id,
    ).exclude(state=SignupState.CANCELLED)
    for event_id in list(ahead.order_by("gathering_id").values_list("gathering_id", flat=True)):
        with transaction.atomic():
            event = Gathering.objects.select_for_update(no_key=True).get(pk=event_id)
            back = Membership.objects.filter(
                community_id=community_id, person_id=person_id, state=Standing.MEMBER
            )
            if not back.exists():
                _give_up(event, person_id, at=now)


# --- Steps under the lock of the event --------------------------------------------------------------------


def _locked(slug: str, code: str) -> Gathering:
    event = (
        Gathering.objects.select_for_update(of=("self",), no_key=True)
        .select_related("community")
        .filter(code=code, community__slug=slug, community__closed_at__isnull=True)
        .first()
    )
    if event is None:
        raise GatheringNotFound(event=code[:12])
    return event


def _require_member(event: Gathering, person_id: int) -> Membership:
    mine = Membership.objects.filter(
        community_id=event.community_id, person_id=person_id, state=Standing.MEMBER
    ).first()
    if mine is None:
        raise MembersOnly()
    return mine


def _require_host(event: Gathering, actor_id: int) -> None:
    mine = _require_member(event, actor_id)
    if event.host_id != actor_id and Permission.MODERATE not in rules.PERMISSIONS[mine.role]:
        raise NotPermitted(needed=Permission.HOST)


def _give_up(event: Gathering, person_id: int, *, at: datetime) -> None:
    mine = Signup.objects.filter(gathering=event, person_id=person_id).first()
    if mine is None or mine.state == SignupState.CANCELLED:
        return
    if mine.attended_at is not None:
        raise GatheringClosed()
    was_going = mine.state == SignupState.GOING
    mine.state = SignupState.CANCELLED
    mine.save(update_fields=["state"])
    _count(event, going=-int(was_going), waiting=-int(not was_going))
    _move_up(event, at=at)


def _move_up(event: Gathering, *, at: datetime) -> None:
    """Let people from the line in while there is room and the event can still be gone to."""
    if event.cancelled_at is not None or at >= event.ends_at or not event.waiting_count:
        return
    room = event.waiting_count if event.capacity == 0 else event.capacity - event.going_count
    line = Signup.objects.filter(gathering=event, state=SignupState.WAITING).order_by("asked_at", "pk")
    for one in list(line[: max(0, room)]):
        one.state, one.moved_up_at = SignupState.GOING, at
        one.save(update_fields=["state", "moved_up_at"])
        _count(event, going=1, waiting=-1)
        outbox.publish(
            EventPlaceGained(
                slug=event.community.slug,
                community_id=event.community_id,
                at=at,
                event_code=event.code,
                person_id=one.person_id,
                title=event.title,
            )
        )


def _count(event: Gathering, *, going: int, waiting: int) -> None:
    event.going_count += going
    event.waiting_count += waiting
    event.save(update_fields=["going_count", "waiting_count"])
