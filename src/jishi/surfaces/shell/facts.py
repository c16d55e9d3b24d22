"""What every page knows about its request, decided once by the middleware and never changed afterwards.

Invariant: a page learns its language, theme, person and visitor from here, not from cookies of its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils import translation

LANGUAGES = ("zh-hans", "en")
THEMES = ("auto", "light", "dark")
DEFAULT_LANGUAGE = "zh-hans"
PUBLIC = re.compile(
    r"^/(?:$|(?:search|c|p|s|g|t|l|hot|columns|nearby|films|notes|flash|rounds|presales|bargains|lotteries)/)"
)
"""Pages that exist once per language, each with its own address."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The request as a page sees it."""

    language: str
    prefix: str
    path: str
    theme: str
    now_ms: int
    visitor: str
    person_id: int | None
    is_operator: bool = False
    base_url: str = ""
    is_demo: bool = False
    via: Mapping[str, str] = field(default_factory=dict)

    @property
    def html_language(self) -> str:
        """The language tag for ``<html lang>``."""
        return "zh-Hans" if self.language == "zh-hans" else "en"

    @property
    def is_public(self) -> bool:
        """Whether this page has an address per language."""
        return bool(PUBLIC.match(self.path))

    def absolute(self, url: str) -> str:
        """An address that works outside of this site."""
        return url if url.startswith(("http://", "https://")) else self.base_url + url

    @property
    def canonical(self) -> str:
        """The one address of this page in this language."""
        return self.base_url + (("/en" + self.path) if self.language == "en" else self.path)

    @property
    def alternates(self) -> tuple[tuple[str, str], ...]:
        """The same page in every language, for search engines."""
        chinese = self.base_url + self.path
        return (("zh-Hans", chinese), ("en", f"{self.base_url}/en{self.path}"), ("x-default", chinese))


def of(request: HttpRequest) -> Facts:
    """The facts of a request that has passed the middleware."""
    facts: Facts = request.facts  # type: ignore[attr-defined]
    return facts


def language_of(request: HttpRequest, prefix: str) -> str:
    """URL first, then the profile, then the cookie; Chinese otherwise."""
    if prefix:
        return "en"
    user: Any = request.user
    if user.is_authenticated and user.language in LANGUAGES:
        return str(user.language)
    cookie = request.COOKIES.get("jishi_language", "")
    return cookie if cookie in LANGUAGES else DEFAULT_LANGUAGE


def theme_of(request: HttpRequest) -> str:
    """The profile's theme, else the cookie's."""
    user: Any = request.user
    chosen = user.theme if user.is_authenticated else request.COOKIES.get("jishi_theme", "")
    return chosen if chosen in THEMES else "auto"


def activate(language: str) -> None:
    """Answer this request in ``language``."""
    translation.activate(language)
