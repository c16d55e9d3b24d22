"""The moderators' desk: who waits, what to do with members, shops that asked, and the health board."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.plays import queries as play_queries
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.contracts import AUDIENCE
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import community_words as words
from jishi.surfaces.storefront.pages import communities as community_page

QUIET_AFTER = timedelta(days=60)
BACK = {
    "unmute": "community_desk_members",
    "unban": "community_desk_members",
    "notice": "community_desk_quiet",
}
"""Where a button leads back to, if not to the desk itself."""


@login_required
@require_GET
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Applications, quiet members, candidates for the core, and shops."""
    viewer_id = community_page.person(request)
    found = queries.get_community(slug, viewer_id=viewer_id)
    partners = queries.list_partners(found.id)
    shops = merchant_queries.list_shops(
        [one.shop_id for one in partners], language=request_facts.of(request).language
    )
    context = community_page.page(request, found, "desk") | {
        "queue": queries.page_queue(found.id, viewer_id=viewer_id),
        "quiet": queries.page_members(found.id, inactive_since=clock.now() - QUIET_AFTER, limit=5),
        "desk_tabs": words.DESK_TABS.items(),
        "candidates": queries.list_candidates(found.id),
        "partners": [(one, shops[one.shop_id]) for one in partners if one.shop_id in shops],
    }
    return render(request, "storefront/communities/desk.html", context)


@login_required
@require_GET
def health(request: HttpRequest, slug: str) -> HttpResponse:
    """The health board: every figure opens what it counts."""
    viewer_id = community_page.person(request)
    found = queries.get_community(slug, viewer_id=viewer_id)
    board = queries.health(slug, viewer_id=viewer_id)
    since = board.computed_at - timedelta(days=28)
    context = community_page.page(request, found, "desk") | {
        "board": board,
        "figures": [(name, words.FIGURES[name], getattr(board, name)) for name in queries.SELECTIONS],
        "charts": [
            (words.FIGURES["active_28d"], words.chart(board.days, "active")),
            (words.FIGURES["posts_28d"], words.chart(board.days, "posts")),
        ],
        "sales": play_queries.sales_for(AudienceRef(AUDIENCE, slug), since=since),
        "minutes": board.first_comment_s // 60 if board.first_comment_s is not None else None,
    }
    return render(request, "storefront/communities/health.html", context)


@login_required
@require_GET
def figure(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """What a figure of the board counts."""
    viewer_id = community_page.person(request)
    found = queries.get_community(slug, viewer_id=viewer_id)
    rows = queries.page_health(slug, name, viewer_id=viewer_id, cursor=request.GET.get("cursor") or None)
    context = community_page.page(request, found, "desk") | {"rows": rows, "label": words.FIGURES[name]}
    return render(request, "storefront/communities/figure.html", context)


@login_required
@require_POST
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """What moderators do with one button."""
    actor_id, post = community_page.person(request), request.POST
    do, reason = post.get("do", ""), post.get("reason", "")
    named = account_queries.find_person_by_code(post.get("person", "")[:12])
    about: dict[str, Any] = {
        "actor_id": actor_id,
        "slug": slug,
        "person_id": named.id if named else 0,
    }
    number = int(post["number"][:4]) if post.get("number", "").isdecimal() else 0
    try:
        if do in ("accept", "refuse"):
            communities.decide(**about, accept=do == "accept", reason=reason)
        elif do == "warn":
            communities.warn(**about, reason=reason)
        elif do == "mute":
            communities.mute(**about, hours=number, reason=reason)
        elif do == "unmute":
            communities.mute(**about, hours=0, reason=reason)
        elif do == "unban":
            communities.unban(**about, reason=reason)
        elif do == "remove":
            communities.remove(**about, reason=reason)
        elif do == "ban":
            communities.ban(**about, days=number, reason=reason)
        elif do == "appoint":
            communities.appoint(**about, role=post.get("role", ""))
        elif do == "notice":
            communities.notice_inactive(actor_id=actor_id, slug=slug, person_ids=[about["person_id"]])
        elif do == "announce":
            communities.announce(
                person_id=actor_id, slug=slug, title=post.get("title", ""), text=post.get("text", "")
            )
        elif do in ("agree", "decline"):
            shop = merchant_queries.find_shop(post.get("shop", "")[:60])
            shop_id = shop.id if shop else 0
            communities.decide_partner(actor_id=actor_id, slug=slug, shop_id=shop_id, agree=do == "agree")
        messages.success(request, gettext("Done"))
    except DomainError as error:
        refusals.tell(request, error)
    back = BACK.get(do, "community_desk")
    return HttpResponseRedirect(reverse(f"storefront:{back}", args=[slug]))
