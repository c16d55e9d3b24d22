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
from jishi.people.accounts import ports
from jishi.people.accounts.contracts import AudienceRef

NOON = trade.NOON
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
    code = portraits.create_segment(name="Buyers", rule=ONE_ORDER, owner_id=None, at=NOON)
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
    code = portraits.create_segment(name="Buyers", rule=ONE_ORDER, owner_id=None, at=NOON)
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
