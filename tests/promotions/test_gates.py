"""Gates: whom something is for, and how much one household, one person a day, everybody a day may have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.factories import clubs, draws, flash, rounds, trade
from tests.factories.goods import NOON
from tests.factories.rounds import DAY, HOUR

from jishi.kernel.errors import Conflict
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.flash_sales import operations as flash_sales
from jishi.promotions.flash_sales.contracts import Wish
from jishi.promotions.gates import errors, queries
from jishi.promotions.gates import operations as gates
from jishi.promotions.gates.contracts import Gate
from jishi.promotions.gates.models import Take, Tally
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales.contracts import PresalePlan
from jishi.trade.orders import operations as orders
from jishi.verification import together

Race = Callable[[int, Callable[..., Any]], list[Any]]


def moved(who: trade.Buyer) -> trade.Buyer:
    """Somebody who lives elsewhere."""
    address = accounts.save_address(
        person_id=who.id,
        recipient="王小柿",
        phone="13800138000",
        region="浙江省",
        city="杭州市",
        district="西湖区",
        line="文三路 2 号",
        is_default=True,
    )
    return trade.Buyer(who.id, address.id)


@pytest.mark.django_db
def test_cpn_082_limits_of_a_round_count_by_household_and_day_and_come_back() -> None:
    fair = rounds.fair(gate=Gate(per_household=3, per_person_day=2, per_day=5), cap=20)
    a, b, away = trade.buyer(), trade.buyer(), moved(trade.buyer())  # a and b live together

    first = fair.order(a, 2)
    for who, units, refusal in ((a, 1, errors.TooManyToday), (b, 2, errors.TooManyHere)):
        with pytest.raises(refusal):
            fair.order(who, units)
    fair.order(b, 1)
    fair.order(away, 2)
    with pytest.raises(errors.SoldOutToday):
        fair.order(moved(trade.buyer()), 1)
    orders.expire(checkout_code=first.checkout_code, at=NOON + HOUR)
    fair.order(b, 1, at=NOON + HOUR)
    trade.pay(first, at=NOON + HOUR)  # the money comes after somebody else had the units

    assert trade.state(first.order_codes[0]) == "expired"
    assert dict(Tally.objects.values_list("scope", "used").filter(scope="household", key__gt="")) == {
        "household": 2
    }
    assert sorted(Take.objects.filter(is_live=True).values_list("units", flat=True)) == [1, 1, 2]
    assert not [check.title for check in together.CHECKS if _broken(check.broken)]
    with pytest.raises(errors.AddressMissing):
        fair.order(trade.Buyer(clubs.person(), 0), 1)


@pytest.mark.django_db
def test_cpn_082_presales_flash_sales_and_lotteries_have_the_same_gates() -> None:
    one_home = Gate(per_household=1)
    a, b, away = trade.buyer(), trade.buyer(), moved(trade.buyer())

    scene = trade.scene(price=1000, stock=5)
    wish = PresalePlan(
        scene.variant_id,
        900,
        100,
        20_000,
        5,
        NOON,
        NOON + 2 * DAY,
        NOON + 3 * DAY,
        NOON + 4 * DAY,
        gate=one_home,
    )
    code = presales.open_presale(shop_id=scene.shop.id, wish=wish, by=None, at=NOON)
    own = presales.reserve(presale_code=code, person_id=a.id, at=NOON)
    with pytest.raises(errors.TooManyHere):
        presales.reserve(presale_code=code, person_id=b.id, at=NOON)
    presales.withdraw(code=own.code, person_id=a.id, at=NOON)
    presales.reserve(presale_code=code, person_id=b.id, at=NOON)
    presales.reserve(presale_code=code, person_id=away.id, at=NOON)

    stand = trade.scene(price=1000, stock=9)
    wanted = Wish(flash.slot(), stand.variant_id, 600, 5, gate=one_home)
    item = flash_sales.enrol(shop_id=stand.shop.id, wish=wanted, at=NOON - HOUR)
    flash_sales.approve(item_code=item, by=None, at=NOON - HOUR)
    flash_sales.open_due(NOON)
    flash_sales.reprice_open(NOON)
    sold = trade.place(a, (stand.variant_id, 1), tokens={"flash": item}, at=NOON)
    plain = trade.place(b, (stand.variant_id, 1), at=NOON)
    assert (
        trade.order(sold.order_codes[0]).goods_minor - trade.order(sold.order_codes[0]).discount_minor == 600
    )
    assert trade.order(plain.order_codes[0]).discount_minor == 0
    with pytest.raises(errors.TooManyHere):
        trade.place(trade.buyer(), (stand.variant_id, 1), tokens={"flash": item}, at=NOON)

    draw = draws.lottery(gate=one_home)
    assert draw.enter(a) == draw.enter(a)
    with pytest.raises(errors.TooManyHere):
        draw.enter(b)
    draw.enter(away)
    assert draw.see(a).entries == 2


@pytest.mark.django_db
def test_grp_092_only_its_audience_gets_through_and_nobody_is_asked_for_it_unasked() -> None:
    slug = clubs.club()
    members = AudienceRef("community", slug)
    with pytest.raises(errors.AudienceNotAgreed):
        rounds.fair(gate=Gate(audience=members))
    with pytest.raises(errors.GateInvalid):
        rounds.fair(gate=Gate(per_day=-1))
    fair = rounds.fair()
    member = trade.buyer()
    clubs.join(slug, member.id)
    gates.set_gate(
        subject=f"round:{fair.code}", shop_id=fair.shop.id, wish=Gate(audience=members), is_asked=False
    )

    fair.order(member, 1)

    with pytest.raises(errors.MembersOnly):
        fair.order(trade.buyer(), 1)
    seen = queries.find(f"round:{fair.code}")
    assert seen is not None and seen.audience == members and not seen.stands_open


@pytest.mark.django_db(transaction=True)
def test_cpn_082_a_household_races_for_the_last_unit(race: Race) -> None:
    shop_id = trade.scene().shop.id
    gates.set_gate(subject="lottery:race", shop_id=shop_id, wish=Gate(per_household=2, per_day=3))
    people = [trade.buyer().id for _ in range(6)]

    def work(number: int) -> None:
        with transaction.atomic():
            gates.take(subject="lottery:race", reference=f"r{number}", person_id=people[number], at=NOON)

    outcomes = race(6, work)

    assert sum(one is None for one in outcomes) == 2
    assert all(one is None or isinstance(one, Conflict) for one in outcomes)
    gone = Take.objects.values_list("reference", flat=True)[0]
    race(4, lambda: gates.give_back(reference=gone))
    assert {(row.scope, row.used) for row in Tally.objects.all()} == {("household", 1), ("day", 1)}
    gates.take_again(reference=gone, at=NOON + timedelta(minutes=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Tally.objects.filter(scope="household").update(used=3)


def _broken(statement: str) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return bool(cursor.fetchall())
