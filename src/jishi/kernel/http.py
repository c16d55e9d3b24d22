"""Refusals as RFC 9457 problem details: the one mapping from families to statuses."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable, fill
from jishi.kernel.limits import RateLimited

CONTENT_TYPE = "application/problem+json"
STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (RateLimited, 429),
    (NotFound, 404),
    (Forbidden, 403),
    (Invalid, 400),
    (Conflict, 409),
    (Unavailable, 503),
)


def status_of(error: DomainError) -> int:
    """The status of an error's family; the first match counts."""
    return next((status for family, status in STATUSES if isinstance(error, family)), 400)


def message_of(error: DomainError, language: str | None = None) -> str:
    """What to tell a person, in ``language`` (by default the active one)."""
    with translation.override(language or translation.get_language() or "en"):
        # A refusal may name a field of a form; its name is a text like any other.
        fields = {
            name: gettext(value) if name == "field" and isinstance(value, str) and value else value
            for name, value in error.fields.items()
        }
        return fill(gettext(error.message), fields)


def problem(error: DomainError, language: str | None = None) -> tuple[int, dict[str, Any]]:
    """Status and body of the refusal. ``type`` is stable, ``detail`` is for people."""
    status = status_of(error)
    detail = message_of(error, language)
    body = {"type": f"urn:jishi:error:{error.code}", "title": detail, "status": status, "code": error.code}
    return status, {**body, "detail": detail, "fields": error.fields}
