"""Limits of the graph and the one spelling of its texts. Pure."""

import unicodedata

from jishi.social.graph.contracts import NoteVisibility
from jishi.social.graph.errors import OnlyOthers, ProfileTextInvalid

MAX_FOLLOWS = 2000
"""More people than this cannot be read anyway, and a page of what they write must stay one fast question."""
FOLLOWS_PER_HOUR = 200
BLOCKS_PER_HOUR = 200
INVITATIONS_PER_DAY = 20
INVITATION_DAYS = 30
INVITATION_USES = 100
BIO_MAX = 300
PLACE_MAX = 40
REMARK_MAX = 40

_DROPPED = {"Cc", "Cf", "Cs", "Co"}


def refuse_self(person_id: int, other_id: int) -> None:
    """Refuse what one cannot do to oneself.

    :raises OnlyOthers: the two are one.
    """
    if person_id == other_id:
        raise OnlyOthers()


def clean(field: str, text: str, *, max_length: int, lines: bool = False) -> str:
    """Return a text without control and direction-changing characters; with `lines` its lines stay.

    :raises ProfileTextInvalid: it is too long.
    """
    parts = unicodedata.normalize("NFC", text).splitlines() if lines else [text]
    kept = [" ".join("".join(map(_kept, part)).split()) for part in parts]
    cleaned = "\n".join(kept).strip()
    while "\n\n\n" in cleaned:
        cleaned = cleaned.replace("\n\n\n", "\n\n")
    if len(cleaned) > max_length:
        raise ProfileTextInvalid(field=field, max_length=max_length)
    return cleaned


def check_visibility(value: str) -> NoteVisibility:
    """Return who sees notes by default.

    :raises ProfileTextInvalid: there is no such circle.
    """
    try:
        return NoteVisibility(value)
    except ValueError:
        raise ProfileTextInvalid(field="note_visibility", max_length=9) from None


def _kept(character: str) -> str:
    """The character, or a space for one that is not seen; the joiner holds composed emoji together."""
    seen = character == "\u200d" or unicodedata.category(character) not in _DROPPED
    return character if seen else " "
