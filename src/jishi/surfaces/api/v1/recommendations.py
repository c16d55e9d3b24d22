"""Recommendations for apps: a list for a place, why a thing stands in it, and what to leave out."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Query, Router

from jishi.goods.catalog import queries as catalog
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation import queries
from jishi.insight.recommendation.contracts import About, Asker, Surface
from jishi.insight.recommendation.errors import ThingUnknown
from jishi.social.notes import queries as notes
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers

router = Router(tags=["recommendations"])
LIMIT = Query(20, ge=1, le=60)
OPEN = {surface.value: surface for surface in Surface if surface not in (Surface.PEOPLE, Surface.COMMUNITIES)}


@dataclass(frozen=True, slots=True)
class RecommendedThing:
    """A thing by its kind and code; `exposure` is the id to send with `product_exposed` or `note_exposed`."""

    kind: str
    code: str
    position: int
    exposure: str
    why: str


@dataclass(frozen=True, slots=True)
class RecommendedList:
    """A list for a place; `slate` names it in the calls about its places."""

    slate: str
    is_personal: bool
    items: list[RecommendedThing]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was left out."""

    kind: str


@router.get("/recommendations/{surface}", response=RecommendedList, auth=auth.optional)
def read_recommendations(
    request: HttpRequest,
    surface: str,
    product: str = Query("", max_length=12),
    note: str = Query("", max_length=12),
    limit: int = LIMIT,
) -> HttpResponse:
    """What to show in a place: home, goes_with, like_you, friends, after, cart, notes or goods."""
    if surface not in OPEN:
        raise ThingUnknown()
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    language = answers.language(request)
    product_id = catalog.find_product_id(product) if product else None
    note_id = notes.find_note_id(note, viewer_id=viewer) if note else None
    about = About((product_id,) if product_id else (), note_id)
    made = recommendation.show(Asker(viewer, "", language), OPEN[surface], about=about, limit=limit)
    goods = catalog.list_cards([p.id for p in made.picks if p.kind == "product"], language=language)
    note_ids = [p.id for p in made.picks if p.kind == "note"]
    written = {c.id: c for c in notes.list_cards(note_ids, viewer_id=viewer, language=language)}
    items = []
    for pick in made.picks:
        card = goods.get(pick.id) if pick.kind == "product" else written.get(pick.id)
        if card is not None:
            why = gettext(queries.sentence(pick.because)) % {"count": pick.cause}
            items.append(RecommendedThing(pick.kind, card.code, pick.position, pick.exposure, why))
    return answers.reply(RecommendedList(made.slate, made.is_personal, items))


@router.post("/recommendations/{slate}/{position}/hide", response=LeftOut)
def hide_recommendation(
    request: HttpRequest, slate: str, position: int, kind: str = Query("item", max_length=8)
) -> HttpResponse:
    """Leave out the thing at this place, or its author, shop or category."""
    asker = Asker(answers.person(request), "", answers.language(request))
    left, _ = recommendation.hide_shown(asker, slate=slate, position=position, kind=kind)
    return answers.reply(LeftOut(left))
