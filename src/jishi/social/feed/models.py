"""Tables of feeds: rankings, words of notes, and what people chose.

Rankings and words are derived: they name notes by number only, may be thrown away, and are made again by the
sweeps. A ranking is never changed once made, so that a reader can page through it in peace.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Ranking(models.Model):
    """The hot list as it was at one moment."""

    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk} of {self.made_at:%F %T}"


class RankedNote(models.Model):
    """A place in a ranking."""

    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, related_name="places")
    rank = models.PositiveIntegerField()
    note_id = models.BigIntegerField()
    score = models.FloatField()
    actors = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ranking", "rank"], name="feed_rankednote_rank"),
            models.UniqueConstraint(fields=["ranking", "note_id"], name="feed_rankednote_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.note_id}"


class NoteWords(models.Model):
    """The words of a note, for searching."""

    note_id = models.BigIntegerField(primary_key=True)
    words = SearchVectorField()
    indexed_at = models.DateTimeField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="feed_notewords_words")]

    def __str__(self) -> str:
        return str(self.note_id)


class Choice(models.Model):
    """What a person chose for their feeds; nobody has a row before they chose."""

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    is_personalised = models.BooleanField(default=True)
    place = models.CharField(max_length=60, blank=True, default="")

    def __str__(self) -> str:
        return str(self.person_id)


class Interest(models.Model):
    """A person picked a topic."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey("notes.Topic", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "topic"], name="feed_interest_once")]

    def __str__(self) -> str:
        return f"{self.person_id} likes {self.topic_id}"
