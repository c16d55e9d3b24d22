"""What the nightly look at the social network found: standing of people, communities, ties, what people care
about.

Everything is derived from follows, shares, notes and orders and made anew with each run. Invariant: readers
see one run or the next, never a mixture, because a run replaces all rows in one transaction.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Run(models.Model):
    """One look at the whole network."""

    made_at = models.DateTimeField()
    people = models.PositiveIntegerField()
    links = models.PositiveIntegerField()
    communities = models.PositiveIntegerField()
    modularity = models.FloatField()
    seconds = models.FloatField()

    def __str__(self) -> str:
        return f"{self.made_at:%F %T}"


class Standing(models.Model):
    """Where a person stands in the network. Shares are in millionths, so that they can be compared."""

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    rank = models.PositiveIntegerField()
    influence = models.PositiveIntegerField()
    followers = models.PositiveIntegerField()
    reach = models.PositiveIntegerField(default=0)
    brought_orders = models.PositiveIntegerField(default=0)
    bridge = models.PositiveIntegerField(default=0)
    spread_bps = models.PositiveIntegerField(default=0)
    notes = models.PositiveIntegerField(default=0)
    engaged = models.PositiveIntegerField(default=0)
    role = models.CharField(max_length=8, blank=True, default="")
    doubts = ArrayField(models.CharField(max_length=20), default=list)
    community = models.PositiveIntegerField()
    x = models.FloatField(default=0)
    y = models.FloatField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["rank"], name="networks_standing_rank"),
            models.Index(fields=["community", "rank"], name="networks_standing_group"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.rank}"


class Group(models.Model):
    """A community that the links themselves make, largest first."""

    number = models.PositiveIntegerField(primary_key=True)
    size = models.PositiveIntegerField()
    inner_bps = models.PositiveIntegerField()
    topic_ids = ArrayField(models.BigIntegerField(), default=list)

    def __str__(self) -> str:
        return f"{self.number}: {self.size}"


class Tie(models.Model):
    """How close one person is to another, from 1 to 1000; the strongest of each."""

    pk = models.CompositePrimaryKey("person_id", "other_id")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    strength = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.person_id} {self.other_id} {self.strength}"


class Affinity(models.Model):
    """A topic that somebody cares about more than everybody does, in ten-thousandths of their acts."""

    pk = models.CompositePrimaryKey("person_id", "topic_id")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    topic = models.ForeignKey("notes.Topic", on_delete=models.PROTECT, related_name="+")
    excess_bps = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.person_id} {self.topic_id}"
