"""Segments: opened, followed, copied, uploaded, put away; and who hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.factories import trade

from jishi.insight.portraits import errors, queries
from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits.events import SegmentEntered, SegmentLeft
from jishi.kernel.models import OutboxEvent
from jishi.people.accounts import operations as account_operations
from jishi.people.accounts import ports
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import AudienceRef
from jishi.people.accounts.models import User

NOON = trade.NOON
NOW = NOON
LATER = NOON + timedelta(days=2)
ONE_ORDER = {"field": "tag:orders", "op": "gte", "value": 1}

pytestmark = pytest.mark.django_db


def buy() -> int:
    scene = trade.scene()
    trade.pay(trade.place(scene.buyer, (scene.variant_id, 1)))
    portraits.touch(person_id=scene.buyer.id)
    return scene.buyer.id


def visitor() -> int:
    who = trade.buyer().id
    portraits.touch(person_id=who)
    return who


def told(topic: str) -> list[dict[str, Any]]:
    return [row.payload for row in OutboxEvent.objects.filter(topic=topic).order_by("pk")]


def test_a_segment_follows_its_rule() -> None:
    code = portraits.create_segment(name="Buyers", rule=ONE_ORDER, owner_id=None, at=NOW)
    who, other = buy(), visitor()
    portraits.refresh_touched(at=LATER)
    portraits.recompute_due(at=LATER)

    later = buy()
    portraits.refresh_touched(at=LATER)

    assert queries.list_members(code) == tuple(sorted((who, later)))
    assert queries.get_segment(code).count == 2
    assert other not in queries.list_members(code)
    assert queries.find_membership(who) == (code,)
    assert ports.is_member(AudienceRef("segment", code), who)
    assert not ports.is_member(AudienceRef("segment", code), other)


def test_entering_and_leaving_is_told_once() -> None:
    code = portraits.create_segment(name="Buyers", rule=ONE_ORDER, owner_id=None, at=NOW)
    who = buy()
    portraits.refresh_touched(at=LATER)
    portraits.recompute(code=code, at=LATER)
    portraits.recompute(code=code, at=LATER)

    portraits.edit_segment(code=code, rule={"field": "tag:orders", "op": "gte", "value": 5})
    portraits.recompute(code=code, at=LATER)
    portraits.recompute(code=code, at=LATER)

    assert [row["person_ids"] for row in told(SegmentEntered.topic)] == [[who]]
    assert [row["person_ids"] for row in told(SegmentLeft.topic)] == [[who]]
    assert queries.get_segment(code).count == 0


def test_a_rule_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(errors.FieldUnknown):
        portraits.create_segment(
            name="X", rule={"field": "tag:nothing", "op": "gte", "value": 1}, owner_id=None
        )

    assert queries.list_segments() == ()


def test_a_list_is_tried_before_it_is_kept() -> None:
    people = [trade.buyer().id for _ in range(3)]
    cards = accounts.list_people(people)
    mail = User.objects.get(pk=people[1]).email
    lines = [
        cards[people[0]].code,
        f" {mail.upper()} ",
        cards[people[0]].code,
        "nobody@example.org",
        "",
        "xyz",
    ]

    tried = portraits.upload_list(lines=lines, name="Guests", dry_run=True)
    kept = portraits.upload_list(lines=lines, name="Guests", at=NOW)

    assert (tried.lines, tried.found, tried.repeated, tried.unknown) == (
        5,
        2,
        1,
        ("nobody@example.org", "xyz"),
    )
    assert tried.is_dry_run
    assert queries.list_members(kept.code) == tuple(people[:2])
    assert len(queries.list_segments()) == 1


def test_an_uploaded_list_takes_the_place_of_its_members() -> None:
    one, two = trade.buyer().id, trade.buyer().id
    cards = accounts.list_people([one, two])
    code = portraits.upload_list(lines=[cards[one].code], name="Guests", at=NOW).code

    portraits.upload_list(lines=[cards[two].code], code=code, at=NOW)

    assert queries.list_members(code) == (two,)
    assert [row["person_ids"] for row in told(SegmentLeft.topic)] == [[one]]


def test_a_phone_number_finds_its_person() -> None:
    who = account_operations.register(nickname="柿", phone="13900139000").id

    done = portraits.upload_list(lines=["139 0013 9000"], name="Phones", at=NOW)

    assert queries.list_members(done.code) == (who,)


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(errors.ListEmpty):
        portraits.upload_list(lines=["nobody@example.org"], name="Guests", at=NOW)

    assert queries.list_segments() == ()


def test_a_snapshot_stays_when_its_source_moves_on() -> None:
    code = portraits.create_segment(name="Buyers", rule=ONE_ORDER, owner_id=None, at=NOW)
    first = buy()
    portraits.refresh_touched(at=LATER)
    portraits.recompute(code=code, at=LATER)

    kept = portraits.take_snapshot(code=code, at=LATER)
    second = buy()
    portraits.refresh_touched(at=LATER)

    assert queries.list_members(kept) == (first,)
    assert queries.list_members(code) == tuple(sorted((first, second)))
    with pytest.raises(errors.SegmentFixed):
        portraits.recompute(code=kept)
    shared = queries.overlap([code, kept, "unknown"])
    assert (shared.codes, shared.cells) == ((code, kept), ((2, 1), (1, 1)))


def test_a_segment_that_is_put_away_has_no_members() -> None:
    code = portraits.create_segment(name="Buyers", rule=ONE_ORDER, owner_id=None, at=NOW)
    who = buy()
    portraits.refresh_touched(at=LATER)
    portraits.recompute(code=code, at=LATER)

    portraits.archive_segment(code=code, at=LATER)
    portraits.archive_segment(code=code, at=LATER)

    assert not queries.is_member(code, who)
    assert [row["person_ids"] for row in told(SegmentLeft.topic)] == [[who]]
    portraits.create_segment(name="Buyers", rule=ONE_ORDER, owner_id=None, at=LATER)


def test_a_name_is_taken_once() -> None:
    portraits.create_segment(name="Buyers", rule=ONE_ORDER, owner_id=None, at=NOW)

    with pytest.raises(errors.SegmentNameTaken):
        portraits.create_segment(name=" Buyers ", rule=ONE_ORDER, owner_id=None, at=NOW)
    with pytest.raises(errors.SegmentNameMissing):
        portraits.create_segment(name=" ", rule=ONE_ORDER, owner_id=None, at=NOW)

    assert len(queries.list_segments()) == 1


def test_members_are_shown_page_by_page() -> None:
    people = [visitor() for _ in range(5)]
    portraits.refresh_touched(at=LATER)
    rule = {"field": "tag:member_days", "op": "lte", "value": 100_000}
    code = portraits.create_segment(name="All", rule=rule, owner_id=None, at=NOW)
    portraits.recompute(code=code, at=LATER)

    first = queries.page_members(code, None, 3)
    rest = queries.page_members(code, first.next_after, 3)

    assert [one.person_id for one in (*first.people, *rest.people)] == people
    assert rest.next_after is None
    assert queries.preview(rule, at=LATER).count == 5


def test_the_audience_asks_the_database_once(django_assert_num_queries: Any) -> None:
    code = portraits.create_segment(name="All", rule=ONE_ORDER, owner_id=None, at=NOW)
    who = visitor()

    with django_assert_num_queries(1):
        assert not ports.is_member(AudienceRef("segment", code), who)
