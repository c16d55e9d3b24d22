"""Presales: what can be reserved, reserving (which opens a payment of the deposit), calling it off.

The balance is an ordinary checkout with the reservation's code as `presale`.
"""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.promotions.presales import operations as presales
from jishi.promotions.presales import queries
from jishi.promotions.presales.errors import ReservationNotFound
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import presales as shapes

router = Router(tags=["presales"])


@router.get("/presales", response=shapes.Presales, auth=auth.optional)
def list_presales(request: HttpRequest) -> HttpResponse:
    """What can be reserved or paid now or soon, and the caller's own."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    found = queries.list_presales(language=answers.language(request), viewer_id=viewer)
    return answers.reply(shapes.Presales([shapes.presale(one) for one in found]))


@router.get("/presales/{code}", response=shapes.Presale, auth=auth.optional)
def get_presale(request: HttpRequest, code: str) -> HttpResponse:
    """One presale as the caller sees it."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    found = queries.get_presale(code, language=answers.language(request), viewer_id=viewer)
    return answers.reply(shapes.presale(found))


@router.put("/presales/{code}/reservation", response=shapes.Presale)
def reserve(request: HttpRequest, code: str, body: shapes.ReserveIn) -> HttpResponse:
    """Reserve units; pay `mine.payment_code`. Again while it waits: the same reservation."""
    person_id = answers.person(request)
    presales.reserve(presale_code=code, person_id=person_id, quantity=body.quantity)
    found = queries.get_presale(code, language=answers.language(request), viewer_id=person_id)
    return answers.reply(shapes.presale(found))


@router.delete("/presales/{code}/reservation", response={204: None})
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Call the reservation off, where that may be; a paid deposit goes back."""
    person_id = answers.person(request)
    found = queries.get_presale(code, language=answers.language(request), viewer_id=person_id)
    if found.mine is None:
        raise ReservationNotFound
    presales.withdraw(code=found.mine.code, person_id=person_id)
    return HttpResponse(status=204)
