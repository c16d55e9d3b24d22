"""Communities, who belongs to them, and what happens in them.

`member_count` always equals the memberships that stand at "member": it changes in the transaction that
changes one, under the lock of the community's row. An event never has more people going than places: its
counters change under the lock of its row, and the database refuses the one too many. The moderators' log,
versions of rules, and evaluations are written once. Locks: community, membership, gathering, signup.
"""

from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code
from jishi.social.communities.contracts import JoinPolicy, PartnerState, Role, SignupState, Standing

LIVE = Q(state=Standing.MEMBER)


class Community(models.Model):
    """People around one interest: for whom it is, what about, and what not."""

    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    for_whom = models.CharField(max_length=120)
    about = models.CharField(max_length=600)
    not_about = models.CharField(max_length=400, blank=True, default="")
    welcome = models.CharField(max_length=1000, blank=True, default="")
    cover = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=10, blank=True, default="")
    join_policy = models.CharField(max_length=10, default=JoinPolicy.OPEN)
    questions = models.JSONField(default=list, blank=True)
    is_members_only = models.BooleanField(default=False)
    rules_version = models.PositiveIntegerField(default=0)
    member_count = models.PositiveIntegerField(default=0)
    post_count = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="communities_policy", condition=Q(join_policy__in=list(JoinPolicy)))
        ]
        indexes = [
            models.Index(
                fields=["-member_count", "-id"],
                name="communities_discover",
                condition=Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"


class RulesVersion(models.Model):
    """The rules of a community as they stood from one moment on."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    text = models.CharField(max_length=4000, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "version"], name="communities_rules_once")
        ]

    def __str__(self) -> str:
        return f"{self.community_id} v{self.version}"


class Membership(models.Model):
    """One person's part in one community, through all its states."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, default=Role.MEMBER)
    state = models.CharField(max_length=8, default=Standing.APPLIED)
    rules_version = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=list, blank=True)
    invited_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    last_active_at = models.DateTimeField(null=True, blank=True)
    introduced_at = models.DateTimeField(null=True, blank=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    banned_until = models.DateTimeField(null=True, blank=True)
    removal_due_at = models.DateTimeField(null=True, blank=True)
    warnings = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "person"], name="communities_membership_once"),
            models.UniqueConstraint(
                fields=["community"],
                name="communities_one_owner",
                condition=Q(role=Role.OWNER, state=Standing.MEMBER),
            ),
            models.CheckConstraint(name="communities_role", condition=Q(role__in=list(Role))),
            models.CheckConstraint(name="communities_standing", condition=Q(state__in=list(Standing))),
            models.CheckConstraint(
                name="communities_member_joined",
                condition=~Q(state=Standing.MEMBER) | Q(joined_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "state"], name="communities_of_person"),
            models.Index(fields=["community", "last_active_at"], name="communities_activity", condition=LIVE),
            models.Index(
                fields=["community", "applied_at"],
                name="communities_queue",
                condition=Q(state=Standing.APPLIED),
            ),
            models.Index(
                fields=["removal_due_at"],
                name="communities_removal_due",
                condition=Q(removal_due_at__isnull=False, state=Standing.MEMBER),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.community_id}: {self.state}"


class Passage(models.Model):
    """Somebody came in or went out; written once."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "at"], name="communities_passages")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class ActiveDay(models.Model):
    """Somebody came to a community on a day."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "on", "person"], name="communities_active_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.on}"


class Invitation(models.Model):
    """A link that lets a number of people in."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    max_uses = models.PositiveIntegerField(default=20)
    uses = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="communities_invitation_uses", condition=Q(uses__lte=F("max_uses")))
        ]

    def __str__(self) -> str:
        return self.code


class Channel(models.Model):
    """A part of a community with its own topic."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="channels")
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    about = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "slug"], name="communities_channel_once")]

    def __str__(self) -> str:
        return self.name


class Announcement(models.Model):
    """Something the moderators told everybody."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=3000, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="communities_announced")]

    def __str__(self) -> str:
        return self.title


class Gathering(models.Model):
    """An event of a community, online or in a place. `capacity` of 0: as many as want to come."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=3000, blank=True)
    is_online = models.BooleanField(default=False)
    place = models.CharField(max_length=200)
    speaker = models.CharField(max_length=80, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField(default=0)
    going_count = models.PositiveIntegerField(default=0)
    waiting_count = models.PositiveIntegerField(default=0)
    door_seed = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="communities_event_within_capacity",
                condition=Q(capacity=0) | Q(going_count__lte=F("capacity")),
            ),
            models.CheckConstraint(name="communities_event_period", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes = [models.Index(fields=["community", "starts_at"], name="communities_calendar")]

    def __str__(self) -> str:
        return self.title


class Signup(models.Model):
    """Somebody's place at an event, or in its waiting line (ordered by `asked_at`, then id)."""

    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, related_name="signups")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9)
    asked_at = models.DateTimeField()
    moved_up_at = models.DateTimeField(null=True, blank=True)
    attended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "person"], name="communities_signup_once"),
            models.CheckConstraint(name="communities_signup_state", condition=Q(state__in=list(SignupState))),
            models.CheckConstraint(
                name="communities_attended_went",
                condition=Q(attended_at__isnull=True) | Q(state=SignupState.GOING),
            ),
        ]
        indexes = [
            models.Index(fields=["gathering", "state", "asked_at", "id"], name="communities_line"),
            models.Index(fields=["person", "state"], name="communities_signups_of"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.gathering_id}: {self.state}"


class LogEntry(models.Model):
    """What a moderator did to whom and why; written once. Members read it without names."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    moderator = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=20)
    reason = models.CharField(max_length=300, blank=True, default="")
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="communities_log")]

    def __str__(self) -> str:
        return f"{self.action} in {self.community_id}"


class Partner(models.Model):
    """A shop that asked to make offers for the members, and what the owner said."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default=PartnerState.ASKED)
    message = models.CharField(max_length=300, blank=True, default="")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "shop"], name="communities_partner_once"),
            models.CheckConstraint(
                name="communities_partner_state", condition=Q(state__in=list(PartnerState))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} for {self.community_id}: {self.state}"


class Strategy(models.Model):
    """A strategy of a community, or an evaluation of it with the figures of that day; written once."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    text = models.CharField(max_length=3000)
    figures = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="communities_strategies")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.community_id}"


class Post(models.Model):
    """A note in a community. Removing it from there leaves the row, so that it cannot come back by itself."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="posts")
    note = models.OneToOneField("notes.Note", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    posted_at = models.DateTimeField()
    pinned_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["community", "-id"], name="communities_posts", condition=Q(removed_at__isnull=True)
            ),
            models.Index(fields=["community", "posted_at"], name="communities_posted"),
        ]

    def __str__(self) -> str:
        return f"{self.note_id} in {self.community_id}"
