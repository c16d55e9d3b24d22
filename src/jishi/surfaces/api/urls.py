"""Addresses of the API: version 1 with its OpenAPI 3.1 document and a page that shows it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from jishi.kernel.errors import DomainError
from jishi.surfaces.api import auth, docs
from jishi.surfaces.api.v1 import (
    answers,
    business,
    buying,
    communities,
    contests,
    events,
    feed,
    flash,
    goods,
    messages,
    notes,
    orders,
    people,
    people_social,
    plays,
    presales,
    recommendations,
    repeats,
    reviews,
    rounds,
    safety,
    surveys,
    teams,
)

app_name = "api"

api = NinjaAPI(
    title="Jishi",
    version="1",
    description=(
        "Social commerce: goods, carts, orders, payments, teams and share links. Amounts are whole minor"
        " units. Writes that must not happen twice take an Idempotency-Key. Refusals are RFC 9457 problem"
        " details with stable codes. Sign in at /api/auth/app/v1/ and send the session token as bearer."
    ),
    auth=auth.required,
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api:v1",
)
for router in (
    goods.router,
    people.router,
    plays.router,
    presales.router,
    buying.router,
    orders.router,
    teams.router,
    business.router,
    repeats.router,
    messages.router,
    events.router,
    people_social.router,
    communities.router,
    feed.router,
    flash.router,
    recommendations.router,
    reviews.router,
    rounds.router,
    notes.router,
    surveys.router,
    contests.router,
    safety.router,
):
    api.add_router("", router)


@api.exception_handler(DomainError)
def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A domain said no."""
    return answers.refusal(request, error)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The request is not of the documented form."""
    return answers.malformed(request, error)


@api.exception_handler(AuthenticationError)
def unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Nobody is signed in."""
    response = answers.problem(401, "not_signed_in", gettext("Please sign in first."))
    response["WWW-Authenticate"] = 'Bearer realm="jishi"'
    return response


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The body is not JSON, or something as plain."""
    return answers.problem(error.status_code, "unreadable", str(error))


@api.exception_handler(Http404)
def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    """Nothing answers here."""
    return answers.problem(404, "not_found", gettext("We could not find that."))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", docs.page, {"api": api}, name="docs"),
    path("", api.urls),
]
