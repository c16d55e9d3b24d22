"""Challenges at the desk: announcing one, watching its entries, giving points as a judge, calling it off.

A challenge's terms never change once it is announced; the winners are written down by the clock.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.kernel import http
from jishi.kernel.errors import N_, DomainError
from jishi.kernel.paging import BadCursor
from jishi.people.accounts import queries as people
from jishi.social.challenges import operations as challenges
from jishi.social.challenges import queries as challenge_queries
from jishi.social.challenges.contracts import MAX_JUDGES, TOP_SCORE, ChallengeDraft
from jishi.social.challenges.errors import ChallengeInvalid
from jishi.social.notes import queries as notes
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

STAGES = {
    "coming": (N_("Begins soon"), "gold"),
    "running": (N_("Takes entries"), "ok"),
    "judging": (N_("Being judged"), "hot"),
    "ended": (N_("Ended"), ""),
}
FIELDS = (
    "topic",
    "title",
    "rules",
    "prize",
    "winner_count",
    "method",
    "starts_at",
    "ends_at",
    "judged_at",
    "judges",
)


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every challenge, the newest first, hidden ones as well."""
    try:
        page = challenge_queries.page_challenges(cursor=request.GET.get("cursor") or None, with_hidden=True)
    except BadCursor:
        page = challenge_queries.page_challenges(with_hidden=True)
    rows = [(card, gettext(STAGES[card.stage][0]), STAGES[card.stage][1]) for card in page.items]
    return render(request, "ops/challenges.html", {"rows": rows, "page": page})


@operator
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Announce a challenge."""
    given = {name: request.POST.get(name, "").strip() for name in FIELDS}
    trouble = ""
    if request.method == "POST":
        try:
            code = challenges.open_challenge(host_id=person(request), draft=_draft(given))
        except DomainError as error:
            trouble = http.message_of(error)
        else:
            messages.success(request, gettext("Announced. Its terms stand now."))
            return HttpResponseRedirect(reverse("ops:challenge", args=[code]))
    given["winner_count"] = given["winner_count"] or "1"
    context = {"given": given, "trouble": trouble, "zone": settings.TIME_ZONE, "judges_most": MAX_JUDGES}
    return render(request, "ops/challenge_form.html", context, status=422 if trouble else 200)


@operator
@require_GET
def challenge(request: HttpRequest, code: str) -> HttpResponse:
    """One challenge with every entry and its points."""
    viewer = person(request)
    found = challenge_queries.get_desk(code, operator_id=viewer)
    language = request_facts.of(request).language
    cards = notes.list_cards([line.note_id for line in found.board], viewer_id=viewer, language=language)
    known = {card.id: card for card in cards}
    context = {
        "challenge": found,
        "card": found.card,
        "stage": gettext(STAGES[found.card.stage][0]),
        "tone": STAGES[found.card.stage][1],
        "board": [(line, known.get(line.note_id)) for line in found.board],
        "points": range(1, TOP_SCORE + 1),
        "may_score": found.is_judge and found.card.stage in ("running", "judging"),
    }
    return render(request, "ops/challenge.html", context)


@operator
@require_POST
def score(request: HttpRequest, code: str, entry_code: str) -> HttpResponse:
    """Give an entry points as one of the judges."""
    given = request.POST.get("points", "")
    points = int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else 0
    try:
        challenges.score(judge_id=person(request), entry_code=entry_code, points=points)
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("Counted."))
    return HttpResponseRedirect(reverse("ops:challenge", args=[code]))


@operator
@require_POST
def call_off(request: HttpRequest, code: str) -> HttpResponse:
    """End a challenge without winners; everybody who entered is told why."""
    try:
        challenges.call_off(operator_id=person(request), code=code, reason=request.POST.get("reason", ""))
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("Called off. Everybody who entered has been told."))
    return HttpResponseRedirect(reverse("ops:challenge", args=[code]))


def _draft(given: dict[str, str]) -> ChallengeDraft:
    """The form as a draft; judges are named by the codes of their pages.

    :raises ChallengeInvalid: a time, a number or a judge cannot be read.
    """
    judges = [people.find_person_by_code(code[:12]) for code in given["judges"].replace(",", " ").split()]
    if any(judge is None for judge in judges[: MAX_JUDGES + 1]):
        raise ChallengeInvalid(field="judges")
    count = given["winner_count"]
    if not (count.isascii() and count.isdecimal() and len(count) < 4):
        raise ChallengeInvalid(field="number of winners")
    return ChallengeDraft(
        topic=given["topic"],
        title=given["title"],
        rules=given["rules"],
        prize=given["prize"],
        winner_count=int(count),
        method=given["method"],
        starts_at=_moment(given["starts_at"]),
        ends_at=_moment(given["ends_at"]),
        judged_at=_moment(given["judged_at"]),
        judge_ids=tuple(judge.id for judge in judges if judge is not None),
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        raise ChallengeInvalid(field="period") from None
