"""Rounds that come again: the same time of the shop's day, once each, with what can still be offered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.factories import goods, rounds, trade
from tests.factories.goods import NOON
from tests.factories.rounds import CUTOFF, DAY, HOUR

from jishi.goods.merchants import queries as merchant_queries
from jishi.people.notifications.models import Notice
from jishi.promotions.community_buys import errors, queries, rules
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys.models import Round, Series
from jishi.promotions.gates import queries as gate_queries
from jishi.promotions.gates.contracts import Gate

Race = Callable[[int, Callable[..., Any]], list[Any]]
EVERY_DAY = frozenset(range(7))


def test_the_time_of_day_stays_when_the_clocks_change_and_missed_days_are_not_made_up() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    saturday = datetime(2026, 3, 28, 23, 0, tzinfo=berlin)

    after = rules.next_cutoff(saturday, weekdays=127, zone="Europe/Berlin", at=saturday)
    weekly = rules.next_cutoff(saturday, weekdays=1 << 0 | 1 << 3, zone="Europe/Berlin", at=saturday)
    late = rules.next_cutoff(saturday, weekdays=127, zone="Europe/Berlin", at=saturday + 10 * DAY)

    assert after.astimezone(UTC) - saturday.astimezone(UTC) == timedelta(hours=23)
    assert (after.hour, weekly.weekday(), weekly.date().day) == (23, 0, 30)
    assert late.date().isoformat() == "2026-04-08" and late > saturday + 10 * DAY


@pytest.mark.django_db(transaction=True)
def test_stk_069_the_next_round_opens_exactly_once_with_what_can_be_offered(race: Race) -> None:
    fair = rounds.fair(prices=(800, 500), gate=Gate(per_household=9))
    for days, refusal in (
        (frozenset[int](), errors.WeekdaysMissing),
        (frozenset({7}), errors.WeekdaysMissing),
    ):
        with pytest.raises(refusal):
            community.repeat(shop_id=fair.shop.id, round_code=fair.code, days=days, by=None, at=NOON)
    staff = len(merchant_queries.list_staff(fair.shop.id))
    code = community.repeat(shop_id=fair.shop.id, round_code=fair.code, days=EVERY_DAY, by=None, at=NOON)
    with pytest.raises(errors.NotPossibleNow):
        community.repeat(shop_id=fair.shop.id, round_code=fair.code, days=EVERY_DAY, by=None, at=NOON)
    assert community.open_next_due(NOON + HOUR) == 0
    fair.buy(trade.buyer(), 1)
    goods.pricing.set_prices([(fair.variants[1], "CNY", 400, None)])  # now cheaper alone

    opened = race(4, lambda: community.open_next_due(CUTOFF))

    assert sorted(opened) == [0, 0, 0, 1] and community.open_next_due(CUTOFF + HOUR) == 0
    made = Round.objects.exclude(code=fair.code).get()
    assert (made.state, made.cutoff_at, made.starts_at) == ("open", CUTOFF + DAY, CUTOFF)
    assert made.arrives_at - made.cutoff_at == fair.row.arrives_at - fair.row.cutoff_at
    assert [item.variant_id for item in made.items.all()] == [fair.variants[0]]
    assert gate_queries.find(f"round:{made.code}") == Gate(per_household=9)
    fair.code, fair.items = made.code, [made.items.get().code]
    fair.buy(trade.buyer(), 1, at=CUTOFF + HOUR)
    view = queries.find_series(made.series_id)
    assert view is not None and (view.days, view.rounds, view.due_at) == (tuple(range(7)), 2, CUTOFF + DAY)

    with pytest.raises(errors.SeriesNotFound):
        community.end_series(shop_id=fair.shop.id + 1, series_code=code, by=None)
    goods.pricing.set_prices([(fair.variants[0], "CNY", 100, None)])
    community.open_next_due(CUTOFF + 2 * DAY)
    rounds.settle_facts()

    assert Series.objects.get().state == "failed" and Round.objects.count() == 2
    community.end_series(shop_id=fair.shop.id, series_code=code, by=None)  # nothing to end any more
    assert Series.objects.get().state == "failed"
    assert Notice.objects.filter(kind="round_series_ended").count() == staff
