"""Bargains, collected likes and lotteries: begin, help, enter, and the proof of a draw."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.goods.catalog import queries as catalog
from jishi.kernel import clock, limits
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries as lottery_queries
from jishi.promotions.lotteries.contracts import LotteryRow, LotteryView
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import RallyView
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import people
from jishi.surfaces.api.v1.schemas import plays as shapes
from jishi.surfaces.shell import phrases

router = Router(tags=["bargains and lotteries"])
HELPS_PER_MINUTE = 20


@router.get("/rally-offers", response=shapes.RallyOffers, auth=auth.optional)
def list_offers(request: HttpRequest) -> HttpResponse:
    """Offers for which friends can be gathered now."""
    language = answers.language(request)
    found = play_queries.list_rally_offers()
    cards = catalog.list_cards({offer.product_id for offer in found}, language=language)
    items = [
        shapes.RallyOffer(
            code=offer.code,
            mechanic=offer.mechanic,
            product_code=cards[offer.product_id].code,
            currency=offer.currency,
            price_from_minor=offer.price_from_minor,
            prices=dict(offer.prices),
            helpers=offer.size,
            units_left=offer.units_left,
            ends_at=offer.ends_at,
            terms=[
                phrases.say(one.message, {"currency": offer.currency, **one.params}, language)
                for one in offer.terms
            ],
        )
        for offer in found
        if offer.product_id in cards
    ]
    return answers.reply(shapes.RallyOffers(items, clock.now()))


@router.post("/rallies", response={201: shapes.Rally})
def start(request: HttpRequest, body: shapes.StartIn) -> HttpResponse:
    """Begin a bargain or a collection of likes. What the caller has going is returned instead of a
    second one.
    """
    person_id = answers.person(request)
    code = plays.start_rally(offer_code=body.offer, variant_id=body.variant_id, person_id=person_id)
    return answers.reply(_rally(request, code, person_id), status=201)


@router.get("/rallies/{code}", response=shapes.Rally, auth=auth.optional)
def get_rally(request: HttpRequest, code: str) -> HttpResponse:
    """A bargain or a collection of likes as the caller sees it."""
    return answers.reply(_rally(request, code, request.person_id))  # type: ignore[attr-defined]


@router.post("/rallies/{code}/helps", response={201: shapes.Help})
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Help, once; sent again it answers the same."""
    person_id = answers.person(request)
    limits.hit(bucket="plays.help", key=str(person_id), limit=HELPS_PER_MINUTE, window_s=60)
    given = plays.help_rally(rally_code=code, person_id=person_id)
    return answers.reply(shapes.Help(given.state, given.amount), status=201)


@router.get("/lotteries", response=shapes.Lotteries, auth=auth.optional)
def list_lotteries(request: HttpRequest) -> HttpResponse:
    """Lotteries that take entries, and the latest draws."""
    running, drawn = lottery_queries.list_open(), lottery_queries.list_drawn()
    return answers.reply(
        shapes.Lotteries([_line(row) for row in running], [_line(row) for row in drawn], clock.now())
    )


@router.get("/lotteries/{code}", response=shapes.Lottery, auth=auth.optional)
def get_lottery(request: HttpRequest, code: str) -> HttpResponse:
    """A lottery as the caller sees it: prizes, odds, promise, own entries and wins."""
    viewer = request.person_id  # type: ignore[attr-defined]
    found = lottery_queries.get_lottery(code, viewer_id=viewer, language=answers.language(request))
    return answers.reply(_lottery(found))


@router.post("/lotteries/{code}/entries", response={201: shapes.Entered})
def enter(request: HttpRequest, code: str, body: shapes.EnterIn) -> HttpResponse:
    """Take part; the same free entry, or order, gives the same entry."""
    entry = lotteries.enter(lottery_code=code, person_id=answers.person(request), order_code=body.order)
    return answers.reply(shapes.Entered(entry), status=201)


@router.get("/lotteries/{code}/proof", response=shapes.Proof, auth=auth.optional)
def get_proof(request: HttpRequest, code: str) -> HttpResponse:
    """Everything needed to check the draw with the script of `/lotteries/verify_draw.py`."""
    found = lottery_queries.get_proof(code)
    return answers.reply(shapes.Proof(found.is_drawn, dict(found.data)))


def _rally(request: HttpRequest, code: str, person_id: int | None) -> shapes.Rally:
    language = answers.language(request)
    view: RallyView = play_queries.get_rally(code, viewer_id=person_id)
    return shapes.Rally(
        code=view.code,
        offer_code=view.offer_code,
        mechanic=view.mechanic,
        product_code=catalog.get_product(view.product_id, language=language).code,
        variant_id=view.variant_id,
        currency=view.currency,
        starter=people.person(view.starter),
        state=view.state,
        screen=view.screen,
        actions=view.actions,
        alone_minor=view.alone_minor,
        floor_minor=view.floor_minor,
        price_minor=view.price_minor,
        goal=view.goal,
        gained=view.gained,
        helps=view.helps,
        helps_left=view.helps_left,
        ends_at=view.ends_at,
        pay_by_at=view.pay_by_at,
        order_code=view.order_code,
        own_help=view.own_help.state if view.own_help else "",
        helpers=[
            shapes.RallyHelper(people.person(one.person), one.amount, one.is_newcomer, one.is_first)
            for one in view.helpers
        ],
        terms=[
            phrases.say(one.message, {"currency": view.currency, **one.params}, language)
            for one in view.terms
        ],
        server_time=clock.now(),
    )


def _lottery(view: LotteryView) -> shapes.Lottery:
    return shapes.Lottery(
        code=view.code,
        title=view.title,
        note=view.note,
        state=view.state,
        screen=view.screen,
        actions=view.actions,
        entry_mode=view.entry_mode,
        min_order_minor=view.min_order_minor,
        currency=view.currency,
        per_person=view.per_person,
        starts_at=view.starts_at,
        ends_at=view.ends_at,
        claim_days=view.claim_days,
        prizes=[
            shapes.Prize(one.position, one.variant_id, one.title, one.quantity, one.value_minor)
            for one in view.prizes
        ],
        entries=view.entries,
        one_in=view.one_in,
        seed_hash=view.seed_hash,
        own_entries=view.own_entries,
        own_wins=[
            shapes.Win(one.code, one.state, one.prize.position, one.claim_by_at, one.order_code)
            for one in view.own_wins
        ],
        server_time=clock.now(),
    )


def _line(row: LotteryRow) -> shapes.LotteryLine:
    return shapes.LotteryLine(row.code, row.title, row.units, row.entries, row.ends_at)
