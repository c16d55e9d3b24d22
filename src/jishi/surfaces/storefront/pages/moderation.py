"""Reporting something, reading what was decided about one's own content, and asking for a second look."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.kernel import http
from jishi.kernel.errors import N_, Conflict, DomainError, Invalid, NotFound
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell.views import safe_next
from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation import queries as cases

KINDS = {
    "note": N_("A note"),
    "comment": N_("A comment"),
    "review": N_("A review"),
    "question": N_("A question"),
    "answer": N_("An answer"),
    "message": N_("A message"),
    "person": N_("A person"),
    "community": N_("A community"),
    "poll": N_("A poll"),
    "challenge": N_("A challenge"),
}
OUTCOMES = {
    "open": (N_("Being looked at"), "gold"),
    "upheld": (N_("Broke the rules"), "ok"),
    "dismissed": (N_("Within the rules"), "mute"),
}


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Ask what is wrong with something, and pass it on to the moderators."""
    person_id = _person(request)
    subject = cases.get_subject(kind, code, viewer_id=person_id)
    back = safe_next(request, default=subject.url or "/")
    trouble = ""
    if request.method == "POST":
        try:
            moderation.report(
                reporter_id=person_id,
                kind=kind,
                code=code,
                reason=request.POST.get("reason", ""),
                text=request.POST.get("text", ""),
            )
        except Invalid as error:
            trouble = http.message_of(error)
        else:
            messages.success(
                request, gettext("Thank you. A moderator looks at it, and you hear what happened.")
            )
            return HttpResponseRedirect(back)
    context = {
        "subject": subject,
        "kind": gettext(KINDS.get(kind, kind)),
        "reasons": worded(cases.reasons()),
        "chosen": request.POST.get("reason", ""),
        "text": request.POST.get("text", ""),
        "trouble": trouble,
        "next": back,
    }
    return render(request, "storefront/moderation/report.html", context, status=422 if trouble else 200)


@login_required
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """What I reported, and what came of it."""
    page = cases.page_reports(reporter_id=_person(request), cursor=request.GET.get("cursor"))
    rows = [
        (row, gettext(KINDS.get(row.kind, row.kind)), gettext(OUTCOMES[row.state][0]), OUTCOMES[row.state][1])
        for row in page.items
    ]
    context = {"rows": rows, "reasons": worded(cases.reasons()), "cursor": page.next_cursor}
    return render(request, "storefront/moderation/reports.html", context)


@login_required
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """What was decided about my content."""
    page = cases.page_decisions(author_id=_person(request), cursor=request.GET.get("cursor"))
    context = {
        "page": page,
        "kinds": worded(KINDS),
        "reasons": worded(cases.reasons()),
        "cursor": page.next_cursor,
    }
    return render(request, "storefront/moderation/decisions.html", context)


@login_required
@require_GET
def decision(request: HttpRequest, code: str) -> HttpResponse:
    """One decision about my content, with its reason and the way to appeal."""
    return _decision(request, code)


@login_required
@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, code: str) -> HttpResponse:
    """Say why a decision is wrong; somebody else looks at it."""
    if request.method == "GET":
        return _decision(request, code)
    try:
        moderation.appeal(author_id=_person(request), case_code=code, text=request.POST.get("text", ""))
    except NotFound:
        raise
    except (Invalid, Conflict) as error:
        return _decision(request, code, trouble=error)
    messages.success(request, gettext("Your appeal is with a moderator who did not decide before."))
    return HttpResponseRedirect(reverse("storefront:decision", args=[code]))


def worded(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts in the reader's language."""
    return {code: gettext(text) for code, text in texts.items()}


def _decision(request: HttpRequest, code: str, *, trouble: DomainError | None = None) -> HttpResponse:
    found = cases.get_decision(code, author_id=_person(request))
    context = {
        "decision": found,
        "kind": gettext(KINDS.get(found.kind, found.kind)),
        "reason": gettext(cases.reasons()[found.reason]) if found.reason else "",
        "trouble": http.message_of(trouble) if trouble else "",
        "text": request.POST.get("text", ""),
    }
    status = http.status_of(trouble) if trouble else 200
    return render(request, "storefront/moderation/decision.html", context, status=status)


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
