"""Price trials by blocks of time: one price for everybody at a moment, a plan that nobody changes, and
readings that lean on the coins alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from scipy import stats
from tests.factories import jotted, trade

from jishi.insight.experiments import errors, paired, queries, switching
from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments.contracts import Guardrail, SwitchDraft
from jishi.insight.experiments.models import Switchback
from jishi.kernel import audit
from jishi.promotions.timed_prices import errors as timed_errors
from jishi.promotions.timed_prices import operations as timed_prices
from jishi.trade.checkout.errors import QuoteChanged

START = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE = START - timedelta(days=2)


def draft(scene: trade.Scene, **changes: Any) -> SwitchDraft:
    """Twelve hours each, a day apart: fourteen days of fourteen pairs."""
    made = SwitchDraft(
        name="A fifth less",
        hypothesis="People buy two at once.",
        shop_id=scene.shop.id,
        product_ids=(scene.product_id,),
        off_bps=2_000,
        starts_at=START,
        block_h=12,
        apart_days=1,
        cycles=7,
    )
    return replace(made, **changes)


def started(scene: trade.Scene, *, seed: str = "6", **changes: Any) -> str:
    one, two = jotted.person(is_operator=True), jotted.person(is_operator=True)
    code = experiments.create_switchback(draft=draft(scene, **changes), owner_id=one, seed=seed, at=BEFORE)
    price = queries.get_switchback(code).price_code
    timed_prices.agree(code=price, shop_id=scene.shop.id, not_below_cost=True, by=two, at=BEFORE)
    experiments.ask_switchback(code=code, verb="start", by=one, at=BEFORE)
    experiments.confirm_switchback(code=code, by=two, at=BEFORE)
    return code


def bought(scene: trade.Scene, at: datetime, total: int) -> None:
    """A paid order of these goods, straight into the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO orders_order (code, checkout_code, buyer_id, shop_id, currency, goods_minor,
                    discount_minor, delivery_minor, total_minor, commission_bps, state, intent_code, address,
                    delivery_code, share_code, channel, tokens, placed_at, pay_by_at, paid_at,
                    close_reason)
                VALUES (left(md5(random()::text), 12), left(md5(random()::text), 12), %(who)s, %(shop)s,
                    'CNY', %(total)s, 0, 0, %(total)s, 0, 'paid', '', '', '', '',
                    'web', '{}', %(at)s, %(at)s, %(at)s, '')
                RETURNING id)
            INSERT INTO orders_orderline (order_id, position, variant_id, product_id, product_code, title,
                options, image_url, quantity, unit_minor, discount_minor, total_minor)
            SELECT id, 0, %(variant)s, %(product)s, '', '', '[]', '', 1, %(total)s, 0, %(total)s FROM made
            """,
            {
                "who": scene.buyer.id,
                "shop": scene.shop.id,
                "total": total,
                "at": at,
                "variant": scene.variant_id,
                "product": scene.product_id,
            },
        )


def test_a_plan_is_balanced_and_follows_from_its_seed() -> None:
    made = SwitchDraft("n", "h", 1, (1,), 1_000, START, block_h=6, apart_days=7, cycles=2)
    plans = {seed: switching.schedule(made, seed) for seed in map(str, range(200))}
    plan = plans["7"]

    assert switching.schedule(made, "7") == plan
    assert switching.digest(plan) != switching.digest(plans["8"])
    assert [one.starts_at for one in plan] == sorted(one.starts_at for one in plan)
    assert plan[0].starts_at == START
    assert all(a.ends_at == b.starts_at for a, b in pairwise(plan))
    pairs: dict[int, list[Any]] = {}
    for one in plan:
        pairs.setdefault(one.pair, []).append(one)
    assert len(pairs) == switching.count_pairs(made) == 56
    assert all(b.starts_at - a.starts_at == timedelta(days=7) for a, b in pairs.values())
    on = Counter((one.starts_at.weekday(), one.starts_at.hour) for one in plan if one.is_on)
    assert set(on.values()) == {2} and len(on) == 28
    windows = switching.windows(plan)
    assert sum((b - a for a, b in windows), timedelta()) == timedelta(hours=6 * 56)
    # A fair coin for each pair, and the coins know nothing of each other.
    first = np.array(
        [[one.is_on for one in p if one.starts_at < START + timedelta(days=7)] for p in plans.values()]
    )
    assert abs(first.mean() - 0.5) < 0.02
    assert abs(np.corrcoef(first.T.astype(float)) - np.eye(28)).max() < 0.3


@pytest.mark.django_db
def test_everybody_pays_the_same_and_a_quote_keeps_its_price_for_ten_minutes() -> None:
    scene, other = trade.scene(stock=50), trade.buyer()
    view = queries.get_switchback(started(scene))
    windows = switching.windows(view.blocks)
    begins, ends = next(one for one in windows if one[0] > START)
    wanted = trade.lines((scene.variant_id, 2))

    before = trade.quote(scene.buyer, wanted, at=begins - timedelta(seconds=1)).quote
    both = [trade.quote(who, wanted, at=begins).quote for who in (scene.buyer, other)]
    last = trade.quote(other, wanted, at=ends - timedelta(seconds=1)).quote
    after = trade.quote(other, wanted, at=ends).quote
    window = last.adjustments[0].reference
    kept = trade.place(
        other,
        (scene.variant_id, 2),
        tokens={"timed": window},
        fingerprint=last.fingerprint,
        at=ends + timedelta(minutes=9),
    )
    with pytest.raises(QuoteChanged):
        trade.place(
            scene.buyer,
            (scene.variant_id, 2),
            tokens={"timed": window},
            fingerprint=last.fingerprint,
            at=ends + timedelta(minutes=10),
        )

    assert [one.lines[0].total_minor for one in (before, *both, last, after)] == [
        2000,
        1600,
        1600,
        1600,
        2000,
    ]
    assert both[0].fingerprint == both[1].fingerprint
    assert kept.total_minor == last.total_minor


@pytest.mark.django_db
def test_a_start_takes_the_shop_and_two_people_and_nothing_moves_afterwards() -> None:
    scene = trade.scene()
    one, two = jotted.person(is_operator=True), jotted.person(is_operator=True)
    with pytest.raises(errors.ExperimentInvalid):
        experiments.create_switchback(draft=draft(scene, off_bps=9_000), owner_id=one, at=BEFORE)
    with pytest.raises(errors.ExperimentInvalid):
        experiments.create_switchback(draft=draft(scene, washout_min=5), owner_id=one, at=BEFORE)
    code = experiments.create_switchback(draft=draft(scene), owner_id=one, at=BEFORE)
    price = queries.get_switchback(code).price_code
    experiments.ask_switchback(code=code, verb="start", by=one, at=BEFORE)
    with pytest.raises(errors.SecondPersonNeeded):
        experiments.confirm_switchback(code=code, by=one, at=BEFORE)
    with pytest.raises(errors.ShopHasNotAgreed):
        experiments.confirm_switchback(code=code, by=two, at=BEFORE)
    with pytest.raises(timed_errors.TimedPriceNotFound):
        timed_prices.agree(code=price, shop_id=scene.shop.id + 1, not_below_cost=True, by=two, at=BEFORE)
    with pytest.raises(timed_errors.NotBelowCost):
        timed_prices.agree(code=price, shop_id=scene.shop.id, not_below_cost=False, by=two, at=BEFORE)
    timed_prices.agree(code=price, shop_id=scene.shop.id, not_below_cost=True, by=two, at=BEFORE)
    with pytest.raises(errors.StartIsPast):
        experiments.confirm_switchback(code=code, by=two, at=START)
    experiments.confirm_switchback(code=code, by=two, at=BEFORE)

    second = experiments.create_switchback(draft=draft(scene), owner_id=one, at=BEFORE)
    timed_prices.agree(
        code=queries.get_switchback(second).price_code,
        shop_id=scene.shop.id,
        not_below_cost=True,
        by=two,
        at=BEFORE,
    )
    experiments.ask_switchback(code=second, verb="start", by=one, at=BEFORE)
    with pytest.raises(timed_errors.GoodsTaken):
        experiments.confirm_switchback(code=second, by=two, at=BEFORE)
    for statement in (
        "UPDATE experiments_switchback SET seed = 'x'",
        "UPDATE experiments_switchback SET scale = '{\"a\": 1}' WHERE state = 'running'",
        "UPDATE timed_prices_window SET ends_at = ends_at + interval '1 hour'",
        "UPDATE timed_prices_timedprice SET off_bps = 4000",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    found = queries.get_switchback(code)
    assert (found.state, found.price_state) == ("running", "open")
    assert found.digest == switching.digest(switching.schedule(found.draft, found.seed))
    acts = [entry.action for entry in audit.list_entries(subject=f"switchback:{code}")]
    assert acts == ["experiments.start", "experiments.ask_start", "experiments.create"]


@pytest.mark.django_db
def test_a_trial_is_read_by_pairs_and_a_guardrail_pauses_it() -> None:
    scene, dice = trade.scene(stock=50), np.random.default_rng(3)
    for hour in range(0, 24 * 28, 12):
        moment = START - timedelta(days=28) + timedelta(hours=hour + 3)
        bought(scene, moment, 2_500 if hour % 24 else 1_500)
    code = started(
        scene, guardrails=(Guardrail("goods_money", 500),), measures=("goods_money", "goods_basket")
    )
    view = queries.get_switchback(code)
    paid: dict[int, int] = {}
    for one in view.blocks:
        # An evening sells more than a night; the lower price loses three fifths.
        usual = 2_500 if one.starts_at.hour else 1_500
        paid[one.no] = int(usual * (0.4 if one.is_on else 1.0) * dice.uniform(0.95, 1.05))
        bought(scene, one.starts_at + timedelta(hours=3), paid[one.no])
        bought(scene, one.starts_at + timedelta(minutes=29), 99_999)  # in the wash-out

    early = experiments.compute_switchback(code=code, at=START + timedelta(days=2))
    end = view.ends_at + timedelta(hours=1)
    found = experiments.compute_switchback(code=code, at=end)
    paused = queries.get_switchback(code)
    experiments.ask_switchback(code=code, verb="resume", by=paused.owner_id or 0, reason="Known.", at=end)
    experiments.confirm_switchback(code=code, by=jotted.person(is_operator=True), at=end)
    over = experiments.compute_switchback(code=code, at=view.ends_at + timedelta(hours=3))

    by_pair: dict[int, dict[bool, int]] = {}
    for one in view.blocks:
        by_pair.setdefault(one.pair, {})[one.is_on] = paid[one.no]
    settled = [both for pair, both in sorted(by_pair.items()) if pair < 13]
    d = np.array([both[True] - both[False] for both in settled]) / 11.5
    expected = stats.ttest_1samp(d, 0)
    ends = expected.confidence_interval(0.95)
    money, basket = found.readings
    assert (early.pairs, early.readings, early.guarded[0].state) == (1, (), "waiting")
    assert (found.pairs, money.pairs, money.mean_off) == (
        13,
        13,
        pytest.approx(np.mean([b[False] for b in settled]) / 11.5),
    )
    assert (money.once.value, money.once.low, money.once.high) == pytest.approx(
        (d.mean(), ends.low, ends.high)
    )
    assert money.once.p == pytest.approx(expected.pvalue)
    assert money.flipped == 2 / 2**13
    assert basket.mean_on == pytest.approx(np.mean([b[True] for b in settled]))
    assert (found.guarded[0].state, paused.state, paused.price_state) == ("passed", "paused", "paused")
    assert found.guarded[0].harm == pytest.approx(-d.mean())
    # The pause lay after all blocks but the last hour: that pair alone is left out, and the trial is over.
    assert (over.pairs, over.left_out) == (14, 0)
    assert (queries.get_switchback(code).state, queries.get_switchback(code).price_state) == (
        "stopped",
        "ended",
    )
    assert Switchback.objects.get(code=code).read_due_at is None


@pytest.mark.django_db
def test_a_pause_leaves_its_pairs_out_and_a_budget_pauses() -> None:
    scene = trade.scene(stock=50)
    code = started(scene, budget_minor=150)
    view = queries.get_switchback(code)
    on = next(one for one in view.blocks if one.is_on)
    placed = trade.place(scene.buyer, (scene.variant_id, 1), at=on.starts_at + timedelta(hours=1))
    trade.pay(placed, at=on.starts_at + timedelta(hours=1))

    found = experiments.compute_switchback(code=code, at=on.starts_at + timedelta(hours=2))
    reason = queries.get_switchback(code).pause_reason
    plain = trade.quote(
        scene.buyer, trade.lines((scene.variant_id, 1)), at=on.starts_at + timedelta(hours=2)
    ).quote
    experiments.stop_switchback(code=code, by=None, at=on.starts_at + timedelta(hours=3))

    gaps = queries.get_switchback(code).gaps
    pairs, left_out = switching.whole_pairs(view.blocks, gaps, until=view.ends_at + timedelta(days=1))
    assert (found.spent_minor, reason) == (200, "budget")
    assert plain.lines[0].discount_minor == 0
    assert left_out == 14 - len(pairs) and on.pair not in {one.pair for both in pairs for one in both}


def test_equal_prices_are_hardly_ever_told_apart_and_intervals_hold_the_truth() -> None:
    chance, runs, pairs = np.random.default_rng(11), 1_500, 28
    base = chance.gamma(4.0, 25.0, (runs, 2 * pairs)).reshape(runs, pairs, 2)
    coins = chance.choice([-1.0, 1.0], (runs, pairs))
    d = (base[..., 0] - base[..., 1]) * coins
    rho = switching.tuned(float((d**2).sum(1).mean()))

    looks = np.array([paired.always_p(d[:, :n], rho) for n in range(8, pairs + 1)])
    one_sided = np.array([paired.at_least_p(d[:, :n], rho) for n in range(8, pairs + 1)])
    low, high, p = paired.interval(d + 10)
    least, most = paired.always(d + 10, rho)

    assert (looks.min(0) < 0.05).mean() <= 0.05
    assert (one_sided.min(0) < 0.05).mean() <= 0.05
    assert abs(((low <= 10) & (high >= 10)).mean() - 0.95) < 0.02
    assert ((least <= 10) & (most >= 10)).mean() >= 0.95
    assert abs((paired.flipped(d[:400]) < 0.05).mean() - 0.05) < 0.03
    # The library's own permutation test of signs, exact.
    few = d[0, :9] + 8
    theirs = stats.permutation_test((few,), np.sum, permutation_type="samples", n_resamples=10_000)
    assert float(paired.flipped(few)) == pytest.approx(theirs.pvalue)
    assert p.shape == (runs,)
