"""What challenges keep about people, and what becomes of it when they ask to be forgotten.

A voice stays: results could not be checked without it. It says nothing but a number.
"""

from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("challenges_voice", "points", "a vote in a challenge", "keep"),
    PersonalField("challenges_voice", "day", "one vote a day", "keep"),
)
