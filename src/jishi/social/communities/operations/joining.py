"""Coming in and going out: joining, applying, deciding, inviting, leaving.

Whatever two people do at once with one membership, one of them is second and learns it: both the community's
row and the membership's are locked before a state is looked at.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from jishi.kernel import clock, limits, outbox
from jishi.social.communities import rules
from jishi.social.communities.contracts import JoinPolicy, Permission, Role, Standing
from jishi.social.communities.errors import (
    AlreadyDecided,
    AnswersMissing,
    Banned,
    InvitationNeeded,
    OwnerStays,
    RulesNotAccepted,
)
from jishi.social.communities.events import ApplicationRefused, MemberApplied
from jishi.social.communities.models import Community, Invitation, Membership
from jishi.social.communities.operations import locked
from jishi.social.shares import queries as share_queries

JOINS_PER_HOUR = 20
INVITATIONS_PER_DAY = 20


def join(
    *,
    person_id: int,
    slug: str,
    rules_version: int = 0,
    answers: Sequence[str] = (),
    invitation: str = "",
    share_code: str = "",
    at: datetime | None = None,
) -> str:
    """Join, or apply where the moderators read answers first; returns where the membership stands now.

    `rules_version` is the version of the rules that was accepted. An invitation that still works lets its
    holder in without being questioned. Being a member already changes nothing.

    :raises CommunityNotFound: there is none.
    :raises Banned: the person may not.
    :raises RulesNotAccepted: other rules are in force.
    :raises AnswersMissing: / InvitationNeeded: what the community asks for is missing.
    :raises RateLimited: too many tries in an hour.
    """
    now = clock.at_or_now(at)
    limits.hit(bucket="communities.join", key=str(person_id), limit=JOINS_PER_HOUR, window_s=3600)
    sharer_id = _sharer(share_code, slug)
    with transaction.atomic():
        row = locked.community(slug)
        mine = locked.membership(row, person_id)
        if mine is not None and mine.state == Standing.MEMBER:
            return mine.state
        if mine is not None and rules.is_banned(state=mine.state, until=mine.banned_until, at=now):
            raise Banned(until=mine.banned_until.isoformat() if mine.banned_until else "")
        if rules_version != row.rules_version:
            raise RulesNotAccepted(rules_version=row.rules_version)
        ticket = _use_invitation(row, invitation, at=now) if invitation else None
        pairs = rules.pair_answers(row.questions, answers) or []
        if ticket is None and row.join_policy == JoinPolicy.INVITATION:
            raise InvitationNeeded()
        if ticket is None and row.join_policy == JoinPolicy.QUESTIONS and not pairs:
            raise AnswersMissing()
        mine = mine or Membership(community=row, person_id=person_id, changed_at=now)
        mine.role, mine.rules_version, mine.answers = Role.MEMBER, row.rules_version, pairs
        mine.invited_by_id = mine.invited_by_id or _other(
            ticket.made_by_id if ticket else sharer_id, person_id
        )
        if ticket is None and row.join_policy == JoinPolicy.QUESTIONS:
            return _apply(row, mine, at=now)
        locked.take_in(row, mine, at=now)
        return mine.state


def accept_rules(*, person_id: int, slug: str, version: int, at: datetime | None = None) -> None:
    """Accept rules that have changed since joining.

    :raises CommunityNotFound: / MemberNotFound: there is no such membership.
    :raises RulesNotAccepted: the rules have changed again.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        mine = locked.member(row, person_id)
        if version != row.rules_version:
            raise RulesNotAccepted(rules_version=row.rules_version)
        mine.rules_version, mine.changed_at = version, now
        mine.save(update_fields=["rules_version", "changed_at"])


def decide(
    *,
    actor_id: int,
    slug: str,
    person_id: int,
    accept: bool,
    reason: str = "",
    at: datetime | None = None,
) -> str:
    """Let an applicant in or refuse them; returns where the membership stands now.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not the actor's to decide.
    :raises AlreadyDecided: somebody did, or the applicant took it back.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, actor_id, Permission.DECIDE)
        theirs = locked.membership(row, person_id)
        if theirs is None or theirs.state != Standing.APPLIED:
            raise AlreadyDecided()
        if accept:
            locked.take_in(row, theirs, at=now)
        else:
            locked.take_out(row, theirs, Standing.REFUSED, "refused", at=now)
            outbox.publish(
                ApplicationRefused(
                    slug=slug, community_id=row.pk, at=now, person_id=person_id, reason=reason.strip()[:300]
                )
            )
        action = "accept" if accept else "refuse"
        locked.log(row, action, by=actor_id, subject_id=person_id, reason=reason, at=now)
        return theirs.state


def leave(*, person_id: int, slug: str, at: datetime | None = None) -> None:
    """Leave, or take an application back; having left already changes nothing.

    :raises CommunityNotFound: there is none.
    :raises OwnerStays: the owner hands the community over first.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        mine = locked.membership(row, person_id)
        if mine is None or mine.state not in (Standing.MEMBER, Standing.APPLIED):
            return
        if mine.role == Role.OWNER:
            raise OwnerStays()
        locked.take_out(row, mine, Standing.LEFT, "left", at=now)


def invite(
    *,
    person_id: int,
    slug: str,
    max_uses: int = 20,
    days: int = 14,
    at: datetime | None = None,
) -> str:
    """Make a link that lets a number of people in; returns its code.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: the person may not invite.
    :raises RateLimited: too many in one day.
    """
    now = clock.at_or_now(at)
    row = locked.found(slug)
    locked.actor(row, person_id, Permission.INVITE)
    limits.hit(bucket="communities.invite", key=str(person_id), limit=INVITATIONS_PER_DAY, window_s=86_400)
    made = Invitation.objects.create(
        community=row,
        made_by_id=person_id,
        max_uses=max(1, min(max_uses, 500)),
        created_at=now,
        expires_at=now + timedelta(days=max(1, min(days, 90))),
    )
    return made.code


def revoke_invitation(*, person_id: int, slug: str, code: str, at: datetime | None = None) -> None:
    """Make an invitation useless; its maker may, and whoever decides who comes in.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not this person's.
    """
    now = clock.at_or_now(at)
    row = locked.found(slug)
    mine = locked.actor(row, person_id, Permission.POST)
    links = Invitation.objects.filter(community=row, code=code, revoked_at__isnull=True)
    if Permission.DECIDE not in rules.PERMISSIONS[mine.role]:
        links = links.filter(made_by_id=person_id)
    links.update(revoked_at=now)


# --- Steps under the locks --------------------------------------------------------------------------------


def _apply(row: Community, mine: Membership, *, at: datetime) -> str:
    is_new = mine.state != Standing.APPLIED or mine.pk is None
    mine.state, mine.changed_at = Standing.APPLIED, at
    mine.applied_at = at if is_new else mine.applied_at
    mine.save()
    if is_new:
        outbox.publish(MemberApplied(slug=row.slug, community_id=row.pk, at=at, person_id=mine.person_id))
    return mine.state


def _use_invitation(row: Community, code: str, *, at: datetime) -> Invitation | None:
    """Count one use of an invitation that still works; None when it does not. The community's row is
    locked, so nobody else is counting.
    """
    link = Invitation.objects.filter(community=row, code=code, revoked_at__isnull=True).first()
    if link is None or link.uses >= link.max_uses or (link.expires_at is not None and at >= link.expires_at):
        return None
    still_in = Membership.objects.filter(community=row, person_id=link.made_by_id, state=Standing.MEMBER)
    if not still_in.exists():
        return None
    Invitation.objects.filter(pk=link.pk).update(uses=F("uses") + 1)
    return link


def _sharer(share_code: str, slug: str) -> int | None:
    link = share_queries.find_link(share_code) if share_code else None
    return link.sharer_id if link is not None and (link.kind, link.key) == ("community", slug) else None


def _other(candidate: int | None, person_id: int) -> int | None:
    """Nobody brings themselves."""
    return candidate if candidate != person_id else None
