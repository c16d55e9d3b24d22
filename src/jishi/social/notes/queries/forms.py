"""The kinds of notes and what each asks for; names are English texts to translate."""

from jishi.social.notes import rules
from jishi.social.notes.contracts import FormField


def list_forms() -> list[tuple[str, str]]:
    """Return every kind of note with its name."""
    return [(str(form), name) for form, name in rules.FORM_NAMES.items()]


def find_form_name(form: str) -> str:
    """Return the name of a kind, '' when there is no such kind."""
    return rules.FORM_NAMES.get(form, "")


def list_form_fields(form: str) -> tuple[FormField, ...]:
    """Return what a kind asks for."""
    return rules.FORM_FIELDS.get(form, ())
