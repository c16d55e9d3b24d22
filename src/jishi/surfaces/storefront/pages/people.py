"""People's pages: who somebody is, whom they know, and what stands between the two of us."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import PersonCard
from jishi.people.accounts.errors import PersonNotFound
from jishi.social.communities import queries as communities
from jishi.social.graph import operations as graph
from jishi.social.graph import queries
from jishi.social.graph.contracts import Relation
from jishi.social.notes import queries as notes
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

VERBS: dict[str, Callable[..., Any]] = {
    "follow": graph.follow,
    "unfollow": graph.unfollow,
    "block": graph.block,
    "unblock": graph.unblock,
    "mute": graph.mute,
    "unmute": graph.unmute,
}
REQUEST_VERBS: dict[str, Callable[..., Any]] = {
    "accept": graph.accept,
    "decline": graph.decline,
    "remove": graph.remove_follower,
}


@require_GET
def person(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody's page: head, counts, notes and communities, as far as they are open to the reader."""
    facts = request_facts.of(request)
    profile = queries.get_profile(code, viewer_id=facts.person_id)
    page = None
    if profile.can_see:
        cursor = request.GET.get("cursor") or None
        page = notes.page_of_author(profile.person.id, viewer_id=facts.person_id, cursor=cursor)
    context = {
        "profile": profile,
        "page": page,
        "entries": [{"kind": "note", "card": card} for card in page.items] if page else [],
        "first_page": "cursor" not in request.GET,
        "has_next": bool(page and page.next_cursor),
        "next_url": f"?cursor={page.next_cursor}" if page and page.next_cursor else "",
        "communities": communities.list_of_person(profile.person.id) if profile.is_own else (),
        "private": profile.is_private,
        "tab": "me" if profile.is_own else "",
    }
    if request.headers.get("HX-Request"):
        return render(request, "storefront/feed/entries.html", context)
    return render(request, "storefront/graph/person.html", context)


@require_GET
def followers(request: HttpRequest, code: str) -> HttpResponse:
    """Who follows somebody."""
    return _known(request, code, queries.page_followers, gettext("Followers"))


@require_GET
def following(request: HttpRequest, code: str) -> HttpResponse:
    """Whom somebody follows."""
    return _known(request, code, queries.page_following, gettext("Following"))


def _known(request: HttpRequest, code: str, read: Callable[..., Any], heading: str) -> HttpResponse:
    facts = request_facts.of(request)
    found = _find(code)
    page = read(found.id, viewer_id=facts.person_id, cursor=request.GET.get("cursor") or None)
    context = {
        "heading": heading,
        "person": found,
        "page": page,
        "back": reverse("storefront:person", args=[code]),
    }
    return render(request, "storefront/graph/people.html", context)


@login_required
@require_POST
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Follow, block or mute somebody, or take it back; the button is the answer."""
    if verb not in VERBS:
        raise Http404
    other, person_id = _find(code), _person(request)
    try:
        VERBS[verb](person_id=person_id, other_id=other.id)
    except DomainError as error:
        if request.headers.get("HX-Request"):
            raise
        refusals.tell(request, error)
    if request.headers.get("HX-Request"):
        stand: Relation = queries.relation(person_id, other.id)
        context = {"person": other, "relation": stand}
        return render(request, "storefront/graph/follow_button.html", context)
    return HttpResponseRedirect(reverse("storefront:person", args=[code]))


@login_required
@require_POST
def remark(request: HttpRequest, code: str) -> HttpResponse:
    """Give somebody a name that only I see."""
    other = _find(code)
    try:
        graph.remark(person_id=_person(request), about_id=other.id, name=request.POST.get("name", ""))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:person", args=[code]))


@login_required
@require_http_methods(["GET", "POST"])
def friends(request: HttpRequest) -> HttpResponse:
    """My friends, who wants to follow me, and the link by which new ones come."""
    person_id = _person(request)
    if request.method == "POST":
        return _answer(request, person_id)
    tab = "requests" if request.GET.get("tab") == "requests" else "friends"
    read = queries.page_requests if tab == "requests" else queries.page_friends
    invitation = graph.create_invitation(person_id=person_id)
    facts = request_facts.of(request)
    context = {
        "tab_open": tab,
        "page": read(person_id, cursor=request.GET.get("cursor") or None),
        "waiting": queries.count_requests(person_id),
        "invitation": invitation,
        "invitation_url": facts.base_url + reverse("storefront:invitation", args=[invitation.code]),
    }
    return render(request, "storefront/graph/friends.html", context)


def _answer(request: HttpRequest, person_id: int) -> HttpResponse:
    """Let somebody in, refuse them, or take a follower away."""
    verb = REQUEST_VERBS.get(request.POST.get("do", ""))
    if verb is None:
        raise Http404
    other = _find(request.POST.get("code", "")[:12])
    try:
        verb(person_id=person_id, follower_id=other.id)
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:friends") + "?tab=requests")


@login_required
@require_GET
def blocked(request: HttpRequest) -> HttpResponse:
    """Whom I keep away, and whom I read nothing of."""
    person_id = _person(request)
    tab = "muted" if request.GET.get("tab") == "muted" else "blocked"
    read = queries.page_muted if tab == "muted" else queries.page_blocked
    page = read(person_id, cursor=request.GET.get("cursor") or None)
    return render(request, "storefront/graph/blocked.html", {"page": page, "tab_open": tab})


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """The door an invitation leads to; nothing happens before the guest says yes."""
    facts = request_facts.of(request)
    found = queries.get_invitation(code, viewer_id=facts.person_id)
    if request.method == "POST":
        if facts.person_id is None:
            return HttpResponseRedirect(f"{reverse('storefront:login')}?next={request.path}")
        try:
            inviter = graph.accept_invitation(person_id=facts.person_id, code=code)
        except DomainError as error:
            refusals.tell(request, error)
            return HttpResponseRedirect(request.path)
        messages.success(request, gettext("You are friends now."))
        return HttpResponseRedirect(reverse("storefront:person", args=[inviter.code]))
    return render(request, "storefront/graph/invitation.html", {"invitation": found, "private": True})


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """What others read about me and who may."""
    person_id = _person(request)
    if request.method == "POST" and _saved(request, person_id):
        messages.success(request, gettext("Saved"))
        code = accounts.get_person(person_id).code
        return HttpResponseRedirect(reverse("storefront:person", args=[code]))
    profile = queries.get_profile_of(person_id, viewer_id=person_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "storefront/graph/edit.html", {"profile": profile}, status=status)


def _saved(request: HttpRequest, person_id: int) -> bool:
    upload = request.FILES.get("background")
    try:
        graph.edit_profile(
            person_id=person_id,
            bio=request.POST.get("bio", ""),
            place=request.POST.get("place", ""),
            is_private=bool(request.POST.get("is_private")),
            note_visibility=request.POST.get("note_visibility", "public"),
        )
        if upload:
            graph.set_background(person_id=person_id, data=upload.read())
        elif request.POST.get("remove_background"):
            graph.remove_background(person_id=person_id)
    except DomainError as error:
        refusals.tell(request, error)
        return False
    return True


def _find(code: str) -> PersonCard:
    found = accounts.find_person_by_code(code)
    if found is None:
        raise PersonNotFound
    return found


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
