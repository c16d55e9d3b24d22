"""Polls and prize quizzes: the question, one's answer, the result and the proof of the draw."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.kernel import clock, http
from jishi.kernel.errors import Conflict, DomainError, Invalid
from jishi.social.notes import queries as notes
from jishi.social.polls import operations as polls
from jishi.social.polls import queries as poll_queries
from jishi.social.polls.contracts import MAX_OPTIONS, PollDraft
from jishi.social.polls.errors import NotTheNotesAuthor
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

DAYS = (1, 3, 7, 14, 30)


@require_GET
def poll(request: HttpRequest, code: str) -> HttpResponse:
    """The poll as its reader may see it."""
    found = poll_queries.get_poll(code, viewer_id=request_facts.of(request).person_id)
    return render(request, "storefront/polls/poll.html", {"poll": found})


@login_required
@require_POST
def vote(request: HttpRequest, code: str) -> HttpResponse:
    """Answer, once."""
    chosen = [int(one) for one in request.POST.getlist("option")[:MAX_OPTIONS] if one.isdecimal()]
    try:
        polls.vote(person_id=_person(request), code=code, positions=chosen)
    except (Invalid, Conflict) as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:poll", args=[code]))


@login_required
@require_POST
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """Say that one wants the prize."""
    try:
        polls.claim(person_id=_person(request), code=code)
    except Conflict as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("The author knows now and will write to you."))
    return HttpResponseRedirect(reverse("storefront:poll", args=[code]))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, note_code: str) -> HttpResponse:
    """Put a poll or a prize quiz under one's own note."""
    person_id = _person(request)
    note = notes.get_note(note_code, viewer_id=person_id, language=request_facts.of(request).language)
    if note.author.id != person_id:
        raise NotTheNotesAuthor
    trouble = ""
    if request.method == "POST":
        try:
            code = polls.attach(author_id=person_id, note_code=note_code, draft=_draft(request))
            return HttpResponseRedirect(reverse("storefront:poll", args=[code]))
        except DomainError as error:
            trouble = http.message_of(error)
    given = request.POST.getlist("option")
    context = {
        "note": note,
        "days": DAYS,
        "chosen_days": request.POST.get("days", "3"),
        "slots": [(n, given[n] if n < len(given) else "") for n in range(6)],
        "trouble": trouble,
        "given": request.POST,
    }
    return render(request, "storefront/polls/new.html", context, status=422 if trouble else 200)


def _draft(request: HttpRequest) -> PollDraft:
    """The form as a draft; empty lines of answers are left out, and marks of right ones move with them."""
    marked = set(request.POST.getlist("right"))
    filled = [
        (text, str(n) in marked)
        for n, text in enumerate(request.POST.getlist("option")[:MAX_OPTIONS])
        if text.strip()
    ]
    days = _number(request.POST.get("days", ""))
    return PollDraft(
        question=request.POST.get("question", ""),
        options=tuple(text for text, _ in filled),
        closes_at=clock.now() + timedelta(days=days if days in DAYS else 3),
        is_multiple=bool(request.POST.get("multiple")),
        right=tuple(n for n, (_, is_right) in enumerate(filled) if is_right),
        prize=request.POST.get("prize", ""),
        prize_count=_number(request.POST.get("prize_count", "")) if request.POST.get("prize") else 0,
        prize_value_minor=_number(request.POST.get("prize_value", "")) * 100,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
