"""Who is calling the API: a session token of an app, or the browser's own session.

Apps sign in at `/api/auth/app/v1/…` and send the token as `X-Session-Token` or `Authorization: Bearer`.
A browser's cookie counts only together with a CSRF token on anything that changes.
"""

from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from jishi.people.accounts import queries as people


class SessionToken(AuthBase):
    """Reads the person from a token; sets `request.person_id` and returns it."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> int | None:
        """Return the person's id, or None."""
        token = token_of(request)
        # The session of the request stays the anonymous one: an answer to an app must not set cookies.
        person_id = people.find_by_session(token) if token else None
        return None if person_id is None else remember(request, person_id)


class BrowserSession(AuthBase):
    """Reads the person from the session cookie, for our own pages."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "jishi_session"

    def __call__(self, request: HttpRequest) -> int | None:
        """Return the person's id, or None; a request that changes something must carry the CSRF token."""
        if token_of(request) or not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            return None
        return remember(request, int(request.user.pk))


def token_of(request: HttpRequest) -> str:
    """Return the token of an app, or the empty string."""
    direct = request.headers.get("X-Session-Token", "")
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return direct.strip() or (bearer.strip() if scheme.lower() == "bearer" else "")


def remember(request: HttpRequest, person_id: int) -> int:
    """Note who is calling where every surface looks."""
    request.person_id = person_id  # type: ignore[attr-defined]
    return person_id


class Anybody(AuthBase):
    """Lets a caller through who is nobody in particular."""

    openapi_type = "http"
    openapi_scheme = "none"

    def __call__(self, request: HttpRequest) -> bool:
        """Say yes."""
        request.person_id = None  # type: ignore[attr-defined]
        return True


required = [SessionToken(), BrowserSession()]
"""For endpoints that need a person: `request.auth` is their id."""

optional = [*required, Anybody()]
"""For endpoints open to everybody that say more to somebody: `request.person_id` is the id or None."""
