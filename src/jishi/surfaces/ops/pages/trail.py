"""The trail of what staff did, newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jishi.kernel import audit
from jishi.people.accounts import queries as people
from jishi.surfaces.ops.gate import operator

PAGE_SIZE = 50


@operator
@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """Acts of everybody, of one person, on one subject, or of one kind."""
    actor = people.find_person_by_code(request.GET["actor"]) if request.GET.get("actor") else None
    before = request.GET.get("before", "")
    entries = audit.list_entries(
        subject=request.GET.get("subject") or None,
        actor_id=actor.id if actor else (-1 if request.GET.get("actor") else None),
        action=request.GET.get("action") or None,
        before_id=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
        limit=PAGE_SIZE + 1,
    )
    shown = entries[:PAGE_SIZE]
    context = {
        "entries": shown,
        "people": people.list_people({entry.actor_id for entry in shown if entry.actor_id}),
        "older": shown[-1].id if len(entries) > PAGE_SIZE else None,
        "is_narrowed": any(request.GET.get(name) for name in ("subject", "actor", "action")),
    }
    return render(request, "ops/audit.html", context)
