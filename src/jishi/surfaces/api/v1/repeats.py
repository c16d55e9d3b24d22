"""Rounds that come again, and gates: what a shop's staff see and stop with their token."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.contracts import SeriesRow
from jishi.promotions.community_buys.errors import SeriesNotFound
from jishi.promotions.gates import queries as gates
from jishi.surfaces.api.v1 import answers, business
from jishi.surfaces.api.v1.schemas import repeats as shapes

router = Router(tags=["business"])


@router.get("/merchant/shops/{slug}/series", response=shapes.AllSeries)
def list_series(request: HttpRequest, slug: str) -> HttpResponse:
    """The shop's rounds that come again, the newest first."""
    shop = business.own_shop(request, slug)
    found = queries.list_series(shop_id=shop.id, language=answers.language(request))
    return answers.reply(shapes.AllSeries([_series(one) for one in found]))


@router.post("/merchant/shops/{slug}/rounds/{code}/repeat", response={201: shapes.Series})
def repeat(request: HttpRequest, slug: str, code: str, body: shapes.RepeatIn) -> HttpResponse:
    """Let an open round come again on these days. Needs an Idempotency-Key."""
    shop = business.own_shop(request, slug)
    language, by = answers.language(request), answers.person(request)

    def effect() -> shapes.Series:
        made = community.repeat(shop_id=shop.id, round_code=code, days=frozenset(body.days), by=by)
        return _find(shop.id, made, language)

    return answers.once(request, body.dict(), effect)


@router.post("/merchant/shops/{slug}/series/{code}/stop", response=shapes.Series)
def stop(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """No further round opens by itself; the one that runs goes on. Again changes nothing."""
    shop = business.own_shop(request, slug)
    community.end_series(shop_id=shop.id, series_code=code, by=answers.person(request))
    return answers.reply(_find(shop.id, code, answers.language(request)))


@router.get("/merchant/shops/{slug}/gates", response=shapes.Gates)
def list_gates(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom the shop's rounds, presales, flash items and lotteries are for, and how much one may have."""
    shop = business.own_shop(request, slug)
    items = [
        shapes.Gate(
            one.kind,
            one.code,
            one.gate.per_household,
            one.gate.per_person_day,
            one.gate.per_day,
            one.gate.audience.kind if one.gate.audience else "",
            one.gate.audience.key if one.gate.audience else "",
            one.taken,
        )
        for one in gates.list_views(shop_id=shop.id)
    ]
    return answers.reply(shapes.Gates(items))


def _find(shop_id: int, code: str, language: str) -> shapes.Series:
    for one in queries.list_series(shop_id=shop_id, language=language):
        if one.series.code == code:
            return _series(one)
    raise SeriesNotFound


def _series(row: SeriesRow) -> shapes.Series:
    one = row.series
    return shapes.Series(
        one.code,
        row.title,
        row.region,
        row.round_code,
        list(one.days),
        one.state.value,
        one.due_at,
        one.rounds,
    )
