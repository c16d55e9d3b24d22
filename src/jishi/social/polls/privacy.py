"""What polls keep about people, and what becomes of it when they ask to be forgotten.

A ballot stays: without it the counts and a draw could not be checked any more. It names nobody else.
"""

from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("polls_ballot", "positions", "an answer in a poll", "keep"),
    PersonalField("polls_poll", "question", "what somebody asked", "keep"),
)
