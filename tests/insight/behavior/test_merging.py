"""Small files become few without losing a row; browsers get their person; robots are flagged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import trade
from tests.insight.behavior import kit

from jishi.goods.catalog.models import Product
from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries, rules
from jishi.insight.behavior.models import DirtyDay, File, Identity

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
LATER = NOW + 2 * DAY


def ids() -> list[str]:
    return [row["event_id"] for row in kit.rows(columns="event_id, ts")]


def test_hours_and_days_are_merged_without_losing_a_row_and_replaced_files_go_later(lake_root):
    for number in range(4):
        kit.send(
            kit.event(at=NOW - timedelta(minutes=number)), kit.event("searched", query="柿", at=NOW - DAY)
        )
        behavior.compact()
    before = ids()
    assert queries.health().hot_files == 8

    hours = behavior.merge_hours(at=NOW + timedelta(hours=3))
    days = behavior.merge_days(at=LATER)

    assert (hours.days, hours.files_before, hours.files_after) == (2, 8, 2)
    assert days.files_after == 2
    assert ids() == before and len(before) == 8
    assert [one.level for one in queries.list_files()] == [2, 2]
    assert len(list(lake_root.rglob("*.parquet"))) == 12
    behavior.forget_old(at=LATER + timedelta(minutes=1))
    assert len(list(lake_root.rglob("*.parquet"))) == 4  # those replaced a moment ago may still be read
    behavior.forget_old(at=LATER + timedelta(hours=1))
    assert len(list(lake_root.rglob("*.parquet"))) == 2
    assert ids() == before


def test_files_are_sorted_by_person_and_moment_and_the_manifest_knows_their_ends():
    for number in range(3):
        kit.send(kit.event(at=NOW - timedelta(minutes=5 * number)), visitor="abcdefghjkm" + "npq"[number] * 9)
        behavior.compact()

    behavior.merge_hours(at=NOW + timedelta(hours=3))

    file = queries.list_files()[0]
    found = kit.rows()
    assert (file.min_user, file.max_user) == (
        min(r["user_id"] for r in found),
        max(r["user_id"] for r in found),
    )
    assert file.rows == 3 and file.min_ts == NOW - timedelta(minutes=10)


def test_a_browser_that_signs_in_gives_its_earlier_events_to_the_person():
    person, other = trade.buyer().id, trade.buyer().id
    kit.send(kit.event(at=NOW - 3 * DAY))
    kit.send(kit.event(at=NOW - 3 * DAY), visitor="z" * 20)
    behavior.compact()
    DirtyDay.objects.all().delete()

    behavior.link(visitor=kit.VISITOR, person_id=person, at=NOW)
    done = behavior.merge_days(at=LATER)

    assert done.relabelled == 2  # under the old number and the new
    assert {(r["visitor"], r["user_id"], r["person_id"]) for r in kit.rows()} == {
        (kit.VISITOR, person, person),
        ("z" * 20, rules.visitor_number("z" * 20), None),
    }
    assert set(DirtyDay.objects.values_list("user_id", flat=True)) == {
        person,
        rules.visitor_number(kit.VISITOR),
    }
    assert Identity.objects.get().applied_at == LATER
    kit.send(kit.event(at=NOW - timedelta(minutes=1)))
    behavior.compact()
    assert kit.rows(f"user_id = {person}")[-1]["visitor"] == kit.VISITOR
    assert other


def test_a_browser_of_two_people_gives_each_what_came_before_their_sign_in():
    one, two = trade.buyer().id, trade.buyer().id
    behavior.link(visitor=kit.VISITOR, person_id=one, at=NOW - 2 * DAY)
    behavior.link(visitor=kit.VISITOR, person_id=two, at=NOW - DAY)
    kit.send(*[kit.event(at=NOW - DAY * n / 2) for n in (5, 3, 1)])

    behavior.compact()

    assert [r["person_id"] for r in kit.rows()] == [one, two, None]


def test_dat_180_robots_are_flagged_and_one_identity_counts_for_one_thing_only_so_often():
    product = trade.scene().product_id
    code = Product.objects.get(pk=product).code
    # One thing counts so often a day: all of this must lie on one day of the platform.
    now = NOW if rules.day_of(NOW) == rules.day_of(NOW - timedelta(hours=1)) else NOW - timedelta(hours=1)
    minute_ago = now.replace(second=0) - timedelta(minutes=1)
    kit.send(
        kit.event(at=now),
        agent="Mozilla/5.0 (compatible; SomeBot/2.1; +https://bot.example)",
        visitor="b" * 20,
    )
    for minute in range(4):
        kit.send(
            kit.event(at=now - timedelta(minutes=20 + minute)),
            *[
                kit.event("product_viewed", product=code, at=now - timedelta(minutes=20 + minute))
                for _ in range(40)
            ],
            visitor="f" * 20,
        )
        behavior.compact()
    kit.send(
        *[kit.event("product_viewed", product=code, at=now - timedelta(minutes=n)) for n in range(35)],
        visitor="n" * 20,
    )
    kit.send(*[kit.event(at=minute_ago + timedelta(seconds=n % 50)) for n in range(400)], visitor="q" * 20)
    kit.send(kit.event(at=now), kit.event("product_viewed", product=code, at=now), visitor="h" * 20)
    behavior.compact()

    behavior.merge_hours(at=NOW + timedelta(hours=3))

    people = kit.rows("NOT is_bot AND kind = 'product_viewed'", columns="visitor, ts, event_id")
    counted = {v: sum(r["visitor"] == v for r in people) for v in {r["visitor"] for r in people}}
    assert counted == {"f" * 20: rules.MOST_OF_ONE_THING, "h" * 20: 1}
    assert all(r["is_bot"] for r in kit.rows(f"visitor IN ('{'b' * 20}', '{'q' * 20}')"))


def test_files_that_no_manifest_knows_are_swept_and_never_read(lake_root):
    kit.send(kit.event())
    behavior.compact()
    folder = next((lake_root / "events").glob("dt=*"))
    stray = folder / "h-stray.parquet"
    stray.write_bytes(b"half a file")
    import os

    os.utime(stray, (0, 0))

    assert queries.lake().rows == 1
    behavior.forget_old()

    assert not stray.exists() and len(list(folder.iterdir())) == 1
    assert File.objects.count() == 1
