"""Reading orders: who sees what, with which buttons, in few statements; and a record nobody edits."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories import trade

from jishi.goods.merchants import operations as merchants
from jishi.kernel.paging import BadCursor
from jishi.people.accounts import operations as accounts
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries
from jishi.trade.orders.contracts import PastOrder
from jishi.trade.orders.errors import NotPossibleNow, NotYourOrder, OrderNotFound, StateUnknown
from jishi.trade.orders.models import Order, OrderEvent

pytestmark = pytest.mark.django_db
NOON = trade.NOON


def one_order(scene: trade.Scene, **more: object) -> str:
    return trade.place(scene.buyer, (scene.variant_id, 1), **more).order_codes[0]  # type: ignore[arg-type]


def staff_of(scene: trade.Scene) -> int:
    person = accounts.register(nickname="店员", email=f"staff-{scene.shop.id}@example.org")
    merchants.add_staff(shop_id=scene.shop.id, person_id=person.id)
    return person.id


def test_each_viewer_sees_their_own_side():
    scene, other = trade.scene(), trade.scene()
    code = one_order(scene)
    operator = accounts.register(nickname="运营", email="ops@example.org", is_operator=True).id

    seen = {
        who: (view.viewer, view.actions)
        for who, view in (
            ("buyer", queries.get_order(code, viewer_id=scene.buyer.id)),
            ("staff", queries.get_order(code, viewer_id=staff_of(scene))),
            ("operator", queries.get_order(code, viewer_id=operator)),
            ("house", queries.get_order(code, viewer_id=None)),
        )
    }

    assert seen == {
        "buyer": ("buyer", ("pay", "cancel")),
        "staff": ("staff", ("change_delivery_fee", "cancel")),
        "operator": ("operator", ("change_delivery_fee", "cancel")),
        "house": ("system", ()),
    }
    for stranger in (other.buyer.id, staff_of(other), 10**9):
        with pytest.raises(OrderNotFound):
            queries.get_order(code, viewer_id=stranger)
        assert queries.list_orders_of_checkout(trade.order(code).checkout_code, viewer_id=stranger) == []


def test_strangers_can_change_nothing():
    scene, stranger = trade.scene(), trade.buyer()
    code = one_order(scene)

    for attempt in (
        lambda: orders.cancel(order_code=code, by=stranger.id, reason="x"),
        lambda: orders.confirm_receipt(order_code=code, by=stranger.id),
        lambda: orders.change_delivery_fee(order_code=code, delivery_minor=0, by=stranger.id),
        lambda: orders.cancel(order_code="nothing", by=stranger.id, reason="x"),
        lambda: orders.mark_paid(order_code="nothing", paid_at=NOON),
    ):
        with pytest.raises(OrderNotFound):
            attempt()
    with pytest.raises(NotYourOrder):
        orders.change_delivery_fee(order_code=code, delivery_minor=0, by=scene.buyer.id)

    assert trade.state(code) == "awaiting_payment"


def test_lists_are_paged_newest_first_without_gaps():
    scene = trade.scene(stock=100)
    codes = []
    for minute in range(7):
        code = one_order(scene, at=NOON + timedelta(minutes=minute // 2))
        codes.append(code)
        trade.pay(trade.checkout_placed(code))

    found, cursor = [], None
    while True:
        page = queries.page_orders(buyer_id=scene.buyer.id, cursor=cursor, limit=3)
        found += [view.code for view in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert found == codes[::-1]
    assert [view.viewer for view in queries.page_orders(shop_id=scene.shop.id).items] == ["staff"] * 7
    assert queries.state_counts(buyer_id=scene.buyer.id)["paid"] == 7
    assert queries.state_counts(shop_id=scene.shop.id)["awaiting_payment"] == 0
    assert queries.page_orders(state="shipped").items == []
    with pytest.raises(StateUnknown):
        queries.page_orders(state="lost")
    with pytest.raises(BadCursor):
        queries.page_orders(cursor="nonsense")


def test_a_page_takes_four_statements_at_most():
    scene = trade.scene(stock=100)
    for _ in range(5):
        one_order(scene)

    with CaptureQueriesContext(connection) as captured:
        page = queries.page_orders(buyer_id=scene.buyer.id)

    assert len(page.items) == 5
    assert len(captured) <= 4


def test_a_newcomer_is_who_never_paid():
    scene = trade.scene()
    code = one_order(scene)
    assert not queries.has_paid_before(scene.buyer.id)

    trade.pay(trade.checkout_placed(code))
    orders.cancel(order_code=code, by=scene.buyer.id, reason="changed_mind")

    assert queries.has_paid_before(scene.buyer.id)


def test_the_record_of_moves_cannot_be_edited():
    one_order(trade.scene())

    for change in (
        lambda: OrderEvent.objects.update(to_state="paid"),
        lambda: OrderEvent.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()

    assert queries.list_broken_histories() == []


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"state": "paid"},
        {"total_minor": 1},
        {"total_minor": -1000, "goods_minor": -1000},
        {"paid_at": NOON},
        {"commission_bps": 10_001},
    ],
)
def test_the_database_refuses_impossible_orders(values):
    code = one_order(trade.scene())

    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(code=code).update(**values)


def test_a_broken_record_is_found():
    scene = trade.scene()
    good, skipped, moved = (one_order(scene) for _ in range(3))
    row = Order.objects.get(code=skipped)
    OrderEvent.objects.create(order=row, from_state="paid", to_state="received", at=NOON)
    Order.objects.filter(code=moved).update(state="cancelled")

    found = {(broken.order_code, broken.problem) for broken in queries.list_broken_histories()}

    assert (moved, "state differs") in found
    assert {(skipped, "gap"), (skipped, "illegal move")} <= found
    assert good not in {code for code, _ in found}


def test_a_second_move_out_of_one_state_is_refused():
    scene = trade.scene()
    code = one_order(scene)
    trade.pay(trade.checkout_placed(code))

    with pytest.raises(NotPossibleNow):
        orders.mark_paid(order_code=code, paid_at=NOON)

    assert [step.to_state for step in trade.order(code).steps] == ["awaiting_payment", "paid"]


def test_past_orders_are_written_once_with_their_record():
    scene = trade.scene()
    quote = trade.quote(scene.buyer, trade.lines((scene.variant_id, 2))).quote
    drafts = trade.drafts(quote, scene.buyer)
    past = [
        PastOrder(
            draft=draft,
            placed_at=NOON,
            paid_at=NOON + timedelta(minutes=1),
            shipped_at=NOON + timedelta(days=1),
            received_at=NOON + timedelta(days=3),
        )
        for draft in drafts
    ]

    assert (orders.record_past(past), orders.record_past(past)) == (1, 0)

    order = trade.order(drafts[0].code)
    assert (order.state, order.total_minor, order.received_at) == ("received", 2000, NOON + timedelta(days=3))
    assert queries.list_broken_histories() == []
    [figures] = queries.sales_figures(since=NOON, until=NOON + timedelta(days=1))
    assert (figures.currency, figures.placed, figures.paid, figures.paid_minor) == ("CNY", 1, 1, 2000)
