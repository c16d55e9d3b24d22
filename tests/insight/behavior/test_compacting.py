"""From the inbox into files: kept once, corrected, refused with a reason, and never half."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import trade
from tests.insight.behavior import kit

from jishi.goods.catalog.models import Product
from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries, rules
from jishi.insight.behavior.contracts import Sender
from jishi.insight.behavior.errors import BatchMalformed
from jishi.insight.behavior.models import DeadLetter, DirtyDay, Inbox, Seen
from jishi.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)


def test_a_batch_becomes_rows_of_a_file_and_leaves_the_inbox():
    kit.send(kit.event(at=NOW), kit.event("searched", query="柿饼", at=NOW), channel="share")

    done = behavior.compact()

    assert (done.batches, done.events, done.doubled, done.dead) == (1, 2, 0, 0)
    assert not Inbox.objects.exists()
    assert kit.same_columns()
    found = kit.rows("kind = 'searched'")[0]
    assert (found["query"], found["channel"], found["device"], found["visitor"]) == (
        "柿饼",
        "share",
        "phone",
        kit.VISITOR,
    )
    assert found["user_id"] == rules.visitor_number(kit.VISITOR) < 0
    assert found["ts"] == NOW.replace(tzinfo=None)
    assert queries.lake().rows == 2
    assert [(d.day, d.user_id) for d in DirtyDay.objects.all()] == [(found["day"], found["user_id"])]


def test_the_same_batch_is_taken_once():
    one = kit.event()

    taken = [kit.send(one, batch_id="same-batch"), kit.send(one, batch_id="same-batch")]

    assert taken == [True, False]
    assert Inbox.objects.count() == 1


def test_the_batch_ids_of_two_browsers_are_their_own():
    taken = [
        kit.send(kit.event(), batch_id="same-batch"),
        kit.send(kit.event(), batch_id="same-batch", visitor="z" * 20),
    ]

    assert taken == [True, True]


def test_dat_179_an_event_that_comes_again_in_another_batch_or_much_later_is_kept_once():
    one, old = kit.event(), kit.event("page_viewed", at=NOW - timedelta(days=20))
    kit.send(one, one)
    kit.send(old, source="app")
    behavior.compact()
    kit.send(one)
    assert behavior.compact().doubled == 1
    Seen.objects.all().delete()  # as the sweep does after its days
    kit.send(old, source="app", batch_id="once-more")

    done = behavior.compact()

    assert done.events == 0 and done.doubled == 1
    assert queries.lake().rows == 2


def test_dat_179_late_events_lie_on_their_own_day_and_mark_it():
    late = NOW - timedelta(days=3)
    kit.send(kit.event(at=late), kit.event(at=NOW))

    behavior.compact()

    assert queries.lake().days == (rules.day_of(late), rules.day_of(NOW))
    assert set(DirtyDay.objects.values_list("day", flat=True)) == {rules.day_of(late), rules.day_of(NOW)}


def test_dat_179_a_wrong_clock_is_corrected_and_the_future_is_refused():
    ahead = NOW + timedelta(hours=5)
    kit.send(
        kit.event("searched", query="fast", at=ahead - timedelta(minutes=1)), sent_at=kit.ms(ahead), at=NOW
    )
    kit.send(kit.event("searched", query="future", at=NOW + timedelta(hours=1)), sent_at=kit.ms(NOW), at=NOW)
    kit.send(kit.event("searched", query="old", at=NOW - timedelta(days=30)), sent_at=kit.ms(NOW), at=NOW)

    behavior.compact()

    assert [(r["query"], r["ts"]) for r in kit.rows()] == [
        ("fast", (NOW - timedelta(minutes=1)).replace(tzinfo=None))
    ]
    assert set(DeadLetter.objects.values_list("reason", flat=True)) == {"from_the_future", "too_late"}


def test_bad_events_become_dead_letters_and_spoil_nothing_else():
    bad = [
        {"kind": "page_viewed", "at": kit.ms(NOW)},
        kit.event("no_such_kind"),
        kit.event("order_paid"),
        "text",
        kit.event("product_viewed", product="nosuchcode22"),
        {**kit.event(), "props": {"long": "x" * 3000}},
        {**kit.event(), "at": 10**30},
    ]
    kit.send(kit.event(), *bad)

    done = behavior.compact()

    assert done.events == 1 and done.dead == len(bad)
    assert queries.count_dead_letters() == {
        "id_missing": 1,
        "kind_unknown": 1,
        "kind_of_the_server": 1,
        "no_object": 1,
        "column_missing": 1,
        "props_too_large": 1,
        "moment_impossible": 1,
    }


MALFORMED = (
    b"",
    b"[]",
    b"{",
    b'{"batch":"12345678"}',
    b'{"batch":"x","events":[{}]}',
    b'{"batch":"12345678","events":[]}',
    b'{"batch":"12345678","events":[{}],"sent_at":"noon"}',
    b"[" * 100_000,
)


@pytest.mark.parametrize("raw", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_batch_is_refused_and_nothing_is_kept(raw):
    with pytest.raises(BatchMalformed):
        behavior.accept(raw=raw, sender=Sender(source="web", visitor=kit.VISITOR))

    assert not Inbox.objects.exists()


def test_codes_become_ids_with_what_belongs_to_them():
    scene = trade.scene()
    product = Product.objects.get(pk=scene.product_id)
    kit.send(kit.event("product_viewed", product=product.code, slot="home", position=3))

    behavior.compact()

    found = kit.rows()[0]
    assert (found["product_id"], found["shop_id"]) == (product.id, scene.shop.id)
    assert (found["slot"], found["position"]) == ("home", 3)


def test_half_characters_of_a_hostile_sender_are_kept_as_question_marks():
    kit.send(kit.event("searched", query="ab\ud800c"), kit.event(props={"x": "\udfff"}), language="\ud800x")

    done = behavior.compact()

    assert (done.events, done.dead) == (2, 0)
    assert kit.rows("kind = 'searched'", columns="query, ts, event_id")[0]["query"] == "ab?c"


def test_a_batch_that_no_file_can_take_is_set_aside_and_stops_nobody():
    kit.send(kit.event())
    sender = Sender(source="server", visitor="")
    poison = kit.batch({"id": str(uuid7()), "kind": "order_paid", "order_code": "o-1", "at": -62135596800000})
    behavior.accept(raw=poison, sender=sender)
    kit.send(kit.event())
    before = Inbox.objects.count()

    done = behavior.compact()

    assert before == 3 and not Inbox.objects.exists()
    assert (done.batches, done.events, done.dead) == (3, 2, 1) and queries.lake().rows == 2
    assert queries.count_dead_letters() == {"not_storable": 1}
