"""The five families of refusals. A refusal is a state of the world, told by a stable code.

Families say how a caller may react; only surfaces turn them into statuses. Codes are public and append-only.
This module knows neither Django nor HTTP; texts are marked with ``N_`` and translated where they are shown.
"""

from typing import Any, ClassVar


def N_(message: str) -> str:
    """Mark a text for translation without translating it here."""
    return message


class DomainError(Exception):
    """Base of every anticipated refusal.

    ``code`` is stable and public, ``message`` an English text with named ``%(field)s`` parameters,
    ``fields`` the values for it (plain data, safe to show to the caller).
    """

    code: ClassVar[str] = "domain.error"
    message: ClassVar[str] = N_("This cannot be done.")
    retry_after_s: int | None = None

    def __init__(self, **fields: Any) -> None:
        super().__init__(self.code)
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.code}: {self.english()}"

    def english(self) -> str:
        """The message with its parameters, untranslated; a missing parameter never raises."""
        return fill(self.message, self.fields)


def fill(message: str, fields: dict[str, Any]) -> str:
    """Put ``fields`` into a ``%(name)s`` message; fields it does not name are ignored."""
    try:
        return message % fields
    except (KeyError, ValueError, TypeError):
        return message


class NotFound(DomainError):
    """The thing does not exist, or the caller may not know that it does."""

    code = "not_found"
    message = N_("We could not find that.")


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    code = "forbidden"
    message = N_("You are not allowed to do that.")


class Invalid(DomainError):
    """The request itself makes no sense, whatever the state of the world."""

    code = "invalid"
    message = N_("Please check what you entered.")


class Conflict(DomainError):
    """The request makes sense, but the world is in another state."""

    code = "conflict"
    message = N_("Something changed in the meantime.")


class Unavailable(DomainError):
    """Nothing is wrong with the request; it may succeed when tried again after ``retry_after_s``."""

    code = "unavailable"
    message = N_("This is not available right now. Please try again in a moment.")

    def __init__(self, *, retry_after_s: int = 5, **fields: Any) -> None:
        super().__init__(**fields)
        self.retry_after_s = retry_after_s


class InvariantBroken(Exception):
    """Something that must always hold does not. Never caught: it rolls back and pages a person."""
