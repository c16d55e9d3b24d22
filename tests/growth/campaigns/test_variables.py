"""What messages name: typed, written by language, from what really brought people in, refused otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.factories import jotted, plays, trade
from tests.growth.campaigns import kit

from jishi.growth.campaigns import errors, ports, queries, values, variables
from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns.contracts import Draft, Step
from jishi.growth.campaigns.models import Enrolment
from jishi.growth.campaigns.variables import REGISTRY, Money, Thing
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.kernel.text import both
from jishi.trade.checkout import operations as checkout

HOUR = timedelta(hours=1)


def said(zh: str, en: str = "Hello", url: str = "/", key: str = "s1") -> Step:
    return Step(key, "send", {"text": both(zh, en), "url": url, "cost_minor": 0})


def test_values_are_written_as_people_of_the_language_write_them() -> None:
    at = datetime(2026, 11, 3, 15, 30, tzinfo=UTC)
    known = {
        "spent": Money(1_234_500, "CNY"), "team_until": at, "joined": date(2026, 3, 8), "orders": 12_345,
        "product": Thing({"zh-hans": "龙井" * 30}, "/p/a/"), "nickname": "{orders}",
    }  # fmt: skip
    text = "{nickname} {spent} {orders} {joined} {team_until} {cart|几} {team_left}"

    chinese = variables.fill(text, known, language="zh-hans")
    english = variables.fill(text, known, language="en", zone="Europe/London")

    assert chinese == "{orders} ¥12,345.00 12,345 3月8日 11月3日 23:30 几 几"
    assert english == "{orders} CN¥12,345.00 12,345 Mar 8 Nov 3 15:30 几 a few"
    assert len(variables.fill("{product}", known, language="en")) == variables.NAME_MOST
    assert variables.address("{product}", known) == "/p/a/"
    assert variables.address("{team}", known) == "/" and variables.address("/hot/", known) == "/hot/"
    for one in REGISTRY.values():
        for language in ("zh-hans", "en"):
            assert variables.write(one.sample, language), one.name
            assert one.fallback[language], one.name
    groups = [name for wanted, _ in values._PROVIDERS for name in wanted]
    assert sorted(groups) == sorted(REGISTRY)


@pytest.mark.django_db
def test_what_is_unknown_not_provided_or_no_page_is_refused_with_step_and_name() -> None:
    owner = jotted.person(is_operator=True)
    cases: list[tuple[Draft, tuple[Step, ...], type[Exception], str]] = [
        (Draft("x"), (kit.send("s1"), said("{nick}", key="s2")), errors.VariableUnknown, "{nick}"),
        (Draft("x"), (said("{}"),), errors.VariableUnknown, "{}"),
        (Draft("x"), (said("{order}"),), errors.VariableNotProvided, "{order}"),
        (Draft("x"), (said("好", "{festival}"),), errors.VariableNotProvided, "{festival}"),
        (Draft("x", trigger="fact", trigger_key="note_published"), (said("{order_total}"),),
         errors.VariableNotProvided, "{order_total}"),
        (Draft("x"), (said("{gift}"),), errors.VariableNotProvided, "{gift}"),
        (Draft("x"), (said("好", url="{nickname}"),), errors.VariableWithoutPage, "{nickname}"),
        (Draft("x"), (said("好", url="/p/{product}/"),), errors.StepInvalid, ""),
    ]  # fmt: skip
    for draft, steps, refusal, name in cases:
        with pytest.raises(refusal) as refused:
            campaigns.create(draft=draft, steps=steps, owner_id=owner)
        assert name in str(refused.value)

    code = campaigns.create(
        draft=Draft("x", trigger="stock"), steps=(said("{product}", url="{product}"),), owner_id=owner
    )
    campaigns.edit(code=code, draft=Draft("x"), by=owner)
    stops = [one for one in queries.run_sheet(code) if one.level == "stop"]
    assert ("variables", {"place": 1, "name": "product"}) in [(one.key, one.params) for one in stops]
    names = {one.name for one in queries.list_variables(Draft("x", trigger="fact", trigger_key="order_paid"))}
    assert {"order", "order_total", "shop", "product", "team"} <= names
    assert not names & {"festival", "note", "gift", "birthday"}


@pytest.mark.django_db
def test_people_read_of_the_order_the_team_and_the_gift_that_are_theirs() -> None:
    now = clock.now()
    ports.register_grant(ports.Grant("boom", "Boom", lambda **_: None, lambda: (("x", "秋日抽奖"),)))
    grant = Step("s1", "grant", {"kind": "boom", "value": "x", "cost_minor": 0})
    text = "{order}·{order_total}·{shop}·{product}·{team}缺{team_left}·{orders}单·{gift}·{cart|没有}"
    steps = (grant, said(text, "{order_total} {team_left} {days_since}", url="{team}", key="s2"))
    facts = {"trigger": "fact", "trigger_key": "order_paid", "quiet_from": 0, "quiet_to": 0}
    code = kit.start(*steps, at=now - HOUR, holdout=0, **facts)
    party = plays.party(ends_at=now + timedelta(days=9))
    buyer = trade.buyer()
    team = party.started(buyer, at=now)
    order = team.seats.get().order_code
    relay.drain()
    try:
        campaigns.run_due(clock.now() + HOUR)
    finally:
        ports.forget_grant("boom")

    view = trade.order(order)
    title, shop = kit.title(party.scene.product_id), party.scene.shop.name
    total = variables.write(Money(view.total_minor, view.currency), "zh-hans")
    assert kit.told(buyer.id) == [
        f"{order}·{total}·{shop}·{title}·{title}缺{team.size - 1}·1单·秋日抽奖·没有"
    ]
    assert campaigns.record_click(campaign_code=code, step="s2", person_id=buyer.id) == f"/g/{team.code}/"
    assert campaigns.record_click(campaign_code=code, step="s2", person_id=None) == "/"
    # Who came under no key (once for ever) is read the newest of its kind before they came.
    assert Enrolment.objects.get(person_id=buyer.id).key == ""
    way = queries.walk(code, person_id=buyer.id)
    assert way[1].texts["en"].endswith(f"{team.size - 1} 0")
    stranger = queries.walk(code, person_id=jotted.person())[1].texts["zh-hans"]
    assert stranger.startswith("您的订单·这笔·店家·您看中的商品·您的团缺几·0单")


@pytest.mark.django_db
def test_days_of_the_year_festivals_carts_and_notes_speak_of_themselves() -> None:
    person, author = jotted.person(), jotted.person()
    note = jotted.note(author)
    came = datetime(2026, 9, 22, 1, 0, tzinfo=UTC)

    def read(who: int, key: str, names: set[str], trigger: str, trigger_key: str = "") -> dict[str, object]:
        scene = values.Scene(Draft("x", trigger=trigger, trigger_key=trigger_key), (), came)
        return values.read(names, [values.Asked(who, key, came)], scene)[who]

    festive = {"festival", "festival_on", "festival_days"}
    wanted = {"festival_on": date(2026, 9, 25), "festival_days": 3}
    for key in ("festival:mid_autumn:2026-09-25", ""):
        found = read(person, key, festive, "festival", "mid_autumn:-3")
        assert found | wanted == found and "中秋" in str(found["festival"])
    assert read(person, "", {"birthday"}, "birthday") == {"birthday": date(2026, 9, 22)}
    assert read(person, "", {"years"}, "anniversary")["years"] in (None, *range(1, 20))
    assert read(person, "", {"product", "cart"}, "cart") == {}
    scene = trade.scene()
    checkout.add_to_cart(person_id=person, variant_id=scene.variant_id, quantity=2)
    found = read(person, "", {"product", "shop", "cart"}, "cart")
    assert found["cart"] == 2 and isinstance(found["product"], Thing)
    kept = read(author, f"note_published:{note}", {"note"}, "fact", "note_published")["note"]
    assert isinstance(kept, Thing) and kept.path == f"/notes/{note}/"
    assert read(person, f"note_published:{note}", {"note"}, "fact", "note_published") == {}
