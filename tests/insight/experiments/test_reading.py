"""Sums from the tables agree with sums by hand; guardrails pause; readings are kept and never grow milder."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.db import DatabaseError, transaction
from tests.factories import jotted, trade
from tests.insight.experiments import kit

from jishi.insight.behavior.models import Identity
from jishi.insight.experiments import measures, queries, rules, sums
from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments.contracts import Guardrail, Moments
from jishi.insight.experiments.models import Experiment, Exposure, ReadOutRow
from jishi.kernel import audit, clock
from jishi.people.notifications.models import Notice

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def shop_id(db: None) -> int:
    return trade.scene().shop.id


def by_hand(rows: list[tuple[float, float]]) -> Moments:
    y, x = np.array(rows).T
    return Moments(len(rows), y.sum(), (y * y).sum(), x.sum(), (x * x).sum(), (x * y).sum())


def read(code: str, key: str, now, *, before: int = 28) -> dict[str, Moments]:  # type: ignore[no-untyped-def]
    sums.open_people(Experiment.objects.get(code=code).pk)
    window = sums.Window(DAY, timedelta(days=before), now)
    return {arm: one for (arm, _), one in sums.moments(measures.MEASURES[key], window).items()}


def test_sums_count_each_persons_own_window_and_what_came_before(shop_id: int) -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY)
    shown_at = now - 3 * DAY
    got = kit.show(code, kit.people(24), at=shown_at)
    plain = [one for one, arm in got.items() if arm == "plain"]
    assert len(plain) >= 2
    kit.buy(plain[0], shop_id, at=shown_at + timedelta(hours=2), total=700)
    kit.buy(plain[0], shop_id, at=shown_at + timedelta(hours=30), total=50_000)  # after the window
    kit.buy(plain[1], shop_id, at=shown_at - 2 * DAY, total=300)
    kit.buy(plain[1], shop_id, at=shown_at - 40 * DAY, total=9_000)  # before the pre-period

    found = read(code, "revenue", now)

    assert found["plain"] == by_hand([(700, 0), (0, 300), *[(0, 0)] * (len(plain) - 2)])
    assert read(code, "buyers", now)["plain"] == by_hand([(1, 0), (0, 1), *[(0, 0)] * (len(plain) - 2)])


def test_whoever_has_not_had_the_whole_window_is_not_counted_yet(shop_id: int) -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY)
    got = kit.show(code, kit.people(6), at=now - timedelta(hours=23))

    early = read(code, "buyers", now)
    later = read(code, "buyers", now + timedelta(hours=2))

    assert early == {}
    assert sum(one.n for one in later.values()) == len(got)


def test_a_ratio_divides_money_by_orders(shop_id: int) -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY)
    got = kit.show(code, kit.people(6), at=now - 2 * DAY)
    arm = next(iter(got.values()))
    those = [one for one, its in got.items() if its == arm]
    for total in (100, 300):
        kit.buy(those[0], shop_id, at=now - 2 * DAY, total=total)

    found = read(code, "order_value", now)[arm]

    assert found == by_hand([(400, 2), *[(0, 0)] * (len(those) - 1)])


def test_a_browser_counts_with_whoever_signed_in_and_a_person_once(shop_id: int) -> None:
    now, person = clock.now(), jotted.person()
    code = kit.start(unit="visitor", at=now - 9 * DAY)
    for number, visitor in enumerate(("first", "second", "stranger")):
        found = queries.assign("cart.empty", visitor=visitor)
        assert found is not None
        experiments.expose([found], at=now - 3 * DAY + timedelta(minutes=number))
        if visitor != "stranger":
            Identity.objects.create(visitor=visitor, person_id=person, linked_at=now)
    kit.buy(person, shop_id, at=now - 3 * DAY + timedelta(hours=1))

    found_sums = read(code, "buyers", now)

    arm = Exposure.objects.get(unit=rules.visitor_unit("first")).arm
    assert sum(one.n for one in found_sums.values()) == 2
    assert found_sums[arm].y == 1 == sum(one.y for one in found_sums.values())


def test_a_reading_is_kept_says_what_it_saw_and_cannot_be_edited(shop_id: int) -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY, guardrails=())
    got = kit.show(code, kit.people(500), at=now - 2 * DAY)
    for number, (person, arm) in enumerate(got.items()):
        if number % (3 if arm == "taste" else 8) == 0:
            kit.buy(person, shop_id, at=now - 2 * DAY + timedelta(hours=1))

    found = experiments.compute_now(code=code, at=now)
    kept = queries.read_out(code)

    assert kept == found
    buyers = next(one for one in found.readings if one.measure == "buyers")
    assert (buyers.n + buyers.n_control, found.has_ratio_alarm) == (500, False)
    assert buyers.mean - buyers.mean_control == pytest.approx(buyers.once.value, abs=1e-9)
    assert buyers.always.low < buyers.once.low < buyers.once.high < buyers.always.high
    assert buyers.always.p < 0.05 and buyers.always.low > 0
    assert {one.segment for one in found.segments} == {"never_bought", "language:zh-hans"}
    assert all(one.p_corrected is not None and one.p_corrected >= one.always.p for one in found.segments)
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        ReadOutRow.objects.update(at=now)


def test_the_running_p_value_never_rises(shop_id: int) -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY, guardrails=())
    got = kit.show(code, kit.people(400), at=now - 2 * DAY)
    taste = [one for one, arm in got.items() if arm == "taste"]
    for person in taste[::3]:
        kit.buy(person, shop_id, at=now - 2 * DAY)
    first = experiments.compute_now(code=code, at=now)
    for person in [one for one, arm in got.items() if arm == "plain"][::3]:
        kit.buy(person, shop_id, at=now - 2 * DAY)

    second = experiments.compute_now(code=code, at=now + timedelta(hours=1))

    assert second.readings[0].once.p > first.readings[0].once.p
    assert second.readings[0].always.p == first.readings[0].always.p


def test_a_small_crowd_gets_no_interval(shop_id: int) -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY)
    kit.show(code, kit.people(30), at=now - 2 * DAY)

    found = experiments.compute_now(code=code, at=now)

    assert (found.readings, sum(found.ripe.values())) == ((), 30)
    assert {one.state for one in found.guarded} == {"waiting"}


def test_e21_a_guardrail_that_is_passed_pauses_and_tells_the_owner(shop_id: int) -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY, guardrails=(Guardrail("complained", 500), Guardrail("notices", 500)))
    got = kit.show(code, kit.people(400), at=now - 2 * DAY)
    bothered = [one for one, arm in got.items() if arm == "taste"]
    Notice.objects.bulk_create(
        Notice(person_id=one, kind="x", created_at=now - 2 * DAY + timedelta(hours=1))
        for one in bothered
        for _ in range(1 + one % 2)
    )

    worked = experiments.compute_due(now)
    again = experiments.compute_due(now)

    found = queries.get_experiment(code)
    assert (worked, again) == (1, 0)
    assert (found.state, found.pause_reason) == ("paused", "notices")
    notice = Notice.objects.get(kind="experiment_paused")
    assert (notice.person_id, notice.url) == (found.owner_id, f"/ops/experiments/{code}/")
    entry = audit.list_entries(subject=f"experiment:{code}")[0]
    assert (entry.action, entry.actor_id, entry.detail) == ("experiments.pause", None, {"reason": "notices"})
    queries.forget_running()
    assert queries.assign("cart.empty", person_id=bothered[0]) is None


def test_a_lopsided_split_is_an_alarm() -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY)
    found = [one for person in kit.people(600) if (one := queries.assign("cart.empty", person_id=person))]
    leaky = [one for place, one in enumerate(found) if one.arm == "plain" or place % 2]
    experiments.expose(leaky, at=now - 2 * DAY)

    assert experiments.compute_now(code=code, at=now).has_ratio_alarm


def test_what_was_stopped_is_read_once_more_when_the_last_window_closes() -> None:
    now = clock.now()
    code = kit.start(at=now - 9 * DAY)
    kit.show(code, kit.people(10), at=now - timedelta(hours=3))
    experiments.stop(code=code, by=None, at=now)

    early = experiments.compute_due(now + timedelta(hours=23))
    last = experiments.compute_due(now + timedelta(hours=25))
    after = experiments.compute_due(now + 9 * DAY)

    found = queries.read_out(code)
    assert (early, last, after) == (0, 1, 0)
    assert found is not None and sum(found.ripe.values()) == 10
