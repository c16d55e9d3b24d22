"""Flash sales: slots, items with their state for the caller, reminders, and the address of an order that
was won.

Buying itself goes through the rush lane (`buy_path`, bearer of `POST /lane-pass`); `POST /checkout` gives
the same price under the same limits.
"""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.kernel import clock
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales import queries
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers, people
from jishi.surfaces.api.v1.schemas import flash as shapes
from jishi.trade.checkout import operations as checkout

router = Router(tags=["flash sales"])


@router.get("/flash-sales", response=shapes.FlashSlots, auth=auth.optional)
def list_slots(request: HttpRequest) -> HttpResponse:
    """Slots that are just over, on, and coming."""
    found = queries.list_slots(language=answers.language(request))
    return answers.reply(shapes.FlashSlots([shapes.slot(one) for one in found], clock.now()))


@router.get("/flash-sales/{code}/items", response=shapes.FlashItems, auth=auth.optional)
def list_items(request: HttpRequest, code: str) -> HttpResponse:
    """The items of a slot, what can still be had first."""
    language = answers.language(request)
    queries.get_slot(code, language=language)
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    found = queries.list_items(slot_code=code, viewer_id=viewer, language=language)
    return answers.reply(shapes.FlashItems([shapes.item(one) for one in found], clock.now()))


@router.get("/flash-sale-items/{code}", response=shapes.FlashItem, auth=auth.optional)
def get_item(request: HttpRequest, code: str) -> HttpResponse:
    """One item as the caller sees it."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    found = queries.get_item(code, viewer_id=viewer, language=answers.language(request))
    return answers.reply(shapes.item(found))


@router.put("/flash-sale-items/{code}/reminder", response={204: None})
def remind(request: HttpRequest, code: str) -> HttpResponse:
    """Be told five minutes before the start."""
    flash.remind(item_code=code, person_id=answers.person(request))
    return HttpResponse(status=204)


@router.delete("/flash-sale-items/{code}/reminder", response={204: None})
def forget_reminder(request: HttpRequest, code: str) -> HttpResponse:
    """Do not be told."""
    flash.forget_reminder(item_code=code, person_id=answers.person(request))
    return HttpResponse(status=204)


@router.put("/orders/{code}/details", response=shapes.Details)
def complete(request: HttpRequest, code: str, body: shapes.DetailsIn) -> HttpResponse:
    """Say where an order goes that was won in a rush; opens its payment. Again: the same payment."""
    person_id = answers.person(request)
    payment_code = checkout.complete(
        order_code=code,
        buyer_id=person_id,
        address_id=people.find_address(person_id, body.address_code).id,
        delivery_code=body.delivery,
        language=answers.language(request),
    )
    return answers.reply(shapes.Details(code, payment_code))
