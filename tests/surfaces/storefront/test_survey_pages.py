"""Surveys for shoppers: the page behind the link, without scripts; the card, at most once in a session."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client
from tests.factories import jotted

from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys import queries, templates
from jishi.insight.surveys.models import Answer, Invitation
from jishi.people.accounts.models import User

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in() -> tuple[Client, int]:
    client, person = Client(), jotted.person()
    client.force_login(User.objects.get(pk=person), backend=BACKEND)
    return client, person


def opened(**changes: object) -> str:
    draft = replace(templates.draft("nps"), **{"trigger": "link", **changes})  # type: ignore[arg-type]
    code = surveys.create(kind="nps", draft=draft, owner_id=None)
    surveys.launch(code=code)
    return code


def test_the_whole_way_without_scripts() -> None:
    code = opened()
    client, person = signed_in()
    url = f"/surveys/{code}/"

    first = client.get(url).content.decode()
    empty = client.post(url, {"step": "score", "go": "next"})
    second = client.post(url, {"step": "score", "a.score": "4", "go": "next"}).content.decode()
    back = client.post(url, {"step": "why", "a.score": "4", "go": "back"}).content.decode()
    third = client.post(url, {"step": "why", "a.score": "4", "a.why": ["goods", "price"], "go": "next"})
    carried = re.findall(r'name="(a\.[a-z]+)" value="([^"]*)"', third.content.decode())
    end = client.post(
        url, {"step": "words", "a.score": "4", "a.why": ["goods", "price"], "a.words": "<b>好</b>"}
    )

    assert 'name="a.score"' in first and "style=" not in first
    assert (empty.status_code, "aria-describedby" in empty.content.decode()) == (422, True)
    assert 'name="a.why"' in second
    assert 'value="4" checked' in back
    assert carried == [("a.score", "4"), ("a.why", "goods"), ("a.why", "price")]
    assert "谢谢" in end.content.decode()
    row = Answer.objects.get()
    assert (row.person_id, row.values) == (
        person,
        {"score": 4, "why": ["goods", "price"], "words": "<b>好</b>"},
    )
    assert "您已经答过" in client.get(url).content.decode()


def test_a_high_score_skips_the_branch() -> None:
    code = opened()
    client, _ = signed_in()

    answer = client.post(f"/surveys/{code}/", {"step": "score", "a.score": "10", "go": "next"})

    assert 'name="a.words"' in answer.content.decode()


def test_acc_107_who_is_not_signed_in_is_asked_to_or_answers_by_browser() -> None:
    shut, wide = opened(), opened(allows_visitors=True)
    client = Client()

    door = client.get(f"/surveys/{shut}/").content.decode()
    client.get(f"/surveys/{wide}/")
    client.post(f"/surveys/{wide}/", {"step": "words", "a.score": "9"})
    client.post(f"/surveys/{shut}/", {"step": "words", "a.score": "9"})

    assert f"/login/?next=/surveys/{shut}/" in door
    assert Answer.objects.count() == 1
    assert queries.readout(wide).from_visitors == 1


def test_a_draft_is_not_there_and_a_closed_one_says_so() -> None:
    draft, closed = surveys.create(kind="nps", owner_id=None), opened()
    surveys.close(code=closed)
    client, _ = signed_in()

    assert client.get(f"/surveys/{draft}/").status_code == 404
    assert "问卷已经结束" in client.get(f"/surveys/{closed}/").content.decode()


def test_a_card_comes_up_once_in_a_session_and_never_while_buying() -> None:
    code = opened(trigger="page")
    client, person = signed_in()

    assert client.get("/surveys/pop/?page=checkout").status_code == 204
    card = client.get("/surveys/pop/?page=home")
    again = client.get("/surveys/pop/?page=home")

    assert card.status_code == 200
    assert f'hx-post="/surveys/{code}/?card=1"' in card.content.decode()
    assert again.status_code == 204
    other = Client()
    other.force_login(User.objects.get(pk=person), backend=BACKEND)
    assert other.get("/surveys/pop/?page=home").status_code == 204, "shown lately"
    assert Invitation.objects.get().shown_at is not None


def test_not_now_is_kept(client: Client) -> None:
    code = opened(trigger="page")
    mine, _ = signed_in()

    assert mine.post(f"/surveys/{code}/later/").content == b""

    assert Invitation.objects.get().dismissed_at is not None
    assert mine.get("/surveys/pop/?page=home").status_code == 204


def test_the_card_is_answered_in_place() -> None:
    code = opened(trigger="page")
    client, _ = signed_in()
    headers = {"HX-Request": "true"}

    step = client.post(
        f"/surveys/{code}/?card=1", {"step": "score", "a.score": "9", "go": "next"}, headers=headers
    )
    end = client.post(f"/surveys/{code}/?card=1", {"step": "words", "a.score": "9"}, headers=headers)

    assert step.content.decode().lstrip().startswith("<form")
    assert "data-gone" in end.content.decode()
    assert Answer.objects.count() == 1


def test_pages_of_buying_do_not_even_ask() -> None:
    client, _ = signed_in()

    assert "survey-pop" in client.get("/").content.decode()
    assert "survey-pop" not in client.get("/cart/").content.decode()
    assert "survey-pop" not in client.get("/login/").content.decode()
