"""Where payment providers deliver their webhooks.

Everything that was taken in is acknowledged, duplicates and breaks included, so that nobody retries for ever;
only what could not be stored asks for another delivery. The signature is the only proof of the sender, so no
session, cookie or CSRF token has a say here.
"""

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.money.payments import operations as payments

MAX_BODY = 64 * 1024

log = structlog.get_logger("webhooks")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in one delivery: 200 stored or known, 4xx never to be stored, 503 deliver again."""
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        return HttpResponse(status=413)
    try:
        result = payments.receive_webhook(provider=provider, headers=dict(request.headers), body=request.body)
    except DomainError as refusal:
        return _refused(provider, refusal)
    log.info("webhook.taken", provider=provider, event_id=result.event_id, outcome=result.outcome)
    return JsonResponse({"received": True, "outcome": result.outcome})


def _refused(provider: str, refusal: DomainError) -> HttpResponse:
    log.warning("webhook.refused", provider=provider, error=refusal.code, fields=refusal.fields)
    status, body = http.problem(refusal, translation.get_language())
    response = JsonResponse(body, status=status, content_type=http.CONTENT_TYPE)
    if refusal.retry_after_s is not None:
        response["retry-after"] = str(refusal.retry_after_s)
    return response
