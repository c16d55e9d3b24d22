"""What is recommended beside things, why something is shown, and what somebody does not want to see."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation import queries as recommendation_queries
from jishi.insight.recommendation.contracts import About, Act, HiddenThing, Surface
from jishi.people.privacy import operations as privacy
from jishi.people.privacy import queries as privacy_queries
from jishi.people.privacy.contracts import Purpose
from jishi.social.communities import queries as communities
from jishi.social.feed import operations as feed
from jishi.social.graph import queries as graph
from jishi.social.notes import queries as note_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import picked
from jishi.surfaces.storefront.pages import cart as cart_page
from jishi.surfaces.storefront.pages import product as product_page
from jishi.trade.checkout import queries as checkout_queries
from jishi.trade.orders import queries as order_queries

STRIP = 12


def headings() -> dict[Surface, str]:
    """What each place says above its list."""
    return {
        Surface.GOES_WITH: gettext("Goes with it"),
        Surface.LIKE_YOU: gettext("People with a taste like yours chose"),
        Surface.FRIENDS: gettext("Friends bought"),
        Surface.AFTER: gettext("What others wanted next"),
        Surface.CART: gettext("Often bought with these"),
        Surface.NOTES: gettext("Notes that go with it"),
        Surface.GOODS: gettext("Goods that go with this note"),
        Surface.PEOPLE: gettext("People you may want to follow"),
        Surface.COMMUNITIES: gettext("Communities for you"),
    }


@require_GET
def picks(request: HttpRequest, surface: str) -> HttpResponse:
    """One list: a fragment for a page that asks for it, a page of its own without scripts."""
    titles = headings()
    if surface not in titles:
        raise Http404
    place = Surface(surface)
    context: dict[str, Any] = {"heading": titles[place], "surface": place.value, "private": True}
    if place is Surface.PEOPLE:
        context |= _people(request)
    elif place is Surface.COMMUNITIES:
        context |= _communities(request)
    else:
        about = _about(request, place)
        made, context["lines"] = picked.show(request, place, about=about, limit=STRIP)
        context["is_personal"] = made.is_personal
    whole = not request.headers.get("HX-Request")
    return render(request, f"storefront/picks/{'page' if whole else 'strip'}.html", context)


def _about(request: HttpRequest, surface: Surface) -> About:
    """The things a list stands beside, named by public codes; a place without them is not found."""
    facts, get = request_facts.of(request), request.GET
    if surface in (Surface.GOES_WITH, Surface.NOTES):
        product_id = catalog_queries.find_product_id(get.get("product", "")[:12])
        if product_id is None:
            raise Http404
        if surface is Surface.GOES_WITH and request.headers.get("HX-Request"):
            picked.touch(request, key=product_id, act=Act.OPENED)
        return About((product_id,), shown=_above(request, surface, product_id))
    if surface is Surface.GOODS:
        note_id = note_queries.find_note_id(get.get("note", "")[:12], viewer_id=facts.person_id)
        if note_id is None:
            raise Http404
        return About(note_id=note_id)
    if surface is Surface.AFTER:
        order = order_queries.get_order(get.get("order", "")[:12], viewer_id=facts.person_id)
        return About(tuple(line.product_id for line in order.lines))
    if surface is Surface.CART:
        view = checkout_queries.get_cart(**cart_page.owner(request), language=facts.language)
        variants = [line.variant_id for part in view.shops for line in part.lines]
        return About(tuple(catalog_queries.list_product_ids(variants).values()))
    return About()


def _above(request: HttpRequest, surface: Surface, product_id: int) -> tuple[int, ...]:
    """The notes that stand on the product's page already, when it is that page that asks."""
    if surface is not Surface.NOTES or not request.headers.get("HX-Request"):
        return ()
    viewer_id = request_facts.of(request).person_id
    above = note_queries.list_for_product(product_id, viewer_id=viewer_id, limit=product_page.NOTES)
    return tuple(-card.id for card in above)


def _people(request: HttpRequest) -> dict[str, Any]:
    facts = request_facts.of(request)
    found = recommendation_queries.people_to_follow(picked.asker(request))
    lines = {line.person.id: line for line in graph.list_lines(facts.person_id, [one for one, _, _ in found])}
    return {
        "people": [
            (lines[person], gettext(recommendation_queries.sentence(because)) % {"count": count})
            for person, because, count in found
            if person in lines
        ]
    }


def _communities(request: HttpRequest) -> dict[str, Any]:
    found = recommendation_queries.communities_to_join(picked.asker(request))
    cards = communities.list_cards(
        [slug for slug, _, _ in found], viewer_id=request_facts.of(request).person_id
    )
    return {
        "communities": [
            (cards[slug], gettext(recommendation_queries.sentence(because)) % {"count": count})
            for slug, because, count in found
            if slug in cards
        ]
    }


@require_GET
def why(request: HttpRequest, slate: str, position: int) -> HttpResponse:
    """Why something is shown: a sheet, or a page without scripts."""
    facts = request_facts.of(request)
    found = recommendation_queries.explain(slate, position, readers=picked.asker(request).readers)
    goods = catalog_queries.list_cards(
        [*found.product_ids, *([found.key] if found.key > 0 else [])], language=facts.language
    )
    note_ids = [*found.note_ids, *([-found.key] if found.key < 0 else [])]
    notes = {
        card.id: card
        for card in note_queries.list_cards(note_ids, viewer_id=facts.person_id, language=facts.language)
    }
    names = graph.display_names(facts.person_id, found.person_ids) if found.person_ids else {}
    context = {
        "sentence": gettext(found.message) % found.params,
        "goods": [goods[one] for one in found.product_ids if one in goods],
        "notes": [notes[one] for one in found.note_ids if one in notes],
        "names": list(names.values()),
        "good": goods.get(found.key),
        "note": notes.get(-found.key),
        "slate": slate,
        "position": position,
        "private": True,
    }
    whole = not request.headers.get("HX-Request")
    return render(request, f"storefront/picks/{'why' if whole else 'why_body'}.html", context)


@require_POST
@login_required
def hide(request: HttpRequest, slate: str, position: int) -> HttpResponse:
    """Leave something out from now on: the thing, its author, its shop or its category."""
    recommendation.hide_shown(
        picked.asker(request), slate=slate, position=position, kind=request.POST.get("kind", "")
    )
    messages.success(request, gettext("You will not see it here again."))
    if request.headers.get("HX-Request"):
        return render(request, "storefront/picks/hidden.html", {})
    return HttpResponseRedirect(reverse("storefront:home"))


@login_required
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """What suggestions look at, what friends may be told, and what was left out."""
    facts = request_facts.of(request)
    assert facts.person_id is not None, "login_required stands in front"
    if request.method == "POST":
        _change(request, facts.person_id)
        messages.success(request, gettext("Saved"))
        return HttpResponseRedirect(reverse("storefront:my_picks"))
    context = {
        "is_personal": recommendation_queries.is_personal(facts.person_id),
        "tells_friends": recommendation_queries.tells_friends(facts.person_id),
        "hidden": _named(recommendation_queries.list_hidden(facts.person_id), facts),
        "has_consent": privacy_queries.allows(facts.person_id, Purpose.PERSONALISATION),
    }
    return render(request, "storefront/picks/mine.html", context)


def _change(request: HttpRequest, person_id: int) -> None:
    """One switch, or one thing taken back."""
    post = request.POST
    on = post.get("on") == "1"
    if post.get("do") == "personal":
        verb = privacy.give if on else privacy.withdraw
        verb(person_id=person_id, purpose=Purpose.PERSONALISATION)
        feed.personalise(person_id=person_id, on=on)
    elif post.get("do") == "friends":
        recommendation.tell_friends(person_id=person_id, on=on)
    elif post.get("do") == "show" and post.get("key", "").lstrip("-").isdigit():
        recommendation.unhide(person_id=person_id, kind=post.get("kind", ""), key=int(post["key"]))


def _named(hidden: tuple[HiddenThing, ...], facts: request_facts.Facts) -> list[tuple[HiddenThing, str, str]]:
    """What was left out, in words: kind and name."""
    goods = catalog_queries.list_cards(
        [one.key for one in hidden if one.kind == "item" and one.key > 0], language=facts.language
    )
    note_ids = [-one.key for one in hidden if one.kind == "item" and one.key < 0]
    notes = {
        card.id: card
        for card in note_queries.list_cards(note_ids, viewer_id=facts.person_id, language=facts.language)
    }
    authors = graph.display_names(facts.person_id, [one.key for one in hidden if one.kind == "author"])
    shop_ids = [one.key for one in hidden if one.kind == "shop"]
    shops = merchant_queries.list_shops(shop_ids, language=facts.language) if shop_ids else {}
    tree = {one.category_id: one.name for one in catalog_queries.list_categories(facts.language)}
    kinds = {
        "item": gettext("Thing"),
        "author": gettext("Author"),
        "shop": gettext("Shop"),
        "category": gettext("Category"),
    }
    named = []
    for one in hidden:
        if one.kind == "item" and one.key > 0:
            name = goods[one.key].title if one.key in goods else ""
        elif one.kind == "item":
            name = (notes[-one.key].title or notes[-one.key].excerpt) if -one.key in notes else ""
        elif one.kind == "author":
            name = authors.get(one.key, "")
        elif one.kind == "shop":
            name = shops[one.key].name if one.key in shops else ""
        else:
            name = tree.get(one.key, "")
        named.append((one, kinds[one.kind], name or gettext("no longer there")))
    return named
