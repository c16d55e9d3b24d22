"""A buyer's orders."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from jishi.kernel import clock
from jishi.promotions.plays import queries as plays
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import trade as shapes
from jishi.trade.fulfillment import queries as fulfillment
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderLineView, OrderView

router = Router(tags=["orders"])


@router.get("/orders", response=shapes.OrderPage)
def list_orders(
    request: HttpRequest,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = Query(20, ge=1, le=60),
) -> HttpResponse:
    """My orders, newest first, of one state if given."""
    page = order_queries.page_orders(
        buyer_id=answers.person(request), state=state, cursor=cursor, limit=limit
    )
    return answers.reply(shapes.OrderPage([order(view) for view in page.items], page.next_cursor))


@router.get("/orders/{code}", response=shapes.OrderDetail)
def get_order(request: HttpRequest, code: str) -> HttpResponse:
    """One order with its address, parcels, team and history; for its buyer and the shop's staff."""
    return answers.reply(detail(order_queries.get_order(code, viewer_id=answers.person(request))))


@router.post("/orders/{code}/cancel", response=shapes.Order)
def cancel(request: HttpRequest, code: str, body: shapes.CancelIn) -> HttpResponse:
    """Give up an order that has not left yet; what was paid goes back. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.Order:
        order_queries.get_order(code, viewer_id=person_id)
        orders.cancel(order_code=code, by=person_id, reason=body.reason)
        return order(order_queries.get_order(code, viewer_id=person_id))

    return answers.once(request, body.dict(), effect, status=200)


@router.post("/orders/{code}/receipt", response=shapes.Order)
def confirm_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Say that the parcel has arrived; the shop gets its money. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.Order:
        order_queries.get_order(code, viewer_id=person_id)
        orders.confirm_receipt(order_code=code, by=person_id)
        return order(order_queries.get_order(code, viewer_id=person_id))

    return answers.once(request, {}, effect, status=200)


def order(view: OrderView) -> shapes.Order:
    """An order without our own numbers."""
    return shapes.Order(
        code=view.code,
        state=view.state,
        actions=view.actions,
        currency=view.currency,
        goods_minor=view.goods_minor,
        discount_minor=view.discount_minor,
        delivery_minor=view.delivery_minor,
        total_minor=view.total_minor,
        payment_code=view.intent_code,
        placed_at=view.placed_at,
        pay_by_at=view.pay_by_at,
        paid_at=view.paid_at,
        shipped_at=view.shipped_at,
        received_at=view.received_at,
        close_reason=view.close_reason,
        waits=view.on_hold,
        lines=[_line(line) for line in view.lines],
    )


def detail(view: OrderView) -> shapes.OrderDetail:
    """An order with everything around it."""
    team = plays.find_team_of_order(view.code)
    return shapes.OrderDetail(
        order=order(view),
        address=view.address,
        parcels=list(fulfillment.list_parcels(view.code)),
        team=shapes.OrderTeam(team.team_code, team.team_state, team.size, team.missing, team.deadline_at)
        if team
        else None,
        steps=[shapes.Step(step.to_state, step.at) for step in view.steps],
        server_time=clock.now(),
    )


def _line(line: OrderLineView) -> shapes.OrderLine:
    return shapes.OrderLine(
        line.variant_id,
        line.product_code,
        line.title,
        line.options,
        line.image_url,
        line.quantity,
        line.unit_minor,
        line.discount_minor,
        line.total_minor,
    )
