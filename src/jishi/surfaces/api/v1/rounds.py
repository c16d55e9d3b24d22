"""Community purchase: rounds of an area, ordering with a pick-up point, collecting, handing out."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import rounds as shapes
from jishi.surfaces.api.v1.schemas import trade

router = Router(tags=["community purchase"])


@router.get("/rounds", response=shapes.CommunityRounds, auth=auth.optional)
def list_rounds(request: HttpRequest, region: str = "") -> HttpResponse:
    """Rounds that can be ordered from now or soon, of one area or all."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    found = queries.list_rounds(region=region[:60], language=answers.language(request), viewer_id=viewer)
    shown = shapes.CommunityRounds([shapes.round_(one) for one in found], list(queries.list_regions()))
    return answers.reply(shown)


@router.get("/rounds/{code}", response=shapes.CommunityRound, auth=auth.optional)
def get_round(request: HttpRequest, code: str) -> HttpResponse:
    """One round as the caller sees it."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    found = queries.get_round(code, language=answers.language(request), viewer_id=viewer)
    return answers.reply(shapes.round_(found))


@router.get("/rounds/{code}/points", response=shapes.PickupPoints, auth=auth.optional)
def list_points(request: HttpRequest, code: str) -> HttpResponse:
    """Where the round's goods can be collected."""
    found = queries.get_round(code, language=answers.language(request))
    points = queries.list_points(found.region)
    return answers.reply(shapes.PickupPoints([shapes.point(one) for one in points]))


@router.post("/rounds/{code}/quote", response=shapes.RoundQuote)
def quote(request: HttpRequest, code: str, body: shapes.RoundQuoteIn) -> HttpResponse:
    """What it would cost, with a fingerprint to order at."""
    priced = queries.quote(
        round_code=code,
        point_code=body.point_code,
        wanted=_wanted(body),
        buyer_id=answers.person(request),
        language=answers.language(request),
    ).quote
    discount = sum(shop.discount_minor for shop in priced.shops)
    return answers.reply(shapes.RoundQuote(priced.total_minor, discount, priced.currency, priced.fingerprint))


@router.post("/rounds/{code}/orders", response={201: trade.Placed})
def order(request: HttpRequest, code: str, body: shapes.RoundOrderIn) -> HttpResponse:
    """Order what was quoted. Needs an Idempotency-Key; the same key never orders twice, however late."""
    person_id, language = answers.person(request), answers.language(request)

    def effect() -> trade.Placed:
        placed = community.order(
            round_code=code,
            point_code=body.point_code,
            wanted=_wanted(body),
            buyer_id=person_id,
            fingerprint=body.fingerprint,
            checkout_key=f"api:{request.headers.get('Idempotency-Key', '')}"[:64],
            share_code=body.share_code,
            language=language,
        )
        return trade.Placed(
            placed.checkout_code,
            placed.intent_code,
            placed.order_codes,
            placed.pay_by_at,
            placed.total_minor,
            placed.currency,
        )

    return answers.once(request, body.dict(), effect)


@router.get("/pickups", response=shapes.Pickups)
def list_pickups(request: HttpRequest) -> HttpResponse:
    """What the caller ordered in rounds, newest first."""
    found = queries.list_own(answers.person(request), language=answers.language(request))
    return answers.reply(shapes.Pickups([shapes.pickup(one) for one in found]))


@router.get("/pickups/{code}", response=shapes.Pickup)
def get_pickup(request: HttpRequest, code: str) -> HttpResponse:
    """The goods of one of the caller's orders, with the code that opens the hand."""
    viewer_id, language = answers.person(request), answers.language(request)
    return answers.reply(shapes.pickup(queries.get_collection(code, viewer_id=viewer_id, language=language)))


@router.get("/hand-outs", response=shapes.Pickups)
def list_hand_outs(request: HttpRequest) -> HttpResponse:
    """What waits at the points for which the caller hands out; never with a code."""
    found = queries.list_desk(answers.person(request), language=answers.language(request))
    return answers.reply(shapes.Pickups([shapes.pickup(one) for one in found]))


@router.post("/hand-outs/{code}", response={204: None})
def hand_out(request: HttpRequest, code: str, body: shapes.HandOutIn) -> HttpResponse:
    """Hand goods out against the buyer's code; again changes nothing."""
    community.hand_out(order_code=code, secret=body.secret, by=answers.person(request))
    return HttpResponse(status=204)


def _wanted(body: shapes.RoundQuoteIn) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for one in body.items:
        wanted[one.item_code] = wanted.get(one.item_code, 0) + one.quantity
    return wanted
