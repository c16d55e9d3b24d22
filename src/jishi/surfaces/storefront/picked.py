"""Recommended things as pages show them: who asks, which showing a card is, and the cards of a strip.

Invariant: a browser that asks not to be followed, and a page that is only fetched ahead, leave no trace here.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation import queries as recommendation_queries
from jishi.insight.recommendation.contracts import About, Act, Asker, Recommended, Surface
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import NoteCard
from jishi.surfaces.shell import facts as request_facts


@dataclass(frozen=True, slots=True)
class Showing:
    """One place of a list that somebody was given: its name for counting, and where its reason stands."""

    exposure: str
    position: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One card of a strip."""

    kind: str
    card: NoteCard | ListingCard
    showing: Showing | None


def asker(request: HttpRequest, *, is_new: bool = False) -> Asker:
    """Who asks. A browser counts once it has brought its cookie back (a new one only when it follows a link
    to something), and only if it may be followed.
    """
    facts = request_facts.of(request)
    headers = request.headers
    may = headers.get("Sec-GPC") != "1" and headers.get("DNT") != "1"
    known = is_new or request.COOKIES.get("jishi_visitor") == facts.visitor
    return Asker(facts.person_id, facts.visitor if may and known else "", facts.language)


def showing(mark: str) -> Showing | None:
    """The showing behind ``code.position``; None for a thing that stands in no list."""
    code, _, place = mark.partition(".")
    if not place.isdigit():
        return None
    position = int(place)
    url = reverse("storefront:why", args=[code, position])
    return Showing(recommendation_queries.exposure_of(code, position), position, url)


def touch(request: HttpRequest, *, key: int, act: Act) -> None:
    """Note what somebody just did; not when a browser only fetches ahead."""
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return
    recommendation.touch(asker(request, is_new=act is Act.CAME), key=key, act=act)


def show(
    request: HttpRequest, surface: Surface, *, about: About | None = None, limit: int = 12
) -> tuple[Recommended, tuple[Line, ...]]:
    """A list for a place and its cards, made by their owners."""
    facts = request_facts.of(request)
    made = recommendation.show(asker(request), surface, about=about, limit=limit)
    goods_ids = [pick.id for pick in made.picks if pick.kind == "product"]
    note_ids = [pick.id for pick in made.picks if pick.kind == "note"]
    goods = catalog_queries.list_cards(goods_ids, language=facts.language) if goods_ids else {}
    cards = (
        note_queries.list_cards(note_ids, viewer_id=facts.person_id, language=facts.language)
        if note_ids
        else []
    )
    notes = {card.id: card for card in cards}
    lines = []
    for pick in made.picks:
        card = goods.get(pick.id) if pick.kind == "product" else notes.get(pick.id)
        if card is not None:
            mark = f"{made.slate}.{pick.position}" if made.slate else ""
            lines.append(Line(pick.kind, card, showing(mark)))
    return made, tuple(lines)
