"""How the API answers: JSON from frozen dataclasses, problem details, and keys that make writes repeatable.

Answers are dumped by pydantic-core from the dataclass that also documents them in OpenAPI, without validating
our own data again row by row.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja.errors import ValidationError
from pydantic import TypeAdapter

from jishi.kernel import http, idempotency
from jishi.kernel.errors import DomainError

LANGUAGES = {"zh": "zh-hans", "en": "en"}
REPLAYED = "Idempotent-Replayed"


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    """The dumper of a shape, built once."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def reply(body: Any, status: int = 200, *, replayed: bool = False) -> HttpResponse:
    """Answer with a dataclass from :mod:`jishi.surfaces.api.v1.schemas`; say so if it was answered before."""
    content = _adapter(type(body)).dump_json(body)
    response = HttpResponse(content, status=status, content_type="application/json")
    if replayed:
        response[REPLAYED] = "true"
    return response


def language(request: HttpRequest) -> str:
    """The language of the answer: Accept-Language first, then what the page facts say."""
    wanted = request.headers.get("Accept-Language", "")
    for part in wanted.split(","):
        code = LANGUAGES.get(part.split(";")[0].strip().lower()[:2])
        if code:
            return code
    chosen: str = request.language  # type: ignore[attr-defined]
    return chosen


def person(request: HttpRequest) -> int:
    """The signed-in person; only called behind the authentication of the API."""
    person_id: int = request.person_id  # type: ignore[attr-defined]
    return person_id


def key(request: HttpRequest) -> str:
    """The Idempotency-Key of a write.

    :raises IdempotencyKeyRequired: there is none, or it is no key.
    """
    return idempotency.checked(request.headers.get("Idempotency-Key", ""))


def once(request: HttpRequest, body: Any, effect: Callable[[], Any], status: int = 201) -> HttpResponse:
    """Answer a write that carries an Idempotency-Key: the first answer, however often it is sent.

    :raises IdempotencyKeyRequired: there is no key.
    :raises IdempotencyConflict: the key belongs to another body.
    :raises InFlight: the first request has not ended.
    """

    def run() -> tuple[int, dict[str, Any]]:
        result = effect()
        dumped: dict[str, Any] = _adapter(type(result)).dump_python(result, mode="json")
        return status, dumped

    outcome = idempotency.run(
        scope=f"{person(request)}:{request.method} {request.path}",
        key=key(request),
        body=body,
        effect=run,
    )
    response = JsonResponse(outcome.body, status=outcome.status)
    if outcome.replayed:
        response[REPLAYED] = "true"
    return response


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A domain's refusal as problem details."""
    status, body = http.problem(error, language(request))
    response = JsonResponse(body, status=status, content_type=http.CONTENT_TYPE)
    if error.retry_after_s:
        response["Retry-After"] = str(error.retry_after_s)
    return response


def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A body or query that is not of the documented form; never used for business refusals."""
    problems = [
        {"at": ".".join(str(step) for step in item["loc"]), "problem": item["msg"]} for item in error.errors
    ]
    body = {
        "type": "urn:jishi:error:malformed",
        "title": "The request is not of the documented form.",
        "status": 422,
        "code": "malformed",
        "detail": problems[0]["problem"] if problems else "",
        "fields": {"problems": problems},
    }
    return JsonResponse(body, status=422, content_type=http.CONTENT_TYPE)


def problem(status: int, code: str, title: str) -> HttpResponse:
    """A problem that no domain raised: unknown address, no credentials, unreadable JSON."""
    body = {
        "type": f"urn:jishi:error:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": title,
    }
    return JsonResponse({**body, "fields": {}}, status=status, content_type=http.CONTENT_TYPE)
