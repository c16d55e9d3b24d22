"""What a fit leaves behind for the pages, what people did in the last hours, and what they want left out.

Lists are derived: they may be thrown away and are made again by the heavy process. A key is a product's
number, or minus a note's. Invariant: the arrays of a list are equally long; a slate is never changed except
for what was opened from it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code


class Fitted(models.Model):
    """A model on disk: what it was made of and how good it was on rows it had not seen."""

    made_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)
    folder = models.CharField(max_length=120)
    rows = models.BigIntegerField()
    people = models.BigIntegerField()
    items = models.BigIntegerField()
    figures = models.JSONField(default=dict)
    refreshed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"model {self.pk}"


class Candidates(models.Model):
    """A ready list: what is near a thing, what suits a person, what everybody likes. `subject_id` is a key,
    a person, or 0."""

    pk = models.CompositePrimaryKey("list", "subject_id")
    list = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()
    keys = ArrayField(models.BigIntegerField())
    scores = ArrayField(models.SmallIntegerField())
    reasons = ArrayField(models.SmallIntegerField())
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="recommendation_equal",
                condition=Q(keys__len=models.F("scores__len")) & Q(keys__len=models.F("reasons__len")),
            )
        ]
        indexes = [models.Index(fields=["made_at"], name="recommendation_cand_age")]

    def __str__(self) -> str:
        return f"{self.list} of {self.subject_id}"


class Touch(models.Model):
    """One of the last things somebody did. Unlogged, and forgotten after two days."""

    pk = models.CompositePrimaryKey("reader", "key")
    reader = models.CharField(max_length=40)
    key = models.BigIntegerField()
    person = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    act = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["reader", "-at"], name="recommendation_touch_new"),
            models.Index(fields=["at"], name="recommendation_touch_age"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} {self.key}"


class Slate(models.Model):
    """A list as somebody was given it, kept for going on, for the question why, and for judging orders."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    surface = models.CharField(max_length=12)
    reader = models.CharField(max_length=40)
    person = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    keys = ArrayField(models.BigIntegerField())
    reasons = ArrayField(models.SmallIntegerField())
    causes = ArrayField(models.BigIntegerField())
    teams = models.CharField(max_length=400, blank=True, default="")
    contest = models.CharField(max_length=40, blank=True, default="")
    opened = ArrayField(models.SmallIntegerField(), default=list)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["reader", "-made_at"], name="recommendation_slate_reader"),
            models.Index(fields=["made_at"], name="recommendation_slate_age"),
            models.Index(
                fields=["contest", "made_at"], name="recommendation_slate_test", condition=~Q(contest="")
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Hidden(models.Model):
    """Somebody does not want to see a thing, or anything by an author, of a shop or in a category."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    key = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "key"], name="recommendation_hidden_once"),
            models.CheckConstraint(
                name="recommendation_hidden_kind",
                condition=Q(kind__in=["item", "author", "shop", "category"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} hides {self.kind} {self.key}"


class Choice(models.Model):
    """Whether friends may be told what somebody bought. Nobody has a row before they chose; silence is no."""

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    tells_friends = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.person_id)


class Capped(models.Model):
    """What somebody was shown often and never opened: it rests for a while."""

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    keys = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return str(self.person_id)


class Due(models.Model):
    """When a person is expected to want a product again."""

    pk = models.CompositePrimaryKey("person_id", "product_id")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    early_at = models.DateTimeField()
    late_at = models.DateTimeField()
    own_gaps = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.person_id} again {self.product_id}"


class Rising(models.Model):
    """What rises at this moment, by kind and rank. Words belong to searches that several people made."""

    pk = models.CompositePrimaryKey("kind", "rank")
    kind = models.CharField(max_length=8)
    rank = models.PositiveSmallIntegerField()
    key = models.BigIntegerField(default=0)
    word = models.CharField(max_length=120, blank=True, default="")
    count = models.PositiveIntegerField()
    usual = models.FloatField()
    score = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.rank}"


class Bundle(models.Model):
    """Goods of one shop that are bought together, proposed to the shop. A decision outlives the next fit."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    first = ArrayField(models.BigIntegerField())
    then = ArrayField(models.BigIntegerField())
    baskets = models.PositiveIntegerField()
    support_bps = models.PositiveIntegerField()
    confidence_bps = models.PositiveIntegerField()
    lift = models.FloatField()
    false_bps = models.PositiveIntegerField()
    gain_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, default="proposed")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "first", "then"], name="recommendation_bundle_once"),
            models.CheckConstraint(
                name="recommendation_bundle_state", condition=Q(state__in=["proposed", "shown", "declined"])
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Contest(models.Model):
    """Two mixes of the home page, interleaved for the same readers; one contest runs at a time."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    name = models.CharField(max_length=80)
    one = models.SmallIntegerField()
    two = models.SmallIntegerField()
    state = models.CharField(max_length=8, default="running")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(one=F("two")), name="recommendation_contest_differ"),
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True)
                | Q(state="ended", ended_at__isnull=False),
                name="recommendation_contest_state",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="recommendation_contest_single"
            ),
        ]

    def __str__(self) -> str:
        return self.name
