"""Who gets which arm, and how many units a question needs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from jishi.insight.experiments import rules
from jishi.insight.experiments.contracts import Arm, ArmKind, Draft, Guardrail, Running

ARMS = (Arm("a", ArmKind.CONTROL, 1), Arm("b", ArmKind.VARIANT, 2), Arm("none", ArmKind.HOLDOUT, 1))
DRAFT = Draft(
    name="Empty cart",
    hypothesis="Goods of one's taste bring people back to the cart.",
    slot="cart.empty",
    arms=(Arm("a", ArmKind.CONTROL, 1, {"shows": "plain"}), Arm("b", payload={"shows": "taste"})),
    measures=("buyers",),
)


def running(salt: str = "s", buckets: range = range(100), layer: str = "page") -> Running:
    return Running(1, "code", "cart.empty", "person", layer, frozenset(buckets), salt, ARMS, "", "")


def units(count: int) -> list[str]:
    return [rules.person_unit(number) for number in range(count)]


def test_an_assignment_is_the_same_everywhere_and_forever() -> None:
    # Written out once: another figure here would move everybody who takes part in a running experiment.
    assert rules.draw("salt", "p:1") == 2510124871454225903
    assert [rules.arm_of("s", unit, ARMS).key for unit in units(6)] == [
        rules.arm_of("s", unit, ARMS).key for unit in units(6)
    ]
    assert rules.visitor_unit("abc") == "v:ba7816bf8f01cfea414140de5dae2223"


def test_arms_are_filled_by_their_weights() -> None:
    counts = Counter(rules.arm_of("weights", unit, ARMS).key for unit in units(40_000))

    assert counts["a"] == pytest.approx(10_000, rel=0.04)
    assert counts["b"] == pytest.approx(20_000, rel=0.03)
    assert counts["none"] == pytest.approx(10_000, rel=0.04)


def test_two_experiments_split_people_independently() -> None:
    both = Counter(
        (rules.arm_of("one", unit, ARMS[:2]).key, rules.arm_of("two", unit, ARMS[:2]).key)
        for unit in units(36_000)
    )

    assert both["a", "a"] == pytest.approx(4_000, rel=0.07)
    assert both["a", "b"] == pytest.approx(8_000, rel=0.05)
    assert both["b", "a"] == pytest.approx(8_000, rel=0.05)


def test_experiments_of_a_layer_never_meet_and_fill_their_share() -> None:
    low, high = running("x", range(30)), running("y", range(30, 100))

    taken = [
        (
            rules.assign(low, unit=unit, person_id=None) is not None,
            rules.assign(high, unit=unit, person_id=None) is not None,
        )
        for unit in units(20_000)
    ]

    assert (True, True) not in taken and (False, False) not in taken
    assert sum(one for one, _ in taken) == pytest.approx(6_000, rel=0.05)


def test_buckets_are_given_out_once() -> None:
    assert rules.free_buckets([], 3) == [0, 1, 2]
    assert rules.free_buckets([0, 2], 2) == [1, 3]
    assert rules.free_buckets(range(60), 41) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"slot": "price.of.tea"}, "slot"),
        ({"arms": DRAFT.arms[:1]}, "arms"),
        ({"arms": (DRAFT.arms[0], DRAFT.arms[0])}, "arms"),
        ({"arms": (DRAFT.arms[0], Arm("none", ArmKind.HOLDOUT, 1, {"shows": "taste"}))}, "arms"),
        ({"arms": (replace(DRAFT.arms[0], weight=0), DRAFT.arms[1])}, "arms"),
        ({"measures": ("luck",)}, "measures"),
        ({"guardrails": (Guardrail("luck"),)}, "guardrails"),
        ({"unit": "visitor", "audience_kind": "segment"}, "audience"),
        ({"share": 0}, "share"),
    ],
)
def test_a_draft_that_cannot_be_is_named(change: dict[str, object], field: str) -> None:
    wanted = replace(DRAFT, **change)  # type: ignore[arg-type]

    assert rules.fault(wanted, slots={"cart.empty": None}, measures=("buyers",)) == field
    assert rules.fault(DRAFT, slots={"cart.empty": None}, measures=("buyers",)) == ""


def test_the_planner_gives_the_sizes_of_the_textbook() -> None:
    # Fleiss, Levin & Paik: 10 % against 12 %, 80 % power, without pooling and continuity: 3,839 an arm.
    share = rules.plan_share(base=0.10, change=0.02)
    # A difference of a fifth of a standard deviation: 2 (1.95996 + 0.84162)^2 / 0.2^2 = 392.4 an arm.
    mean = rules.plan_mean(spread=5.0, change=1.0)

    assert share.once == pytest.approx(2 * 3838.2, abs=2)
    assert mean.once == pytest.approx(2 * 392.44, abs=1)
    assert mean.most == pytest.approx(mean.once * (3.0348 + 0.8416) ** 2 / (1.95996 + 0.84162) ** 2, rel=0.01)


def test_more_arms_a_higher_power_or_an_uneven_split_cost_more() -> None:
    usual = rules.plan_share(base=0.1, change=0.02, daily=1000, window_h=168)

    assert rules.plan_share(base=0.1, change=0.02, arms=3).control > usual.control
    assert rules.plan_share(base=0.1, change=0.02, power=0.9).most > usual.most
    assert rules.plan_share(base=0.1, change=0.02, allocation=0.25).most > usual.most
    assert rules.plan_share(base=0.1, change=0.01).most == pytest.approx(4 * usual.most, rel=0.05)
    assert usual.days == -(-usual.most // 1000) + 7
    assert rules.plan_share(base=0.1, change=0.0).most == 0
    assert rules.plan_share(base=0.99, change=0.02).most == 0
