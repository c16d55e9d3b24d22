"""The moderators' desk: what waits, one case with its history, and the decision.

Every act goes through an operation of moderation, which writes the log and the trail itself.
"""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import N_, DomainError
from jishi.kernel.paging import BadCursor
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import refusals
from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation import queries as cases
from jishi.trust.moderation.contracts import Kind

STATES = {
    "": N_("To be decided"),
    "open": N_("New cases"),
    "seconding": N_("Second opinion"),
    "appealed": N_("Appeals"),
    "decided": N_("Decided"),
    "closed": N_("Finished"),
}
KINDS = {
    "note": N_("Notes"),
    "comment": N_("Comments"),
    "review": N_("Reviews"),
    "question": N_("Questions"),
    "answer": N_("Answers"),
    "message": N_("Chat messages"),
    "person": N_("Users"),
    "community": N_("Communities"),
    "poll": N_("Polls"),
    "challenge": N_("Challenges"),
}
ACTS = {
    "opened": N_("Case opened"),
    "reported": N_("Reported"),
    "hidden_by_reports": N_("Hidden because several people reported it"),
    "proposed": N_("Proposed, a second moderator decides"),
    "decided": N_("Decision made"),
    "suspended": N_("Suspension began"),
    "suspension_ended": N_("Suspension ended"),
    "appealed": N_("The author appealed"),
    "appeal_decided": N_("Appeal decided"),
}


@operator
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Cases by state, kind and reason, newest first."""
    state = request.GET.get("state", "")
    kind = request.GET.get("kind", "")
    reason = request.GET.get("reason", "")
    reasons = cases.reasons()
    state = state if state in STATES else ""
    kind = kind if kind in list(Kind) else ""
    reason = reason if reason in reasons else ""
    cursor = request.GET.get("cursor") or None
    viewer = person(request)
    try:
        page = cases.page_cases(viewer_id=viewer, state=state, kind=kind, reason=reason, cursor=cursor)
    except BadCursor:
        page = cases.page_cases(viewer_id=viewer, state=state, kind=kind, reason=reason)
    counts = cases.count_states()
    context = {
        "page": page,
        "state": state,
        "kind": kind,
        "reason": reason,
        "kinds": _worded(KINDS),
        "states": _worded(STATES),
        "reasons": _worded(reasons),
        "tabs": [(code, gettext(name), counts.get(code, 0)) for code, name in STATES.items()],
        "stats": cases.stats(),
    }
    return render(request, "ops/moderation.html", context)


@operator
@require_GET
def case(request: HttpRequest, code: str) -> HttpResponse:
    """One case: what it is about, who said what, what happened, and what can be decided."""
    viewer = person(request)
    found = cases.get_case(code, viewer_id=viewer)
    names = _worded(cases.action_names())
    context = {
        "case": found,
        "card": found.card,
        "kinds": _worded(KINDS),
        "states": _worded(STATES),
        "acts": _worded(ACTS),
        "reasons": _worded(cases.reasons()),
        "names": names,
        "actions": [(action, names[action]) for action in found.actions],
        "viewer_id": viewer,
        "was_mine": found.decided_by_id == viewer,
    }
    return render(request, "ops/moderation_case.html", context)


@operator
@require_POST
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """Take a case, or give it back."""
    try:
        if request.POST.get("release"):
            moderation.release(moderator_id=person(request), case_code=code)
        else:
            moderation.claim(moderator_id=person(request), case_code=code)
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:moderation_case", args=[code]))


@operator
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Decide a case and go on with the queue; a refusal stays on the case."""
    try:
        state = moderation.decide(
            moderator_id=person(request),
            case_code=code,
            action=request.POST.get("action", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(reverse("ops:moderation_case", args=[code]))
    told = gettext("A second moderator has to agree.") if state == "seconding" else gettext("Decided.")
    messages.success(request, told)
    return HttpResponseRedirect(reverse("ops:moderation"))


@operator
@require_POST
def decide_appeal(request: HttpRequest, code: str) -> HttpResponse:
    """Uphold a decision or take it back."""
    try:
        moderation.decide_appeal(
            moderator_id=person(request),
            case_code=code,
            outcome=request.POST.get("outcome", ""),
            note=request.POST.get("note", ""),
        )
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(reverse("ops:moderation_case", args=[code]))
    messages.success(request, gettext("The author has been told."))
    return HttpResponseRedirect(reverse("ops:moderation") + "?state=appealed")


@operator
@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """Find nothing wrong with the picked cases."""
    done, failed = moderation.approve_many(
        moderator_id=person(request), case_codes=request.POST.getlist("pick")[:100]
    )
    if done:
        messages.success(request, ngettext("%(n)s case approved", "%(n)s cases approved", done) % {"n": done})
    if failed:
        messages.error(
            request,
            ngettext("%(n)s case could not be approved", "%(n)s cases could not be approved", failed)
            % {"n": failed},
        )
    return HttpResponseRedirect(reverse("ops:moderation"))


def _worded(texts: Mapping[str, str]) -> dict[str, str]:
    return {code: gettext(text) for code, text in texts.items()}
