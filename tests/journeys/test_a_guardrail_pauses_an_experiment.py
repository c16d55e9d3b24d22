"""A guardrail pauses an experiment; the console says which and by how much; two people let it go on."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.factories import jotted
from tests.insight.experiments import kit
from tests.journeys.conftest import Town

from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import Guardrail
from jishi.insight.experiments.models import Exposure
from jishi.kernel import audit, clock
from jishi.people.notifications.models import Notice


def test_e21_a_guardrail_pauses_an_experiment_and_two_people_let_it_go_on(town: Town) -> None:
    now, day = clock.now(), timedelta(days=1)
    code = kit.start(at=now - 9 * day, guardrails=(Guardrail("notices", 500),))
    got = kit.show(code, kit.people(240), at=now - 2 * day)
    sent = now - 2 * day + timedelta(hours=1)
    Notice.objects.bulk_create(
        Notice(person_id=one, kind="x", created_at=sent, plan_due_at=None)
        for one, arm in got.items() if arm == "taste" for _ in range(1 + one % 2)
    )  # fmt: skip
    owner = town.phone_of(queries.get_experiment(code).owner_id)
    second = town.phone_of(jotted.person(is_operator=True))
    shopper = town.phone_of(jotted.person())
    path = f"/ops/experiments/{code}/"
    experiments.compute_now(code=code, at=now)

    shopper.open("/cart/")
    assert Exposure.objects.filter(experiment__code=code).count() == len(got)  # paused: nobody is shown it
    owner.open("/me/news/")
    owner.press(f"a[href$='{path}']")
    panel = owner.page.locator("[data-paused=notices]")
    said = panel.inner_text()
    assert "5 %" in said and re.search(r"变差了 1\.\d+，可以肯定至少变差 1\.\d+", said)
    assert owner.page.locator("td .state.bad").count() == 1
    panel.locator("button[value=resume]").click()
    assert owner.page.locator("textarea:invalid").count() == 1  # not without a reason
    owner.page.fill("#again", "提醒是约好的，大家要的就是它")
    with owner.page.expect_navigation():
        panel.locator("button[value=resume]").click()
    second.open(path)
    assert "提醒是约好的" in second.text
    with second.page.expect_navigation():
        second.press("button[value=confirm]")
    assert second.page.locator("[data-paused]").count() == 0
    read = experiments.compute_now(code=code, at=clock.now())
    second.open(path)

    assert queries.get_experiment(code).state == "running"
    assert [one.state for one in read.guarded] == ["accepted"]
    assert second.page.locator("td .state.gold").count() == 1
    entry = audit.list_entries(subject=f"experiment:{code}")[0]
    assert (entry.action, entry.detail["reason"][:4]) == ("experiments.resume", "提醒是约")
    shopper.open("/cart/")
    assert Exposure.objects.filter(experiment__code=code).count() == len(got) + 1
    assert not owner.faults and not second.faults and not shopper.faults
