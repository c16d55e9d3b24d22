"""Is the house well: what waits for its handlers, what was buried, what runs by the clock, what is sealed."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel import audit, clock, heavy, lastruns, seal, sweeps
from jishi.kernel.outbox import relay
from jishi.money.payments import queries as payment_queries
from jishi.people.notifications import operations as notifications
from jishi.people.notifications import queries as notification_queries
from jishi.surfaces.ops.gate import operator, person
from jishi.trade.orders import queries as order_queries

LATE_S = 60
VERIFIED = "seal.verify"


@operator
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """What waits, what failed, and when the seals were last checked."""
    now = clock.now()
    backlog = relay.backlog()
    is_late = backlog.oldest_at is not None and (now - backlog.oldest_at).total_seconds() > LATE_S
    checked = {
        entry.subject.partition(":")[2]: entry
        for entry in audit.list_entries(action=VERIFIED, limit=20)[::-1]
    }
    refunds = payment_queries.count_refunds()
    context = {
        "backlog": backlog,
        "is_late": is_late,
        "dead": relay.list_dead(),
        "overdue": len(order_queries.list_due_for_expiry(now)),
        "unconfirmed": len(order_queries.list_due_for_receipt(now)),
        "refunds_open": refunds.get("due", 0) + refunds.get("failed", 0),
        "refunds_failed": refunds.get("failed", 0),
        "troubled": notification_queries.list_troubled(),
        "runs": lastruns.list_runs(sweeps.registered() | heavy.registered()),
        "seals": [(name, found, checked.get(name)) for name, found in _last_seals()],
        "computed_at": now,
    }
    return render(request, "ops/health.html", context)


def _last_seals() -> list[tuple[str, seal.LastSeal | None]]:
    found = {one.name: one for one in seal.list_last()}
    return [(name, found.get(name)) for name in seal.names()]


@operator
@require_POST
def retry(request: HttpRequest, event_id: int) -> HttpResponse:
    """Give a buried fact another round."""
    with transaction.atomic():
        if relay.retry_dead(event_id):
            audit.record(actor_id=person(request), action="outbox.retry", subject=f"event:{event_id}")
            messages.success(request, gettext("It will be delivered again."))
    return HttpResponseRedirect(reverse("ops:health"))


@operator
@require_POST
def settle_delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send a message again that was given up or is in doubt, or leave it at that."""
    is_again = request.POST.get("do") == "again"
    verb = notifications.send_again if is_again else notifications.drop
    with transaction.atomic():
        if verb(delivery_id=delivery_id):
            action = "notifications.send_again" if is_again else "notifications.drop"
            audit.record(actor_id=person(request), action=action, subject=f"delivery:{delivery_id}")
            messages.success(
                request, gettext("It will be sent again.") if is_again else gettext("Left as it is.")
            )
    return HttpResponseRedirect(reverse("ops:health") + "#messages")


@operator
@require_POST
def verify_seal(request: HttpRequest, name: str) -> HttpResponse:
    """Recompute every sealed range of a table and write down what came of it."""
    if name not in seal.names():
        raise Http404
    checked, broken = seal.verify(name)
    audit.record(
        actor_id=person(request),
        action=VERIFIED,
        subject=f"seal:{name}",
        detail={"checked": checked, "broken": len(broken)},
    )
    if broken:
        messages.error(request, gettext("Rows differ from their seal. Somebody changed the record."))
    else:
        messages.success(request, gettext("%(rows)s rows match their seals.") % {"rows": checked})
    return HttpResponseRedirect(reverse("ops:health"))
