"""Surveys through the API: the next one, one answer, and the figures for operators."""

import pytest

from jishi.insight.surveys import operations as surveys
from jishi.kernel.models import IdempotentAnswer

pytestmark = pytest.mark.django_db


def opened(kind="nps"):
    code = surveys.create(kind=kind, owner_id=None)
    surveys.launch(code=code)
    return code


def test_a_survey_is_read_and_answered_once(people):
    code, person = opened(), people()

    found = person.get(f"/surveys/{code}")
    assert (found["viewer_state"], [q["key"] for q in found["questions"]]) == (
        "open",
        ["score", "why", "words"],
    )
    assert found["questions"][1]["only_if"] == {"question": "score", "op": "at_most", "value": "6"}
    person.post(f"/surveys/{code}/answers", {"answers": {"score": ["44"]}}, key="first", status=400)
    person.post(f"/surveys/{code}/answers", {"answers": {"score": ["9"]}}, key="second", status=201)
    person.post(f"/surveys/{code}/answers", {"answers": {"score": ["9"]}}, key="second", status=201)
    problem = person.post(f"/surveys/{code}/answers", {"answers": {"score": ["9"]}}, key="third", status=409)

    assert problem["code"] == "surveys.answered_already"
    assert person.get(f"/surveys/{code}")["viewer_state"] == "answered"


def test_prv_what_was_answered_is_not_kept_beside_the_key(people):
    code = opened()
    first, second = people(), people()
    first.post(f"/surveys/{code}/answers", {"answers": {"score": ["9"]}}, key="a", status=201)
    second.post(f"/surveys/{code}/answers", {"answers": {"score": ["1"]}}, key="a", status=201)

    prints = {row.fingerprint for row in IdempotentAnswer.objects.filter(key="a")}

    assert len(prints) == 1


def test_figures_are_for_operators(people):
    code = opened()
    person = people()
    person.post(f"/surveys/{code}/answers", {"answers": {"score": ["9"]}}, key="k", status=201)

    person.get(f"/ops/surveys/{code}/figures", status=403)


def test_nothing_comes_up_when_nothing_is_open(people):
    assert people().get("/surveys/next?page=home") == {"survey": None}
