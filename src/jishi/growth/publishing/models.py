"""Pieces and their way, pictures and their rights, accounts outside, their versions and figures.

Invariants, kept by the database: what is scheduled or beyond was approved by somebody who is not its writer
and has a moment; a note belongs to one piece; a picture is in the library once; steps are only added; a
platform's figures of a post and day exist once.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jishi.growth.publishing.contracts import Lane, Licence, State, VariantState
from jishi.kernel.ids import new_code

_APPROVED = Q(state__in=[State.SCHEDULED, State.HELD, State.WAITING, State.PUBLISHED])


class Piece(models.Model):
    """One entry of the content plan, from the idea to the published note."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    state = models.CharField(max_length=10, default=State.IDEA)
    lane = models.CharField(max_length=10, default=Lane.SEED)
    title = models.CharField(max_length=80)
    need = models.CharField(max_length=200, blank=True, default="")
    brief = models.TextField(max_length=2000, blank=True, default="")
    audience = models.CharField(max_length=12, blank=True, default="")
    source = models.CharField(max_length=80, blank=True, default="")
    headline = models.CharField(max_length=80, blank=True, default="")
    text = models.TextField(max_length=5000, blank=True, default="")
    form = models.CharField(max_length=16, default="plain")
    language = models.CharField(max_length=10, default="zh-hans")
    sponsor = models.CharField(max_length=60, blank=True, default="")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    writer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    reviewer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    is_approved = models.BooleanField(default=False)
    approved_digest = models.CharField(max_length=64, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True, default="")
    reasons = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    note_code = models.CharField(max_length=12, null=True, unique=True)
    published_at = models.DateTimeField(null=True)
    views = models.PositiveIntegerField(default=0, db_default=0)
    viewers = models.PositiveIntegerField(default=0, db_default=0)
    counted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    client_key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="publishing_piece_state", condition=Q(state__in=list(State))),
            models.CheckConstraint(name="publishing_piece_lane", condition=Q(lane__in=list(Lane))),
            models.CheckConstraint(
                name="publishing_piece_approved",
                condition=~_APPROVED | Q(is_approved=True, due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="publishing_piece_four_eyes",
                condition=Q(reviewer__isnull=True) | Q(writer__isnull=True) | ~Q(reviewer=F("writer")),
            ),
            models.CheckConstraint(
                name="publishing_piece_published",
                condition=~Q(state=State.PUBLISHED) | Q(note_code__isnull=False, published_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="publishing_piece_on"),
            models.Index(fields=["state", "-id"], name="publishing_piece_by_state"),
            models.Index(fields=["due_at"], name="publishing_piece_due", condition=Q(state=State.SCHEDULED)),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Asset(models.Model):
    """A picture or film of the library, with the right to use it; `picture` stands before the film."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    digest = models.CharField(max_length=64, unique=True)
    picture = models.JSONField()
    film = models.JSONField(null=True)
    title = models.CharField(max_length=80)
    alt = models.CharField(max_length=200, blank=True, default="")
    licence = models.CharField(max_length=10)
    source = models.CharField(max_length=200, blank=True, default="")
    credit = models.CharField(max_length=80, blank=True, default="")
    proof = models.CharField(max_length=200, blank=True, default="")
    expires_on = models.DateField(null=True)
    tags = ArrayField(models.CharField(max_length=30), default=list)
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="publishing_asset_licence", condition=Q(licence__in=list(Licence)))
        ]
        indexes = [models.Index(fields=["expires_on"], name="publishing_asset_expiry")]

    def __str__(self) -> str:
        return self.code


class PiecePicture(models.Model):
    """A picture in a piece."""

    piece = models.ForeignKey(Piece, on_delete=models.CASCADE, related_name="pictures")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="uses")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["piece", "position"], name="publishing_picture_position"),
            models.UniqueConstraint(fields=["piece", "asset"], name="publishing_picture_once"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.piece_id}"


class PieceProduct(models.Model):
    """A product that a piece is about."""

    piece = models.ForeignKey(Piece, on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["piece", "product"], name="publishing_product_once")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.piece_id}"


class Step(models.Model):
    """One thing that somebody did to a piece. Only added; a person who leaves takes their name out."""

    piece = models.ForeignKey(Piece, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=16)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    words = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["piece", "id"], name="publishing_step_piece")]

    def __str__(self) -> str:
        return f"{self.verb} {self.piece_id}"


class House(models.Model):
    """What the house stands for, and words it does not use; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    themes = ArrayField(models.CharField(max_length=40), default=list)
    avoided = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [models.CheckConstraint(name="publishing_house_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return "house"


class Goal(models.Model):
    """How many pieces a week a lane is meant to have."""

    lane = models.CharField(max_length=10, primary_key=True)
    weekly = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="publishing_goal_lane", condition=Q(lane__in=list(Lane)))]

    def __str__(self) -> str:
        return self.lane


class Channel(models.Model):
    """An account of the house on a platform outside."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    platform = models.CharField(max_length=16)
    name = models.CharField(max_length=60)
    handle = models.CharField(max_length=60, blank=True, default="")
    url = models.CharField(max_length=200, blank=True, default="")
    weekly_goal = models.PositiveSmallIntegerField(default=0)
    cost_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    segments = ArrayField(models.CharField(max_length=12), default=list)
    themes = ArrayField(models.CharField(max_length=40), default=list)
    title_limit = models.PositiveIntegerField(default=0)
    text_limit = models.PositiveIntegerField(default=0)
    picture_limit = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    fetch_hours = models.PositiveSmallIntegerField(default=0, db_default=0)
    fetch_due_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    fetch_said = models.CharField(max_length=120, default="", db_default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "name"], name="publishing_channel_once"),
            models.CheckConstraint(name="publishing_channel_cost", condition=Q(cost_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.code}"


class Variant(models.Model):
    """The version of a piece for one channel."""

    piece = models.ForeignKey(Piece, on_delete=models.CASCADE, related_name="variants")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="variants")
    title = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField(max_length=20000, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=40), default=list)
    pictures = ArrayField(models.CharField(max_length=12), default=list)
    state = models.CharField(max_length=8, default=VariantState.DRAFT)
    url = models.CharField(max_length=300, blank=True, default="")
    sending_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["piece", "channel"], name="publishing_variant_once"),
            models.CheckConstraint(
                name="publishing_variant_state", condition=Q(state__in=list(VariantState))
            ),
            models.CheckConstraint(
                name="publishing_variant_posted",
                condition=~Q(state=VariantState.POSTED) | Q(posted_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["channel", "url"], name="publishing_variant_url")]

    def __str__(self) -> str:
        return f"{self.piece_id} on {self.channel_id}"


class Figure(models.Model):
    """What a platform counted for one post on one day."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="figures")
    post = models.CharField(max_length=300)
    on = models.DateField()
    views = models.PositiveBigIntegerField(default=0)
    likes = models.PositiveBigIntegerField(default=0)
    comments = models.PositiveBigIntegerField(default=0)
    shares = models.PositiveBigIntegerField(default=0)
    clicks = models.PositiveBigIntegerField(default=0)
    spent_minor = models.PositiveBigIntegerField(default=0)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "post", "on"], name="publishing_figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.post} on {self.on}"
