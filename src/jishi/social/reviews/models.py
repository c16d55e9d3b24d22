"""Reviews, votes, requests for reviews, ratings; questions, answers.

One review per line of an order, one vote per person: the database sees to it. A rating is a row per product
that a sweep writes anew whenever it is due; nothing else writes its figures.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jishi.kernel.ids import new_code
from jishi.social.notes.contracts import ContentState

STATES = ["in_review", "published", "hidden", "rejected", "removed"]
SHOWN = Q(state=ContentState.PUBLISHED)


class Review(models.Model):
    """What a verified buyer says about one line of an order."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    line = models.OneToOneField("orders.OrderLine", models.PROTECT, related_name="+")
    order_code = models.CharField(max_length=12)
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+")
    shop = models.ForeignKey("merchants.Shop", models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True, default="")
    pictures = models.JSONField(default=list)
    aspects = models.JSONField(default=dict)
    is_anonymous = models.BooleanField(default=False)
    language = models.CharField(max_length=8, blank=True, default="")
    state = models.CharField(max_length=10)
    state_before = models.CharField(max_length=10, blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")
    reason_note = models.CharField(max_length=500, blank=True, default="")
    simhash = models.BigIntegerField(default=0)
    authenticity_bps = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    helpful_count = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    follow_up = models.TextField(blank=True, default="")
    follow_up_pictures = models.JSONField(default=list)
    follow_up_state = models.CharField(max_length=10, blank=True, default="")
    followed_up_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True, default="")
    reply_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)
    reply_edited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="reviews_review_stars", condition=Q(stars__gte=1, stars__lte=5)),
            models.CheckConstraint(name="reviews_review_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="reviews_review_authenticity",
                condition=Q(authenticity_bps__gte=500, authenticity_bps__lte=10_000),
            ),
            models.CheckConstraint(
                name="reviews_review_received", condition=Q(created_at__gte=F("received_at"))
            ),
            models.CheckConstraint(
                name="reviews_review_reply",
                condition=Q(reply="", replied_at__isnull=True) | Q(replied_at__isnull=False) & ~Q(reply=""),
            ),
        ]
        indexes = [
            models.Index(
                "product", F("helpful_count").desc(), F("id").desc(), name="reviews_product", condition=SHOWN
            ),
            models.Index(F("author"), F("id").desc(), name="reviews_author"),
            models.Index(F("shop"), F("id").desc(), name="reviews_shop", condition=SHOWN),
            models.Index(fields=["simhash"], name="reviews_simhash"),
            models.Index(
                fields=["id"],
                name="reviews_held",
                condition=Q(state="in_review") | Q(follow_up_state="in_review"),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Revision(models.Model):
    """A review as it was before an edit; rows are added, and emptied only when their author leaves."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    aspects = models.JSONField(default=dict)
    picture_count = models.PositiveSmallIntegerField(default=0)
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="reviews_revision_number")]

    def __str__(self) -> str:
        return f"{self.review_id}#{self.number}"


class Vote(models.Model):
    """Somebody found a review helpful."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="votes")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="reviews_vote_once")]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.review_id}"


class Request(models.Model):
    """A delivery about which its buyer can say something: asked once at `ask_due_at`; silent after
    `silent_due_at`.
    """

    line = models.OneToOneField("orders.OrderLine", models.PROTECT, related_name="+")
    order_code = models.CharField(max_length=12)
    buyer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    received_at = models.DateTimeField()
    ask_due_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    silent_due_at = models.DateTimeField(null=True)
    is_silent = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reviews_request_close", condition=Q(close_reason__in=["", "reviewed", "refunded"])
            ),
            models.CheckConstraint(
                name="reviews_request_silent", condition=Q(is_silent=False) | Q(closed_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                fields=["ask_due_at"], name="reviews_ask_due", condition=Q(ask_due_at__isnull=False)
            ),
            models.Index(
                fields=["silent_due_at"], name="reviews_silent_due", condition=Q(silent_due_at__isnull=False)
            ),
            models.Index(fields=["product"], name="reviews_silent", condition=Q(is_silent=True)),
            models.Index(fields=["order_code"], name="reviews_request_order"),
        ]

    def __str__(self) -> str:
        return self.order_code


class Rating(models.Model):
    """What the reviews of a product add up to, as of `computed_at`. Means are hundredths of a star."""

    product = models.OneToOneField("catalog.Product", models.PROTECT, primary_key=True, related_name="+")
    category = models.ForeignKey("catalog.Category", models.PROTECT, null=True, related_name="+")
    average = models.PositiveSmallIntegerField(default=0)
    bayesian = models.PositiveSmallIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)
    histogram = ArrayField(models.PositiveIntegerField(), default=list)
    aspects = models.JSONField(default=dict)
    photo_count = models.PositiveIntegerField(default=0)
    follow_up_count = models.PositiveIntegerField(default=0)
    silent_count = models.PositiveIntegerField(default=0)
    weight = models.FloatField(default=0)
    weighted_stars = models.FloatField(default=0)
    due_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reviews_rating_bounds", condition=Q(average__lte=500, bayesian__lte=500)
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="reviews_rating_due")]

    def __str__(self) -> str:
        return str(self.product_id)


class AspectSet(models.Model):
    """What buyers in a category (and below it) judge, in order."""

    category = models.OneToOneField("catalog.Category", models.PROTECT, primary_key=True, related_name="+")
    codes = ArrayField(models.CharField(max_length=20))
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.category_id)


class Question(models.Model):
    """A question about a product."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+")
    shop = models.ForeignKey("merchants.Shop", models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    text = models.CharField(max_length=200)
    note_code = models.CharField(max_length=12, blank=True, default="", db_default="")
    state = models.CharField(max_length=10)
    state_before = models.CharField(max_length=10, blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")
    reason_note = models.CharField(max_length=500, blank=True, default="")
    answer_count = models.PositiveIntegerField(default=0)
    follow_count = models.PositiveIntegerField(default=0)
    best = models.ForeignKey("Answer", models.PROTECT, null=True, related_name="+")
    asked_buyers_at = models.DateTimeField(null=True)
    is_told = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    client_key = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="reviews_question_state", condition=Q(state__in=STATES)),
            models.UniqueConstraint(fields=["author", "client_key"], name="reviews_question_key"),
        ]
        indexes = [
            models.Index(F("product"), F("id").desc(), name="reviews_question_of", condition=SHOWN),
            models.Index(F("shop"), F("id").desc(), name="reviews_question_shop", condition=SHOWN),
            models.Index(fields=["id"], name="reviews_question_held", condition=Q(state="in_review")),
        ]

    def __str__(self) -> str:
        return self.code


class Answer(models.Model):
    """An answer; its author's role is the one they had when they wrote it."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)
    text = models.TextField()
    state = models.CharField(max_length=10)
    state_before = models.CharField(max_length=10, blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")
    reason_note = models.CharField(max_length=500, blank=True, default="")
    vote_count = models.PositiveIntegerField(default=0)
    is_told = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    client_key = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="reviews_answer_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="reviews_answer_role", condition=Q(role__in=["buyer", "shop", "expert", "reader"])
            ),
            models.UniqueConstraint(fields=["author", "client_key"], name="reviews_answer_key"),
        ]
        indexes = [models.Index(fields=["id"], name="reviews_answer_held", condition=Q(state="in_review"))]

    def __str__(self) -> str:
        return self.code


class AnswerVote(models.Model):
    """Somebody found an answer helpful."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="votes")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "person"], name="reviews_answervote_once")]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.answer_id}"


class QuestionFollow(models.Model):
    """Somebody wants to hear of answers."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="follows")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "person"], name="reviews_follow_once")]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.question_id}"


class BuyerAsk(models.Model):
    """A past buyer who was asked to answer; nobody is asked about more than one question a week."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="asks")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "person"], name="reviews_ask_once")]
        indexes = [models.Index(F("person"), F("created_at").desc(), name="reviews_ask_person")]

    def __str__(self) -> str:
        return f"{self.person_id} about {self.question_id}"
