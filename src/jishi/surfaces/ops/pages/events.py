"""Behaviour events: what is collected, how far the pipeline is, and the rows it could not take."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries
from jishi.insight.behavior.errors import DeadLetterNotFound
from jishi.kernel import audit, clock
from jishi.surfaces.ops.gate import operator, person

LATE_S = 60


@operator
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """The pipeline's health, the dead letters, and the catalogue of kinds and columns."""
    now = clock.now()
    health = queries.health(at=now)
    reasons = queries.count_dead_letters()
    reason = request.GET.get("reason", "")
    context = {
        "health": health,
        "is_late": health.oldest_age_s > LATE_S,
        "lag_s": round(health.oldest_age_s),
        "megabytes": round(health.bytes / 1e6, 1),
        "reasons": list(reasons.items()),
        "reason": reason if reason in reasons else "",
        "letters": queries.page_dead_letters(
            reason=reason if reason in reasons else "", cursor=request.GET.get("cursor") or None
        ),
        "kinds": [(one, gettext(one.meaning)) for one in queries.list_kinds()],
        "columns": [(one, gettext(one.meaning)) for one in queries.list_columns()],
        "computed_at": now,
    }
    return render(request, "ops/events.html", context)


@operator
@require_POST
def replay(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Put one row back into the pipeline, or throw it away (`do=discard`)."""
    is_discard = request.POST.get("do") == "discard"
    try:
        with transaction.atomic():
            (behavior.discard if is_discard else behavior.replay)(letter_id=letter_id)
            action = "events.discard" if is_discard else "events.replay"
            audit.record(actor_id=person(request), action=action, subject=f"dead_letter:{letter_id}")
        done = gettext("The row was thrown away.") if is_discard else gettext("The row will be tried again.")
        messages.success(request, done)
    except DeadLetterNotFound as error:
        messages.error(request, gettext(error.message))
    return HttpResponseRedirect(reverse("ops:events"))


@operator
@require_POST
def replay_all(request: HttpRequest) -> HttpResponse:
    """Put every row of one reason back."""
    reason = request.POST.get("reason", "")[:32]
    with transaction.atomic():
        count = behavior.replay_all(reason=reason)
        audit.record(
            actor_id=person(request),
            action="events.replay",
            subject=f"reason:{reason}",
            detail={"rows": count},
        )
    messages.success(request, gettext("%(count)s rows will be tried again.") % {"count": count})
    return HttpResponseRedirect(reverse("ops:events"))
