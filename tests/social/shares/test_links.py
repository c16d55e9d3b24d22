"""Who brought whom: chains without circles, visits once per visitor, orders attributed exactly once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from tests.factories import trade
from tests.factories.trade import NOON

from jishi.kernel.outbox import relay
from jishi.social.shares import operations as shares
from jishi.social.shares import queries
from jishi.social.shares.errors import ShareKindUnknown, ShareNotFound
from jishi.social.shares.models import ShareLink, ShareOrder, ShareVisit

pytestmark = pytest.mark.django_db


def link(sharer: trade.Buyer, *, via: str | None = None, key: str = "product23456") -> str:
    return shares.create_link(sharer_id=sharer.id, kind="product", key=key, via_code=via, at=NOON).code


def test_a_link_is_made_once_per_person_thing_and_way_they_came() -> None:
    one, other = trade.buyer(), trade.buyer()

    first = shares.create_link(sharer_id=one.id, kind="team", key="team23456789", at=NOON)

    assert shares.create_link(sharer_id=one.id, kind="team", key="team23456789", at=NOON) == first
    assert first.url_path == f"/r/{first.code}"
    assert link(one) != first.code
    assert link(other) != link(other, via=first.code)
    assert ShareLink.objects.count() == 4


def test_the_chain_tells_who_brought_whom() -> None:
    people = [trade.buyer() for _ in range(4)]
    code = None
    for person in people:
        code = link(person, via=code)
    assert code is not None

    steps = queries.chain(code)

    assert [step.sharer.id for step in steps if step.sharer] == [p.id for p in reversed(people)]
    assert [step.depth for step in steps] == [3, 2, 1, 0]
    assert queries.chain_depths().deepest == 3
    assert queries.chain_depths().mean_depth_hundredths == 150
    assert queries.list_broken_chains() == []


def test_nobody_brings_themselves_and_a_false_code_is_ignored() -> None:
    who = trade.buyer()
    own = link(who)

    again = queries.get_link(link(who, via=own))
    stray = queries.get_link(link(trade.buyer(), via="forged"))

    assert (again.code, again.depth, stray.depth) == (own, 0, 0)


def test_links_never_run_in_circles_and_never_change() -> None:
    one, other = trade.buyer(), trade.buyer()
    parent = link(one)
    child = link(other, via=parent)

    back = queries.get_link(link(one, via=child))

    assert back.depth == 2
    for statement in (
        "UPDATE shares_sharelink SET parent_id = (SELECT max(id) FROM shares_sharelink) WHERE depth = 0",
        "INSERT INTO shares_sharelink (code, kind, key, depth, channel, created_at, parent_id)"
        " SELECT 'deep', 'shop', 'x', 7, '', now(), min(id) FROM shares_sharelink",
        "DELETE FROM shares_sharelink",
    ):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_very_long_chain_begins_again() -> None:
    code: str | None = None
    people = [trade.buyer(), trade.buyer()]
    for number in range(65):
        code = link(people[number % 2], via=code)

    assert queries.chain_depths().deepest == 60


def test_a_visitor_counts_once_per_link_and_ones_own_visit_not_at_all() -> None:
    sharer, friend = trade.buyer(), trade.buyer()
    code = link(sharer)

    first = shares.record_visit(code=code, visitor="v1", person_id=friend.id, at=NOON)
    again = shares.record_visit(code=code, visitor="v1", person_id=friend.id, at=NOON)
    shares.record_visit(code=code, visitor="v2", at=NOON)
    own = shares.record_visit(code=code, visitor="v3", person_id=sharer.id, at=NOON)

    assert (first.is_first_visit, again.is_first_visit, own.is_first_visit, own.is_own) == (
        True,
        False,
        False,
        True,
    )
    assert first.sharer is not None and first.sharer.id == sharer.id
    assert (first.kind, first.key) == ("product", "product23456")
    assert ShareVisit.objects.count() == 2


def test_unknown_links_and_things_are_refused() -> None:
    with pytest.raises(ShareNotFound):
        shares.record_visit(code="nothing", visitor="v", at=NOON)
    with pytest.raises(ShareKindUnknown):
        shares.create_link(sharer_id=None, kind="wallet", key="x", at=NOON)


def test_a_paid_order_is_attributed_to_its_link_once_and_the_funnel_shows_it() -> None:
    scene = trade.scene(price=1500)
    sharer, friend = trade.buyer(), trade.buyer()
    code = link(sharer)
    shares.record_visit(code=code, visitor="v1", person_id=friend.id, at=NOON)
    link(friend, via=code)

    placed = trade.place(friend, (scene.variant_id, 2), share_code=code)
    trade.pay(placed)
    relay.drain()
    relay.drain()
    again = shares.record_order(
        share_code=link(trade.buyer()),
        order_code=placed.order_codes[0],
        buyer_id=friend.id,
        amount_minor=1,
        currency="CNY",
        paid_at=NOON + timedelta(minutes=1),
    )

    found = queries.funnel(sharer.id)
    assert not again
    assert (found.links, found.visitors, found.reshared, found.orders) == (1, 1, 1, 1)
    assert found.amounts_minor == {"CNY": placed.total_minor}
    assert [row.order_code for row in queries.page_orders(depth=0).items] == list(placed.order_codes)
    assert queries.list_links_of_orders(placed.order_codes) == {placed.order_codes[0]: code}


def test_buying_through_ones_own_link_brings_nobody() -> None:
    scene = trade.scene()
    code = link(scene.buyer)

    trade.pay(trade.place(scene.buyer, (scene.variant_id, 1), share_code=code))
    relay.drain()

    assert not ShareOrder.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_racing_makes_one_link_one_visit_and_one_attribution(
    race: Callable[[int, Callable[..., Any]], list[Any]],
) -> None:
    sharer, buyer = trade.buyer(), trade.buyer()

    codes = race(8, lambda: link(sharer))
    race(8, lambda: shares.record_visit(code=codes[0], visitor="v", at=NOON))
    news = race(
        8,
        lambda: shares.record_order(
            share_code=codes[0],
            order_code="order2345678",
            buyer_id=buyer.id,
            amount_minor=100,
            currency="CNY",
            paid_at=NOON,
        ),
    )

    assert len(set(codes)) == 1
    assert ShareVisit.objects.count() == ShareOrder.objects.count() == 1
    assert sorted(news) == [False] * 7 + [True]
