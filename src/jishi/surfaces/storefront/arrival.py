"""What happens when somebody comes in: their cart comes along, and the lane learns who they are.

A middleware and no signal: it compares who asked with who is answered, however they signed in.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from jishi.insight.behavior import operations as behavior
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.operations import LANE_COOKIE, LANE_TTL_S
from jishi.surfaces.shell import facts as request_facts
from jishi.trade.checkout import operations as checkout

MACHINE_PATHS = ("/api/", "/hooks/", "/static/", "/media/", "/healthz", "/readyz", "/metrics")


class Arrival:
    """Merges the visitor's cart on sign-in and keeps the lane's cookie fresh."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(MACHINE_PATHS):
            return self.get_response(request)
        if settings.JISHI_PASS and "pass" in request.GET:
            return self.let_in(request)
        response = self.get_response(request)
        facts = request_facts.of(request)
        user: Any = request.user
        person_id = user.pk if user.is_authenticated else None
        if person_id is not None and facts.person_id is None:
            checkout.merge_cart(person_id=person_id, session_key=facts.visitor)
            behavior.sign_in(person_id=person_id, visitor=facts.visitor)
        self.tell_lane(response, user if person_id is not None else None, had=facts.person_id is not None)
        return response

    def let_in(self, request: HttpRequest) -> HttpResponse:
        """Remember the pass of the printed link and take it out of the address."""
        if secrets.compare_digest(request.GET["pass"].encode(), settings.JISHI_PASS.encode()):
            request.session["demo_pass"] = settings.JISHI_PASS
        return HttpResponseRedirect(request.path)

    def tell_lane(self, response: HttpResponse, user: Any, *, had: bool) -> None:
        """Renew the lane's cookie with each page, and take it away on sign-out."""
        if user is None:
            if had:
                response.delete_cookie(LANE_COOKIE, path="/lane/", samesite="Lax")
            return
        response.set_cookie(
            LANE_COOKIE,
            accounts.issue_lane_token(person_id=user.pk, epoch=user.token_epoch),
            max_age=LANE_TTL_S,
            path="/lane/",
            httponly=True,
            samesite="Lax",
            secure=not settings.JISHI_DEMO,
        )
