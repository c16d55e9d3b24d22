"""Polls and challenges as people use them, without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import consoles, jotted

from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.social.challenges import operations as challenges
from jishi.social.challenges.contracts import ChallengeDraft
from jishi.social.polls import operations as polls
from jishi.social.polls.models import Poll

pytestmark = pytest.mark.django_db
XSS = "<script>alert(1)</script>"


def browser(person_id: int) -> Client:
    User.objects.filter(pk=person_id).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=person_id), backend=consoles.BACKEND)
    return client


def test_a_quiz_from_the_question_to_the_prize() -> None:
    author, reader = jotted.person(), jotted.person()
    note = jotted.note(author)
    mine, theirs = browser(author), browser(reader)
    form = {
        "question": XSS,
        "option": ["firm", "soft", ""],
        "right": ["1"],
        "days": "1",
        "prize": "A box",
        "prize_count": "1",
    }

    assert consoles.body(mine, f"/polls/new/{note}/")
    assert theirs.get(f"/polls/new/{note}/").status_code == 403
    assert mine.post(f"/polls/new/{note}/", {"question": ""}).status_code == 422
    made = mine.post(f"/polls/new/{note}/", form)
    code = Poll.objects.get().code
    asked = consoles.body(theirs, f"/polls/{code}/")
    theirs.post(f"/polls/{code}/vote/", {"option": "1"})
    voted = consoles.body(theirs, f"/polls/{code}/")
    polls.close_due(clock.now() + timedelta(days=2))
    won = consoles.body(theirs, f"/polls/{code}/")
    theirs.post(f"/polls/{code}/claim/")
    claimed = consoles.body(theirs, f"/polls/{code}/")

    assert made["Location"] == f"/polls/{code}/"
    assert XSS not in asked
    assert "&lt;script&gt;" in asked
    assert "100" not in asked.split("poll-")[1].split("mono")[0]
    assert "100%" in voted
    assert "Claim my prize" in won
    assert "Claim my prize" not in claimed
    assert Client().post(f"/polls/{code}/vote/", {"option": "0"})["Location"].startswith("/login/")


def test_a_challenge_from_entry_to_vote() -> None:
    now = clock.now()
    draft = ChallengeDraft(
        topic="秋天", title=XSS, rules="拍一张", prize="一箱", winner_count=1, method="vote",
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=2),
        judged_at=now + timedelta(days=3),
    )  # fmt: skip
    code = challenges.open_challenge(host_id=jotted.person(is_operator=True), draft=draft)
    author, reader = jotted.person(), jotted.person()
    note = jotted.note(author, topic="秋天")
    mine, theirs = browser(author), browser(reader)

    mine.post(f"/challenges/{code}/enter/", {"note": f"https://jishi.example/notes/{note}/"})
    page = consoles.body(theirs, f"/challenges/{code}/")
    entry = page.split("/challenges/entries/")[1].split("/")[0]
    theirs.post(f"/challenges/entries/{entry}/choose/", {"next": "//evil.test"})
    after = consoles.body(theirs, f"/challenges/{code}/")
    listed = consoles.body(Client(), "/challenges/")

    assert "Vote for it" in page
    assert "You have voted today" in after
    assert "Vote for it" not in after
    assert XSS not in page + after + listed
    assert theirs.get("/challenges/nothing/").status_code == 404
