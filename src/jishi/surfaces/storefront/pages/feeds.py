"""The feeds beside the front page: followed people, a place, what is hot, a topic; and what people choose."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.people.privacy import operations as privacy
from jishi.people.privacy.contracts import Purpose
from jishi.social.feed import operations as feed_operations
from jishi.social.feed import queries as feed_queries
from jishi.social.feed.contracts import FeedPage
from jishi.social.graph import queries as graph_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import feed_shelf, note_words

PAGE_SIZE = 20
PLACE_MAX = 60


@require_GET
def following(request: HttpRequest) -> HttpResponse:
    """What the people somebody follows wrote; without any, people worth following."""
    facts = request_facts.of(request)
    if facts.person_id is None:
        return render(request, "storefront/feed/following.html", {"channel": "following", "private": True})
    cursor = request.GET.get("cursor") or None
    page = feed_queries.page_following(viewer_id=facts.person_id, cursor=cursor, limit=PAGE_SIZE)
    context: dict[str, Any] = {"private": True, "new_of": "following"}
    if not page.items and not cursor:
        ids = feed_queries.list_people_to_follow(viewer_id=facts.person_id)
        context["people"] = graph_queries.list_lines(facts.person_id, ids)
    return _answer(request, "following", page, context, {})


@require_GET
def nearby(request: HttpRequest) -> HttpResponse:
    """What people wrote in a place; somebody signed in is asked only once which."""
    facts = request_facts.of(request)
    asked = request.GET.get("place")
    cursor = request.GET.get("cursor") or None
    if asked is None:
        place = feed_queries.find_place(facts.person_id) if facts.person_id else ""
    else:
        place = asked.replace("\x00", "").strip()[:PLACE_MAX]
    page = (
        feed_queries.page_nearby(place=place, viewer_id=facts.person_id, cursor=cursor, limit=PAGE_SIZE)
        if place
        else FeedPage(())
    )
    context: dict[str, Any] = {"place": place, "new_of": "place"}
    if not cursor:
        context["places"] = feed_queries.list_places()
        chosen = feed_queries.find_place(facts.person_id) if facts.person_id and asked else place
        context["may_keep"] = bool(facts.person_id and place and chosen != place)
    return _answer(request, "nearby", page, context, {"place": place})


@require_POST
@login_required
def keep_place(request: HttpRequest) -> HttpResponse:
    """Remember the place."""
    facts = request_facts.of(request)
    assert facts.person_id is not None, "login_required stands in front"
    feed_operations.choose_place(person_id=facts.person_id, place=request.POST.get("place", ""))
    messages.success(request, gettext("Saved"))
    return HttpResponseRedirect(reverse("storefront:nearby"))


@require_GET
def hot(request: HttpRequest) -> HttpResponse:
    """What moves people now."""
    facts = request_facts.of(request)
    cursor = request.GET.get("cursor") or None
    page = feed_queries.page_hot(viewer_id=facts.person_id, cursor=cursor, limit=PAGE_SIZE)
    context = {} if cursor else {"topics": feed_queries.list_topics(limit=12), "columns": _columns()}
    return _answer(request, "hot", page, context, {})


@require_GET
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about a topic."""
    facts = request_facts.of(request)
    cursor = request.GET.get("cursor") or None
    view = feed_queries.get_topic(slug)
    page = feed_queries.page_topic(slug=slug, viewer_id=facts.person_id, cursor=cursor, limit=PAGE_SIZE)
    return _answer(request, "topic", page, {"topic": view, "new_of": "topic"}, {})


@require_GET
def column(request: HttpRequest, form: str) -> HttpResponse:
    """One column: what is written in one form, by shoppers and professionals."""
    columns = _columns()
    if form not in dict(columns):
        raise Http404
    cursor = request.GET.get("cursor") or None
    viewer_id = request_facts.of(request).person_id
    page = feed_queries.page_column(form=form, viewer_id=viewer_id, cursor=cursor, limit=PAGE_SIZE)
    return _answer(
        request, "column", page, {"form": form, "columns": columns, "name": dict(columns)[form]}, {}
    )


def _columns() -> list[tuple[str, str]]:
    """Every form with particulars of its own is a column."""
    return [(code, name) for code, name in note_words.forms() if code != "plain"]


@require_GET
def newer(request: HttpRequest) -> HttpResponse:
    """How many notes a feed has gained since its page was read; nothing is said while there are none."""
    facts = request_facts.of(request)
    get = request.GET
    where = {"topic": get.get("topic", "")[:60], "place": get.get("place", "")[:PLACE_MAX]}
    count = feed_queries.count_new(viewer_id=facts.person_id, head=get.get("head", ""), **where)
    context = {
        "count": count,
        "most": feed_queries.NEW_MAX,
        "ask_url": "?" + urlencode(get),
        "back": _back(get),
    }
    return render(request, "storefront/feed/newer.html", context)


@require_POST
@login_required
def interests(request: HttpRequest) -> HttpResponse:
    """Keep the topics somebody picked."""
    facts = request_facts.of(request)
    assert facts.person_id is not None, "login_required stands in front"
    feed_operations.choose_interests(person_id=facts.person_id, slugs=request.POST.getlist("topic"))
    messages.success(request, gettext("Saved. Your page begins with these now."))
    return HttpResponseRedirect(reverse("storefront:home"))


@require_POST
@login_required
def personal(request: HttpRequest) -> HttpResponse:
    """Switch the personal order of the front page on or off."""
    facts = request_facts.of(request)
    assert facts.person_id is not None, "login_required stands in front"
    is_on = request.POST.get("on") == "1"
    feed_operations.personalise(person_id=facts.person_id, on=is_on)
    verb = privacy.give if is_on else privacy.withdraw
    verb(person_id=facts.person_id, purpose=Purpose.PERSONALISATION)
    messages.success(request, gettext("Saved"))
    return HttpResponseRedirect(reverse("storefront:home"))


def _answer(
    request: HttpRequest, channel: str, page: FeedPage, context: dict[str, Any], query: dict[str, str]
) -> HttpResponse:
    """A whole page, or only further cards for a reader who scrolls."""
    facts = request_facts.of(request)
    cursor = request.GET.get("cursor")
    context |= {
        "channel": channel,
        "tab": "home",
        "entries": feed_shelf.lay_out(page, facts).entries,
        "first_page": not cursor,
        "head": page.head,
        "has_next": page.next_cursor is not None,
        "next_url": "?" + urlencode({**query, "cursor": page.next_cursor or ""}),
    }
    if request.headers.get("HX-Request") and cursor:
        return render(request, "storefront/feed/entries.html", context)
    return render(request, f"storefront/feed/{channel}.html", context)


def _back(get: Any) -> str:
    """The page whose news are counted."""
    if get.get("topic"):
        return reverse("storefront:topic", args=[get["topic"][:60]])
    if get.get("place"):
        return f"{reverse('storefront:nearby')}?{urlencode({'place': get['place'][:PLACE_MAX]})}"
    return reverse("storefront:following")
