"""Feeds: followed people, a topic, a place, what is hot, and the mixed one. The query with the viewer is the
authorisation; what the cards may show is asked again when they are made.
"""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from jishi.goods.catalog import queries as catalog
from jishi.social.feed import queries
from jishi.social.feed.contracts import FeedPage
from jishi.social.notes import queries as notes
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import feed as shapes
from jishi.surfaces.api.v1.schemas import goods as goods_shapes

router = Router(tags=["feed"])
LIMIT = Query(20, ge=1, le=60)


@router.get("/feed/home", response=shapes.Feed, auth=auth.optional)
def read_home(request: HttpRequest, cursor: str | None = None, limit: int = LIMIT) -> HttpResponse:
    """Notes and goods in one list; the same for everybody who is not signed in or chose so."""
    viewer = _viewer(request)
    page = queries.page_home(
        viewer_id=viewer,
        language=answers.language(request),
        is_personalised=queries.get_preference(viewer).is_personalised,
        cursor=cursor,
        limit=limit,
    )
    return _reply(request, page)


@router.get("/feed/following", response=shapes.Feed)
def read_following(request: HttpRequest, cursor: str | None = None, limit: int = LIMIT) -> HttpResponse:
    """What the people I follow wrote, and I, the newest first."""
    page = queries.page_following(viewer_id=answers.person(request), cursor=cursor, limit=limit)
    return _reply(request, page)


@router.get("/feed/nearby", response=shapes.Feed, auth=auth.optional)
def read_nearby(
    request: HttpRequest,
    place: str = Query("", max_length=60),
    cursor: str | None = None,
    limit: int = LIMIT,
) -> HttpResponse:
    """What people wrote in a place; without one, in the place I chose, and nothing if I chose none."""
    viewer = _viewer(request)
    where = place.strip() or (queries.find_place(viewer) if viewer is not None else "")
    if not where:
        return _reply(request, FeedPage(()))
    return _reply(request, queries.page_nearby(place=where, viewer_id=viewer, cursor=cursor, limit=limit))


@router.get("/feed/hot", response=shapes.Feed, auth=auth.optional)
def read_hot(request: HttpRequest, cursor: str | None = None, limit: int = LIMIT) -> HttpResponse:
    """What moves people now; pages go on in the ranking they began with."""
    return _reply(request, queries.page_hot(viewer_id=_viewer(request), cursor=cursor, limit=limit))


@router.get("/feed/topics/{slug}", response=shapes.Feed, auth=auth.optional)
def read_topic(
    request: HttpRequest, slug: str, cursor: str | None = None, limit: int = LIMIT
) -> HttpResponse:
    """Notes about a topic, the newest first."""
    page = queries.page_topic(slug=slug, viewer_id=_viewer(request), cursor=cursor, limit=limit)
    return _reply(request, page)


@router.get("/feed/new", response=shapes.NewInFeed, auth=auth.optional)
def count_new(
    request: HttpRequest,
    head: str = Query(max_length=400),
    topic: str = Query("", max_length=60),
    place: str = Query("", max_length=60),
) -> HttpResponse:
    """How many notes a feed has gained since the page that `head` came with."""
    count = queries.count_new(viewer_id=_viewer(request), head=head, topic=topic, place=place)
    return answers.reply(shapes.NewInFeed(count, queries.NEW_MAX))


def _reply(request: HttpRequest, page: FeedPage) -> HttpResponse:
    """The cards of a page, in its order, made by their owners; what is out of sight by now is left out."""
    language = answers.language(request)
    ids, product_ids = page.ids("note"), page.ids("product")
    cards = notes.list_cards(ids, viewer_id=_viewer(request), language=language) if ids else ()
    written = {card.id: shapes.note(card) for card in cards}
    listed = catalog.list_cards(product_ids, language=language) if product_ids else {}
    goods = {number: goods_shapes.listing(card) for number, card in listed.items()}
    entries = [
        shapes.FeedEntry("note", written[item.id], None)
        if item.kind == "note"
        else shapes.FeedEntry("product", None, goods[item.id])
        for item in page.items
        if item.id in (written if item.kind == "note" else goods)
    ]
    return answers.reply(shapes.Feed(entries, page.next_cursor, page.head))


def _viewer(request: HttpRequest) -> int | None:
    """The caller, or nobody; behind `auth.optional`."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    return viewer
