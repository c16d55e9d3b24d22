"""What polls keep about people, and what becomes of it when they ask to be forgotten.

A ballot stays: without it the counts and a draw could not be checked any more. It names nobody else.
"""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.polls import operations as polls
from jishi.social.polls.models import Ballot, Poll, Winner


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("polls_poll", "what somebody asked", "blank", "question", "prize"),
    *_fields("polls_ballot", "an answer in a poll", "keep", "positions", "created_at"),
    *_fields("polls_winner", "a prize", "keep", "claimed_at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "polls_poll": frozenset(
        {
            "hidden_at",
            *("id", "code", "note_id", "author_id", "kind", "is_multiple", "closes_at", "closed_at"),
            *("created_at", "voter_count", "prize_count", "prize_value_minor", "commitment", "seed"),
            *("entry_digest", "right_count"),
        }
    ),
    "polls_ballot": frozenset({"id", "code", "poll_id", "person_id", "is_right"}),
    "polls_winner": frozenset({"id", "poll_id", "ballot_id", "person_id", "rank", "claim_until"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person asked, answered and won."""
    asked = Poll.objects.filter(author_id=person_id).order_by("pk")
    ballots = Ballot.objects.filter(person_id=person_id).order_by("pk").select_related("poll")
    won = Winner.objects.filter(person_id=person_id).order_by("pk").select_related("poll")
    return {
        "asked": [{"poll": row.code, "question": row.question, "prize": row.prize} for row in asked],
        "answered": [
            {"poll": row.poll.code, "positions": row.positions, "at": row.created_at.isoformat()}
            for row in ballots
        ],
        "won": [
            {"poll": row.poll.code, "claimed_at": row.claimed_at.isoformat() if row.claimed_at else None}
            for row in won
        ],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take their questions away; answers stay as numbers of a nameless account."""
    polls.forget(person_id=person_id)
