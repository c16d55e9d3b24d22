"""One answer each, frozen versions, branches, and answers without names that nobody can trace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories import jotted

from jishi.insight.behavior.models import Inbox
from jishi.insight.surveys import errors, queries, rules, templates
from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys.contracts import Condition, Question, SurveyDraft, Taker
from jishi.insight.surveys.models import Answer, Box, Invitation, Part, Version
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.people.accounts import ports as audiences
from jishi.people.accounts.contracts import AudienceRef
from jishi.people.notifications import queries as notices

pytestmark = pytest.mark.django_db


def opened(kind: str = "nps", **changes: object) -> str:
    draft = replace(templates.draft(kind), trigger="link")
    code = surveys.create(kind=kind, draft=replace(draft, **changes), owner_id=None)  # type: ignore[arg-type]
    surveys.launch(code=code)
    return code


def say(code: str, score: int | str, person_id: int | None = None, **more: list[str]) -> int:
    who = person_id or jotted.person()
    surveys.answer(code=code, taker=Taker(who), given={"score": [str(score)], **more})
    return who


def test_an_answer_is_counted_once_per_person() -> None:
    code = opened()
    person = say(code, 9, words=["好柿子"])

    with pytest.raises(errors.AnsweredAlready):
        say(code, 0, person)

    found = queries.readout(code)
    assert (found.answers, found.results[0].score.value) == (1, 100.0)  # type: ignore[union-attr]
    assert [theme.samples for theme in found.results[2].themes] == [("好柿子",)]
    assert queries.has_taken(code, Taker(person))


@pytest.mark.django_db(transaction=True)
def test_one_person_in_many_tabs_answers_once(race) -> None:  # type: ignore[no-untyped-def]
    code = opened()
    person = jotted.person()

    outcomes = race(5, lambda n: say(code, n, person))

    assert sorted(type(one).__name__ for one in outcomes) == ["AnsweredAlready"] * 4 + ["int"]
    assert (Answer.objects.count(), queries.get_survey(code).answer_count) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_fill_the_box_exactly(race) -> None:  # type: ignore[no-untyped-def]
    code = opened(is_anonymous=True)
    people = [jotted.person() for _ in range(7)]

    race(7, lambda n: say(code, n, people[n]))

    assert Answer.objects.count() == 5
    assert len(Box.objects.get().bundle) == 2
    assert Part.objects.count() == 7


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"score": []},
        {"score": ["11"]},
        {"score": ["-1"]},
        {"score": ["9", "8"]},
        {"score": ["٣"]},
        {"score": ["9"], "words": ["x" * 1001]},
        {"score": ["3"], "why": ["goods", "nothing"]},
    ],
)
def test_inp_126_what_is_no_answer_is_refused_and_changes_nothing(given: dict[str, list[str]]) -> None:
    code = opened()

    with pytest.raises(errors.AnswerInvalid):
        surveys.answer(code=code, taker=Taker(jotted.person()), given=given)

    assert (Answer.objects.count(), Part.objects.count(), queries.get_survey(code).answer_count) == (0, 0, 0)


def test_a_branch_is_asked_only_where_it_fits() -> None:
    asked = templates.questions("nps")

    low, _ = rules.settle(asked, {"score": ["3"], "why": ["goods", "price"]})
    high, _ = rules.settle(asked, {"score": ["10"], "why": ["goods"]})

    assert low == {"score": 3, "why": ("goods", "price")}
    assert high == {"score": 10}
    assert [one.key for one in rules.path(asked, {"score": 10})] == ["score", "words"]


@pytest.mark.parametrize(
    ("op", "value", "given", "expected"),
    [
        ("is", "b", "b", True),
        ("is", "b", ("a", "b"), True),
        ("is_not", "b", ("a",), True),
        ("is_not", "b", "b", False),
        ("at_least", "4", 4, True),
        ("at_least", "4", 3, False),
        ("at_most", "4", 5, False),
    ],
)
def test_conditions(op: str, value: str, given: object, expected: bool) -> None:
    later = Question("later", "text", {"en": "?"}, show_if=Condition("first", op, value))

    assert rules.is_asked(later, {"first": given}) is expected  # type: ignore[dict-item]
    assert rules.is_asked(later, {}) is False


def test_a_condition_may_only_speak_of_what_was_asked_before() -> None:
    first, later, _ = templates.questions("nps")

    assert rules.question_fault("custom", [first, later]) == ""
    assert rules.question_fault("custom", [later, first]) == "why"
    wrong = replace(later, show_if=Condition("score", "at_most", "44"))
    assert rules.question_fault("custom", [first, wrong]) == "why"
    assert rules.question_fault("nps", [replace(first, high=5)]) == "score"


def test_a_version_that_was_answered_stays_and_a_new_one_begins() -> None:
    code = opened()
    asked = queries.get_survey(code).questions
    assert surveys.ask(code=code, questions=asked[:2]) == 1
    say(code, 9)

    number = surveys.ask(code=code, questions=asked)
    say(code, 2)

    assert (number, queries.get_survey(code).versions) == (2, (1, 2))
    assert len(queries.readout(code, version=1).results) == 2
    assert queries.readout(code, version=1).answers == queries.readout(code).answers == 1
    assert surveys.ask(code=code, questions=asked) == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.filter(number=1).update(questions=[])


def test_prv_answers_without_names_leave_the_box_in_bundles_and_carry_nothing_of_anybody() -> None:
    code = opened(is_anonymous=True)
    people = [jotted.person() for _ in range(6)]
    for number, person in enumerate(people[:4]):
        say(code, 10 - number, person)
    assert (Answer.objects.count(), queries.readout(code).answers, queries.readout(code).held_back) == (
        0,
        0,
        4,
    )

    say(code, 10, people[4], words=["第五个"])
    say(code, 0, people[5])

    rows = list(Answer.objects.all())
    assert [row.person_id for row in rows] == [None] * 5
    columns = {field.name for field in Part._meta.get_fields()}
    assert columns == {"pk", "survey", "taker", "person"}, "a moment or a number would tell who said what"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM surveys_answer")
        assert cursor.fetchone() == (1,), "a bundle is written by one transaction"
        cursor.execute("SELECT values::text, language FROM surveys_answer ORDER BY ctid")
        stored = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM kernel_outboxevent WHERE topic = 'insight.survey.answered'")
        assert cursor.fetchone() == (0,)
    written = [json.dumps(json.loads(values), sort_keys=True, ensure_ascii=False) for values, _ in stored]
    assert written == sorted(written), "the order is that of the content"
    assert queries.readout(code).answers == 5
    with pytest.raises(errors.SurveyNotFound):
        queries.people_of(code, version=1, question="score", value="10")
    assert all(row[0] == "" and row[2] is None for row in queries.rows_of(code, version=1))


def test_prv_the_last_answers_join_others_when_the_survey_closes() -> None:
    code = opened(is_anonymous=True)
    for score in range(7):
        say(code, score)

    surveys.close(code=code)

    assert (Answer.objects.count(), Box.objects.get().bundle) == (7, [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM surveys_answer")
        assert cursor.fetchone() == (1,)
    alone = opened(is_anonymous=True)
    say(alone, 3)
    surveys.close(code=alone)
    assert (queries.readout(alone).answers, queries.readout(alone).held_back) == (0, 1)


def test_whether_answers_have_names_cannot_change_afterwards() -> None:
    code = opened()
    say(code, 3)

    with pytest.raises(errors.SurveyStarted):
        surveys.edit(code=code, draft=replace(queries.get_survey(code).draft, is_anonymous=True))

    assert queries.get_survey(code).draft.is_anonymous is False


class Chosen:
    kind = "chosen"

    def __init__(self) -> None:
        self.people: set[int] = set()

    def contains(self, *, key: str, person_id: int) -> bool:
        return key == "ours" and person_id in self.people


@pytest.fixture
def chosen(monkeypatch) -> Chosen:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(audiences, "_audiences", dict(audiences._audiences))
    audience = Chosen()
    audiences.register_audience(audience)
    return audience


def test_acc_107_only_the_audience_is_asked_and_may_answer(chosen: Chosen) -> None:
    code = opened(trigger="page", audience_kind="chosen", audience_key="ours", allows_visitors=True)
    inside, outside = jotted.person(), jotted.person()
    chosen.people.add(inside)
    assert audiences.is_member(AudienceRef("chosen", "ours"), inside)

    assert queries.find_offer(Taker(inside), page="home").code == code  # type: ignore[union-attr]
    assert queries.find_offer(Taker(outside), page="home") is None
    with pytest.raises(errors.NotAsked):
        say(code, 9, outside)
    with pytest.raises(errors.SignInToAnswer):
        surveys.answer(code=code, taker=Taker(None, "browser-of-nobody"), given={"score": ["1"]})
    say(code, 9, inside)


def test_visitors_answer_once_per_browser_where_that_is_allowed() -> None:
    code, shut = opened(allows_visitors=True), opened()
    browser = Taker(None, "abcdefabcdef")

    surveys.answer(code=code, taker=browser, given={"score": ["7"]})

    with pytest.raises(errors.AnsweredAlready):
        surveys.answer(code=code, taker=browser, given={"score": ["7"]})
    with pytest.raises(errors.SignInToAnswer):
        surveys.answer(code=shut, taker=browser, given={"score": ["7"]})
    assert queries.readout(code).from_visitors == 1
    assert "abcdefabcdef" not in Part.objects.get().taker


@pytest.mark.parametrize("page", ["checkout", "pay", "cart", "login", "survey"])
def test_nothing_comes_up_while_somebody_buys(page: str) -> None:
    opened(trigger="page")

    assert queries.find_offer(Taker(jotted.person()), page=page) is None


def test_not_now_is_remembered_and_so_is_an_answer() -> None:
    code, person = opened(trigger="page", page="home"), jotted.person()
    now = clock.now()
    assert queries.find_offer(Taker(person), page="search") is None

    surveys.put_off(code=code, taker=Taker(person), at=now)

    assert queries.find_offer(Taker(person), page="home", at=now + timedelta(days=29)) is None
    assert queries.find_offer(Taker(person), page="home", at=now + timedelta(days=31)) is not None
    say(code, 8, person)
    assert queries.find_offer(Taker(person), page="home", at=now + timedelta(days=31)) is None


def test_after_receipt_the_buyer_is_told_once() -> None:
    code, person, now = opened("csat", trigger="receipt", delay_h=48), jotted.person(), clock.now()
    surveys.plan_receipt(person_id=person, order_code="abc", at=now)
    assert surveys.plan_receipt(person_id=person, order_code="def", at=now) >= 0

    assert surveys.tell_due(now + timedelta(hours=47)) == 0
    assert queries.find_offer(Taker(person), page="home", at=now) is None
    assert surveys.tell_due(now + timedelta(hours=49)) == 1
    assert surveys.tell_due(now + timedelta(hours=49)) == 0

    assert [one.kind for one in notices.list_notices(person_id=person)] == ["survey_invited"]
    assert queries.find_offer(Taker(person), page="home", at=now + timedelta(hours=49)).code == code  # type: ignore[union-attr]
    assert Invitation.objects.count() == 1


def test_who_answered_meanwhile_is_not_told() -> None:
    code, person, now = opened("csat", trigger="receipt"), jotted.person(), clock.now()
    surveys.plan_receipt(person_id=person, order_code="abc", at=now)
    say(code, 5, person)

    surveys.tell_due(now + timedelta(days=3))

    assert list(notices.list_notices(person_id=person)) == []


def test_a_survey_closes_by_the_clock_and_opens_again() -> None:
    end = clock.now() + timedelta(days=1)
    code = opened(closes_at=end)

    with pytest.raises(errors.SurveyClosed):
        surveys.answer(code=code, taker=Taker(jotted.person()), given={"score": ["1"]}, at=end)
    assert (surveys.close_due(end), surveys.close_due(end)) == (1, 0)
    with pytest.raises(errors.SurveyClosed):
        say(code, 3)
    surveys.edit(code=code, draft=replace(queries.get_survey(code).draft, closes_at=None))
    surveys.launch(code=code)
    say(code, 3)


def test_a_draft_is_not_there_and_can_be_thrown_away() -> None:
    code = surveys.create(kind="ces", owner_id=None)

    with pytest.raises(errors.SurveyNotFound):
        say(code, 3)
    surveys.discard(code=code)

    with pytest.raises(errors.SurveyNotFound):
        queries.get_survey(code)
    with pytest.raises(errors.SurveyStarted):
        surveys.discard(code=opened())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": {"en": " "}}, "title"),
        ({"page": "checkout", "trigger": "page"}, "page"),
        ({"trigger": "always"}, "trigger"),
        ({"audience_kind": "segment"}, "audience"),
        ({"delay_h": -1}, "delay_h"),
        ({"closes_at": clock.datetime(2020, 1, 1, tzinfo=clock.UTC)}, "closes_at"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(errors.SurveyInvalid) as refused:
        surveys.create(kind="nps", draft=replace(SurveyDraft(title={"en": "A"}), **changes), owner_id=None)  # type: ignore[arg-type]

    assert refused.value.fields["field"] == field


def test_a_copy_is_a_draft_with_the_same_questions() -> None:
    code = opened("csat")
    say(code, 5)

    made = queries.get_survey(surveys.copy(code=code, owner_id=None))

    assert (made.state, made.answer_count, made.questions) == ("draft", 0, queries.get_survey(code).questions)


def test_an_answer_with_a_name_becomes_behaviour_once() -> None:
    code = opened()
    say(code, 9, words=["不说出去"])

    relay.drain()
    relay.drain()

    bodies = b"".join(bytes(row.body) for row in Inbox.objects.all())
    assert Inbox.objects.count() >= 1
    import zlib

    text = "".join(zlib.decompress(bytes(row.body)).decode() for row in Inbox.objects.all())
    assert text.count("survey_answered") == 1
    assert "不说出去" not in text
    assert bodies


def test_prv_146_leaving_takes_name_and_words_and_keeps_the_count() -> None:
    code = opened()
    person = say(code, 9, words=["我家住在杭州"])
    assert queries.export_person(person_id=person)["answers"][0]["answers"]["words"] == "我家住在杭州"

    surveys.forget(person_id=person)

    row = Answer.objects.get()
    assert (row.person_id, row.values) == (None, {"score": 9})
    assert (Part.objects.count(), queries.readout(code).answers) == (0, 1)
    assert queries.export_person(person_id=person) == {"answers": [], "took_part": []}
