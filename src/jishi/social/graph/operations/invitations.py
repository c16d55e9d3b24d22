"""Making friends by a link. Whoever made it agreed by making it, whoever opens it agrees by accepting."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from jishi.kernel import clock, limits, outbox
from jishi.kernel.errors import InvariantBroken
from jishi.people.accounts.contracts import PersonCard
from jishi.social.graph import queries, rules
from jishi.social.graph.contracts import FollowState
from jishi.social.graph.contracts import Invitation as InvitationView
from jishi.social.graph.errors import InvitationGone, TooManyFollows
from jishi.social.graph.events import InvitationAccepted
from jishi.social.graph.models import Invitation, InvitationUse
from jishi.social.graph.operations import ties

FRESH = timedelta(days=rules.INVITATION_DAYS // 2)


def create_invitation(*, person_id: int, is_new: bool = False, at: datetime | None = None) -> InvitationView:
    """Return a person's invitation: the one that still has half its time left, else a new one.

    With `is_new` every older link stops working at once.

    :raises PersonNotFound: the person does not exist.
    :raises RateLimited: too many new ones in a day.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        ties.lock(person_id)
        row = (
            Invitation.objects.filter(inviter_id=person_id, expires_at__gt=now + FRESH)
            .order_by("-pk")
            .first()
        )
        if is_new:
            Invitation.objects.filter(inviter_id=person_id, expires_at__gt=now).update(expires_at=now)
            row = None
        if row is None or not row.is_open(now):
            limits.hit(
                bucket="graph.invite", key=str(person_id), limit=rules.INVITATIONS_PER_DAY, window_s=86_400
            )
            row = Invitation.objects.create(
                inviter_id=person_id,
                created_at=now,
                expires_at=now + timedelta(days=rules.INVITATION_DAYS),
            )
    return queries.invitation_view(row, viewer_id=person_id, at=now)


def accept_invitation(*, person_id: int, code: str, at: datetime | None = None) -> PersonCard:
    """Become friends with whoever made the invitation: both follow each other. Again changes nothing.

    :raises InvitationGone: no such invitation, it ran out or was used up, or a block stands between the two.
    :raises OnlyOthers: it is one's own.
    :raises TooManyFollows: one of the two follows as many people as anybody may.
    """
    now = clock.at_or_now(at)
    row = Invitation.objects.filter(code=code).first()
    if row is None:
        raise InvitationGone()
    rules.refuse_self(person_id, row.inviter_id)
    with transaction.atomic():
        profiles = ties.lock(person_id, row.inviter_id)
        row = Invitation.objects.select_for_update().get(pk=row.pk)
        if ties.is_cut(person_id, row.inviter_id):
            raise InvitationGone()
        if not InvitationUse.objects.filter(invitation=row, person_id=person_id).exists():
            if not row.is_open(now):
                raise InvitationGone()
            pairs = ((person_id, row.inviter_id), (row.inviter_id, person_id))
            for follower, followee in pairs:
                is_full = profiles[follower].following_count >= rules.MAX_FOLLOWS
                if is_full and ties.find(follower, followee) is not FollowState.ACTIVE:
                    raise TooManyFollows(limit=rules.MAX_FOLLOWS)
                ties.tie(follower, followee, FollowState.ACTIVE, now)
            InvitationUse.objects.create(invitation=row, person_id=person_id, at=now)
            if not Invitation.objects.filter(pk=row.pk).update(used_count=F("used_count") + 1):
                raise InvariantBroken("an invitation under lock disappeared")
            outbox.publish(InvitationAccepted(person_id=person_id, other_id=row.inviter_id, at=now))
    return queries.get_profile_of(row.inviter_id, viewer_id=person_id).person
