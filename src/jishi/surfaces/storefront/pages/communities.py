"""Communities: finding one, its page with six tabs, describing it, joining and leaving.

What somebody may see is decided by `get_community` alone: a members-only community shows strangers its
positioning and its rules, and nothing that was written in it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel import http, media
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.plays import queries as play_queries
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.contracts import AUDIENCE, CommunityDraft, CommunityView, JoinPolicy
from jishi.social.communities.errors import NotPermitted
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import community_words as words
from jishi.surfaces.storefront import via

TABS = ("feed", "pinned", "events", "offers", "members", "about")


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """My communities, and others to join."""
    facts = request_facts.of(request)
    text = request.GET.get("q", "").strip()[:60]
    cursor = request.GET.get("cursor") or None
    mine = queries.list_of_person(facts.person_id) if facts.person_id and not (text or cursor) else ()
    context = {
        "mine": mine,
        "page": queries.page_discover(viewer_id=facts.person_id, text=text, cursor=cursor),
        "text": text,
        "policies": words.POLICIES,
        "states": words.STATES,
    }
    return render(request, "storefront/communities/index.html", context)


@require_GET
def community(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a community; the tab is part of the address."""
    facts = request_facts.of(request)
    found = queries.get_community(slug, viewer_id=facts.person_id)
    tab = request.GET.get("tab", "feed")
    tab = tab if tab in TABS else "feed"
    if not found.can_see_content and tab != "about":
        tab = "about"
    context = page(request, found, tab)
    context |= LOADERS[tab](request, found)
    if found.membership is not None and found.membership.is_member:
        communities.record_visit(community_id=found.id, person_id=found.membership.person_id)
    return render(request, "storefront/communities/community.html", context)


def page(request: HttpRequest, found: CommunityView, tab: str) -> dict[str, Any]:
    """What every page of a community shows around its content."""
    mine = found.membership
    can = mine.permissions if mine is not None else frozenset()
    return {
        "community": found,
        "tab": tab,
        "tabs": [(code, words.TABS[code]) for code in TABS],
        "can": dict.fromkeys(can, True),
        "share": ("community", found.slug),
        "cover": media.view(found.cover) if found.cover else None,
        "policy": words.POLICIES[found.join_policy],
        "role": words.ROLES.get(mine.role if mine and mine.is_member else "", ""),
        "private": found.is_members_only,
    }


def _feed(request: HttpRequest, found: CommunityView) -> dict[str, Any]:
    channel = request.GET.get("channel", "")[:40]
    posts = queries.page_posts(found, channel=channel, cursor=request.GET.get("cursor") or None)
    return {
        "posts": posts,
        "cards": words.note_cards(posts.items, request),
        "channel": channel,
        "announcements": queries.list_announcements(found.id, limit=2),
        "steps": queries.list_first_steps(found),
        "step_words": words.STEPS,
    }


def _pinned(request: HttpRequest, found: CommunityView) -> dict[str, Any]:
    posts = queries.page_posts(found, pinned=True)
    return {"posts": posts, "cards": words.note_cards(posts.items, request)}


def _events(request: HttpRequest, found: CommunityView) -> dict[str, Any]:
    viewer_id = request_facts.of(request).person_id
    past = request.GET.get("past") == "1"
    return {
        "events": queries.list_events(found.slug, viewer_id=viewer_id, past=past, seen=found),
        "past": past,
    }


def _offers(request: HttpRequest, found: CommunityView) -> dict[str, Any]:
    facts = request_facts.of(request)
    offers = play_queries.list_offers_for(AudienceRef(AUDIENCE, found.slug), viewer_id=facts.person_id)
    cards = catalog_queries.list_cards({one.product_id for one in offers}, language=facts.language)
    return {"offers": [(one, cards[one.product_id]) for one in offers if one.product_id in cards]}


def _members(request: HttpRequest, found: CommunityView) -> dict[str, Any]:
    text, cursor = request.GET.get("q", "").strip()[:30], request.GET.get("cursor") or None
    return {
        "members": queries.page_members(found.id, text=text, cursor=cursor),
        "text": text,
        "roles": words.ROLES,
    }


def _about(request: HttpRequest, found: CommunityView) -> dict[str, Any]:
    owner = account_queries.list_people([found.owner_id]) if found.owner_id else {}
    return {"owner": owner.get(found.owner_id or 0)}


LOADERS: dict[str, Callable[[HttpRequest, CommunityView], dict[str, Any]]] = {
    "feed": _feed,
    "pinned": _pinned,
    "events": _events,
    "offers": _offers,
    "members": _members,
    "about": _about,
}


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Found a community."""
    draft, fault = _draft(request), ""
    if request.method == "POST":
        try:
            slug = communities.found(
                person_id=person(request), slug=request.POST.get("slug", ""), draft=_covered(request, draft)
            )
        except DomainError as error:
            fault = http.message_of(error)
        else:
            return HttpResponseRedirect(reverse("storefront:community", args=[slug]))
    return _form(request, draft, fault, None)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Describe a community anew; for its owner."""
    found = queries.get_community(slug, viewer_id=person(request))
    queries.require(found.id, person(request), "edit")
    draft, fault = _draft(request, found), ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "channel":
                post = request.POST
                communities.add_channel(
                    person_id=person(request),
                    slug=slug,
                    channel=post.get("channel", ""),
                    name=post.get("channel_name", ""),
                )
            else:
                communities.edit(person_id=person(request), slug=slug, draft=_covered(request, draft))
        except DomainError as error:
            fault = http.message_of(error)
        else:
            messages.success(request, gettext("Saved"))
            return HttpResponseRedirect(reverse("storefront:community", args=[slug]))
    return _form(request, draft, fault, found)


@login_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Read the rules, answer the questions, and join."""
    person_id = person(request)
    found = queries.get_community(slug, viewer_id=person_id)
    here = reverse("storefront:community", args=[slug])
    invitation = (request.POST.get("i") or request.GET.get("i", ""))[:12]
    answers = [request.POST.get(f"answer-{n}", "")[:500] for n in range(len(found.questions))]
    fault = ""
    if request.method == "POST":
        version = request.POST.get("rules_version", "")
        accepted = (
            int(version) if version.isdigit() and len(version) < 9 and request.POST.get("accept") else -1
        )
        try:
            state = communities.join(
                person_id=person_id,
                slug=slug,
                rules_version=accepted if found.rules else found.rules_version,
                answers=answers,
                invitation=invitation,
                share_code=via.code_for(request, ("community", slug)),
            )
        except DomainError as error:
            fault = http.message_of(error)
        else:
            if state == "applied":
                messages.success(request, gettext("Thank you. A moderator reads your answers and decides."))
            else:
                messages.success(request, gettext("Welcome. You are a member now."))
            return HttpResponseRedirect(here)
    if found.membership is not None and found.membership.is_member:
        return HttpResponseRedirect(here)
    context = page(request, found, "join") | {
        "fault": fault,
        "invitation": invitation,
        "asked": list(zip(found.questions, answers, strict=True)),
    }
    return render(request, "storefront/communities/join.html", context, status=422 if fault else 200)


@login_required
@require_POST
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """What a member does with one button: leave, stay, accept new rules, invite, pin, remove a post."""
    person_id, post = person(request), request.POST
    do, note = post.get("do", ""), post.get("note", "")[:12]
    back = reverse("storefront:community", args=[slug])
    try:
        if do == "leave":
            communities.leave(person_id=person_id, slug=slug)
            messages.success(request, gettext("You have left the community."))
        elif do == "stay":
            communities.stay(person_id=person_id, slug=slug)
            messages.success(request, gettext("Good to have you here."))
        elif do == "accept" and post.get("version", "").isdigit():
            communities.accept_rules(person_id=person_id, slug=slug, version=int(post["version"][:8]))
        elif do == "invite":
            code = communities.invite(person_id=person_id, slug=slug)
            where = reverse("storefront:community_join", args=[slug])
            link = f"{request_facts.of(request).base_url}{where}?i={code}"
            messages.success(request, gettext("Your invitation link: %(link)s") % {"link": link})
            back = reverse("storefront:community_invitations", args=[slug])
        elif do == "revoke":
            link = post.get("invitation", "")[:20]
            communities.revoke_invitation(person_id=person_id, slug=slug, code=link)
            messages.success(request, gettext("The link no longer lets anybody in."))
            back = reverse("storefront:community_invitations", args=[slug])
        elif do == "pin":
            communities.pin(actor_id=person_id, slug=slug, note_code=note)
        elif do == "unpin":
            communities.unpin(actor_id=person_id, slug=slug, note_code=note)
        elif do == "remove_post":
            communities.remove_post(
                actor_id=person_id, slug=slug, note_code=note, reason=post.get("reason", "")
            )
            messages.success(request, gettext("The post is removed. Its author reads your reason."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(back)


@login_required
@require_GET
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """Links that let people in, with the way to end them: my own, or all for who decides who comes in."""
    found = queries.get_community(slug, viewer_id=person(request))
    context = page(request, found, "about")
    can = context["can"]
    if not (can.get("invite") or can.get("decide")):
        raise NotPermitted()
    base = request_facts.of(request).base_url + reverse("storefront:community_join", args=[slug])
    links = queries.list_invitations(found.id, made_by_id=None if can.get("decide") else person(request))
    context |= {"links": [(one, f"{base}?i={one.code}") for one in links]}
    return render(request, "storefront/communities/invitations.html", context)


@login_required
@require_GET
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """What moderators did: with names for moderators, without for members."""
    found = queries.get_community(slug, viewer_id=person(request))
    rows = queries.page_log(found.id, viewer_id=person(request), cursor=request.GET.get("cursor") or None)
    context = page(request, found, "log") | {"log": rows, "actions": words.ACTIONS}
    return render(request, "storefront/communities/log.html", context)


def _draft(request: HttpRequest, found: CommunityView | None = None) -> CommunityDraft:
    if request.method != "POST" or request.POST.get("do") == "channel":
        if found is None:
            return CommunityDraft(name="", for_whom="", about="")
        return CommunityDraft(
            name=found.name,
            for_whom=found.for_whom,
            about=found.about,
            not_about=found.not_about,
            rules=found.rules,
            welcome=found.welcome,
            questions=found.questions,
            join_policy=found.join_policy,
            is_members_only=found.is_members_only,
        )
    post = request.POST
    return CommunityDraft(
        name=post.get("name", ""),
        for_whom=post.get("for_whom", ""),
        about=post.get("about", ""),
        not_about=post.get("not_about", ""),
        rules=post.get("rules", ""),
        welcome=post.get("welcome", ""),
        questions=tuple(post.get("questions", "").splitlines()),
        join_policy=post.get("join_policy", JoinPolicy.OPEN),
        is_members_only=post.get("is_members_only") == "1",
    )


def _covered(request: HttpRequest, draft: CommunityDraft) -> CommunityDraft:
    """The draft with the picture that came along; without one the old picture stays.

    :raises PictureUnreadable: / PictureTooLarge: it is no picture we take.
    """
    upload = request.FILES.get("cover")
    if upload is None:
        return draft
    return replace(draft, cover=media.as_json(media.store(upload.read(), folder="communities")))


def _form(
    request: HttpRequest, draft: CommunityDraft, fault: str, found: CommunityView | None
) -> HttpResponse:
    context = {
        "draft": draft,
        "questions": "\n".join(draft.questions),
        "fault": fault,
        "community": found,
        "slug": request.POST.get("slug", ""),
        "policies": words.POLICIES,
    }
    return render(request, "storefront/communities/form.html", context, status=422 if fault else 200)


def person(request: HttpRequest) -> int:
    """Who is signed in; only called behind the sign-in."""
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
