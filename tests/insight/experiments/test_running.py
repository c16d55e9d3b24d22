"""Drafts, two people for a start, exclusive buckets, exposures once, hold-outs, forgetting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories import jotted
from tests.insight.experiments import kit

import jishi.verification as verification
from jishi.insight.experiments import errors, privacy, queries, rules
from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments.contracts import Arm, ArmKind, Assignment
from jishi.insight.experiments.models import Claim, Experiment, Exposure
from jishi.kernel import audit, clock
from jishi.people.accounts import ports as audiences

pytestmark = pytest.mark.django_db


def test_starting_takes_two_people() -> None:
    one, two = jotted.person(is_operator=True), jotted.person(is_operator=True)
    code = experiments.create(draft=kit.DRAFT, owner_id=one)
    experiments.ask(code=code, verb="start", by=one)

    with pytest.raises(errors.SecondPersonNeeded):
        experiments.confirm(code=code, by=one)
    waiting = queries.get_experiment(code)
    experiments.confirm(code=code, by=two)

    found = queries.get_experiment(code)
    assert (waiting.state, waiting.asked and waiting.asked.verb) == ("draft", "start")
    assert (found.state, found.asked, found.buckets) == ("running", None, 100)
    acts = [entry.action for entry in audit.list_entries(subject=f"experiment:{code}")]
    assert acts == ["experiments.start", "experiments.ask_start", "experiments.create"]


def test_a_change_of_the_draft_has_to_be_asked_for_again() -> None:
    one, two = jotted.person(is_operator=True), jotted.person(is_operator=True)
    code = experiments.create(draft=kit.DRAFT, owner_id=one)
    experiments.ask(code=code, verb="start", by=one)
    experiments.edit(code=code, draft=replace(kit.DRAFT, share=50), by=two)

    with pytest.raises(errors.NothingAsked):
        experiments.confirm(code=code, by=two)

    assert queries.get_experiment(code).draft.share == 50


def test_what_started_cannot_be_changed_by_anybody() -> None:
    code = kit.start()

    with pytest.raises(errors.ExperimentStarted):
        experiments.edit(code=code, draft=kit.DRAFT, by=None)
    with pytest.raises(errors.ExperimentStarted):
        experiments.discard(code=code, by=None)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Experiment.objects.filter(code=code).update(arms=[])
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Experiment.objects.filter(code=code).update(salt="other")

    assert queries.get_experiment(code).draft.arms == kit.DRAFT.arms


def test_experiments_of_a_layer_own_disjoint_buckets() -> None:
    first, second = kit.start(share=60), kit.start(share=40)

    with pytest.raises(errors.LayerFull):
        kit.start(share=1)
    shown = [queries.assign("cart.empty", person_id=number) for number in range(400)]
    experiments.stop(code=first, by=None)
    third = kit.start(share=60)

    assert None not in shown
    assert {one.experiment for one in shown if one} == {first, second}
    assert queries.free_share("page") == 0
    assert sorted(Claim.objects.filter(experiment__code=third).values_list("bucket", flat=True)) == list(
        range(60)
    )


def test_one_place_belongs_to_one_layer() -> None:
    kit.start(share=10)

    with pytest.raises(errors.SlotBusy):
        kit.start(share=10, layer="other")

    assert Experiment.objects.filter(state="running").count() == 1


def test_asking_for_an_arm_makes_no_statement_while_the_list_is_fresh() -> None:
    kit.start()
    queries.assign("cart.empty", person_id=1)

    with CaptureQueriesContext(
        connection,
    ) as seen:
        found = [queries.assign("cart.empty", person_id=number) for number in range(50)]

    assert len(seen) == 0
    assert {one.arm for one in found if one} == {"plain", "taste"}
    assert queries.assign("home.ranking", person_id=1) is None
    assert queries.assign("cart.empty", visitor="abc") is None


def test_browsers_are_assigned_where_the_experiment_asks_for_them() -> None:
    kit.start(unit="visitor")

    found = queries.assign("cart.empty", person_id=5, visitor="abc")

    assert found is not None
    assert (found.unit, found.person_id) == (rules.visitor_unit("abc"), 5)
    assert queries.assign("cart.empty", person_id=5) is None


def test_an_audience_is_asked_once_and_nobody_else_takes_part(monkeypatch: Any) -> None:
    asked: list[int] = []

    class Even:
        kind = "even"

        def contains(self, *, key: str, person_id: int) -> bool:
            asked.append(person_id)
            return person_id % 2 == 0

    monkeypatch.setitem(audiences._audiences, "even", Even())
    kit.start(audience_kind="even", audience_key="x")

    found = [queries.assign("cart.empty", person_id=one) is not None for one in (2, 3, 2, 3)]

    assert found == [True, False, True, False]
    assert asked == [2, 3]


def test_a_holdout_is_an_arm_that_gets_nothing_and_is_counted() -> None:
    arms = (*kit.DRAFT.arms, Arm("nobody", ArmKind.HOLDOUT))
    code = kit.start(arms=arms)
    those = kit.people(60)

    got = kit.show(code, those, at=clock.now())

    held = [queries.assign("cart.empty", person_id=one) for one, arm in got.items() if arm == "nobody"]
    assert held and all(one is not None and one.is_holdout and one.payload == {} for one in held)
    assert queries.count_arms(code)["nobody"] == len(held)
    assert sum(queries.count_arms(code).values()) == 60


def test_the_first_showing_stands() -> None:
    code = kit.start()
    person = jotted.person()
    found = queries.assign("cart.empty", person_id=person)
    assert found is not None
    early = clock.now()

    first = experiments.expose([found], at=early)
    again = experiments.expose([found, replace(found, arm="other")], at=early + kit.timedelta(hours=1))

    row = Exposure.objects.get()
    assert (first, again, row.arm, row.first_at) == (1, 0, found.arm, early)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Exposure.objects.update(arm="other")
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Exposure.objects.filter(experiment__code=code).delete()


def test_nothing_is_noted_for_what_is_over_or_never_was() -> None:
    code = kit.start()
    found = queries.assign("cart.empty", person_id=jotted.person())
    assert found is not None
    experiments.stop(code=code, by=None)

    assert experiments.expose([found, replace(found, experiment="nothing")]) == 0
    assert Exposure.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_many_processes_expose_the_same_people_once(race: Any) -> None:
    code = kit.start()
    those = kit.people(200)
    found = [one for person in those if (one := queries.assign("cart.empty", person_id=person))]

    def work(number: int) -> int:
        batch: list[Assignment] = found if number % 2 else found[::-1]
        return experiments.expose(batch)

    outcomes = race(6, work)

    assert sum(outcomes) == 200
    assert sum(queries.count_arms(code).values()) == 200


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_never_share_a_bucket(race: Any) -> None:
    asker, others = jotted.person(), [jotted.person() for _ in range(4)]
    codes = [experiments.create(draft=replace(kit.DRAFT, share=40), owner_id=asker) for _ in range(4)]
    for code in codes:
        experiments.ask(code=code, verb="start", by=asker)

    outcomes = race(4, lambda n: experiments.confirm(code=codes[n], by=others[n]))

    assert [type(one).__name__ for one in outcomes].count("LayerFull") == 2
    assert Claim.objects.count() == 80


def test_pausing_takes_one_person_and_going_on_two() -> None:
    code = kit.start()
    one, two = jotted.person(), jotted.person()

    assert experiments.pause(code=code, by=one) is True
    assert experiments.pause(code=code, by=one) is False
    queries.forget_running()
    nobody = queries.assign("cart.empty", person_id=1)
    experiments.ask(code=code, verb="resume", by=one)
    experiments.confirm(code=code, by=two)
    queries.forget_running()

    assert nobody is None
    assert queries.assign("cart.empty", person_id=1) is not None


def test_a_decision_names_an_arm_and_a_reason() -> None:
    code = kit.start()
    one, two = jotted.person(), jotted.person()
    with pytest.raises(errors.WrongState):
        experiments.ask(code=code, verb="decide", by=one, decision="taste", reason="x")
    experiments.stop(code=code, by=one)

    with pytest.raises(errors.ExperimentInvalid):
        experiments.ask(code=code, verb="decide", by=one, decision="luck", reason="x")
    with pytest.raises(errors.ExperimentInvalid):
        experiments.ask(code=code, verb="decide", by=one, decision="taste", reason=" ")
    experiments.ask(code=code, verb="decide", by=one, decision="taste", reason="More people bought.")
    experiments.confirm(code=code, by=two)

    found = queries.get_experiment(code)
    assert (found.state, found.decision, found.reason) == ("decided", "taste", "More people bought.")
    assert queries.free_share("page") == 100


def test_prv_a_person_takes_their_exposures_along_and_leaves_no_name() -> None:
    code = kit.start()
    people = kit.people(3)
    kit.show(code, people, at=clock.now())
    before = queries.count_arms(code)

    told = privacy.export_person(person_id=people[0])
    privacy.erase_person(person_id=people[0], at=clock.now())

    assert [one["experiment"] for one in told["exposures"]] == ["Empty cart"]
    assert privacy.export_person(person_id=people[0]) == {"exposures": [], "page_loads": [], "owned": []}
    assert queries.count_arms(code) == before
    assert not Exposure.objects.filter(unit=rules.person_unit(people[0])).exists()
    assert Exposure.objects.filter(unit__startswith="x:", person=None).count() == 1


def test_verify_draws_every_exposure_again() -> None:
    code = kit.start(share=50)
    kit.show(code, kit.people(60), at=clock.now())
    good = verified()
    row = Experiment.objects.get(code=code)
    unit = next(
        rules.person_unit(one)
        for one in kit.people(200)
        if rules.bucket_of("page", rules.person_unit(one)) >= 50
    )
    Exposure.objects.create(experiment=row, unit=unit, arm="plain", first_at=clock.now())
    Claim.objects.filter(bucket=0).update(layer="other")

    bad = verified()

    assert set(good.values()) == {0}
    assert sum(bad.values()) == 2


def verified() -> dict[str, int]:
    return {one.title: one.broken for one in verification.run() if one.id == "I17"}
