"""Facts of the shop in the lake: once each, with their own moment, and money that adds up."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from tests.factories import trade
from tests.factories.trade import NOON
from tests.insight.behavior import kit

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries
from jishi.insight.behavior.models import Inbox
from jishi.kernel.outbox import relay
from jishi.social.graph import operations as graph
from jishi.social.shares import operations as shares
from jishi.trade.orders.models import Order

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).resolve().parents[3] / "src/jishi/surfaces/shell/static/shell/js/see.js"


def flow() -> None:
    relay.drain()
    behavior.gather()
    while behavior.compact().batches:
        pass


def test_an_order_is_in_the_lake_as_paid_and_the_money_is_the_orders():
    scene = trade.scene(price=333)
    trade.pay(trade.place(scene.buyer, (scene.variant_id, 3)))
    flow()

    flow()

    order = Order.objects.get()
    paid = kit.rows("kind = 'order_paid'")
    assert sum(r["amount_minor"] for r in paid) == order.total_minor
    assert {(r["order_code"], r["person_id"], r["product_id"], r["quantity"]) for r in paid} == {
        (order.code, scene.buyer.id, scene.product_id, 3)
    }
    assert [r["ts"] for r in paid] == [(NOON + timedelta(minutes=1)).replace(tzinfo=None)]
    assert len(kit.rows("kind = 'order_placed'")) == 1
    assert queries.health().inbox_batches == 0


def test_accounts_links_visits_and_follows_are_facts_told_once():
    one, other = trade.buyer(), trade.buyer()
    link = shares.create_link(sharer_id=one.id, kind="product", key="abcdefgh2345", at=NOON)
    shares.record_visit(code=link.code, visitor=kit.VISITOR, at=NOON + timedelta(minutes=5))
    graph.follow(person_id=other.id, other_id=one.id)

    flow()
    flow()

    kinds = [r["kind"] for r in kit.rows()]
    assert sorted(kinds) == ["followed", "share_created", "share_visited", "signed_up", "signed_up"]
    visit = kit.rows("kind = 'share_visited'")[0]
    assert (visit["visitor"], visit["from_user_id"], visit["share_code"]) == (kit.VISITOR, one.id, link.code)
    assert visit["user_id"] < 0 and visit["channel"] == "share"


def test_a_fact_that_is_told_twice_is_one_event():
    at = NOON
    for _ in range(2):
        Inbox.objects.all().delete()
        behavior.record(kind="survey_answered", key="s1:7", at=at, person_id=trade.buyer().id)
        behavior.compact()

    assert len(kit.rows()) == 1


def test_the_script_of_the_pages_is_small():
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= 3 * 1024
