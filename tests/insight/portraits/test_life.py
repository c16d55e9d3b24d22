"""Stages of life, classes of customers, and groups of people who are alike."""

# ruff: noqa: E501 - tables of cases are read line by line

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.insight.portraits import world
from tests.insight.portraits.world import NOW

from jishi.insight.portraits import errors, queries, rules
from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits.contracts import Stage
from jishi.insight.portraits.events import StageChanged
from jishi.insight.portraits.models import Portrait, StageOf, Transition, Yardstick
from jishi.insight.portraits.operations import asking
from jishi.kernel.models import OutboxEvent


def stage(person_id: int, shop_id: int | None = None) -> str:
    return StageOf.objects.get(person_id=person_id, shop_id=shop_id).stage


def refresh(*people: int, at: Any = NOW) -> None:
    for who in people:
        portraits.touch(person_id=who)
    portraits.refresh_touched(at=at)


@pytest.mark.django_db
def test_every_stage_is_reached() -> None:
    ware = world.ware()
    ages = {
        Stage.POTENTIAL: [], Stage.NEW: [5], Stage.ACTIVE: [40, 5], Stage.LOYAL: [50, 40, 5],
        Stage.AT_RISK: [100, 70], Stage.CHURNED: [300, 200],
    }  # fmt: skip
    people = {name: world.person() for name in ages}
    for name, days in ages.items():
        for day in days:
            world.order(people[name], ware, day)

    portraits.rebuild(at=NOW)

    assert {name: stage(who) for name, who in people.items()} == {name: name.value for name in ages}
    assert stage(people[Stage.LOYAL], ware.shop) == "loyal"
    assert not StageOf.objects.filter(person_id=people[Stage.POTENTIAL], shop_id=ware.shop).exists()
    board = queries.lifecycle_board(at=NOW)
    assert [line.people for line in board.stages] == [1, 1, 1, 1, 1, 1]
    assert board.thresholds.source == "default"
    shop_board = queries.lifecycle_board(shop_id=ware.shop, at=NOW)
    assert sum(line.people for line in shop_board.stages) == 5
    # Who is computed for the first time is followed through the last ninety days; nobody is told of the past.
    moves = Transition.objects.filter(shop=None).exclude(before="").order_by("at")
    walked = {(row.person_id, row.before, row.after, (NOW - row.at).days) for row in moves}
    assert walked >= {
        (people[Stage.ACTIVE], "new", "active", 3), (people[Stage.LOYAL], "active", "loyal", 3),
        (people[Stage.AT_RISK], "new", "active", 60), (people[Stage.AT_RISK], "active", "at_risk", 7),
        (people[Stage.CHURNED], "at_risk", "churned", 60),
    }  # fmt: skip
    assert not OutboxEvent.objects.filter(topic=StageChanged.topic).exists()


@given(st.integers(0, 60), st.integers(0, 900), st.integers(1, 400), st.integers(0, 30))
def test_a_stage_is_one_of_six_and_limits_are_in_order(
    orders: int, silent: int, days: int, loyal: int
) -> None:
    limits = rules.thresholds(interval_days=days, gaps=50, loyal_orders=loyal, source="shop")

    found = rules.stage(orders, silent, limits)

    assert found in set(Stage)
    assert 0 < limits.at_risk_days < limits.churn_days
    assert limits.loyal_orders >= rules.LOYAL_LEAST
    assert (found is Stage.POTENTIAL) == (orders == 0)


@pytest.mark.django_db
def test_a_move_is_kept_and_told_once() -> None:
    who, ware = world.person(), world.ware()
    refresh(who)
    OutboxEvent.objects.all().delete()
    world.order(who, ware, 0.001)

    refresh(who)
    refresh(who)

    moves = [(m.before, m.after, m.shop_id) for m in Transition.objects.order_by("pk")]
    assert sorted(moves, key=str) == sorted([("potential", "new", None), ("", "new", ware.shop)], key=str)
    facts = [one.payload for one in OutboxEvent.objects.filter(topic=StageChanged.topic).order_by("pk")]
    assert sorted((f["before"], f["after"], f["shop_id"] or 0, *f["person_ids"]) for f in facts) == [
        ("", "new", ware.shop, who),
        ("potential", "new", 0, who),
    ]
    board = queries.lifecycle_board(at=NOW + timedelta(minutes=1))
    codes = [line.code for line in board.stages]
    assert board.cells[codes.index("potential")][codes.index("new")] == 1


@pytest.mark.django_db
def test_silence_alone_moves_people_at_the_nightly_rebuild() -> None:
    who, ware = world.person(), world.ware()
    world.order(who, ware, 1)
    portraits.rebuild(at=NOW)
    assert stage(who) == "new"

    portraits.rebuild(at=NOW + timedelta(days=80))

    row = StageOf.objects.get(person_id=who, shop=None)
    assert (row.stage, row.since) == ("at_risk", NOW + timedelta(days=80))
    assert row.evidence["silent"] == 81


@pytest.mark.django_db
def test_the_rhythm_of_a_shop_decides_when_its_customers_are_at_risk() -> None:
    quick, slow = world.ware(kind="milk"), world.ware(kind="sofas")
    for number in range(16):
        buyer = world.person()
        for week in range(3):
            world.order(buyer, quick, 7 * week + number % 3)
        other = world.person()
        for part in range(3):
            world.order(other, slow, 80 * part + 1)

    portraits.rebuild(at=NOW)

    fast, calm = queries.thresholds_of(quick.shop), queries.thresholds_of(slow.shop)
    assert (fast.source, fast.interval_days, fast.gaps, fast.at_risk_days) == ("shop", 7, 32, 14)
    assert (calm.interval_days, calm.at_risk_days, calm.churn_days) == (80, 160, 320)
    assert "32" in fast.words


@pytest.mark.django_db
def test_a_shop_with_few_repeats_takes_the_rhythm_of_its_kind() -> None:
    known, small = world.ware(kind="milk"), world.ware(kind="milk")
    for _ in range(31):
        buyer = world.person()
        world.order(buyer, known, 11)
        world.order(buyer, known, 1)
    world.order(world.person(), small, 3)

    portraits.rebuild(at=NOW)

    limits = queries.thresholds_of(small.shop)
    assert (limits.source, limits.interval_days) == ("category", 10)


@pytest.mark.django_db
def test_rfm_classes_equal_the_rule_for_every_buyer() -> None:
    ware = world.ware()
    truth = {}
    for number in range(25):
        who = world.person()
        orders = 1 if number < 15 else number - 12
        for one in range(orders):
            world.order(who, ware, 2 + number * 3 + one, amount=500 + 100 * number)
        truth[who] = (2 + number * 3, orders, orders * (500 + 100 * number))
    portraits.rebuild(at=NOW)
    limits = Yardstick.objects.get(pk="measure").value

    for who, (silent, count, spent) in truth.items():
        recency = 6 - rules.fifth(silent, limits["recency"])
        expected = rules.rfm_class(
            recency, rules.fifth(count, limits["frequency"]), rules.fifth(spent, limits["money"])
        )
        tags = Portrait.objects.get(pk=who).tags
        assert tags["rfm"] == expected.code
        assert tags["recency_fifth"] == recency
        assert count > 1 or tags["frequency_fifth"] == 1  # what most people have is never high

    grid = queries.rfm_grid()
    assert sum(cell.people for cell in grid.classes) == 25
    assert sum(sum(row) for row in grid.cells) == 25
    assert sum(cell.amount_minor for cell in grid.classes) == sum(one[2] for one in truth.values())
    now = queries.rfm_movement(NOW, NOW)
    assert sum(now.cells[place][place] for place in range(9)) == 25


@pytest.mark.django_db
def test_movement_counts_who_came_and_who_sent_back() -> None:
    ware = world.ware()
    old, new, back = world.person(), world.person(), world.person()
    world.order(old, ware, 60)
    world.order(new, ware, 3)
    world.order(back, ware, 50, state="refunded")  # went back a day later
    portraits.rebuild(at=NOW)

    moved = queries.rfm_movement(NOW - timedelta(days=49.5), NOW)

    came = sum(moved.cells[0])
    gone = sum(row[0] for row in moved.cells)
    assert (came, gone) == (1, 1)
    assert sum(sum(row) for row in moved.cells) == 3


@pytest.mark.django_db
def test_groups_are_the_same_every_time_and_say_what_sets_them_apart() -> None:
    for number in range(90):
        who, kind = world.person(), number % 3
        tags = {
            "orders": [0, 2, 12][kind] + number % 2, "spent_minor": [0, 3000, 90000][kind], "followers": [0, 80, 2][kind],
            "notes": [0, 30, 0][kind], "views_30": [1, 20, 60][kind] + number % 5,
        }  # fmt: skip
        Portrait.objects.create(person_id=who, tags=tags, computed_at=NOW)

    first = portraits.cluster(at=NOW)
    members = [queries.list_members(code) for code in first]
    cards = [queries.get_segment(code) for code in first]
    second = portraits.cluster(at=NOW)

    assert len(first) == 3
    assert [queries.list_members(code) for code in second] == members
    assert sorted(len(one) for one in members) == [30, 30, 30]
    assert all({(person - members[0][0]) % 3 for person in one} for one in members)
    assert all(len({person % 3 for person in one}) == 1 for one in members)
    assert all(card.card["marks"] and card.card["silhouette"] > 0.5 for card in cards)
    assert queries.get_segment(first[0]).is_archived
    assert len({card.name for card in cards}) == 3


@pytest.mark.django_db
def test_too_few_people_make_no_groups() -> None:
    with pytest.raises(errors.ClustersInvalid):
        portraits.cluster(at=NOW)
    with pytest.raises(errors.ClustersInvalid):
        portraits.ask_clusters(k=40, at=NOW)

    assert queries.list_segments() == ()


@pytest.mark.django_db
def test_asked_work_is_done_once_and_tells_how_far_it_is() -> None:
    world.person()
    asked = portraits.ask_rebuild(at=NOW)
    again = portraits.ask_rebuild(at=NOW)

    done = portraits.work_asked(at=NOW)

    run = queries.find_run(asked)
    assert asked == again
    assert (done, run.state, run.done, run.total) == (1, "done", 1, 1)
    assert portraits.work_asked(at=NOW) == 0
    assert Portrait.objects.count() == 1
    assert any(one.is_ready_made for one in queries.list_segments())


@pytest.mark.django_db
def test_the_night_asks_for_a_rebuild_by_itself() -> None:
    assert portraits.work_asked(at=NOW) == 1
    assert portraits.work_asked(at=NOW + timedelta(hours=1)) == 0

    assert asking.NIGHTLY_HOUR == 3
    assert portraits.work_asked(at=NOW + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_ready_made_segments_are_opened_once_and_stay_away() -> None:
    opened = portraits.open_ready_made(at=NOW)
    code = queries.list_segments()[0].code
    portraits.archive_segment(code=code, at=NOW)

    again = portraits.open_ready_made(at=NOW)

    assert opened >= 8
    assert again == 0
    assert all(one.strategy and one.words for one in queries.list_segments())
