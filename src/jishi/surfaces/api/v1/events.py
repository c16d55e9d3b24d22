"""Behaviour events of apps and mini-programs: answered 202 when they are durable."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior.contracts import Sender
from jishi.kernel import limits
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import events as shapes

router = Router(tags=["events"])
BATCHES_A_MINUTE = 240


@router.post("/events", response={202: shapes.Accepted, 200: shapes.Accepted})
def accept_events(request: HttpRequest, body: shapes.EventBatchIn) -> HttpResponse:
    """Hand in what was seen and done. The same batch again is answered 200 and counts once."""
    person_id = answers.person(request)
    limits.hit(bucket="events", key=str(person_id), limit=BATCHES_A_MINUTE, window_s=60)
    sender = Sender(
        source=body.source,
        visitor=body.device_id,
        person_id=person_id,
        agent=request.headers.get("User-Agent", ""),
        language=answers.language(request),
    )
    is_new = behavior.accept(raw=request.body, sender=sender)
    return answers.reply(shapes.Accepted(len(body.events) if is_new else 0), 202 if is_new else 200)
