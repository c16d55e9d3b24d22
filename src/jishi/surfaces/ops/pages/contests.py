"""Contests of the home page's mixes: what runs, how readers voted, starting and ending one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation import queries
from jishi.insight.recommendation.contracts import ContestState, ContestView, MixName
from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import refusals


def mixes() -> dict[int, str]:
    """What each mix leans to, by its number."""
    return {
        MixName.STANDARD: gettext("As it is now"),
        MixName.TASTE: gettext("More of one's own taste"),
        MixName.FRIENDS: gettext("More of people and topics one follows"),
        MixName.FRESH: gettext("More that is new and rising"),
    }


@operator
@require_http_methods(["GET", "POST"])
def contests(request: HttpRequest) -> HttpResponse:
    """What runs and what was found; starting one keeps what was typed when it is refused."""
    given = {"name": "", "one": str(MixName.STANDARD.value), "two": str(MixName.TASTE.value)}
    trouble = ""
    if request.method == "POST":
        given = {name: request.POST.get(name, "")[:80] for name in given}
        try:
            recommendation.start_contest(
                name=given["name"], one=_number(given["one"]), two=_number(given["two"]), by=person(request)
            )
        except DomainError as error:
            trouble = http.message_of(error)
        else:
            messages.success(request, gettext("The contest is running on the home page."))
            return HttpResponseRedirect(reverse("ops:contests"))
    names = mixes()
    found = queries.list_contests()
    context = {
        "rows": [(one, names[one.one], names[one.two], _verdict(one, names), _shares(one)) for one in found],
        "is_running": any(one.state == ContestState.RUNNING for one in found),
        "mixes": [(str(number), words) for number, words in names.items()],
        "given": given,
        "trouble": trouble,
    }
    return render(request, "ops/contests.html", context, status=422 if trouble else 200)


@operator
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Show everybody the usual mix again."""
    try:
        recommendation.end_contest(code=code, by=person(request))
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("The contest is over; the home page is as usual."))
    return HttpResponseRedirect(reverse("ops:contests"))


def _shares(one: ContestView) -> list[int]:
    return [round(share * 10_000) for share in (one.share, one.low, one.high)]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _verdict(one: ContestView, names: dict[int, str]) -> str:
    if not one.votes_one + one.votes_two:
        return gettext("Nobody has voted yet.")
    if not one.is_decided:
        return gettext("Both may be equally good; let it run on.")
    better = one.two if one.share > 0.5 else one.one
    return gettext("People prefer: %(mix)s.") % {"mix": names[better]}
