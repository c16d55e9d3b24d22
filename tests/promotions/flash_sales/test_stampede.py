"""The whole stampede of a flash sale, through the settler on two connections at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db.models import Sum
from tests.factories import flash as made

from jishi.people.accounts.models import User
from jishi.promotions.flash_sales import settle
from jishi.promotions.flash_sales.models import Claim
from jishi.trade.orders.models import Order

PEOPLE, TIMES, UNITS = 500, 20, 100


@pytest.mark.django_db(transaction=True)
def test_grp_091_ten_thousand_requests_for_a_hundred_units_have_a_hundred_buyers() -> None:
    sale = made.running(units=UNITS, stock=UNITS)
    run = uuid4().hex[:8]
    users = User.objects.bulk_create(User(nickname=f"r{run}{number}") for number in range(PEOPLE))
    # Everybody taps twenty times; the taps of one person fall into different batches of both settlers.
    taps = [users[(tap * 7 + tap // PEOPLE) % PEOPLE].pk for tap in range(PEOPLE * TIMES)]
    batches = [taps[start : start + settle.MOST] for start in range(0, len(taps), settle.MOST)]

    with ThreadPoolExecutor(2) as pool:
        outcomes = [one for batch in pool.map(lambda batch: made.buy(sale, *batch), batches) for one in batch]

    kinds = Counter(one.kind for one in outcomes)
    assert len(outcomes) == 10_000 and set(kinds) <= {"won", "yours", "returning"}
    held = Claim.objects.filter(item__code=sale.code, state="held")
    assert held.count() == held.values("person").distinct().count() == Order.objects.count() == UNITS
    assert held.aggregate(n=Sum("quantity"))["n"] == UNITS
    assert {one.order_code for one in outcomes if one.order_code} == set(
        held.values_list("order_code", flat=True)
    )
    assert kinds["won"] + kinds["yours"] == UNITS * TIMES  # who has one hears of that one at every tap
    assert (sale.item.available, sale.item.held) == (0, UNITS) and made.adds_up(sale)
