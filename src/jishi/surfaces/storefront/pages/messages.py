"""Conversations of a shopper: folders, one conversation, groups. Staff talk at their own desk."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.merchants import queries as merchants
from jishi.goods.merchants.errors import ShopUnknown
from jishi.insight.networks import queries as networks
from jishi.insight.networks.contracts import TieView
from jishi.insight.recommendation import queries as recommendation
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import PersonCard
from jishi.people.accounts.errors import PersonNotFound
from jishi.people.notifications import queries as notices
from jishi.social.graph import queries as graph
from jishi.social.messaging import operations as messaging
from jishi.social.messaging import queries as talks
from jishi.social.messaging.contracts import Card, ConversationView
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.shell import talk as shown
from jishi.trade.orders import queries as orders

FOLDERS = ("all", "requests", "shops")
ORDERS_OFFERED = 5
RESULTS = 50
FRIENDS_OFFERED = 100
FEW_FRIENDS = 4
"""So few need no circles."""


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """My conversations by folder, the latest first."""
    facts = request_facts.of(request)
    person_id = _person(request)
    folder = request.GET.get("folder", "all")
    folder = folder if folder in FOLDERS else "all"
    cursor = request.GET.get("cursor") or None
    page = talks.page_conversations(person_id=person_id, folder=folder, cursor=cursor)
    shop_ids = {view.shop_id for view in page.items if view.shop_id}
    news = notices.count_unread(person_id=person_id)
    shown.keep_unread(request, talks.count_unread(person_id) + news)
    others = {view.other.id for view in page.items if view.other is not None}
    context = {
        "page": page,
        "folder": folder,
        "requests": talks.count_requests(person_id),
        "news": news,
        "names": graph.list_remarks(person_id, others) if others else {},
        "shops": merchants.list_shops(shop_ids, language=facts.language) if shop_ids else {},
    }
    return render(request, "storefront/messages/index.html", context)


@login_required
@require_GET
def badge(request: HttpRequest) -> HttpResponse:
    """How much is unread, as the small fragment that stands in the navigation."""
    person_id = _person(request)
    unread = talks.count_unread(person_id) + notices.count_unread(person_id=person_id)
    shown.keep_unread(request, unread)
    return render(request, "shell/talk/badge.html", {"unread": unread})


@login_required
@require_GET
def to_person(request: HttpRequest, code: str) -> HttpResponse:
    """Go to the conversation with somebody."""
    other = accounts.find_person_by_code(code)
    if other is None:
        raise PersonNotFound
    found = messaging.open_direct(person_id=_person(request), other_id=other.id)
    return _to_talk(request, found)


@login_required
@require_GET
def to_shop(request: HttpRequest, slug: str) -> HttpResponse:
    """Go to the conversation with a shop, with what it is about at hand."""
    shop = merchants.find_shop(slug)
    if shop is None:
        raise ShopUnknown
    return _to_talk(request, messaging.open_shop(person_id=_person(request), shop_id=shop.id))


@login_required
@require_http_methods(["GET", "POST"])
def group(request: HttpRequest) -> HttpResponse:
    """Make a group of friends."""
    person_id = _person(request)
    friends = accounts.list_people(graph.list_friend_ids(person_id))
    if request.method == "POST":
        picked = set(request.POST.getlist("member"))
        ids = [one.id for one in friends.values() if one.code in picked]
        title, key = request.POST.get("title", ""), request.POST.get("key", "")[:80] or None
        try:
            code = messaging.create_group(owner_id=person_id, title=title, member_ids=ids, key=key)
        except DomainError as error:
            refusals.tell(request, error)
            return HttpResponseRedirect(reverse("storefront:messages_group"))
        return HttpResponseRedirect(reverse("storefront:talk", args=[code]))
    context = {
        "circles": _circles(person_id, friends),
        "names": graph.list_remarks(person_id, friends) if friends else {},
        "key": uuid4().hex,
    }
    return render(request, "storefront/messages/group.html", context)


def _circles(person_id: int, friends: Mapping[int, PersonCard]) -> list[tuple[bool, list[PersonCard]]]:
    """My friends, those who are close to each other together; the others after them, by name.

    Only who is looked at for recommendations has circles; nobody else sees them.
    """
    found: tuple[tuple[TieView, ...], ...] = ()
    if len(friends) > FEW_FRIENDS and recommendation.is_personal(person_id):
        found = networks.list_circles(person_id, among=friends)
    circles = [[friends[tie.other_id] for tie in circle] for circle in found if len(circle) > 1]
    named = {one.id for circle in circles for one in circle}
    rest = sorted((one for one in friends.values() if one.id not in named), key=lambda one: one.nickname)
    return [*((True, circle) for circle in circles), *([(False, rest)] if rest else [])]


@login_required
@require_GET
def talk(request: HttpRequest, code: str) -> HttpResponse:
    """One conversation, newest at the bottom; staff are sent to their desk."""
    person_id = _person(request)
    context = shown.context(request, code, viewer_id=person_id)
    found, shop = context["talk"], context["shop"]
    if found.is_staff_side:
        return HttpResponseRedirect(reverse("merchant:talk", args=[code]))
    if query := request.GET.get("q", "").strip():
        hits = talks.search(code, viewer_id=person_id, text=query)[:RESULTS]
        lines = shown.lines_of(request, hits[::-1], person_id, shop.name if shop else "", context["names"])
        context |= {"lines": lines, "query": query, "older": None, "is_history": True}
    context |= {
        "key": uuid4().hex,
        "is_owner": found.owner_id == person_id,
        **_addable(context, person_id),
        "about": _about(request, person_id),
        "orders": _orders(person_id, found),
        "private": True,
    }
    return render(request, "storefront/messages/talk.html", context)


@login_required
@require_GET
def new(request: HttpRequest, code: str) -> HttpResponse:
    """What came after a number, as a fragment for the open page."""
    context = shown.fresh(request, code, viewer_id=_person(request))
    return render(request, "shell/talk/lines.html", context)


@login_required
@require_POST
def send(request: HttpRequest, code: str) -> HttpResponse:
    """Send a line; the open page gets it back as a fragment, others see the page again."""
    try:
        shown.send(request, code, sender_id=_person(request))
    except DomainError as error:
        if request.headers.get("HX-Request"):
            return refusals.fragment(error)
        refusals.tell(request, error)
    else:
        if request.headers.get("HX-Request"):
            context = shown.fresh(request, code, viewer_id=_person(request))
            return render(request, "shell/talk/lines.html", context)
    return HttpResponseRedirect(reverse("storefront:talk", args=[code]) + "#end")


@login_required
@require_POST
def recall(request: HttpRequest, code: str) -> HttpResponse:
    """Take a line back."""
    try:
        messaging.recall(person_id=_person(request), message_code=request.POST.get("message", "")[:12])
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("storefront:talk", args=[code]) + "#end")


@login_required
@require_POST
def settings(request: HttpRequest, code: str) -> HttpResponse:
    """Mute, accept, decline, leave, rename, bring in or take out."""
    person_id = _person(request)
    action = request.POST.get("action", "")
    try:
        _change(request, action, person_id, code)
    except DomainError as error:
        refusals.tell(request, error)
    if action in ("leave", "decline"):
        return HttpResponseRedirect(reverse("storefront:messages"))
    return HttpResponseRedirect(reverse("storefront:talk", args=[code]))


def _change(request: HttpRequest, action: str, person_id: int, code: str) -> None:
    if action in ("mute", "unmute", "accept", "decline", "leave"):
        verb = getattr(messaging, action)
        verb(person_id=person_id, conversation_code=code)
    elif action == "rename":
        title = request.POST.get("title", "")
        messaging.rename(owner_id=person_id, conversation_code=code, title=title)
    elif action == "add":
        picked = set(request.POST.getlist("member"))
        friends = accounts.list_people(graph.list_friend_ids(person_id)).values()
        ids = [one.id for one in friends if one.code in picked]
        if not ids:
            raise PersonNotFound
        messaging.add_members(person_id=person_id, conversation_code=code, member_ids=ids)
    elif action == "remove":
        other = accounts.find_person_by_code(request.POST.get("member", "")[:12])
        if other is None:
            raise PersonNotFound
        messaging.remove_member(owner_id=person_id, conversation_code=code, member_id=other.id)


def _addable(context: Mapping[str, Any], person_id: int) -> dict[str, Any]:
    """Friends who could be brought into a group, under the viewer's own names for them."""
    if context["talk"].kind != "group":
        return {}
    inside = {member.person.id for member in context["members"]}
    outside = [one for one in graph.list_friend_ids(person_id) if one not in inside][:FRIENDS_OFFERED]
    if not outside:
        return {}
    names = {**context["names"], **graph.list_remarks(person_id, outside)}
    found = accounts.list_people(outside).values()
    return {
        "friends": sorted(found, key=lambda one: names.get(one.id) or one.nickname),
        "names": names,
    }


def _about(request: HttpRequest, person_id: int) -> dict[str, object] | None:
    """What a "contact the shop" button was about, ready to be sent."""
    kind, _, code = request.GET.get("card", "").partition(":")
    if kind not in ("product", "order", "team") or not code:
        return None
    language = request_facts.of(request).language
    card = shown.card_view(Card(kind, code[:64]), viewer_id=person_id, language=language)
    return {"value": f"{kind}:{code[:64]}", "card": card} if card.url else None


def _orders(person_id: int, found: ConversationView) -> list[object]:
    if found.shop_id is None:
        return []
    return list(orders.page_orders(buyer_id=person_id, shop_id=found.shop_id, limit=ORDERS_OFFERED).items)


def _to_talk(request: HttpRequest, code: str) -> HttpResponse:
    card = request.GET.get("card", "")[:80]
    query = f"?{urlencode({'card': card})}" if card else ""
    return HttpResponseRedirect(reverse("storefront:talk", args=[code]) + query)


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
