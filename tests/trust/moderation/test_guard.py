"""The guard that the wiring registers: it judges and remembers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.trust.moderation.conftest import person

from jishi.kernel import clock
from jishi.social.notes.ports import Publication
from jishi.trust.moderation import handlers
from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation.models import Fingerprint

pytestmark = pytest.mark.django_db


def judge(author: int, text: str, **more: object):  # type: ignore[no-untyped-def]
    publication = Publication(kind="note", author_id=author, text=text, **more)  # type: ignore[arg-type]
    return handlers.WordsAndFloods().judge(publication, at=clock.now())


def test_ordinary_words_pass_and_leave_a_fingerprint() -> None:
    author = person()

    assert judge(author, "今天的柿子很甜").action == "accept"
    assert Fingerprint.objects.get().author_id == author


def test_refused_words_leave_nothing() -> None:
    verdict = judge(person(), "代办假证")

    assert (verdict.action, [f.code for f in verdict.findings]) == ("refuse", ["word"])
    assert Fingerprint.objects.count() == 0


def test_inp_130_four_thousand_posts_end_after_thirty() -> None:
    author = person()

    actions = [judge(author, f"第 {n} 条，说点别的 {n * 7919}").action for n in range(40)]

    assert actions.index("refuse") == 30
    assert set(actions[30:]) == {"refuse"}


def test_fingerprints_are_forgotten_after_a_day() -> None:
    judge(person(), "今天的柿子很甜")

    assert moderation.forget_prints(clock.now() + timedelta(hours=23)) == 0
    assert moderation.forget_prints(clock.now() + timedelta(hours=25)) == 1
