"""Locking a community and a membership in that order, and the two ways a membership counts."""

from datetime import datetime

from django.db.models import F

from jishi.kernel import outbox
from jishi.social.communities import rules
from jishi.social.communities.contracts import Role, Standing
from jishi.social.communities.errors import CommunityNotFound, MemberNotFound, MembersOnly, NotPermitted
from jishi.social.communities.events import MemberJoined, MemberLeft
from jishi.social.communities.models import Community, LogEntry, Membership, Passage


def community(slug: str) -> Community:
    """Lock the community with this address.

    :raises CommunityNotFound: there is none, or it is closed.
    """
    row = Community.objects.select_for_update(no_key=True).filter(slug=slug, closed_at__isnull=True).first()
    if row is None:
        raise CommunityNotFound(slug=slug[:40])
    return row


def found(slug: str) -> Community:
    """Return the community with this address without locking it.

    :raises CommunityNotFound: there is none, or it is closed.
    """
    row = Community.objects.filter(slug=slug, closed_at__isnull=True).first()
    if row is None:
        raise CommunityNotFound(slug=slug[:40])
    return row


def membership(row: Community, person_id: int) -> Membership | None:
    """Lock somebody's membership, if they ever had one."""
    mine = Membership.objects.select_for_update(no_key=True)
    return mine.filter(community=row, person_id=person_id).first()


def member(row: Community, person_id: int) -> Membership:
    """Lock the membership of somebody who is a member now.

    :raises MemberNotFound: they are none.
    """
    mine = membership(row, person_id)
    if mine is None or mine.state != Standing.MEMBER:
        raise MemberNotFound()
    return mine


def actor(row: Community, person_id: int, permission: str) -> Membership:
    """Return the membership of somebody who may do something.

    :raises MembersOnly: they are no member.
    :raises NotPermitted: their role does not allow it.
    """
    mine = Membership.objects.filter(community=row, person_id=person_id, state=Standing.MEMBER).first()
    if mine is None:
        raise MembersOnly(slug=row.slug)
    if permission not in rules.PERMISSIONS[mine.role]:
        raise NotPermitted(needed=permission)
    return mine


def writer(row: Community, person_id: int, *, at: datetime) -> Membership:
    """Return the membership of somebody who may write now.

    :raises MembersOnly: they are no member.
    :raises Muted: a moderator muted them.
    :raises RulesNotAccepted: the rules have changed since they accepted them.
    """
    mine = Membership.objects.filter(community=row, person_id=person_id, state=Standing.MEMBER).first()
    if mine is None:
        raise MembersOnly(slug=row.slug)
    rules.check_may_write(
        muted_until=mine.muted_until, accepted=mine.rules_version, in_force=row.rules_version, at=at
    )
    return mine


def act_on(row: Community, actor_id: int, subject_id: int, permission: str) -> tuple[Membership, Membership]:
    """Return who acts and, locked, on whom.

    :raises MembersOnly: / NotPermitted: the actor may not, or not on somebody of this rank.
    :raises MemberNotFound: the subject is no member.
    """
    mine = actor(row, actor_id, permission)
    theirs = member(row, subject_id)
    rules.check_rank(actor=mine.role, subject=theirs.role)
    return mine, theirs


def take_in(row: Community, mine: Membership, *, at: datetime) -> None:
    """Make a locked membership one of the community and count it; the community's row is locked."""
    mine.state, mine.role = Standing.MEMBER, mine.role or Role.MEMBER
    mine.joined_at, mine.left_at, mine.changed_at = at, None, at
    mine.last_active_at, mine.removal_due_at, mine.banned_until = at, None, None
    mine.save()
    row.member_count += 1
    Community.objects.filter(pk=row.pk).update(member_count=F("member_count") + 1)
    Passage.objects.create(community=row, person_id=mine.person_id, kind="joined", at=at)
    outbox.publish(
        MemberJoined(
            slug=row.slug,
            community_id=row.pk,
            at=at,
            person_id=mine.person_id,
            invited_by_id=mine.invited_by_id,
        )
    )


def take_out(row: Community, mine: Membership, state: str, reason: str, *, at: datetime) -> None:
    """End a locked membership and uncount it if it counted; the community's row is locked."""
    counted = mine.state == Standing.MEMBER
    mine.state, mine.role = state, Role.MEMBER
    mine.left_at, mine.changed_at, mine.removal_due_at = at, at, None
    mine.save()
    if not counted:
        return
    row.member_count -= 1
    Community.objects.filter(pk=row.pk).update(member_count=F("member_count") - 1)
    Passage.objects.create(community=row, person_id=mine.person_id, kind=reason, at=at)
    outbox.publish(
        MemberLeft(slug=row.slug, community_id=row.pk, at=at, person_id=mine.person_id, reason=reason)
    )


def log(
    row: Community,
    action: str,
    *,
    by: int | None,
    subject_id: int | None = None,
    reason: str = "",
    at: datetime,
    **detail: str | int,
) -> LogEntry:
    """Write a line of the moderators' log."""
    return LogEntry.objects.create(
        community=row,
        moderator_id=by,
        subject_id=subject_id,
        action=action,
        reason=reason.strip()[:300],
        detail=detail,
        at=at,
    )
