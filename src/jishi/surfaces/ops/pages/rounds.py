"""Community purchase for operators: the live board of all rounds, leaders to decide about, stopping."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock
from jishi.kernel.errors import N_, DomainError
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.errors import SeriesNotFound
from jishi.promotions.gates import queries as gate_queries
from jishi.surfaces.ops import gate
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

WEEKDAYS = (
    (0, N_("Monday")),
    (1, N_("Tuesday")),
    (2, N_("Wednesday")),
    (3, N_("Thursday")),
    (4, N_("Friday")),
    (5, N_("Saturday")),
    (6, N_("Sunday")),
)


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
@never_cache
def series(request: HttpRequest) -> HttpResponse:
    """Rounds that come again, of every shop, and the limits that stand before what shops sell this way."""
    language = request_facts.of(request).language
    found = queries.list_series(language=language)
    limits = gate_queries.list_views()
    context = {
        "series": found,
        "gates": limits,
        "shops": merchant_queries.list_shops({one.shop_id for one in limits}, language=language),
        "weekdays": [(number, gettext(name)) for number, name in WEEKDAYS],
    }
    return render(request, "ops/series.html", context)


@operator
@require_POST
def end_series(request: HttpRequest, code: str) -> HttpResponse:
    """Let a round not come again; the one that runs goes on."""
    try:
        row = next((one for one in queries.list_series(language="") if one.series.code == code), None)
        if row is None:
            raise SeriesNotFound
        community.end_series(shop_id=row.shop_id, series_code=code, by=gate.person(request))
        messages.success(request, gettext("It does not come again. The round that runs goes on."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:round_series"))


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
