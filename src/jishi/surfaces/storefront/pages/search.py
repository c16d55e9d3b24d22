"""Finding goods, notes and people: search, categories, suggestions. All lists of goods are one page."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import SORTS, CategoryView, ListingCard, ListingFilter
from jishi.goods.catalog.errors import CategoryUnknown
from jishi.insight.recommendation import queries as recommendation_queries
from jishi.kernel.money import exponent
from jishi.kernel.paging import Page
from jishi.social.feed import queries as feed_queries
from jishi.social.graph import queries as graph_queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import feed_shelf, picked

PAGE_SIZE = 20
TEXT_LIMIT = 100
PRICE_LIMIT = 10**9
OTHERS = ("notes", "people")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for, cleaned; it can be written back as an address."""

    filter: ListingFilter
    sort: str
    asked_category: str = ""
    """The category as a choice of the reader; a category page has its own in its path."""

    def query(self, **changes: str | None) -> str:
        """The query string of this list with some parts replaced; None takes a part out."""
        chosen = self.filter
        parts: list[tuple[str, str]] = [("q", chosen.text), ("sort", self.sort)]
        parts += [("category", self.asked_category)]
        parts += [("brand", slug) for slug in chosen.brand_slugs]
        parts += [("min", _major(chosen.price_min_minor)), ("max", _major(chosen.price_max_minor))]
        parts += [("stock", "1" if chosen.in_stock_only else ""), ("deal", chosen.badge_kind)]
        kept = [(name, value) for name, value in parts if value and name not in changes]
        kept += [(name, value) for name, value in changes.items() if value]
        return "?" + urlencode(kept) if kept else "?"


def wanted_from(request: HttpRequest, *, category: str = "", shop_id: int | None = None) -> Wanted:
    """Read a list's filter from the address; anything that makes no sense is left out."""
    get = request.GET
    text = get.get("q", "").strip()[:TEXT_LIMIT]
    sort = get.get("sort", "")
    asked = "" if category else get.get("category", "")[:80]
    return Wanted(
        filter=ListingFilter(
            text=text,
            category_slug=category or asked,
            brand_slugs=tuple(slug[:80] for slug in get.getlist("brand") if slug)[:20],
            shop_id=shop_id,
            price_min_minor=_minor(get.get("min", "")),
            price_max_minor=_minor(get.get("max", "")),
            in_stock_only=get.get("stock") == "1",
            badge_kind="group_buy" if get.get("deal") == "group_buy" else "",
        ),
        sort=sort if sort in SORTS else "relevance",
        asked_category=asked,
    )


def search(request: HttpRequest) -> HttpResponse:
    """Results for words, or the shelves when nothing was asked yet; `?in=` looks among notes or people."""
    wanted = wanted_from(request)
    if (among := request.GET.get("in", "")) in OTHERS:
        return others(request, wanted, among)
    facts = request_facts.of(request)
    context: dict[str, object] = {
        "heading": wanted.filter.text or gettext("All goods"),
        "among": "goods",
        "amongs": _amongs(wanted.filter.text),
    }
    if not wanted.filter.text:
        context["shelves"] = [one for one in catalog_queries.list_categories(facts.language) if not one.depth]
        context["rising"] = recommendation_queries.list_trends("search", limit=10)
    return results(request, wanted, context)


def others(request: HttpRequest, wanted: Wanted, among: str) -> HttpResponse:
    """Notes that contain the words, or people whose name begins so; without words, what is talked about."""
    facts = request_facts.of(request)
    text, cursor = wanted.filter.text, request.GET.get("cursor") or None
    context: dict[str, object] = {
        "wanted": wanted,
        "tab": "search",
        "among": among,
        "amongs": _amongs(text),
        "heading": text or (gettext("Notes") if among == "notes" else gettext("People")),
    }
    if among == "people":
        ids = feed_queries.search_people(text=text, viewer_id=facts.person_id) if text else []
        context["people"] = graph_queries.list_lines(facts.person_id, ids)
        return render(request, "storefront/feed/found.html", context)
    page = feed_queries.search_notes(text=text, viewer_id=facts.person_id, cursor=cursor, limit=PAGE_SIZE)
    context |= {
        "entries": feed_shelf.lay_out(page, facts).entries,
        "first_page": not cursor,
        "has_next": page.next_cursor is not None,
        "next_url": "?" + urlencode({"q": text, "in": among, "cursor": page.next_cursor or ""}),
    }
    if request.headers.get("HX-Request") and cursor:
        return render(request, "storefront/feed/entries.html", context)
    if not text:
        context["topics"] = feed_queries.list_topics(limit=16)
    return render(request, "storefront/feed/found.html", context)


def _amongs(text: str) -> list[tuple[str, str, str]]:
    """The kinds of things that are searched: code, name, address."""
    named = (("goods", gettext("Goods")), ("notes", gettext("Notes")), ("people", gettext("People")))
    return [
        (code, name, "?" + urlencode({"q": text} | ({} if code == "goods" else {"in": code})))
        for code, name in named
    ]


def category(request: HttpRequest, slug: str) -> HttpResponse:
    """One category with everything under it."""
    facts = request_facts.of(request)
    tree = {one.slug: one for one in catalog_queries.list_categories(facts.language)}
    here = tree.get(slug)
    if here is None:
        raise CategoryUnknown()
    trail: list[CategoryView] = []
    parent = here.parent_slug
    while parent and parent in tree:
        trail.insert(0, tree[parent])
        parent = tree[parent].parent_slug
    children = [one for one in tree.values() if one.parent_slug == slug]
    context = {"heading": here.name, "category": here, "trail": trail, "children": children}
    return results(request, wanted_from(request, category=slug), context)


def results(request: HttpRequest, wanted: Wanted, context: dict[str, object]) -> HttpResponse:
    """The list itself: cards, sorting, and something to do when there is nothing.

    Counting what each further choice would leave reads every match, so that is done when somebody opens the
    filters: in a sheet, or without scripts on a page of its own.
    """
    facts = request_facts.of(request)
    is_fragment, cursor = request.headers.get("HX-Request"), request.GET.get("cursor") or None
    context |= {"wanted": wanted, "tab": "search"}
    if request.GET.get("filters") == "1":
        context["facets"] = catalog_queries.count_facets(filter=wanted.filter, language=facts.language)
        form = "storefront/parts/facets.html"
        return render(request, form if is_fragment else "storefront/filters.html", context)
    page = catalog_queries.page_listings(
        filter=wanted.filter, sort=wanted.sort, cursor=cursor, limit=PAGE_SIZE, language=facts.language
    )
    page, leans = _leaning(request, wanted, page)
    context |= {
        "page": page,
        "leans": leans,
        "first_page": cursor is None,
        "next_url": wanted.query(cursor=page.next_cursor),
    }
    if is_fragment and cursor:
        return render(request, "shell/components/cards.html", context)
    context |= {"sorts": _sorts(wanted), "filters_url": wanted.query(filters="1")}
    if not page.items and wanted.filter.text:
        context["meant"] = catalog_queries.did_you_mean(wanted.filter.text, language=facts.language)
    return render(request, "storefront/results.html", context)


def _leaning(request: HttpRequest, wanted: Wanted, page: Page[ListingCard]) -> tuple[Page[ListingCard], bool]:
    """What was found for words, leaning a few places to what the reader likes; and whether it does."""
    if wanted.sort != "relevance" or not wanted.filter.text:
        return page, False
    cards = {card.product_id: card for card in page.items}
    order, moved = recommendation_queries.rerank_search(picked.asker(request), list(cards))
    return replace(page, items=[cards[key] for key in order]), bool(moved)


def _sorts(wanted: Wanted) -> list[tuple[str, str, str]]:
    return [
        (code, label, wanted.query(sort=code if code != "relevance" else None))
        for code, label in (
            ("relevance", gettext("Best match")),
            ("sold", gettext("Most sold")),
            ("rated", gettext("Best rated")),
            ("newest", gettext("Newest")),
            ("price_asc", gettext("Cheapest first")),
            ("price_desc", gettext("Dearest first")),
        )
    ]


def suggest(request: HttpRequest) -> HttpResponse:
    """Lines under the search box."""
    text = request.GET.get("q", "").strip()[:TEXT_LIMIT]
    found = (
        catalog_queries.suggest(text, language=request_facts.of(request).language, limit=8) if text else ()
    )
    return render(request, "storefront/parts/suggest.html", {"suggestions": found})


def _minor(text: str) -> int | None:
    """A price as shoppers type it, in whole units of the shop's usual currency."""
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit():
        return None
    return min(int(digits[:9]) * int(10 ** exponent("CNY")), PRICE_LIMIT)


def _major(minor: int | None) -> str:
    return "" if minor is None else str(minor // int(10 ** exponent("CNY")))
