"""Polls, options, ballots and winners. One poll per note, one ballot per person: the database sees to it.

An option's counter moves in the transaction of the ballot that it counts, under the poll's row lock.
"""

from django.db import models
from django.db.models import Q

from jishi.kernel.crypto import EncryptedTextField
from jishi.kernel.ids import new_code
from jishi.social.polls.contracts import PollKind


class Poll(models.Model):
    """A question under a note. `seed` stays encrypted; its digest is public from the start."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    note = models.OneToOneField("notes.Note", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4)
    question = models.CharField(max_length=140)
    is_multiple = models.BooleanField(default=False)
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    voter_count = models.PositiveIntegerField(default=0)
    prize = models.CharField(max_length=140, blank=True, default="")
    prize_count = models.PositiveSmallIntegerField(default=0)
    prize_value_minor = models.BigIntegerField(default=0)
    commitment = models.CharField(max_length=64, blank=True, default="")
    seed = EncryptedTextField(blank=True, default="")
    entry_digest = models.CharField(max_length=64, blank=True, default="")
    right_count = models.PositiveIntegerField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="polls_poll_kind", condition=Q(kind__in=list(PollKind))),
            models.CheckConstraint(
                name="polls_poll_prize",
                condition=Q(kind=PollKind.QUIZ, prize_count__gte=1) & ~Q(prize="") & ~Q(commitment="")
                | Q(kind=PollKind.POLL, prize_count=0, prize=""),
            ),
        ]
        indexes = [
            models.Index(fields=["closes_at"], name="polls_poll_due", condition=Q(closed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.code


class Option(models.Model):
    """One answer that can be chosen."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=60)
    is_right = models.BooleanField(default=False)
    vote_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "position"], name="polls_option_position")]

    def __str__(self) -> str:
        return self.text


class Ballot(models.Model):
    """One person's answer; `code` is their entry in the draw."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="ballots")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    positions = models.JSONField(default=list)
    is_right = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "person"], name="polls_ballot_once")]
        indexes = [models.Index(fields=["person", "-id"], name="polls_ballot_person")]

    def __str__(self) -> str:
        return self.code


class Winner(models.Model):
    """A ballot that was drawn."""

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="winners")
    ballot = models.OneToOneField(Ballot, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    claim_until = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "rank"], name="polls_winner_rank")]

    def __str__(self) -> str:
        return f"{self.rank} of {self.poll_id}"
