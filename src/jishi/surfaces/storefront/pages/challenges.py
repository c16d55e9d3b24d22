"""Challenges: the list, one with its rules and entries, entering, and choosing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid
from jishi.kernel.paging import BadCursor
from jishi.social.challenges import operations as challenges
from jishi.social.challenges import queries as challenge_queries
from jishi.social.challenges.contracts import TOP_SCORE
from jishi.social.notes import queries as notes
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.shell.views import safe_next

STAGES = {
    "coming": (N_("Begins soon"), "gold"),
    "running": (N_("Open for entries"), "ok"),
    "judging": (N_("Being judged"), "gold"),
    "ended": (N_("Winners chosen"), "mute"),
}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every challenge, the newest first."""
    try:
        page = challenge_queries.page_challenges(cursor=request.GET.get("cursor"))
    except BadCursor:
        page = challenge_queries.page_challenges()
    rows = [
        (card, gettext("Called off"), "mute")
        if card.called_off
        else (card, gettext(STAGES[card.stage][0]), STAGES[card.stage][1])
        for card in page.items
    ]
    context = {"rows": rows, "cursor": page.next_cursor, "private": True}
    return render(request, "storefront/challenges/index.html", context)


@require_GET
def challenge(request: HttpRequest, code: str) -> HttpResponse:
    """One challenge with the entries that this reader may see."""
    facts = request_facts.of(request)
    found = challenge_queries.get_challenge(code, viewer_id=facts.person_id)
    cards = notes.list_cards(
        [entry.note_id for entry in found.entries], viewer_id=facts.person_id, language=facts.language
    )
    known = {card.id: card for card in cards}
    stage, tone = STAGES[found.card.stage]
    if found.card.called_off:
        stage, tone = N_("Called off"), "mute"
    context = {
        "challenge": found,
        "card": found.card,
        "entries": [(entry, known[entry.note_id]) for entry in found.entries if entry.note_id in known],
        "stage": gettext(stage),
        "tone": tone,
        "person_id": facts.person_id,
        "points": range(1, TOP_SCORE + 1),
        "private": True,
    }
    return render(request, "storefront/challenges/challenge.html", context)


@login_required
@require_POST
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Enter with a note of one's own, by its address or code."""
    given = request.POST.get("note", "").strip().rstrip("/").rsplit("/", 1)[-1]
    try:
        challenges.enter(person_id=_person(request), code=code, note_code=given[:12])
    except (Invalid, Conflict) as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("You are in. Good luck!"))
    return HttpResponseRedirect(reverse("storefront:challenge", args=[code]))


@login_required
@require_POST
def choose(request: HttpRequest, entry_code: str) -> HttpResponse:
    """Vote for an entry, or give it points."""
    points = request.POST.get("points", "")
    back = safe_next(request, default=reverse("storefront:challenges"))
    try:
        if points:
            value = int(points) if points.isascii() and points.isdecimal() and len(points) < 4 else 0
            challenges.score(judge_id=_person(request), entry_code=entry_code, points=value)
        else:
            challenges.vote(person_id=_person(request), entry_code=entry_code)
    except (Invalid, Conflict, Forbidden) as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("Counted."))
    return HttpResponseRedirect(back)


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
