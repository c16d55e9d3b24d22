"""Strategies: one per group, versions, budgets that hold under fire, and results counted by other means."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from tests.factories import bought, consoles, jotted, trade
from tests.factories.goods import NOON

from jishi.growth.strategies import operations as strategies
from jishi.growth.strategies import queries, rules
from jishi.growth.strategies.contracts import SIDES, Side, StrategyDraft
from jishi.growth.strategies.errors import BudgetSpent, NotRunning, StrategyInvalid, SubjectUnknown
from jishi.growth.strategies.models import Cost, Member, Result, Strategy, Version
from jishi.growth.strategies.templates import TEMPLATES
from jishi.insight.portraits.models import StageOf
from jishi.kernel.text import LANGUAGES

BEGAN = NOON + timedelta(days=20)
DRAFT = StrategyDraft(
    {"zh-hans": "试一试", "en": "Try"}, "come_back", {"offer": Side(("once",))}, budget_minor=1000
)


def stand(person_id: int, stage: str) -> None:
    StageOf.objects.update_or_create(
        person_id=person_id, shop=None, defaults={"stage": stage, "since": NOON, "evidence": {}}
    )


def buy(scene: trade.Scene, who: trade.Buyer, *days: int) -> None:
    for day in days:
        at = BEGAN + timedelta(days=day)
        placed = trade.place(who, (scene.variant_id, 1), key=uuid4().hex, at=at)
        trade.pay(placed, at=at + timedelta(minutes=1))


@pytest.mark.django_db
def test_dat_e4_the_result_of_a_strategy_is_what_its_people_did_before_and_after() -> None:
    scene = trade.scene(price=1000, stock=100)
    one, two, silent, other = (bought.buyer() for _ in range(4))
    for who in (one, two, silent):
        stand(who.id, "at_risk")
    stand(other.id, "active")
    buy(scene, one, -15, 1, 3)
    buy(scene, two, -5, 2)
    buy(scene, other, -3, 4)

    made = strategies.adopt(subject="stage:at_risk", owner_id=None, by=None, at=BEGAN)
    again = strategies.adopt(subject="stage:at_risk", owner_id=None, by=None)
    strategies.begin(code=made.code, at=BEGAN)
    strategies.measure_due(at=BEGAN)
    stand(one.id, "active")
    stand(silent.id, "churned")
    bought_later = bought.buyer()
    stand(bought_later.id, "at_risk")
    measured = strategies.measure_due(at=BEGAN + timedelta(days=10))
    unmoved = strategies.measure_due(at=BEGAN + timedelta(days=10, minutes=30))

    assert again.code == made.code and Strategy.objects.count() == 1
    assert (measured, unmoved) == (1, 0)
    found = queries.outcomes(code=made.code)[0]
    assert (found.hours, found.before.people) == (240, 3)
    assert (found.before.orders, found.after.orders, found.after.gmv_minor) == (1, 3, 3000)
    assert (found.before.buyers, found.after.buyers, found.after.repeat) == (1, 2, 1)
    assert (found.else_before.orders, found.else_after.orders) == (1, 1)
    assert queries.moved(found) == (1, 1, 1)
    assert queries.changes(found)["orders"].own_bps == 20_000
    assert queries.people_behind(code=made.code, figure="repeat") == (one.id,)
    assert queries.people_behind(code=made.code, stage="churned") == (silent.id,)
    assert queries.sizes()["stage:at_risk"] == 2
    strategies.end(code=made.code, at=BEGAN + timedelta(days=11))
    assert strategies.measure_due(at=BEGAN + timedelta(days=12)) == 1
    assert strategies.measure_due(at=BEGAN + timedelta(days=30)) == 0
    strategies.begin(code=made.code, at=BEGAN + timedelta(days=40))
    assert not Member.objects.exists() and queries.outcomes(code=made.code) == ()
    assert Result.objects.filter(round=1).count() == 3

    strategies.take_in(code=made.code, people={one.id: "active", two.id: "at_risk"})
    strategies.forget(person_id=one.id)
    assert list(Member.objects.values_list("person_id", flat=True)) == [two.id]


@pytest.mark.django_db
def test_dat_e4_what_a_strategy_said_is_kept_and_what_cannot_be_is_refused() -> None:
    first = strategies.save(subject="rfm:best", draft=DRAFT, by=None)
    same = strategies.save(subject="rfm:best", draft=DRAFT, by=None)
    louder = StrategyDraft(DRAFT.name, "voice", {"offer": Side(("voice",), {"en": "Ask"})}, budget_minor=500)
    second = strategies.save(subject="rfm:best", draft=louder, by=None)

    assert (first.version, same.version, second.version) == (1, 1, 2)
    assert list(Version.objects.order_by("number").values_list("goal", flat=True)) == ["come_back", "voice"]
    wrong = (
        StrategyDraft({}, "voice", {}),
        StrategyDraft(DRAFT.name, "more", {}),
        StrategyDraft(DRAFT.name, "voice", {"offer": Side(("none", "once"))}),
        StrategyDraft(DRAFT.name, "voice", {"offer": Side(("gold",))}),
        StrategyDraft(DRAFT.name, "voice", {}, budget_minor=-1),
        StrategyDraft(DRAFT.name, "voice", {}, owner_id=jotted.person()),
    )
    for draft in wrong:
        with pytest.raises(StrategyInvalid):
            strategies.save(subject="rfm:best", draft=draft, by=None)
    for subject in ("stage:gone", "rfm:", "campaign:x"):
        with pytest.raises(SubjectUnknown):
            strategies.save(subject=subject, draft=DRAFT, by=None)
    with pytest.raises(NotRunning):
        strategies.spend(code=first.code, natural_key="k", amount_minor=1)
    assert queries.get(first.code).version == 2


def test_dat_e5_a_ready_strategy_ships_for_every_stage_and_class_in_both_languages() -> None:
    assert {one.partition(":")[0] for one in TEMPLATES} == {"stage", "rfm"} and len(TEMPLATES) == 14
    for subject, one in TEMPLATES.items():
        draft = StrategyDraft(one.name, one.goal, one.sides)
        assert rules.fault(draft) == "", subject
        assert set(one.sides) == set(SIDES)
        texts = [one.name, *(side.words for side in one.sides.values())]
        assert all(text.get(language) for text in texts for language in LANGUAGES), subject
        assert all(side.choices for side in one.sides.values()), subject


@pytest.mark.django_db(transaction=True)
def test_mon_e4_eight_costs_at_once_never_pass_the_budget() -> None:
    code = strategies.save(subject="rfm:best", draft=DRAFT, by=None).code
    strategies.begin(code=code)
    refused = []

    def pay(number: int) -> None:
        try:
            for _ in range(2):
                strategies.spend(code=code, natural_key=f"cost-{number}", amount_minor=300)
        except BudgetSpent:
            refused.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=pay, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert queries.get(code).spent_minor == 900 and Cost.objects.count() == 3
    assert len(refused) == 5


@pytest.mark.django_db
def test_ops_e4_strategies_in_the_console() -> None:
    world = consoles.build()
    client = world.client("operator")
    stand(world.shopper.id, "new")
    page = "/ops/strategies/stage/new/"
    form = {
        "do": "save",
        "name_zh": "第二单",
        "goal": "second_order",
        "budget": "12.50",
        "offer_choices": "once",
    }

    before = consoles.body(client, page)
    bad = client.post(f"{page}do/", {**form, "budget": "lots"})
    saved = client.post(f"{page}do/", form)
    client.post(f"{page}do/", {"do": "begin"})
    strategies.measure_due()
    cost = {"do": "spend", "amount": "10", "reason": "卡片", "once": "1"}
    for _ in range(2):
        client.post(f"{page}do/", cost)
    over = client.post(f"{page}do/", {**cost, "once": "2"})

    assert "第二单，趁热" in before
    assert bad.status_code == 422 and "lots" in bad.content.decode()
    assert saved.status_code == 302
    assert over.status_code == 422
    found = queries.find("stage:new")
    assert found is not None and (found.draft.budget_minor, found.spent_minor, found.cohort) == (
        1250,
        1000,
        1,
    )
    assert "卡片" in consoles.body(client, page)
    assert "第二单" in consoles.body(client, "/ops/strategies/")
    assert consoles.body(client, f"{page}people/?figure=people").count("/ops/people/") >= 1
    assert client.get("/ops/strategies/stage/nothing/").status_code == 404
