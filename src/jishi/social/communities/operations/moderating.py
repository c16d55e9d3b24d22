"""What moderators do to members, each with a reason that stands in the log for good."""

from datetime import datetime, timedelta

from django.db import transaction

from jishi.kernel import clock, outbox
from jishi.social.communities import rules
from jishi.social.communities.contracts import Permission, Standing
from jishi.social.communities.errors import AlreadyDecided, CommunityIncomplete
from jishi.social.communities.events import MemberModerated
from jishi.social.communities.models import Community
from jishi.social.communities.operations import locked


def warn(*, actor_id: int, slug: str, person_id: int, reason: str, at: datetime | None = None) -> None:
    """Warn a member.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: / MemberNotFound: see `locked.act_on`.
    :raises CommunityIncomplete: no reason was given.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        _, theirs = locked.act_on(row, actor_id, person_id, Permission.MODERATE)
        theirs.warnings += 1
        theirs.save(update_fields=["warnings"])
        record(row, "warn", actor_id, person_id, reason, at=now)


def mute(
    *, actor_id: int, slug: str, person_id: int, hours: int, reason: str, at: datetime | None = None
) -> None:
    """Keep a member from writing for some hours; 0 hours ends it.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: / MemberNotFound: see `locked.act_on`.
    :raises CommunityIncomplete: no reason was given, or the hours make no sense.
    """
    now = clock.at_or_now(at)
    if hours and hours not in rules.MUTE_HOURS:
        raise CommunityIncomplete(field="hours")
    with transaction.atomic():
        row = locked.community(slug)
        _, theirs = locked.act_on(row, actor_id, person_id, Permission.MODERATE)
        theirs.muted_until = now + timedelta(hours=hours) if hours else None
        theirs.save(update_fields=["muted_until"])
        record(row, "mute" if hours else "unmute", actor_id, person_id, reason, at=now, hours=hours)


def remove(*, actor_id: int, slug: str, person_id: int, reason: str, at: datetime | None = None) -> None:
    """Remove a member; they may join again.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: / MemberNotFound: see `locked.act_on`.
    :raises CommunityIncomplete: no reason was given.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        _, theirs = locked.act_on(row, actor_id, person_id, Permission.REMOVE)
        locked.take_out(row, theirs, Standing.REMOVED, "removed", at=now)
        record(row, "remove", actor_id, person_id, reason, at=now)


def ban(
    *,
    actor_id: int,
    slug: str,
    person_id: int,
    days: int,
    reason: str,
    at: datetime | None = None,
) -> None:
    """Remove a member and keep them out for some days; 0 days is for ever.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: / MemberNotFound: see `locked.act_on`.
    :raises CommunityIncomplete: no reason was given, or the days make no sense.
    """
    now = clock.at_or_now(at)
    if not 0 <= days <= 3650:
        raise CommunityIncomplete(field="days")
    with transaction.atomic():
        row = locked.community(slug)
        _, theirs = locked.act_on(row, actor_id, person_id, Permission.BAN)
        theirs.banned_until = now + timedelta(days=days) if days else None
        locked.take_out(row, theirs, Standing.BANNED, "banned", at=now)
        record(row, "ban", actor_id, person_id, reason, at=now, days=days)


def unban(*, actor_id: int, slug: str, person_id: int, reason: str, at: datetime | None = None) -> None:
    """End a ban; the person may join again.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not the actor's to end.
    :raises AlreadyDecided: there is no ban any more.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, actor_id, Permission.BAN)
        theirs = locked.membership(row, person_id)
        if theirs is None or theirs.state != Standing.BANNED:
            raise AlreadyDecided()
        theirs.state, theirs.banned_until, theirs.changed_at = Standing.REMOVED, None, now
        theirs.save(update_fields=["state", "banned_until", "changed_at"])
        locked.log(row, "unban", by=actor_id, subject_id=person_id, reason=reason, at=now)


def record(
    row: Community,
    action: str,
    actor_id: int,
    subject_id: int,
    reason: str,
    *,
    at: datetime,
    **detail: str | int,
) -> None:
    """Write the log and tell the member.

    :raises CommunityIncomplete: no reason was given.
    """
    if not reason.strip():
        raise CommunityIncomplete(field="reason")
    entry = locked.log(row, action, by=actor_id, subject_id=subject_id, reason=reason, at=at, **detail)
    outbox.publish(
        MemberModerated(
            slug=row.slug,
            community_id=row.pk,
            at=at,
            person_id=subject_id,
            action=action,
            reason=entry.reason,
            log_id=entry.pk,
        )
    )
