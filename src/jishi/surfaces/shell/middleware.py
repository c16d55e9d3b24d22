"""The two middlewares every page stands on: who and how a request asks, and how a refusal is shown.

Invariant: a domain's refusal never becomes a server error, whichever surface it surfaced in.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from jishi.kernel import clock, ids
from jishi.kernel.errors import DomainError
from jishi.people.accounts import operations as accounts
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

YEAR_S = 365 * 24 * 3600
VISITOR = re.compile(r"^[0-9a-z]{12,32}$")
MACHINE_PATHS = ("/api/", "/hooks/", "/healthz", "/readyz", "/metrics", "/static/", "/media/")

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestFacts:
    """Settles language, theme, visitor and person before any page runs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_machine = request.path_info.startswith(MACHINE_PATHS)
        facts = self.settle(request)
        request.facts = facts  # type: ignore[attr-defined]
        request.language = facts.language  # type: ignore[attr-defined]
        request.person_id = facts.person_id  # type: ignore[attr-defined]
        request.visitor = facts.visitor  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = facts.language
        with translation.override(facts.language):
            response = self.get_response(request)
        if is_machine:
            return response
        self.remember(request, response, facts)
        return response

    def settle(self, request: HttpRequest) -> request_facts.Facts:
        """Read what the request says about itself; `/en/` in front of a public page is taken off."""
        prefix, path = "", request.path_info
        if path == "/en" or path.startswith("/en/"):
            rest = path[3:] or "/"
            if request_facts.PUBLIC.match(rest):
                prefix, path = "/en", rest
                request.path_info = rest
        user = request.user
        visitor = request.COOKIES.get("jishi_visitor", "")
        return request_facts.Facts(
            language=request_facts.language_of(request, prefix),
            prefix=prefix,
            path=path,
            theme=request_facts.theme_of(request),
            now_ms=int(clock.now().timestamp() * 1000),
            visitor=visitor if VISITOR.match(visitor) else ids.new_code(20),
            person_id=user.pk if user.is_authenticated else None,
            is_operator=bool(getattr(user, "is_operator", False)),
            base_url=settings.JISHI_BASE_URL,
            is_demo=settings.JISHI_DEMO,
        )

    def remember(self, request: HttpRequest, response: HttpResponse, facts: request_facts.Facts) -> None:
        """Keep the visitor and, for somebody reading under `/en/`, the language of private pages too."""
        secure = not settings.JISHI_DEMO
        if request.COOKIES.get("jishi_visitor") != facts.visitor:
            response.set_cookie(
                "jishi_visitor", facts.visitor, max_age=YEAR_S, httponly=True, samesite="Lax", secure=secure
            )
        if facts.prefix and request.COOKIES.get("jishi_language") != "en":
            response.set_cookie("jishi_language", "en", max_age=YEAR_S, samesite="Lax", secure=secure)
        self.renew_lane(request, response, facts, secure=secure)
        response.headers.setdefault("Content-Language", facts.html_language)
        if facts.is_public and request.method == "GET" and not request.headers.get("HX-Request"):
            response.headers["Speculation-Rules"] = '"/speculation.json"'
        patch_vary_headers(response, ("Cookie",))

    def renew_lane(
        self, request: HttpRequest, response: HttpResponse, facts: request_facts.Facts, *, secure: bool
    ) -> None:
        """Give a signed-in browser ten more minutes for its streams; take them from one that signed out."""
        user = request.user
        if user.is_authenticated:
            token = accounts.issue_lane_token(person_id=user.pk, epoch=user.token_epoch)
            response.set_cookie(
                accounts.LANE_COOKIE,
                token,
                max_age=accounts.LANE_TTL_S,
                path="/lane/",
                httponly=True,
                samesite="Lax",
                secure=secure,
            )
        elif facts.person_id is not None:
            response.delete_cookie(accounts.LANE_COOKIE, path="/lane/")


class DomainErrors:
    """Turns a refusal that no page caught into its status: problem+json, a fragment, or a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer domain errors; anything else stays an error of ours."""
        return refusals.answer(request, error) if isinstance(error, DomainError) else None
