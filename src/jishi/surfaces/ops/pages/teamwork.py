"""Tasks in the console: mine and everybody's, one with its history, and what the panels post."""

from datetime import UTC, datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.growth.teamwork import operations as teamwork
from jishi.growth.teamwork import queries
from jishi.growth.teamwork.contracts import TaskState
from jishi.growth.teamwork.errors import TaskInvalid
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import teamwork as panels
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import refusals
from jishi.surfaces.shell.formats import PLATFORM_ZONE


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What there is to do: mine first, or everybody's."""
    me = person(request)
    whose = "all" if request.GET.get("whose") == "all" else "me"
    owner = None if whose == "all" else me
    names, counts = panels.states(), queries.count_states(owner_id=owner)
    state = request.GET.get("state", "active")
    state = state if state in ("active", *names) else "active"
    active = counts.get(TaskState.OPEN, 0) + counts.get(TaskState.DOING, 0)
    tabs = [("active", gettext("Not finished"), active)]
    tabs += [(code, name, counts.get(code, 0)) for code, (name, _) in names.items()]
    cards = {one.id: one for one in people.list_operators()}
    rows = [panels.line(one, cards, me) for one in queries.list_tasks(owner_id=owner, state=state)]
    context = {"rows": rows, "tabs": tabs, "state": state, "whose": whose, "kinds": panels.kinds()}
    return render(request, "ops/teamwork/index.html", context)


@operator
@require_GET
def task(request: HttpRequest, code: str) -> HttpResponse:
    """One task, how it went from hand to hand, and what is said about its subject."""
    found = queries.get_task(code)
    board = panels.panel(request, found.subject)
    shown = board["teamwork"]
    cards = {one.id: one for one in shown.team}
    steps = [
        (one, names, cards.get(one.owner_id or 0), cards.get(one.by_id or 0))
        for one in queries.list_changes([code]).get(code, ())
        for names in [panels.states().get(one.after, ("", ""))[0]]
    ]
    context = {
        "line": panels.line(found, cards, person(request)),
        "steps": steps,
        "kind": panels.kinds().get(found.subject.partition(":")[0], ""),
        **board,
    }
    return render(request, "ops/teamwork/task.html", context)


@operator
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Give somebody something to do."""
    post, by = request.POST, person(request)
    try:
        made = teamwork.assign(
            subject=post.get("subject", "")[:200],
            title=post.get("title", ""),
            owner_id=_owner(post.get("owner", "")),
            due_at=_due(post.get("due", "")),
            natural_key=_key(post.get("once", ""), by),
            by=by,
        )
        audit.record(actor_id=by, action="teamwork.assign", subject=f"task:{made.code}")
        messages.success(request, gettext("Noted. Whoever has it is told."))
    except DomainError as error:
        refusals.tell(request, error)
    return _back(request)


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Move a task, or put it into other hands."""
    verb, by, post = request.POST.get("do", ""), person(request), request.POST
    try:
        if verb == "hand_over":
            teamwork.hand_over(code=code, owner_id=_owner(post.get("owner", "")), by=by)
        elif verb == "take":
            teamwork.hand_over(code=code, owner_id=by, by=by)
        else:
            teamwork.move(code=code, state=verb[:10], by=by)
        audit.record(actor_id=by, action=f"teamwork.{verb[:10]}", subject=f"task:{code}")
        messages.success(request, gettext("Done."))
    except DomainError as error:
        refusals.tell(request, error)
    return _back(request)


@operator
@require_POST
def comment(request: HttpRequest) -> HttpResponse:
    """Say something about a subject."""
    post = request.POST
    try:
        teamwork.comment(subject=post.get("subject", "")[:200], text=post.get("text", ""), by=person(request))
    except DomainError as error:
        refusals.tell(request, error)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(f"{wanted}#teamwork" if allowed else reverse("ops:teamwork"))


def _owner(code: str) -> int | None:
    """Whom a form names by their code; nobody is an answer, a stranger is not.

    :raises TaskInvalid: there is no such person.
    """
    if not code:
        return None
    found = people.find_person_by_code(code[:20])
    if found is None:
        raise TaskInvalid(field=gettext("Who"))
    return found.id


def _due(text: str) -> datetime | None:
    """The end of a day as it was typed.

    :raises TaskInvalid: it is none.
    """
    if not text.strip():
        return None
    try:
        day = datetime.fromisoformat(text.strip()[:10]).date()
        return datetime.combine(day, time(23, 59), PLATFORM_ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        raise TaskInvalid(field=gettext("Until")) from None


def _key(once: str, by: int) -> str:
    """A form that is sent twice makes one task."""
    return f"form:{by}:{once[:40]}" if once else ""
