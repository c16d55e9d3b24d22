"""Forgetting a person: every tie goes, with the counts of the others."""

from django.db import connection, transaction
from django.db.models import Q

from jishi.social.graph.models import Block, Follow, Invitation, InvitationUse, Mute, Profile, Remark

_LOCK = """
SELECT person_id FROM graph_profile WHERE person_id IN (
    SELECT follower_id FROM graph_follow WHERE followee_id = %(who)s
    UNION SELECT followee_id FROM graph_follow WHERE follower_id = %(who)s UNION SELECT %(who)s
) ORDER BY person_id FOR UPDATE
"""
_LESS_FOLLOWERS = """
UPDATE graph_profile SET follower_count = follower_count - 1 WHERE person_id IN
    (SELECT followee_id FROM graph_follow WHERE follower_id = %(who)s AND state = 'active')
"""
_LESS_FOLLOWING = """
UPDATE graph_profile SET following_count = following_count - 1 WHERE person_id IN
    (SELECT follower_id FROM graph_follow WHERE followee_id = %(who)s AND state = 'active')
"""


def erase(*, person_id: int) -> None:
    """Take a person out of the graph."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in (_LOCK, _LESS_FOLLOWERS, _LESS_FOLLOWING):
                cursor.execute(statement, {"who": person_id})
        Follow.objects.filter(Q(follower_id=person_id) | Q(followee_id=person_id)).delete()
        Block.objects.filter(Q(blocker_id=person_id) | Q(blocked_id=person_id)).delete()
        Mute.objects.filter(Q(muter_id=person_id) | Q(muted_id=person_id)).delete()
        Remark.objects.filter(Q(person_id=person_id) | Q(about_id=person_id)).delete()
        InvitationUse.objects.filter(Q(person_id=person_id) | Q(invitation__inviter_id=person_id)).delete()
        Invitation.objects.filter(inviter_id=person_id).delete()
        Profile.objects.filter(pk=person_id).delete()
