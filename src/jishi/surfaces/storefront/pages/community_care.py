"""Looking after a community: who may not write or come back, who brings people, who is quiet, what was
reported, and what the community is to become.

Every page is for moderators; the domain's own queries and operations say so again.
"""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.kernel import clock, http
from jishi.kernel.errors import DomainError
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.contracts import CommunityView, Permission
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import community_words as words
from jishi.surfaces.storefront.pages import communities as community_page
from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation import queries as moderation_queries

QUIET_AFTER = timedelta(days=60)
DECIDED = {"approve", "hide", "reject", "remove"}
"""What moderators of a community decide about its posts; warnings and suspensions are the house's."""


@login_required
@require_GET
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is banned or muted, with the way back; and who brought people."""
    found, viewer_id = _open(request, slug, Permission.MODERATE)
    context = community_page.page(request, found, "desk") | {
        "restrained": queries.list_restrained(found.id, viewer_id=viewer_id),
        "inviters": queries.list_inviters(found.id),
    }
    return render(request, "storefront/communities/restrained.html", context)


@login_required
@require_GET
def quiet(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who has been quiet, page by page."""
    found, _ = _open(request, slug, Permission.CLEAN)
    page = queries.page_members(
        found.id, inactive_since=clock.now() - QUIET_AFTER, cursor=request.GET.get("cursor") or None
    )
    context = community_page.page(request, found, "desk") | {"quiet": page}
    return render(request, "storefront/communities/quiet.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def strategy(request: HttpRequest, slug: str) -> HttpResponse:
    """What the community is to become, and how that went with the figures of that day."""
    found, person_id = _open(request, slug, Permission.MEASURE)
    text, fault = request.POST.get("text", ""), ""
    if request.method == "POST":
        is_evaluation = request.POST.get("do") == "evaluate"
        write = communities.evaluate if is_evaluation else communities.write_strategy
        try:
            write(person_id=person_id, slug=slug, text=text)
        except DomainError as error:
            fault = http.message_of(error)
        else:
            messages.success(request, gettext("Saved"))
            return HttpResponseRedirect(request.path)
    context = community_page.page(request, found, "desk") | {
        "rows": [(row, _figures(row.figures)) for row in queries.list_strategies(found.id)],
        "text": text,
        "fault": fault,
    }
    return render(request, "storefront/communities/strategy.html", context, status=422 if fault else 200)


def _figures(figures: object) -> list[tuple[str, int]]:
    """The figures of an evaluation that the board has words for."""
    known = figures if isinstance(figures, dict) else {}
    return [(words.FIGURES[name], known[name]) for name in words.FIGURES if known.get(name) is not None]


@login_required
@require_http_methods(["GET", "POST"])
def cases(request: HttpRequest, slug: str) -> HttpResponse:
    """What people reported in this community, and the decision."""
    found, person_id = _open(request, slug, Permission.MODERATE)
    if request.method == "POST":
        return _decide(request, slug, person_id)
    page = moderation_queries.page_cases(
        viewer_id=person_id, community=slug, cursor=request.GET.get("cursor") or None
    )
    names = moderation_queries.action_names()
    context = community_page.page(request, found, "desk") | {
        "cases": page,
        "reasons": moderation_queries.reasons(),
        "actions": [(code, names[code]) for code in names if code in DECIDED],
    }
    return render(request, "storefront/communities/cases.html", context)


def _decide(request: HttpRequest, slug: str, person_id: int) -> HttpResponse:
    post = request.POST
    try:
        moderation.decide(
            moderator_id=person_id,
            case_code=post.get("case", "")[:12],
            action=post.get("do", ""),
            reason=post.get("reason", ""),
            note=post.get("note", ""),
        )
        messages.success(request, gettext("Done"))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:community_desk_cases", args=[slug]))


def _open(request: HttpRequest, slug: str, permission: Permission) -> tuple[CommunityView, int]:
    """The community and its reader, who may do this.

    :raises CommunityNotFound: there is none.
    :raises MembersOnly: / NotPermitted: it is not theirs to see.
    """
    person_id = community_page.person(request)
    found = queries.get_community(slug, viewer_id=person_id)
    queries.require(found.id, person_id, permission)
    return found, person_id
