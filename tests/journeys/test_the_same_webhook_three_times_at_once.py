"""The provider says it three times at once; the shop hears it once."""

from __future__ import annotations

from django.db import connection
from tests.journeys.conftest import Town

from jishi.money.payments.models import Capture
from jishi.trade.orders.models import Order, OrderEvent

DELIVERED = """
SELECT count(*) FROM sandbox_psp.delivery d JOIN sandbox_psp.payment p ON d.body::jsonb->'data'->>'id' = p.id
WHERE p.return_url LIKE %s AND d.state = 'done'
"""


def _delivered(intent_code: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(DELIVERED, [f"%{intent_code}%"])
        return int(cursor.fetchone()[0])


def test_the_same_webhook_three_times_at_once(town: Town) -> None:
    phone = town.phone_of(town.street.people[0])
    phone.open(f"/checkout/?variant={town.street.variants[3][0]}&quantity=2")
    intent_code = phone.place()

    phone.pay("pay_thrice")
    phone.page.wait_for_url("**/orders/**")
    for _ in range(60):
        if _delivered(intent_code) == 3:
            break
        phone.page.wait_for_timeout(200)

    assert _delivered(intent_code) == 3
    order = Order.objects.get()
    assert order.state == "paid"
    assert [one.amount_minor for one in Capture.objects.all()] == [order.total_minor]
    assert OrderEvent.objects.filter(order=order, to_state="paid").count() == 1
    assert "待发货" in phone.text
    town.assert_books_are_whole()
