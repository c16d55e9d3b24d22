"""How a refusal looks: the family decides the status, the caller decides the form."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from jishi.kernel import http
from jishi.kernel.errors import DomainError


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer as problem+json to programs, as a toast to fragments, as a page to browsers."""
    if request.path_info.startswith(("/api/", "/hooks/")) or _wants_json(request):
        status, body = http.problem(error, request.language)  # type: ignore[attr-defined]
        response: HttpResponse = JsonResponse(body, status=status, content_type=http.CONTENT_TYPE)
    elif request.headers.get("HX-Request"):
        response = fragment(error)
    else:
        response = page(request, error)
    if error.retry_after_s:
        response["Retry-After"] = str(error.retry_after_s)
    return response


def page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A whole page with one sentence and one way on."""
    status = http.status_of(error)
    context = {"status": status, "text": http.message_of(error), "code": error.code}
    return render(request, "shell/refusal.html", context, status=status)


def fragment(error: DomainError) -> HttpResponse:
    """An empty answer whose header raises a toast; the block on the page stays as it was."""
    response = HttpResponse(status=http.status_of(error))
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"jishi:toast": {"text": http.message_of(error), "kind": "bad"}})
    return response


def tell(request: HttpRequest, error: DomainError) -> None:
    """Show the refusal as a toast on the next page, for forms that go back to where they came from."""
    messages.error(request, http.message_of(error))


def _wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept
