"""Forgetting a person: their answers and traces go; what they decided for others stays."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.social.communities.contracts import Role, Standing
from jishi.social.communities.models import ActiveDay, Invitation, Membership, Signup
from jishi.social.communities.operations import gatherings, locked


def erase(*, person_id: int, at: datetime | None = None) -> None:
    """Take somebody out of every community and forget what they wrote to join. A community they own goes on
    with its longest-serving moderator or member, and is closed when there is nobody.
    """
    now = clock.at_or_now(at)
    mine = Membership.objects.filter(person_id=person_id).order_by("community_id")
    for slug in list(mine.values_list("community__slug", flat=True)):
        with transaction.atomic():
            _take_out(slug, person_id, now)
    ActiveDay.objects.filter(person_id=person_id).delete()
    Invitation.objects.filter(made_by_id=person_id, revoked_at__isnull=True).update(revoked_at=now)


def _take_out(slug: str, person_id: int, now: datetime) -> None:
    row = locked.Community.objects.select_for_update(no_key=True).get(slug=slug)
    mine = locked.membership(row, person_id)
    if mine is None:
        return
    owned = mine.role == Role.OWNER and mine.state == Standing.MEMBER
    if mine.state in (Standing.MEMBER, Standing.APPLIED):
        locked.take_out(row, mine, Standing.LEFT, "left", at=now)
    mine.answers, mine.invited_by_id, mine.last_active_at, mine.introduced_at = [], None, None, None
    mine.save()
    if owned:
        others = Membership.objects.filter(community=row, state=Standing.MEMBER)
        order = [Role.MODERATOR, Role.CORE, Role.MEMBER]
        heirs = sorted(others, key=lambda one: (order.index(Role(one.role)), one.joined_at or now, one.pk))
        if heirs:
            Membership.objects.filter(pk=heirs[0].pk).update(role=Role.OWNER, changed_at=now)
            locked.log(row, "appoint", by=None, subject_id=heirs[0].person_id, at=now, role=Role.OWNER)
        else:
            locked.Community.objects.filter(pk=row.pk).update(closed_at=now)
    if Signup.objects.filter(gathering__community=row, person_id=person_id).exists():
        gatherings.free_places(community_id=row.pk, person_id=person_id, at=now)
