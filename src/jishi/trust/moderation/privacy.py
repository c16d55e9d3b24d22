"""What moderation keeps about people, and what becomes of it when they ask to be forgotten.

A decision and the words it was about stay: they are the evidence of why something was taken down.
"""

from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("moderation_case", "snapshot", "what a decision was about", "keep"),
    PersonalField("moderation_case", "appeal_text", "the author's side of a decision", "keep"),
    PersonalField("moderation_report", "text", "why something was reported", "keep"),
    PersonalField("moderation_fingerprint", "simhash", "recognising floods, for a day", "delete"),
)
