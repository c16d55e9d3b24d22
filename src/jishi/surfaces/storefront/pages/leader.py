"""The leader's desk: applying, the points, handing out against codes, who stands in, what was earned."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel import clock
from jishi.kernel.errors import DomainError
from jishi.money.wallet import operations as wallet
from jishi.money.wallet import queries as wallet_queries
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.contracts import Application
from jishi.promotions.community_buys.errors import LeaderNotFound
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

PAYOUTS = 10


@login_required
@require_GET
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """The application form, the answer to it, or the desk with what waits."""
    person_id = _person(request)
    leader = queries.find_leader(person_id=person_id)
    context = {
        "leader": leader,
        "waiting": queries.list_desk(person_id, language=request_facts.of(request).language)
        if leader
        else (),
        "stand_ins": queries.list_stand_ins(leader.code) if leader and leader.state == "approved" else (),
        "regions": queries.list_regions(),
        "earnings": wallet_queries.list_earnings(person_id) if leader else (),
        "payouts": wallet_queries.list_payouts(person_id, limit=PAYOUTS) if leader else (),
    }
    return render(request, "storefront/rounds/leader.html", context)


@login_required
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Ask to become a leader."""
    names = ("name", "phone", "region", "about", "point_name", "point_line", "hours")
    wish = Application(**{name: request.POST.get(name, "")[:300] for name in names})
    return _do(
        request,
        lambda: community.apply(person_id=_person(request), wish=wish),
        gettext("Thank you. We read it and tell you."),
    )


@login_required
@require_POST
def add_point(request: HttpRequest) -> HttpResponse:
    """Add a pick-up point."""
    post = request.POST
    return _do(
        request,
        lambda: community.open_point(
            person_id=_person(request),
            name=post.get("name", "")[:200],
            line=post.get("line", "")[:300],
            hours=post.get("hours", "")[:60],
        ),
        gettext("The point is open."),
    )


@login_required
@require_POST
def switch_point(request: HttpRequest, code: str) -> HttpResponse:
    """Open or close a point for orders."""
    is_open = request.POST.get("open") == "1"
    return _do(
        request,
        lambda: community.switch_point(person_id=_person(request), point_code=code, is_open=is_open),
        gettext("The point is open.") if is_open else gettext("The point takes no new orders now."),
    )


@login_required
@require_POST
def substitute(request: HttpRequest) -> HttpResponse:
    """Name who hands out meanwhile, for so many days; an empty choice ends it."""
    person_id, post = _person(request), request.POST
    days = int(post["days"]) if post.get("days", "").isdigit() and len(post["days"]) < 3 else 0

    def name() -> None:
        leader = queries.find_leader(person_id=person_id)
        if leader is None:
            raise LeaderNotFound
        community.name_substitute(
            leader_code=leader.code,
            substitute_code=post.get("substitute", "")[:12],
            until=clock.now() + timedelta(days=days),
            by=person_id,
        )

    return _do(request, name, gettext("Saved."))


@login_required
@require_POST
def hand_out(request: HttpRequest, code: str) -> HttpResponse:
    """Give goods out against the buyer's code."""
    return _do(
        request,
        lambda: community.hand_out(
            order_code=code, secret=request.POST.get("secret", "")[:12], by=_person(request)
        ),
        gettext("Handed out. The buyer's money goes to the shop now, and your part to you."),
    )


@login_required
@require_POST
def ask_payout(request: HttpRequest) -> HttpResponse:
    """Ask for everything that was shown as available."""
    post = request.POST
    amount = post.get("amount_minor", "")
    return _do(
        request,
        lambda: wallet.ask(
            person_id=_person(request),
            currency=post.get("currency", "")[:3],
            amount_minor=int(amount) if amount.isascii() and amount.isdigit() and len(amount) < 16 else 0,
            destination=post.get("destination", "")[:200],
        ),
        gettext("We send it as soon as somebody has looked at it."),
    )


@login_required
@require_POST
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """Take a payout back that nobody decided about yet."""
    return _do(
        request,
        lambda: wallet.take_back(payout_code=code, person_id=_person(request)),
        gettext("Taken back. The money is available again."),
    )


def _do(request: HttpRequest, work: Callable[[], object], done: str) -> HttpResponse:
    try:
        work()
        messages.success(request, done)
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:leader"))


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None  # behind the sign-in check
    return person_id
