"""Newcomers: what counts as a first step, counted once from facts, and where people stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import jotted

from jishi.growth.onboarding import errors, ports, queries, rules
from jishi.growth.onboarding import operations as onboarding
from jishi.growth.onboarding.contracts import Gift, Step
from jishi.growth.onboarding.models import Done, Mark, Newcomer
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.people.notifications.models import Notice
from jishi.social.feed import operations as feeds
from jishi.social.graph import operations as graph
from jishi.social.notes import operations as notes

pytestmark = pytest.mark.django_db
PATH = [one.kind for one in rules.SHIPPED]


def fresh(days: int = 1) -> int:
    return jotted.person(days=days)


def walk(person: int, *kinds: str) -> None:
    for kind in kinds:
        needed = next(one.needed for one in rules.SHIPPED if one.kind == kind)
        for number in range(needed):
            onboarding.advance(person_id=person, kind=kind, subject=f"s{number}", at=clock.now())


def test_facts_of_other_domains_become_steps_each_once() -> None:
    me, author = fresh(), jotted.person()
    jotted.note(author, topic="tea")
    note = jotted.note(author)
    others = [jotted.person() for _ in range(3)]

    feeds.choose_interests(person_id=me, slugs=["tea"])
    for other in (*others[:2], others[0]):
        graph.follow(person_id=me, other_id=other)
    graph.unfollow(person_id=me, other_id=others[0])
    graph.follow(person_id=me, other_id=others[0])
    notes.favourite(person_id=me, code=note)
    for _ in range(2):
        relay.drain()

    progress = queries.find_progress(me)
    assert progress is not None
    assert [(one.step.kind, one.count, one.is_done) for one in progress.steps[:3]] == [
        ("interests", 1, True),
        ("follow", 2, False),
        ("save", 1, True),
    ]
    assert progress.following is not None and progress.following.step.kind == "follow"
    assert (progress.done, progress.percent) == (2, 40)
    graph.follow(person_id=me, other_id=others[2])
    relay.drain()
    assert Done.objects.filter(person_id=me).count() == 3
    assert Mark.objects.filter(person_id=me, kind="follow").count() == 3


def test_the_last_step_finishes_once_and_old_hands_are_no_newcomers() -> None:
    me, old, away = fresh(), fresh(days=31), fresh()

    walk(me, *PATH)
    walk(old, *PATH)
    walk(away, PATH[0])
    onboarding.put_away(person_id=away)

    first = Newcomer.objects.get(person_id=me).finished_at
    assert first is not None
    assert queries.find_progress(me) is None
    assert not Newcomer.objects.filter(person_id=old).exists()
    assert queries.find_progress(away) is None
    assert not onboarding.advance(person_id=me, kind=PATH[0], subject="new", at=clock.now())
    assert Newcomer.objects.get(person_id=me).finished_at == first
    assert onboarding.enrol_new(clock.now()) == 0
    assert queries.find_progress(fresh()) is None
    assert onboarding.enrol_new(clock.now()) == 1


def test_whoever_is_on_the_way_stays_on_their_path() -> None:
    me = fresh()
    walk(me, PATH[0])
    shorter = [replace(rules.SHIPPED[0], needed=1), rules.SHIPPED[3]]

    number = onboarding.lay_out(steps=shorter, by=None)

    assert onboarding.lay_out(steps=shorter, by=None) == number == 1
    other = fresh()
    walk(other, PATH[0])
    assert len(queries.find_progress(me).steps) == 5  # type: ignore[union-attr]
    assert len(queries.find_progress(other).steps) == 2  # type: ignore[union-attr]
    for steps, field in (
        ([], "steps"),
        ([rules.SHIPPED[0]] * 2, "kind"),
        ([Step("fly")], "kind"),
        ([replace(rules.SHIPPED[0], needed=11)], "needed"),
        ([replace(rules.SHIPPED[0], title={"en": "only English"})], "title"),
        ([replace(rules.SHIPPED[0], text={"zh-hans": "x" * 121})], "text"),
    ):
        with pytest.raises(errors.PathInvalid) as refused:
            onboarding.lay_out(steps=steps, by=None)
        assert refused.value.fields["field"] == field
    assert queries.list_numbers() == (1, 0)


def test_the_board_adds_up_and_names_the_people_who_stopped() -> None:
    people = [fresh() for _ in range(6)]
    walk(people[0], *PATH)
    walk(people[1], PATH[0], PATH[1])
    walk(people[2], PATH[0])
    walk(people[3], PATH[1], PATH[3])
    onboarding.enrol_new(clock.now())

    board = queries.board()

    assert (board.people, board.finished) == (6, 1)
    assert [(one.done, one.arrived, one.stopped) for one in board.lines] == [
        (3, 3, 3),
        (3, 2, 1),
        (1, 1, 1),
        (2, 1, 0),
        (1, 1, 0),
    ]
    assert board.people == board.finished + sum(one.stopped for one in board.lines)
    for line in board.lines:
        assert len(queries.list_stopped(line.step.kind)) == line.stopped
    assert queries.list_stopped(PATH[1]) == (people[2],)
    assert board.lines[0].median_h == pytest.approx(24, abs=1)
    assert sum(week.people for week in board.weeks) == 6
    assert queries.board(at=clock.now() + timedelta(days=60)).people == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_fact_in_many_workers_counts_once(race) -> None:  # type: ignore[no-untyped-def]
    me = fresh()
    at = clock.now()

    got = race(4, lambda n: onboarding.advance(person_id=me, kind="save", subject="note", at=at))

    assert sorted(got) == [False, False, False, True]
    assert (Mark.objects.count(), Done.objects.count(), Newcomer.objects.count()) == (1, 1, 1)


def test_prv_140_how_somebody_began_is_forgotten() -> None:
    me = fresh()
    walk(me, PATH[0])
    assert queries.export_person(person_id=me)["steps"][0]["step"] == PATH[0]

    for _ in range(2):
        onboarding.forget(person_id=me)

    assert (Mark.objects.count(), Done.objects.count(), Newcomer.objects.count()) == (0, 0, 0)
    assert timedelta(0) < queries.WINDOW


@pytest.mark.django_db(transaction=True)
def test_ops_156_a_step_is_rewarded_once_while_the_budget_lasts(race) -> None:  # type: ignore[no-untyped-def]
    given: list[str] = []

    def give(*, kind: str, key: str, person_id: int, natural_key: str, at: object) -> None:
        given.append(natural_key)
        if key == "gone":
            raise errors.PathInvalid(field="gift", row=0)

    kept = ports.find_gifts()
    ports.connect_gifts(ports.Gifts(lambda: {"entry": ("Entry", lambda: (("x", "X"),))}, give))
    steps = [
        replace(rules.SHIPPED[0], gift=Gift("entry", "x", 300)),
        replace(rules.SHIPPED[2], gift=Gift("entry", "gone", 100)),
    ]
    with pytest.raises(errors.PathInvalid):
        onboarding.lay_out(steps=steps, by=None, budget_minor=200)
    number = onboarding.lay_out(steps=steps, by=None, budget_minor=700)
    people, now = [fresh() for _ in range(3)], clock.now()

    def work(number: int) -> bool:
        return onboarding.advance(person_id=people[number % 3], kind="interests", subject="topics", at=now)

    assert sorted(race(6, work)) == [False] * 3 + [True] * 3
    onboarding.advance(person_id=people[0], kind="save", subject="n", at=now)

    spent = queries.get_spent(number)
    assert (spent.given, spent.over, spent.refused, spent.spent_minor) == (2, 1, 1, 600)
    assert len(given) == 3 and len(set(given)) == 3
    assert Notice.objects.filter(kind="step_rewarded").count() == 2
    with pytest.raises(errors.PathInvalid):
        onboarding.lay_out(steps=steps, by=None, budget_minor=599)
    assert onboarding.lay_out(steps=steps, by=None, budget_minor=900) == number
    if kept is not None:
        ports.connect_gifts(kept)
