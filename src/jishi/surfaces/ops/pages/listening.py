"""The feedback inbox: items, one item with its answer, themes, changes and what they did."""

from datetime import UTC, datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.growth.listening import operations as listening
from jishi.growth.listening import queries
from jishi.growth.listening.contracts import ItemView
from jishi.growth.listening.errors import FeedbackInvalid
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import PersonCard
from jishi.surfaces.ops import listening_words as words
from jishi.surfaces.ops import teamwork
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.shell.formats import PLATFORM_ZONE

ORDER = ("new", "open", "answered", "closed")


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The inbox, what waits first, with what is said most beside it."""
    language, get = request_facts.of(request).language, request.GET
    counts, names = queries.count_states(), words.states()
    state = get.get("state", "waiting")
    state = state if state in ("waiting", "", *names) else "waiting"
    tabs = [("waiting", gettext("To answer"), counts.get("new", 0) + counts.get("open", 0))]
    tabs += [(code, names[code][0], counts.get(code, 0)) for code in ORDER]
    chosen = {
        "source": get.get("source", "") if get.get("source", "") in words.sources() else "",
        "theme": get.get("theme", "")[:40],
        "change": get.get("change", "")[:12],
    }
    page = queries.page_items(
        state=state,
        source=chosen["source"],
        theme=chosen["theme"],
        change=chosen["change"],
        words=get.get("q", ""),
        cursor=get.get("cursor") or None,
    )
    themes = queries.count_themes()
    known = {one.slug: pick(one.name, language) for one in themes}
    cards = people.list_people(_people(page.items))
    context = {
        "rows": [_row(one, cards, known) for one in page.items],
        "next_cursor": page.next_cursor,
        "tabs": tabs,
        "state": state,
        "sources": list(words.sources().items()),
        "chosen": chosen,
        "q": get.get("q", ""),
        "themes": [(one, known[one.slug]) for one in themes if one.now or one.before],
    }
    return render(request, "ops/listening/index.html", context)


@operator
@require_GET
def item(request: HttpRequest, code: str) -> HttpResponse:
    """One item: what was said, what it is about, the answer, the change."""
    return _item(request, code)


def _item(request: HttpRequest, code: str, trouble: str = "") -> HttpResponse:
    language = request_facts.of(request).language
    found = queries.get_item(code)
    board = teamwork.panel(request, f"feedback:{code}")
    cards = people.list_people(_people([found]) | {one.by_id for one in found.answers if one.by_id})
    context = {
        "item": found,
        "source": words.sources()[found.source],
        "state": words.states()[found.state],
        "person": cards.get(found.person_id or 0),
        "about": _about(found.about),
        "answers": [(one, cards.get(one.by_id or 0)) for one in found.answers],
        "themes": [
            (one.slug, pick(one.name, language), one.slug in found.themes) for one in queries.list_themes()
        ],
        "changes": [(one.code, one.title) for one in queries.list_changes(limit=50)],
        "owner": cards.get(found.owner_id or 0),
        "draft": request.POST.get("text", ""),
        "trouble": trouble,
        **board,
    }
    return render(request, "ops/listening/item.html", context, status=422 if trouble else 200)


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Take it, hand it on, answer, set themes, link a change, put it away."""
    verb, by, post = request.POST.get("do", ""), person(request), request.POST
    try:
        if verb == "answer":
            listening.answer(code=code, text=post.get("text", ""), by=by)
            said = gettext("Answered. They see it in their feedback and in their news.")
        elif verb == "take":
            listening.hand_to(code=code, owner_id=by, by=by)
            said = gettext("You look after it now.")
        elif verb == "hand":
            found = people.find_person_by_code(post.get("owner", "")[:20])
            listening.hand_to(code=code, owner_id=found.id if found else None, by=by)
            said = gettext("Handed over.")
        elif verb == "themes":
            listening.set_themes(code=code, slugs=post.getlist("themes"), by=by)
            said = gettext("Saved.")
        elif verb == "link":
            listening.link(code=code, change_code=post.get("change", ""))
            said = gettext("Linked.")
        elif verb == "close":
            listening.close(code=code, by=by)
            said = gettext("Put away.")
        elif verb == "reopen":
            listening.reopen(code=code, by=by)
            said = gettext("Taken up again.")
        else:
            raise Http404
        audit.record(actor_id=by, action=f"listening.{verb}", subject=f"feedback:{code}")
        messages.success(request, said)
    except FeedbackInvalid as error:
        return _item(request, code, words.words(error))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:feedback", args=[code]))


@operator
@require_http_methods(["GET", "POST"])
def themes(request: HttpRequest) -> HttpResponse:
    """The themes with their words; their form."""
    language, post, trouble = request_facts.of(request).language, request.POST, ""
    if request.method == "POST":
        slug = post.get("slug", "")[:40]
        try:
            if post.get("do") == "archive":
                listening.put_away_theme(slug=slug)
            else:
                slug = listening.save_theme(
                    slug=slug,
                    name={"zh-hans": post.get("name_zh", ""), "en": post.get("name_en", "")},
                    words=post.get("words", "").replace("，", ",").replace("\n", ",").split(","),
                )
            audit.record(actor_id=person(request), action="listening.theme", subject=f"theme:{slug}")
            messages.success(request, gettext("Saved. Earlier items are looked through in a moment."))
            return HttpResponseRedirect(reverse("ops:feedback_themes"))
        except DomainError as error:
            trouble = words.words(error)
    counts = {one.slug: one for one in queries.count_themes()}
    context = {
        "rows": [
            (one, pick(one.name, language), counts.get(one.slug), ", ".join(one.words))
            for one in queries.list_themes()
        ],
        "trouble": trouble,
    }
    return render(request, "ops/listening/themes.html", context, status=422 if trouble else 200)


@operator
@require_http_methods(["GET", "POST"])
def changes(request: HttpRequest) -> HttpResponse:
    """What was changed because people asked for it, and what it did; its form."""
    language, post, trouble = request_facts.of(request).language, request.POST, ""
    if request.method == "POST":
        by = person(request)
        try:
            code = listening.make_change(
                title=post.get("title", ""),
                what=post.get("what", ""),
                measure=post.get("measure", ""),
                theme=post.get("theme", ""),
                item_codes=[one for one in [post.get("item", "")[:12]] if one],
                made_at=_day(post.get("made_on", "")),
                by=by,
            )
            audit.record(actor_id=by, action="listening.change", subject=f"change:{code}")
            messages.success(request, gettext("Noted. Its effect is measured from tomorrow on."))
            return HttpResponseRedirect(reverse("ops:feedback_changes"))
        except DomainError as error:
            trouble = words.words(error)
    names = {one.slug: pick(one.name, language) for one in queries.list_themes()}
    measures = words.measures()
    context = {
        "rows": [
            (one, *words.verdict(one, language), measures[one.measure], names.get(one.theme, ""))
            for one in queries.list_changes()
        ],
        "measures": list(measures.items()),
        "themes": list(names.items()),
        "item": request.GET.get("item", post.get("item", ""))[:12],
        "given": post,
        "trouble": trouble,
    }
    return render(request, "ops/listening/changes.html", context, status=422 if trouble else 200)


@operator
@require_POST
def tell(request: HttpRequest, code: str) -> HttpResponse:
    """Tell everybody who asked for a change that it was made."""
    try:
        count = listening.tell(change_code=code)
        audit.record(actor_id=person(request), action="listening.tell", subject=f"change:{code}")
        messages.success(request, gettext("%(count)s people are told.") % {"count": count})
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:feedback_changes"))


def _row(one: ItemView, cards: dict[int, PersonCard], themes: dict[str, str]) -> dict[str, Any]:
    return {
        "item": one,
        "source": words.sources()[one.source],
        "state": words.states()[one.state],
        "person": None if one.is_unnamed else cards.get(one.person_id or 0),
        "owner": cards.get(one.owner_id or 0),
        "themes": [(slug, themes.get(slug, slug)) for slug in one.themes],
    }


def _people(items: Any) -> set[int]:
    return {one for item in items for one in (item.person_id, item.owner_id) if one}


def _about(about: str) -> tuple[str, str]:
    """What an item is about, as a link with its words; empty without one."""
    kind, _, code = about.partition(":")
    if kind == "product" and code:
        return reverse("storefront:product", args=[code]), gettext("The product")
    if kind == "survey" and code:
        return reverse("ops:survey", args=[code]), gettext("The survey")
    if kind == "note" and code:
        return reverse("storefront:note", args=[code]), gettext("The note")
    if kind == "shop" and code:
        return reverse("storefront:shop", args=[code]), gettext("The shop")
    if kind == "order" and code:
        return reverse("ops:order", args=[code]), gettext("The order")
    return "", ""


def _day(text: str) -> datetime | None:
    """The beginning of a day as it was typed; None for today.

    :raises FeedbackInvalid: it is no day.
    """
    if not text.strip():
        return None
    try:
        day = datetime.fromisoformat(text.strip()[:10]).date()
        return datetime.combine(day, time(), PLATFORM_ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        raise FeedbackInvalid(field="made_at") from None
