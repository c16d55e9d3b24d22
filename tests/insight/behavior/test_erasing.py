"""Who is forgotten is in no file any more and does not come back; what people allow decides what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from tests.factories import trade
from tests.insight.behavior import kit

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import privacy, queries, rules
from jishi.insight.behavior.models import DeadLetter, Erasure, Identity
from jishi.insight.behavior.operations import erasing
from jishi.people.privacy import operations as choices

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def history() -> tuple[int, int]:
    """Two people with browsers, events, an order, a sharer's name; some of it merged."""
    gone, stays = trade.buyer().id, trade.buyer().id
    for person, visitor in ((gone, kit.VISITOR), (stays, "z" * 20)):
        kit.send(kit.event(at=NOW - 2 * DAY), visitor=visitor)
        behavior.link(visitor=visitor, person_id=person, at=NOW - DAY)
        kit.send(kit.event("searched", query="秘密", at=NOW), visitor=visitor, person_id=person)
        behavior.record(
            kind="order_paid", key=f"o{person}", at=NOW - DAY, person_id=person, order_code=f"order{person}",
            amount_minor=500, currency="CNY",
        )  # fmt: skip
    behavior.record(kind="followed", key="f", at=NOW, person_id=stays, from_user_id=gone)
    kit.send(kit.event("no_such_kind"), visitor=kit.VISITOR, person_id=gone)
    behavior.compact()
    return gone, stays


def test_prv_140_an_erased_person_is_in_no_file_and_the_totals_stay(lake_root):
    gone, stays = history()
    behavior.merge_hours(at=NOW + timedelta(hours=3))
    sold = kit.rows("kind = 'order_paid'", columns="sum(amount_minor) AS n, 1 AS ts, 1 AS event_id")[0]["n"]
    users = [gone, rules.visitor_number(kit.VISITOR)]

    privacy.erase_person(person_id=gone, at=NOW)
    done = behavior.erase_due(at=NOW)

    assert len(done) == 1 and done[0].left == 0 and done[0].rows >= 3
    assert erasing.scan(users) == 0
    raw = b"".join(path.read_bytes() for path in lake_root.rglob("*.parquet"))
    assert kit.VISITOR.encode() not in raw
    assert len(list(lake_root.rglob("*.parquet"))) == len(queries.lake().files)
    kept = kit.rows("kind = 'order_paid'", columns="sum(amount_minor) AS n, 1 AS ts, 1 AS event_id")[0]["n"]
    assert kept == sold == 1000
    assert len(kit.rows(f"user_id = {stays}")) >= 3
    assert not DeadLetter.objects.exists() and not Identity.objects.filter(person_id=gone).exists()
    assert Erasure.objects.get().done_at == NOW


def test_prv_140_what_comes_late_of_a_forgotten_person_is_not_kept():
    gone, _ = history()
    kit.send(kit.event("searched", query="迟到", at=NOW - DAY), person_id=gone)
    kit.send(kit.event("searched", query="匿名", at=NOW - DAY))

    behavior.erase(person_id=gone, at=NOW)
    done = behavior.compact()

    assert done.erased == 2 and done.events == 0
    kit.send(
        kit.event("searched", query="以后", at=NOW + timedelta(seconds=1)), at=NOW + timedelta(seconds=2)
    )
    assert behavior.compact().events == 1


def test_prv_141_everything_that_is_erased_was_in_the_export():
    gone, stays = history()

    held = privacy.export_person(person_id=gone)

    assert held["browsers"] == [kit.VISITOR]
    assert {row["kind"] for row in held["events"]} == {"page_viewed", "searched", "order_paid"}
    assert "秘密" in str(held) and str(stays) not in {str(row.get("person_id")) for row in held["events"]}
    behavior.erase(person_id=gone, at=NOW)
    assert privacy.export_person(person_id=gone) == {"browsers": [], "events": []}


def test_who_refuses_analytics_is_not_followed_and_sales_are_kept_without_them():
    person = trade.buyer().id
    choices.withdraw(person_id=person, purpose="analytics")
    kit.send(kit.event(), person_id=person)
    behavior.record(
        kind="order_paid", key="o1", at=NOW, person_id=person, order_code="order1", amount_minor=7
    )
    behavior.record(kind="note_liked", key="n1", at=NOW, person_id=person, note_id=3)

    done = behavior.compact()

    assert (done.events, done.without_consent) == (1, 2)
    row = kit.rows()[0]
    assert (row["kind"], row["person_id"], row["visitor"], row["amount_minor"]) == ("order_paid", None, "", 7)
    assert row["user_id"] < 0


def test_where_the_law_asks_for_consent_nobody_is_followed_without_it(settings):
    settings.JISHI_RULE_PACK = "eu"
    agreed, silent = trade.buyer().id, trade.buyer().id
    choices.give(person_id=agreed, purpose="analytics")
    kit.send(kit.event())
    kit.send(kit.event(), person_id=silent, visitor="s" * 20)
    kit.send(kit.event(), person_id=agreed, visitor="t" * 20)

    done = behavior.compact()

    assert (done.events, done.without_consent) == (1, 2)
    assert [r["person_id"] for r in kit.rows()] == [agreed]


def test_prv_140_every_column_is_in_the_inventory_exactly_once():
    for model in apps.get_app_config("behavior").get_models():
        table = model._meta.db_table
        columns = {field.column for field in model._meta.concrete_fields}
        personal = {f.column for f in privacy.PERSONAL_FIELDS if f.table == table}

        assert personal | privacy.IMPERSONAL[table] == columns, table
        assert not personal & privacy.IMPERSONAL[table]
