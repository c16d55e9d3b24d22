"""Who follows, blocks, mutes and names whom, and what a person's page says.

Invariant: `follower_count` and `following_count` of a profile equal its active follows. Both change in the
transaction of the follow, under the lock of both profiles, which are always locked in order of person.
"""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jishi.kernel.ids import new_code
from jishi.social.graph import rules
from jishi.social.graph.contracts import FollowState, NoteVisibility


class Profile(models.Model):
    """What a person's page says about them; made with the first thing that touches it."""

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    bio = models.CharField(max_length=300, db_default="")
    place = models.CharField(max_length=40, db_default="")
    background = models.JSONField(null=True)
    is_private = models.BooleanField(db_default=False)
    note_visibility = models.CharField(max_length=9, db_default=NoteVisibility.PUBLIC.value)
    follower_count = models.IntegerField(db_default=0)
    following_count = models.IntegerField(db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="graph_profile_counts", condition=Q(follower_count__gte=0, following_count__gte=0)
            ),
            models.CheckConstraint(
                name="graph_profile_visibility",
                condition=Q(note_visibility__in=["public", "followers", "friends", "private"]),
            ),
        ]

    def __str__(self) -> str:
        return f"profile {self.pk}"


class Follow(models.Model):
    """One person follows another, or asks to."""

    pk = models.CompositePrimaryKey("follower_id", "followee_id")
    follower = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    followee = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, db_default=FollowState.ACTIVE.value)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="graph_follow_others", condition=~Q(follower=F("followee"))),
            models.CheckConstraint(name="graph_follow_state", condition=Q(state__in=["active", "requested"])),
        ]
        indexes = [
            models.Index(fields=["followee", "-created_at", "-follower"], name="graph_follow_newest"),
            models.Index(
                fields=["followee", "-created_at"],
                name="graph_follow_requests",
                condition=Q(state="requested"),
            ),
            # Feeds read whom one follows from the primary key alone and take these few away.
            models.Index(
                fields=["follower", "followee"], name="graph_follow_asked", condition=Q(state="requested")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} > {self.followee_id} ({self.state})"


class Block(models.Model):
    """One person wants nothing to do with another."""

    blocker = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    blocked = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="graph_block_once"),
            models.CheckConstraint(name="graph_block_others", condition=~Q(blocker=F("blocked"))),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class Mute(models.Model):
    """One person does not want to see what another writes; the other never learns of it."""

    muter = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    muted = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["muter", "muted"], name="graph_mute_once"),
            models.CheckConstraint(name="graph_mute_others", condition=~Q(muter=F("muted"))),
        ]

    def __str__(self) -> str:
        return f"{self.muter_id} mutes {self.muted_id}"


class Remark(models.Model):
    """The name one person has for another; nobody else sees it."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    about = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "about"], name="graph_remark_once")]

    def __str__(self) -> str:
        return f"remark {self.pk}"


class Invitation(models.Model):
    """A link that makes friends: whoever accepts it and its maker follow each other."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    inviter = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_count = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.code

    def is_open(self, at: datetime) -> bool:
        """Tell whether it can still be accepted."""
        return at < self.expires_at and self.used_count < rules.INVITATION_USES


class InvitationUse(models.Model):
    """Somebody accepted an invitation."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="uses")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invitation", "person"], name="graph_invitationuse_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} by {self.invitation_id}"


class EdgeImport(models.Model):
    """How far the import of a file of follows got, so that a second run goes on there."""

    digest = models.CharField(max_length=64, primary_key=True)
    lines = models.BigIntegerField(default=0)
    added = models.BigIntegerField(default=0)
    unknown = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.digest[:12]}: {self.lines}"
