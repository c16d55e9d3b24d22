"""Community purchase as neighbours live it: ordered on the phone, short by one, handed out for the code."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import rounds
from tests.journeys.conftest import Town

from jishi.kernel import clock
from jishi.money.payments import operations as payments
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys.contracts import ItemPlan, RoundPlan
from jishi.promotions.community_buys.models import Collection, Round

HOUR = timedelta(hours=1)


def test_two_neighbours_order_one_unit_is_missing_and_the_code_opens_the_hand(town: Town) -> None:
    now, shop = clock.now(), town.street.shop
    _, leader, point = rounds.leader("西湖区", at=now - 24 * HOUR)
    wish = RoundPlan(
        "邻里团", "Neighbours", "西湖区", now - HOUR, now + HOUR, now + 9 * HOUR, now + 48 * HOUR, 1000, 5_000
    )
    code = community.plan(shop_id=shop.id, wish=wish, by=None)
    item = community.put_item(
        shop_id=shop.id, round_code=code, wish=ItemPlan(town.street.variants[3][0], 1000, 9)
    )
    community.open_round(shop_id=shop.id, round_code=code, by=None)
    first, second = town.street.people[:2]
    phone = town.phone_of(first)
    phone.open("/rounds/")
    phone.press(".sec header h2 a")
    phone.page.fill(f"#n-{item}", "2")
    phone.page.check(f"input[name=point][value='{point}']")
    phone.press("#choose button.btn")
    phone.page.wait_for_selector("form.paybar")
    phone.place()
    phone.pay()
    phone.page.wait_for_url("**/orders/**")
    other = rounds.Fair(shop, "", leader, point, code, [item], []).order(second, 1, at=clock.now())
    payments.record_paid(intent_code=other.intent_code, paid_at=clock.now())
    town.catch_up()

    community.cut_due(now + 2 * HOUR)
    community.count(shop_id=shop.id, round_code=code, arrived={item: 2}, by=None)
    town.catch_up()
    codes = dict(Collection.objects.values_list("person_id", "order_code"))
    order = codes[first.id]
    phone.open("/collect/")
    phone.press("a.round-own")
    assert "到货 1 / 2" in phone.text
    secret = phone.page.inner_text("[data-secret]")
    desk = town.phone_of(leader)
    desk.open("/leader/")
    assert secret not in desk.page.content()
    desk.page.fill(f"#s-{order}", "000000" if secret != "000000" else "111111")
    desk.press(f"[data-order='{order}'] button")
    desk.page.wait_for_selector("text=还可以试 4 次")
    desk.page.fill(f"#s-{order}", secret)
    desk.press(f"[data-order='{order}'] button")
    desk.page.wait_for_selector("text=提货完成")

    phone.page.reload()
    assert phone.page.locator("[data-state=collected]").count() == 1
    assert Round.objects.get().commission_minor == 200  # a tenth of two units that came
    town.assert_books_are_whole()
    assert phone.faults == desk.faults == []
