"""An impatient thumb on the last button: one order, however often it was pressed."""

from __future__ import annotations

import pytest
from tests.journeys.conftest import Town

from jishi.trade.orders.models import Order


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_on_place(town: Town, scripts: bool) -> None:
    phone = town.phone_of(town.street.people[0], scripts=scripts)
    phone.open(f"/checkout/?variant={town.street.variants[3][0]}&quantity=1")

    phone.page.dblclick("button[value=place]", no_wait_after=True)
    phone.page.wait_for_url("**/pay/**")

    assert "应付金额" in phone.text
    order = Order.objects.get()
    assert phone.page.url.endswith(f"/pay/{order.intent_code}/")
    town.assert_books_are_whole()
