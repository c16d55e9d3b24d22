"""Notes, what hangs on them, and who liked, kept and answered them.

`published_no` is drawn from a sequence at the moment of publication: lists order and page by it. Counters
stand on the row and move in the transaction of what they count; `jishi verify` counts again.
"""

from django.db import models
from django.db.models import Q

from jishi.kernel.ids import new_code
from jishi.social.notes.contracts import ContentState, Form, Visibility

PUBLISHED = Q(state=ContentState.PUBLISHED)


class Note(models.Model):
    """Something that a person wrote, showed or passed on."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=16, default=Form.PLAIN)
    title = models.CharField(max_length=80, blank=True, default="")
    text = models.TextField(max_length=5000, blank=True, default="")
    details = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=ContentState.DRAFT)
    state_before = models.CharField(max_length=10, blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")
    reason_note = models.CharField(max_length=500, blank=True, default="")
    visibility = models.CharField(max_length=10, default=Visibility.PUBLIC)
    audience_kind = models.CharField(max_length=24, blank=True, default="")
    audience_key = models.CharField(max_length=80, blank=True, default="")
    place = models.CharField(max_length=60, blank=True, default="")
    is_sponsored = models.BooleanField(default=False)
    sponsor = models.CharField(max_length=60, blank=True, default="")
    pictures = models.JSONField(default=list)
    video = models.JSONField(null=True, blank=True)
    cover = models.JSONField(null=True, blank=True)
    language = models.CharField(max_length=10, blank=True, default="")
    repost_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reposts"
    )
    published_no = models.BigIntegerField(null=True, unique=True)
    published_at = models.DateTimeField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    client_key = models.CharField(max_length=64, null=True)
    like_count = models.PositiveIntegerField(default=0)
    comment_count = models.PositiveIntegerField(default=0)
    favourite_count = models.PositiveIntegerField(default=0)
    repost_count = models.PositiveIntegerField(default=0)
    quality = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="notes_note_state", condition=Q(state__in=list(ContentState))),
            models.CheckConstraint(name="notes_note_form", condition=Q(form__in=list(Form))),
            models.CheckConstraint(
                name="notes_note_visibility", condition=Q(visibility__in=list(Visibility))
            ),
            models.CheckConstraint(
                name="notes_note_audience",
                condition=Q(visibility=Visibility.AUDIENCE) & ~Q(audience_kind="") & ~Q(audience_key="")
                | ~Q(visibility=Visibility.AUDIENCE) & Q(audience_kind="", audience_key=""),
            ),
            models.CheckConstraint(
                name="notes_note_published",
                condition=~PUBLISHED | Q(published_no__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="notes_note_scheduled",
                condition=~Q(state=ContentState.SCHEDULED) | Q(scheduled_at__isnull=False),
            ),
            models.CheckConstraint(name="notes_note_sponsor", condition=Q(is_sponsored=True) | Q(sponsor="")),
            models.UniqueConstraint(fields=["author", "client_key"], name="notes_note_client_key"),
        ]
        indexes = [
            models.Index(
                fields=["author", "-published_no"], name="notes_note_by_author", condition=PUBLISHED
            ),
            models.Index(fields=["place", "-published_no"], name="notes_note_by_place", condition=PUBLISHED),
            models.Index(fields=["-published_no"], name="notes_note_newest", condition=PUBLISHED),
            models.Index(fields=["author", "-id"], name="notes_note_own"),
            models.Index(
                fields=["published_no"],
                name="notes_note_films",
                condition=PUBLISHED & Q(video__isnull=False),
            ),
            models.Index(
                fields=["scheduled_at"],
                name="notes_note_due",
                condition=Q(state=ContentState.SCHEDULED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Revision(models.Model):
    """A note as it was before an edit."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=80, blank=True, default="")
    text = models.TextField(blank=True, default="")
    pictures = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "number"], name="notes_revision_once")]

    def __str__(self) -> str:
        return f"{self.note_id} #{self.number}"


class Pin(models.Model):
    """A product on a picture of a note."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="pins")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    picture = models.PositiveSmallIntegerField(default=0)
    x = models.FloatField(default=0.5)
    y = models.FloatField(default=0.5)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "position"], name="notes_pin_position"),
            models.CheckConstraint(
                name="notes_pin_inside", condition=Q(x__gte=0, x__lte=1, y__gte=0, y__lte=1)
            ),
        ]
        indexes = [models.Index(fields=["product", "-note"], name="notes_pin_product")]

    def __str__(self) -> str:
        return f"{self.product_id} on {self.note_id}"


class Topic(models.Model):
    """A word that notes are found under; the slug is its folded spelling."""

    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class NoteTopic(models.Model):
    """A note carries a topic."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="note_topics")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="note_topics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "note"], name="notes_notetopic_once")]

    def __str__(self) -> str:
        return f"{self.topic_id} on {self.note_id}"


class Mention(models.Model):
    """A note names a person."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="notes_mention_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.note_id}"


class Like(models.Model):
    """A person likes a note."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="likes")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="notes_like_once")]
        indexes = [models.Index(fields=["person", "-id"], name="notes_like_person")]

    def __str__(self) -> str:
        return f"{self.person_id} likes {self.note_id}"


class Folder(models.Model):
    """A named place for favourites."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=30)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="notes_folder_name")]

    def __str__(self) -> str:
        return self.name


class Favourite(models.Model):
    """A person keeps a note, in a folder or in none."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="favourites")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    folder = models.ForeignKey(
        Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="favourites"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="notes_favourite_once")]
        indexes = [models.Index(fields=["person", "folder", "-id"], name="notes_favourite_person")]

    def __str__(self) -> str:
        return f"{self.person_id} keeps {self.note_id}"


class Comment(models.Model):
    """Words under a note; `parent` is the comment it stands under, `reply_to` the one it answers."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="answers"
    )
    text = models.TextField(max_length=500)
    state = models.CharField(max_length=10, default=ContentState.PUBLISHED)
    state_before = models.CharField(max_length=10, blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")
    reason_note = models.CharField(max_length=500, blank=True, default="")
    like_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    client_key = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="notes_comment_state", condition=Q(state__in=list(ContentState))),
            models.UniqueConstraint(fields=["author", "client_key"], name="notes_comment_client_key"),
        ]
        indexes = [
            models.Index(
                fields=["note", "-id"], name="notes_comment_first", condition=Q(parent__isnull=True)
            ),
            models.Index(fields=["parent", "id"], name="notes_comment_replies"),
            models.Index(fields=["author", "-id"], name="notes_comment_own"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class CommentLike(models.Model):
    """A person likes a comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="likes")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="notes_commentlike_once")]
        indexes = [models.Index(fields=["person", "-id"], name="notes_commentlike_person")]

    def __str__(self) -> str:
        return f"{self.person_id} likes {self.comment_id}"


class HiddenAuthor(models.Model):
    """A person whose content is out of sight everywhere while they are suspended."""

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=40, blank=True, default="")
    since_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} since {self.since_at}"
