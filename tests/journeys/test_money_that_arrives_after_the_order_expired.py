"""Somebody pays after the order was let go: the order revives or the money returns; the page says which."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from tests.journeys.conftest import Town
from tests.journeys.phone import Phone

from jishi.goods.inventory import operations as inventory
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.money.payments import queries as payment_queries
from jishi.trade.checkout import operations as checkout
from jishi.trade.orders.models import Order

TOTE = 3


def _let_the_order_expire(phone: Phone, town: Town) -> Order:
    """The provider's page is open, and meanwhile the time to pay runs out."""
    phone.open(f"/checkout/?variant={town.street.variants[TOTE][0]}&quantity=1")
    phone.place()
    phone.go_to_provider()
    checkout.expire_unpaid(clock.now() + timedelta(minutes=16))
    relay.drain()
    order = Order.objects.get()
    assert order.state == "expired"
    return order


def test_the_order_is_revived_while_the_goods_are_there(town: Town) -> None:
    phone = town.phone_of(town.street.people[0])
    order = _let_the_order_expire(phone, town)

    phone.press("button[value=pay]")
    phone.page.wait_for_url(f"**/orders/{order.code}/")

    order.refresh_from_db()
    assert order.state == "paid"
    assert "待发货" in phone.text
    assert payment_queries.list_refunds(order.code) == []
    town.assert_books_are_whole()


def test_the_money_comes_back_when_the_goods_are_gone(town: Town) -> None:
    phone = town.phone_of(town.street.people[0])
    order = _let_the_order_expire(phone, town)
    gone = [(town.street.variants[TOTE][0], 0)]
    inventory.set_stock(rows=gone, shop_id=town.street.shop.id, reference=uuid4().hex, at=clock.now())

    phone.press("button[value=pay]")
    phone.page.wait_for_url("**/return/")
    for _ in range(40):
        if any(one.state == "succeeded" for one in payment_queries.list_refunds(order.code)):
            break
        phone.page.wait_for_timeout(250)

    refund = payment_queries.list_refunds(order.code)[0]
    assert (refund.amount_minor, refund.state) == (order.total_minor, "succeeded")
    order.refresh_from_db()
    assert order.state == "expired"
    phone.open(f"/pay/{order.intent_code}/")
    assert "付款来晚了" in phone.text
    phone.open(f"/orders/{order.code}/")
    assert "已原路退回" in phone.text
    assert "没有扣款" not in phone.text
    town.assert_books_are_whole()
