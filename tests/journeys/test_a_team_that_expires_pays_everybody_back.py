"""A team of three that two people joined: time runs out, and both get their money back without asking."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.conftest import Town

from jishi.kernel import clock
from jishi.money.escrow import queries as escrow_queries
from jishi.money.payments import queries as payment_queries
from jishi.promotions.plays.models import Team
from jishi.trade.orders.models import Order


def test_a_team_that_expires_pays_everybody_back(town: Town) -> None:
    leader, friend = town.street.people[:2]
    mine, theirs = town.phone_of(leader), town.phone_of(friend)
    team = mine.start_team(town.product(1))
    theirs.join(team)

    Team.objects.filter(code=team.split("/")[2]).update(deadline_at=clock.now() - timedelta(seconds=1))
    town.catch_up()

    for phone, who in ((mine, leader), (theirs, friend)):
        phone.open(team)
        phone.waits_for_screen("expired", by_reload=True)
        for _ in range(20):
            if "已原路退回" in phone.text:
                break
            phone.page.wait_for_timeout(300)
            phone.page.reload()
        order = Order.objects.get(buyer_id=who.id)
        assert "你的退款" in phone.text
        assert order.state == "refunded"
        refunds = payment_queries.list_refunds(order.code)
        assert [(one.amount_minor, one.state) for one in refunds] == [(order.total_minor, "succeeded")]
        assert escrow_queries.get_holding(order.code).held_minor == 0
    town.assert_books_are_whole()
