"""Community purchase for operators: the live board of all rounds, leaders to decide about, stopping."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel import clock
from jishi.kernel.errors import DomainError
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.surfaces.ops import gate
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals


@operator
@require_GET
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Every shop's rounds and how they go; the table refreshes itself."""
    context = {"figures": queries.list_figures(language=request_facts.of(request).language)}
    part = "ops/parts/round_figures.html" if request.headers.get("HX-Request") else "ops/rounds.html"
    return render(request, part, context)


@operator
@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Call a round off whose goods were not counted."""
    try:
        community.stop_round(
            round_code=code, by=gate.person(request), reason=request.POST.get("reason", "").strip()[:200]
        )
        messages.success(request, gettext("Stopped. Everybody who paid gets everything back."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:rounds"))


@operator
@require_GET
def leaders(request: HttpRequest) -> HttpResponse:
    """Leaders and applicants, who waits for a decision first."""
    return render(request, "ops/leaders.html", {"leaders": queries.list_leaders()})


@operator
@require_GET
def leader(request: HttpRequest, code: str) -> HttpResponse:
    """One leader: what they wrote, points, money, who could stand in."""
    context = {"leader": queries.get_leader(code), "stand_ins": queries.list_stand_ins(code)}
    return render(request, "ops/leader.html", context)


@operator
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Approve, refuse, suspend, or name a substitute."""
    post, by = request.POST, gate.person(request)
    try:
        if post.get("do") == "substitute":
            community.name_substitute(
                leader_code=code,
                substitute_code=post.get("substitute", "")[:12],
                until=clock.now() + timedelta(days=14),
                by=by,
            )
        else:
            states = {"approve": "approved", "refuse": "refused"}
            community.decide(
                leader_code=code,
                state=states.get(post.get("do", ""), "suspended"),
                by=by,
                reason=post.get("reason", "").strip()[:200],
            )
        messages.success(request, gettext("Saved."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:leader", args=[code]))
