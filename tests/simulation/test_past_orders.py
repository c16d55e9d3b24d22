"""Baskets of a file become paid past orders, once, with whole books, and insight hears of them."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from jishi import verification
from jishi.insight.behavior.models import Inbox
from jishi.simulation import baskets
from jishi.trade.orders.models import Order

LINES = "茶,杯子\n茶\n牛奶,面包,茶\n" * 8


@pytest.mark.django_db
def test_a_file_of_baskets_is_imported_once_and_the_books_are_whole(tmp_path: Path) -> None:
    file = tmp_path / "baskets.csv"
    file.write_text(LINES, encoding="utf-8")

    first = baskets.run(path=file, progress=lambda *_: None)
    told = Inbox.objects.count()
    again = baskets.run(path=file, progress=lambda *_: None)

    assert "24 new paid orders" in first.lines[-1] and "0 new paid orders" in again.lines[-1]
    assert set(Order.objects.values_list("state", flat=True)) == {"received"}
    assert not [check for check in verification.run() if check.broken]
    assert Inbox.objects.count() == told == 4


@pytest.mark.django_db
def test_insight_is_told_every_line_with_its_own_moment(tmp_path: Path) -> None:
    file = tmp_path / "baskets.csv"
    file.write_text(LINES, encoding="utf-8")

    baskets.run(path=file, progress=lambda *_: None)

    events = [event for body in bodies() for event in body["events"]]
    paid = [event for event in events if event["kind"] == "order_paid"]
    assert len(paid) == 8 * 6
    assert sum(event["amount_minor"] for event in paid) == sum(
        Order.objects.values_list("total_minor", flat=True)
    )
    assert len({event["at"] for event in paid}) == 24
    assert len({event["id"] for event in events}) == len(events)


def bodies() -> list[dict]:
    return [json.loads(zlib.decompress(bytes(row.body)))["data"] for row in Inbox.objects.all()]
