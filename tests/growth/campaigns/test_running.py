"""Who comes in, what the steps do, who is spared, and that two people are needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from tests.factories import goods, jotted, trade
from tests.growth.campaigns import kit
from tests.growth.campaigns.kit import HOUR, NOON, send, wait

from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory.errors import StillInStock
from jishi.goods.inventory.models import Absence
from jishi.growth.campaigns import handlers, ports, queries, rules
from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns.contracts import Return, Step
from jishi.growth.campaigns.errors import (
    AdministratorNeeded,
    NotReady,
    SecondPersonNeeded,
    StepInvalid,
    WrongState,
)
from jishi.growth.campaigns.models import Campaign, Effect, Enrolment, JourneyVersion, Purse
from jishi.growth.teamwork import queries as teamwork
from jishi.insight.experiments import ports as figures
from jishi.insight.portraits.events import SegmentEntered
from jishi.insight.recommendation.models import Due
from jishi.kernel import audit, clock
from jishi.kernel.errors import Invalid
from jishi.kernel.outbox import relay
from jishi.kernel.text import both
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import Birthday, User
from jishi.people.notifications import operations as notifications
from jishi.people.notifications.models import Delivery, Notice
from jishi.people.privacy.models import Consent
from jishi.social.feed import operations as feed
from jishi.trade.checkout import operations as checkout

pytestmark = pytest.mark.django_db


def test_a_segment_is_let_in_once_and_led_to_the_end() -> None:
    segment, people = kit.crowd(40)
    steps = (
        send("s1"),
        wait("s2", 2),
        Step("s3", "condition", {"test": "language", "value": "en", "otherwise": "s5"}),
        Step("s4", "exit"),
        Step("s5", "split", {"arms": [{"key": "a", "weight": 1, "to": "end"}, {"key": "b", "weight": 1}]}),
        Step("s6", "task", {"title": "打个电话", "due_days": 3}),
    )
    User.objects.filter(pk__in=people[:10]).update(language="en")
    code = kit.start(*steps, segment=segment, holdout=2000)

    kit.run(NOON)
    first, sent = kit.states(code), kit.outcomes(code, "s1")
    kit.run(NOON + HOUR)
    kit.run(NOON + 2 * HOUR)
    again = campaigns.enrol(code=code, person_ids=people, at=NOON + 3 * HOUR)

    held = first["held"]
    assert 1 <= held <= 20 and first["active"] == 40 - held and sent == {"sent": 40 - held}
    assert kit.states(code) == {"held": held, "done": 40 - held}
    assert again == 0 and len(kit.told()) == 40 - held
    assert set(kit.told()) == {"柿友，来看看", "柿友, have a look"}
    counts = queries.step_counts(code)
    assert counts["s3"].outcomes["yes"] + counts["s3"].outcomes["no"] == 40 - held
    assert counts["s4"].outcomes == {"left": counts["s3"].outcomes["yes"]}
    assert set(counts["s5"].outcomes) == {"a", "b"}
    assert len(teamwork.list_tasks(subject=f"campaign:{code}")) == counts["s5"].outcomes["b"]
    source = figures.find_source("promotions")
    with connection.cursor() as cursor:
        cursor.execute(source.relation if source else "")
        assert len(cursor.fetchall()) == 40 - held  # what a guardrail of experiments counts
    lines, _ = queries.page_people(code, step="s5", outcome="b")
    assert len(lines) == counts["s5"].outcomes["b"]
    notifications.plan_due(NOON + HOUR)
    assert Delivery.objects.count() == 0  # offers leave the house for nobody who did not ask for it


def test_quiet_hours_caps_objections_and_consent_spare_people() -> None:
    segment, people = kit.crowd(4)
    notifications.set_quiet_hours(
        person_id=people[1], time_zone="Europe/London", quiet_from=2 * 60, quiet_to=10 * 60
    )
    campaigns.object_to(person_id=people[2], kind="stop", at=NOON)
    code = kit.start(send("s1"), send("s2"), send("s3"), segment=segment)
    Enrolment.objects.all().delete()
    Campaign.objects.update(holdout_bps=0, holdout_reason="x")
    kit.run(NOON)
    Consent.objects.create(person_id=people[3], purpose="personalisation", given=False, at=NOON)
    ways = {way.person_id: way for way in Enrolment.objects.all()}

    assert len(kit.told(people[0])) == 2  # the third waits for the cap of the day
    assert ways[people[0]].step == "s3" and ways[people[0]].due_at == NOON + timedelta(days=1)
    assert kit.told(people[1]) == [] and ways[people[1]].due_at == NOON + 6 * HOUR  # ten o'clock in London
    assert kit.outcomes(code, "s1").get("objected") == 1
    kit.run(NOON + 6 * HOUR)
    assert kit.told(people[1]) != []
    kit.run(NOON + timedelta(days=1))
    assert len(kit.told(people[0])) == 3 and len(kit.told(people[3])) == 2
    assert kit.outcomes(code, "s3").get("no_consent") == 1
    night = kit.start(send("s1"), segment=segment, at=NOON + 8 * HOUR + timedelta(days=9))
    kit.run(NOON + 12 * HOUR + timedelta(days=9))  # midnight in Shanghai
    way = Enrolment.objects.filter(campaign__code=night, person_id=people[0]).get()
    assert way.due_at == NOON + 20 * HOUR + timedelta(days=9)
    assert Enrolment.objects.filter(campaign__code=night, person_id=people[3]).count() == 0


def test_it_takes_two_and_an_administrator_for_no_hold_out() -> None:
    segment, _ = kit.crowd(3)
    code, owner = kit.make(segment=segment)
    writer, boss = jotted.person(is_operator=True), jotted.person(is_operator=True)
    with pytest.raises(NotReady):
        campaigns.ask(code=code, verb="start", by=owner, at=NOON)
    with pytest.raises(StepInvalid):
        campaigns.set_steps(code=code, steps=[send("s1", then="s1")], by=writer, at=NOON)
    said = {"text": both("全网最低，代办假证", "number one brand"), "url": "/", "cost_minor": 0}
    campaigns.set_steps(code=code, steps=[Step("s1", "send", said)], by=writer, at=NOON)
    lines = [(one.level, one.params.get("word")) for one in queries.run_sheet(code) if one.key == "wording"]
    assert lines[1:] == [("stop", "代办假证"), ("warn", "全网最低、number one brand")]
    with pytest.raises(NotReady):
        campaigns.ask(code=code, verb="start", by=owner, at=NOON)
    campaigns.set_steps(code=code, steps=[send("s1")], by=writer, at=NOON)
    campaigns.ask(code=code, verb="start", by=owner, at=NOON)
    for somebody in (owner, writer):
        with pytest.raises(SecondPersonNeeded):
            campaigns.confirm(code=code, by=somebody, at=NOON)
    with pytest.raises(AdministratorNeeded):
        campaigns.set_holdout(code=code, bps=0, reason="zu klein", by=boss)
    User.objects.filter(pk=boss).update(is_superuser=True)
    campaigns.set_holdout(code=code, bps=0, reason="人太少", by=boss)
    assert queries.get_campaign(code).state == "draft"  # it has to be asked for again
    campaigns.ask(code=code, verb="start", by=owner, at=NOON)
    campaigns.confirm(code=code, by=writer, at=NOON)

    found = queries.get_campaign(code)
    assert (found.state, found.holdout_bps, found.live) == ("running", 0, 1)
    entry = next(e for e in audit.list_entries(subject=f"campaign:{code}") if e.action.endswith("holdout"))
    assert entry.detail == {"bps": 0, "before": 100, "reason": "人太少"}
    with pytest.raises(WrongState):
        campaigns.set_holdout(code=code, bps=500, reason="", by=boss)


def test_pause_stop_and_a_new_version_with_people_on_the_way() -> None:
    segment, people = kit.crowd(6)
    code = kit.start(send("s1"), wait("s2", 2), send("s3"), trigger="entered", segment=segment)
    Campaign.objects.update(holdout_bps=0, holdout_reason="x")
    fact = SegmentEntered(segment=segment, person_ids=tuple(people[:3]), at=NOON)
    handlers.on_segment_entered(
        SegmentEntered(segment=segment, person_ids=(people[5],), at=NOON, is_initial=True)
    )
    campaigns.on_people(trigger="entered", key=segment, person_ids=fact.person_ids, reason="e:1", at=NOON)
    kit.run(NOON)
    writer, second = jotted.person(is_operator=True), jotted.person(is_operator=True)
    assert campaigns.set_steps(code=code, steps=[send("s1"), wait("s9", 1)], by=writer, at=NOON) == 2
    campaigns.on_people(trigger="entered", key=segment, person_ids=people[3:4], reason="e:2", at=NOON)
    campaigns.ask(code=code, verb="version", by=writer, at=NOON)
    campaigns.confirm(code=code, by=second, at=NOON)
    campaigns.on_people(trigger="entered", key=segment, person_ids=people[4:5], reason="e:3", at=NOON)
    campaigns.pause(code=code, by=writer)
    assert kit.run(NOON + 2 * HOUR) == 0
    assert campaigns.on_people(trigger="entered", key=segment, person_ids=people, reason="e", at=NOON) == 0
    campaigns.ask(code=code, verb="resume", by=writer, at=NOON)
    campaigns.confirm(code=code, by=second, at=NOON)
    kit.run(NOON + 3 * HOUR)

    by_version = {way.person_id: way.version.number for way in Enrolment.objects.select_related("version")}
    assert by_version == {people[0]: 1, people[1]: 1, people[2]: 1, people[3]: 1, people[4]: 2}
    assert kit.outcomes(code, "s3") == {"sent": 3} and kit.outcomes(code, "s9") == {}
    with pytest.raises(Exception, match="frozen"):
        JourneyVersion.objects.filter(number=1).update(steps=[])


def test_budget_goal_grants_and_a_trial() -> None:
    segment, people = kit.crowd(5)
    given: list[int] = []

    def give(*, key: str, person_id: int, natural_key: str, at: object) -> None:
        if person_id == people[0]:
            raise WrongState(state="x")
        given.append(person_id)

    ports.register_grant(ports.Grant("badge", "Badge", give, lambda: (("gold", "Gold"),)))
    grant = Step("s1", "grant", {"kind": "badge", "value": "gold", "cost_minor": 100})
    goal = Step("s2", "goal", {"hours": 24, "otherwise": "end"})
    code = kit.start(grant, goal, send("s3"), segment=segment, budget_minor=350, exits_on_goal=False)
    Campaign.objects.update(holdout_bps=0, holdout_reason="x")
    owner = Campaign.objects.get(code=code).owner_id or 0
    ways = campaigns.try_out(code=code, person_id=owner, by=owner, at=NOON)
    assert Enrolment.objects.get(pk=ways).state == "done" and len(kit.told()) == 0
    given.clear()
    kit.run(NOON)
    after = queries.get_campaign(code)

    # The first is refused and costs nothing; the budget reaches for those that were paid.
    assert after.state == "paused" and after.pause_reason == "budget"
    assert after.spent_minor == len(given) * 100 <= 350
    assert Notice.objects.filter(kind="campaign_paused").count() == 1
    campaigns.edit(code=code, draft=replace(after.draft, budget_minor=1000), by=owner)
    campaigns.ask(code=code, verb="resume", by=jotted.person(is_operator=True), at=NOON)
    campaigns.confirm(code=code, by=jotted.person(is_operator=True), at=NOON)
    kit.run(NOON + 2 * HOUR)
    assert sorted(given) == people[1:] and Purse.objects.get().spent_minor == 400
    assert campaigns.reach_goal(person_id=people[1], kind="order", at=NOON + 3 * HOUR) == 1
    kit.run(NOON + 3 * HOUR)
    kit.run(NOON + 40 * HOUR)
    assert kit.outcomes(code, "s2") == {"reached": 1, "missed": 4}
    assert kit.told(people[1]) == ["柿友，来看看"] and len(kit.told()) == 1
    assert queries.get_campaign(code).goals == 1
    assert Effect.objects.filter(kind="grant", outcome="refused", cost_minor=0).count() == 1


def test_objections_pause_by_themselves() -> None:
    segment, _ = kit.crowd(60)
    code = kit.start(send("s1"), segment=segment)
    kit.run(NOON)
    reached = list(Enrolment.objects.filter(arm="treated").values_list("person_id", flat=True))
    assert campaigns.guard_due(NOON + HOUR) == 0
    for person in reached[:8]:
        campaigns.object_to(person_id=person, kind="complaint", campaign_code=code, at=NOON + HOUR)

    assert campaigns.guard_due(NOON + 2 * HOUR) == 1
    assert queries.get_campaign(code).pause_reason == "objections"
    assert campaigns.record_click(campaign_code=code, step="s1", person_id=reached[0], at=NOON) == "/hot/"
    campaigns.forget(person_id=reached[0])
    assert queries.export_person(person_id=reached[0])["ways"] == []


def test_ops_164_a_birthday_on_a_leap_day_is_kept_once_a_year() -> None:
    """Who named the 29th of February is wished well on the 28th, where that year has no other."""
    born, other = jotted.person(), jotted.person()
    for month, day, agrees in ((2, 30, True), (2, 29, False)):
        with pytest.raises(Invalid):
            accounts.keep_birthday(person_id=born, month=month, day=day, agrees=agrees)
    accounts.keep_birthday(person_id=born, month=2, day=29, agrees=True)
    accounts.keep_birthday(person_id=other, month=3, day=1, agrees=True)
    assert Birthday.objects.filter(day_index__contains="02-29").count() == 0
    day = datetime(2027, 2, 27, 16, 30, tzinfo=UTC)  # half past midnight of the 28th in Shanghai
    birthday = kit.start(send("s1"), trigger="birthday", at=day, quiet_to=0, quiet_from=0)
    Campaign.objects.update(holdout_bps=0, holdout_reason="x")

    for hours in (0, 1, 20):
        campaigns.watch_due(day + hours * HOUR)
        campaigns.run_due(day + hours * HOUR)
    for later in (365, 366):  # 2028 has its 29th of February
        campaigns.watch_due(day + timedelta(days=later))
    accounts.forget_birthday(person_id=born)
    campaigns.watch_due(day + timedelta(days=731))

    keys = Enrolment.objects.filter(campaign__code=birthday).values_list("person_id", "key").order_by("pk")
    assert list(keys) == [(born, "birthday:2027"), (born, "birthday:2028")]
    assert len(kit.told(born)) == 1 and kit.told(other) == []


def test_a_festival_lets_in_once_a_year_in_the_morning_of_where_people_live() -> None:
    """Three days before Mid-Autumn, one clock after the other, two years, one pause and one late hour."""
    segment, people = kit.crowd(5)
    home, london, west, sleeper, north = people
    for person, zone, quiet_to in ((london, "Europe/London", 8), (west, "America/Los_Angeles", 8),
                                   (sleeper, "Asia/Shanghai", 11), (north, "Asia/Shanghai", 8)):  # fmt: skip
        notifications.set_quiet_hours(
            person_id=person, time_zone=zone, quiet_from=22 * 60, quiet_to=quiet_to * 60
        )
    feed.choose_place(person_id=north, place="黑龙江")
    code = kit.start(send("s1"), trigger="festival", trigger_key="mid_autumn:-3", segment=segment, at=NOON)
    call = Step("s1", "task", {"title": "打个电话", "due_days": 3})
    kept = kit.start(call, trigger="festival", trigger_key="little_year:0", at=NOON)
    Campaign.objects.update(holdout_bps=0, holdout_reason="x")
    Campaign.objects.filter(code=kept).update(holdout_bps=9000, salt=kit.salt_that_holds(north, 9000))
    for on in (datetime(2027, 1, 30, 2, tzinfo=UTC), datetime(2028, 1, 19, 2, tzinfo=UTC)):
        kit.run(on)
    Campaign.objects.filter(code=code).update(enrol_due_at=NOON)
    first, came = datetime(2027, 9, 12, tzinfo=UTC), {}

    for hours in (-6, 0, 1, 2, 3, 7, 8, 12, 15, 16, 27, 40):  # until nobody's day is on
        at = first + hours * HOUR
        for _ in range(2):
            kit.run(at)
        came |= {pk: at for pk in people if kit.told(pk) and pk not in came}
    campaigns.pause(code=code, by=None, at=at)
    Campaign.objects.update(state="paused")
    second = datetime(2028, 9, 30, 1, tzinfo=UTC)  # nine in Shanghai, and London asleep
    kit.run(second)
    Campaign.objects.update(state="running")
    kit.run(second + 12 * HOUR + HOUR / 60)  # one past nine in the evening there, early afternoon in London

    def at_home(hour: int, zone: str) -> datetime:
        return datetime(2027, 9, 12, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    assert came == {
        home: at_home(9, "Asia/Shanghai"), north: at_home(9, "Asia/Shanghai"),
        sleeper: at_home(11, "Asia/Shanghai"), london: at_home(9, "Europe/London"),
        west: at_home(9, "America/Los_Angeles"),
    }  # fmt: skip
    ways = Enrolment.objects.filter(campaign__code=code)
    keys = ways.order_by("entered_at", "person_id").values_list("person_id", "key")
    assert sorted(keys[:5]) == [(pk, "festival:mid_autumn:2027-09-15") for pk in people]
    assert list(keys[5:]) == [(london, "festival:mid_autumn:2028-10-03")]
    regional = Enrolment.objects.filter(campaign__code=kept).values_list("person_id", "key")
    days = ("2027-01-30", "2028-01-19")  # whoever is held out is held out of each year's anew
    assert list(regional.order_by("pk")) == [(north, f"festival:little_year:{day}") for day in days]


def test_ops_157_goods_that_are_back_are_told_once_however_often_work_runs() -> None:
    now = clock.now()
    shop = goods.open_shop("barn")
    made = [goods.offer(shop, stock=2) for _ in range(2)]
    keeper, asker, late = (jotted.person() for _ in range(3))
    text = both("{product}到货了", "{product} is back")
    said = Step("s1", "send", {"text": text, "url": "{product}", "cost_minor": 0})
    code = kit.start(said, trigger="stock", at=now, quiet_to=0, quiet_from=0)
    Campaign.objects.update(holdout_bps=0, holdout_reason="x")
    with pytest.raises(StillInStock):
        inventory.ask_for(product_id=made[0].product_id, person_id=asker)
    for one in made:
        checkout.add_to_cart(person_id=keeper, variant_id=one.variant_ids[0], quantity=1)
        inventory.set_stock(rows=[(one.variant_ids[0], 0)], shop_id=shop.id, reference="out")
    inventory.ask_for(product_id=made[0].product_id, person_id=asker)
    assert not inventory.ask_for(product_id=made[0].product_id, person_id=asker)
    Absence.objects.update(since=now - 2 * HOUR)
    for one in made:
        inventory.receive(rows=[(one.variant_ids[0], 5)], shop_id=shop.id, reference="in")

    relay.drain()
    relay.drain()
    for _ in range(20):
        campaigns.watch_due(clock.now())
        campaigns.run_due(clock.now())

    titles = {kit.title(one.product_id) for one in made}
    assert {*kit.told(keeper)} == {f"{one}到货了" for one in titles} and len(kit.told(keeper)) == 2
    assert kit.told(asker) == kit.told(late) == []  # who asked was told by the stock itself
    assert [one.params["product"] for one in Notice.objects.filter(kind="back_in_stock")] == [
        kit.title(made[0].product_id)
    ]
    url = campaigns.record_click(campaign_code=code, step="s1", person_id=keeper)
    assert url.startswith("/p/") and url != "/p//"


def test_who_is_expected_to_want_it_again_is_asked_once_for_each_purchase() -> None:
    scene = trade.scene()
    trade.pay(trade.place(scene.buyer, (scene.variant_id, 1)))
    product, now = scene.product_id, clock.now()
    text = both("{product}快用完了吧", "More of {product}?")
    said = Step("s1", "send", {"text": text, "url": "{product}", "cost_minor": 0})
    code = kit.start(said, trigger="hook", holdout=0, at=now, quiet_to=0, quiet_from=0)
    early, late = now + HOUR, now + timedelta(days=4)
    Due.objects.create(
        person_id=scene.buyer.id, product_id=product, due_at=now + 2 * HOUR, early_at=early, late_at=late,
        own_gaps=0,
    )  # fmt: skip

    before = campaigns.watch_due(now)
    within = [campaigns.watch_due(early + n * HOUR) for n in range(3)]
    Due.objects.update(
        due_at=now + timedelta(days=2), early_at=now + 2 * HOUR
    )  # a new forecast, no new reason
    within.append(campaigns.watch_due(early + 3 * HOUR))
    campaigns.run_due(early + 4 * HOUR)

    assert (before, within) == (0, [1, 0, 0, 0])
    assert kit.told(scene.buyer.id) == [f"{kit.title(product)}快用完了吧"]
    assert campaigns.record_click(campaign_code=code, step="s1", person_id=scene.buyer.id).startswith("/p/")


def test_what_is_usual_and_where_money_may_move() -> None:
    """Nineteen of twenty quiet weeks lie in the range; money moves only where it is sure."""
    chance, inside = Random(7), 0
    for _ in range(400):
        weeks = [[_poisson(chance, 9) for _ in range(7)] for _ in range(6)]
        before = {day: [week[day] for week in weeks[:4]] for day in range(7)}
        _, low, high = rules.usual_range(before, [*range(7), *range(7)])
        inside += low <= sum(map(sum, weeks[4:])) <= high
    sure, poor, open_ = (
        Return("a", "A", 100, 3.0, 2.0, 4.0),
        Return("b", "B", 100, 0.5, -0.2, 1.2),
        Return("c", "C", 100, 2.0, 0.5, 3.5),
    )

    assert 370 <= inside <= 396
    assert rules.shifts([sure, poor, open_, Return("d", "D", 0)]) == [(poor, sure)]
    assert rules.shifts([open_, poor]) == rules.shifts([sure]) == []


def _poisson(chance: Random, mean: float) -> int:
    count, left = 0, chance.random()
    while left > exp(-mean):
        left *= chance.random()
        count += 1
    return count


def test_ops_158_a_way_that_always_breaks_is_given_up_and_holds_up_no_other() -> None:
    segment, people = kit.crowd(4)
    victim = people[2]

    def give(*, key: str, person_id: int, natural_key: str, at: datetime) -> None:
        if person_id == victim:
            raise RuntimeError("always")

    ports.register_grant(ports.Grant("boom", "Boom", give, lambda: (("x", "X"),)))
    try:
        step = Step("s1", "grant", {"kind": "boom", "value": "x", "cost_minor": 0})
        code = kit.start(step, segment=segment)
        Campaign.objects.update(holdout_bps=0, holdout_reason="x")
        for hours in range(12):
            kit.run(NOON + hours * HOUR)
    finally:
        ports.forget_grant("boom")

    way = Enrolment.objects.get(campaign__code=code, person_id=victim)
    assert kit.states(code) == {"done": 3, "failed": 1}
    assert (way.tries, way.due_at, Effect.objects.filter(enrolment=way).count()) == (5, None, 0)
