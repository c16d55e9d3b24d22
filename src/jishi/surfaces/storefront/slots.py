"""Slots as pages show them: who looks, from which region, and where a thing leads in the reader's language.

Invariant: a page asks once for all of its slots, and a browser that asks not to be followed is never counted.
"""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from jishi.goods.catalog.contracts import ListingCard
from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising import queries
from jishi.growth.merchandising.contracts import NOTHING, USUAL, Filled, Popup, Viewer
from jishi.growth.onboarding import queries as first_steps
from jishi.growth.onboarding.contracts import Progress
from jishi.insight.experiments.contracts import Assignment
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import experimenting, picked

POPUP = queries.place_of_slot("popup")
REGION = "jishi_region"
"""The cookie in which a browser keeps the region somebody chose."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """Goods pinned to the front page, with the words above them."""

    slot: Filled
    cards: tuple[ListingCard, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page's slots hold for this reader, and how far they are with their first steps."""

    banners: tuple[Filled, ...] = ()
    cards: tuple[Filled, ...] = ()
    collections: tuple[Filled, ...] = ()
    progress: Progress | None = None
    tried: tuple[Assignment, ...] = ()

    @property
    def places(self) -> list[str]:
        """Where experiments decided what stands; the page marks them, whatever stands there."""
        return [one.slot for one in self.tried]

    @property
    def product_ids(self) -> list[int]:
        """The goods that stand in collections."""
        return [one for slot in self.collections for one in slot.product_ids]

    def pinned(self, goods: dict[int, ListingCard]) -> list[Pinned]:
        """The collections with the cards of their goods; one whose goods are all gone is left out."""
        rows = [
            Pinned(slot, tuple(goods[one] for one in slot.product_ids if one in goods))
            for slot in self.collections
        ]
        return [row for row in rows if row.cards]


def viewer(request: HttpRequest) -> Viewer:
    """Who looks; nobody in particular for a browser that may not be followed."""
    who = picked.asker(request)
    return Viewer(who.person_id, who.visitor)


def region_of(request: HttpRequest) -> str:
    """The region chosen in this browser, or ''."""
    code = request.COOKIES.get(REGION, "")
    return code if queries.find_region_name(code, "en") else ""


def fill(request: HttpRequest, page: str) -> Shown:
    """Everything that stands in the slots of a page."""
    facts = request_facts.of(request)
    tried = _tried(request, page)
    found = queries.fill_page(
        page,
        viewer=viewer(request),
        region=region_of(request),
        language=facts.language,
        tried={slot: experimenting.shows(one, otherwise=USUAL) or NOTHING for slot, one in tried.items()},
    )
    by_kind: dict[str, list[Filled]] = {"banner": [], "card": [], "collection": []}
    for things in found.slots.values():
        for one in things:
            by_kind[one.kind].append(led(one, facts))
    return Shown(
        banners=tuple(by_kind["banner"]),
        cards=tuple(by_kind["card"]),
        collections=tuple(by_kind["collection"]),
        progress=first_steps.read(found.riders.get("first_steps")),
        tried=tuple(tried.values()),
    )


def _tried(request: HttpRequest, page: str) -> dict[str, Assignment]:
    """The arms of this reader in the slots of a page, by slot; no statement."""
    slots = [one.code for one in queries.list_slots() if one.page == page]
    arms = {slot: experimenting.arm(request, queries.place_of_slot(slot)) for slot in slots}
    return {slot: one for slot, one in arms.items() if one is not None}


def noted(request: HttpRequest, response: HttpResponse, shown: Shown) -> HttpResponse:
    """Note the exposures of a finished page that marks the places of `shown`; returns it as it is."""
    for one in shown.tried:
        experimenting.note(request, response, one)
    return response


def claim(request: HttpRequest, tried: Assignment | None) -> Popup | None:
    """The pop-up that comes up now, counted; or None. `tried` is the reader's arm at this place."""
    facts = request_facts.of(request)
    found = merchandising.claim_popup(
        viewer=viewer(request),
        region=region_of(request),
        language=facts.language,
        shows=experimenting.shows(tried, otherwise=USUAL) or NOTHING,
    )
    return Popup(led(found.one, facts)) if found is not None and found.one is not None else found


def led(one: Filled, facts: request_facts.Facts) -> Filled:
    """The same thing, leading to the page in the language space of the reader."""
    if facts.prefix and request_facts.PUBLIC.match(one.url):
        return replace(one, url=facts.prefix + one.url)
    return one
