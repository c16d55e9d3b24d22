"""Entered once, chosen fairly, ended by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import jotted

from jishi.kernel import clock
from jishi.people.accounts.errors import OperatorRequired
from jishi.people.notifications import queries as notices
from jishi.social.challenges import errors, queries
from jishi.social.challenges import operations as challenges
from jishi.social.challenges.contracts import ChallengeDraft
from jishi.social.challenges.models import Voice

pytestmark = pytest.mark.django_db


def draft(**changes: object) -> ChallengeDraft:
    now = clock.now()
    plain = ChallengeDraft(
        topic="#秋天的柿子",
        title="晒出秋天",
        rules="拍下你家的柿子。",
        prize="一箱软柿",
        winner_count=1,
        method="vote",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=3),
        judged_at=now + timedelta(days=5),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def opened(**changes: object) -> str:
    return challenges.open_challenge(host_id=jotted.person(is_operator=True), draft=draft(**changes))


def entered(code: str) -> tuple[int, str, str]:
    author = jotted.person()
    note = jotted.note(author, topic="秋天的柿子")
    return author, note, challenges.enter(person_id=author, code=code, note_code=note)


def test_only_the_house_announces() -> None:
    with pytest.raises(OperatorRequired):
        challenges.open_challenge(host_id=jotted.person(), draft=draft())
    for wrong in (
        {"title": ""},
        {"method": "luck"},
        {"method": "jury"},
        {"judge_ids": (1,)},
        {"winner_count": 0},
        {"ends_at": clock.now() - timedelta(minutes=1)},
        {"judged_at": clock.now()},
    ):
        with pytest.raises(errors.ChallengeInvalid):
            opened(**wrong)


def test_a_fitting_note_enters_once() -> None:
    code = opened()
    author, note, entry = entered(code)

    again = challenges.enter(person_id=author, code=code, note_code=note)
    with pytest.raises(errors.EnteredAlready):
        challenges.enter(person_id=author, code=code, note_code=jotted.note(author, topic="秋天的柿子"))

    assert again == entry
    assert queries.get_challenge(code, viewer_id=author).card.entry_count == 1


def test_unfit_notes_do_not_enter() -> None:
    code, author = opened(), jotted.person()
    topic = "秋天的柿子"
    unfit = [
        jotted.note(author),
        jotted.note(author, topic=topic, visibility="friends"),
        jotted.note(jotted.person(), topic=topic),
        jotted.note(author, topic=topic, at=clock.now() - timedelta(days=2)),
        "nothing",
    ]

    for note in unfit:
        with pytest.raises(errors.NoteUnfit):
            challenges.enter(person_id=author, code=code, note_code=note)
    with pytest.raises(errors.NotOpen):
        challenges.enter(person_id=author, code=code, note_code=unfit[0], at=clock.now() + timedelta(days=4))


def test_one_vote_a_day_with_an_account_of_some_days() -> None:
    code = opened()
    author, _, entry = entered(code)
    voter, fresh, now = jotted.person(), jotted.person(days=0), clock.now()

    challenges.vote(person_id=voter, entry_code=entry, at=now)
    with pytest.raises(errors.VotedToday):
        challenges.vote(person_id=voter, entry_code=entry, at=now)
    with pytest.raises(errors.AccountTooNew):
        challenges.vote(person_id=fresh, entry_code=entry, at=now)
    with pytest.raises(errors.OwnEntry):
        challenges.vote(person_id=author, entry_code=entry, at=now)
    challenges.vote(person_id=voter, entry_code=entry, at=now + timedelta(days=1))

    assert Voice.objects.count() == 2


def test_the_end_ranks_tells_and_leaves_out_what_was_hidden() -> None:
    code = opened()
    (_, hidden_note, popular), (second, _, liked) = entered(code), entered(code)
    entered(code)
    for _ in range(3):
        challenges.vote(person_id=jotted.person(), entry_code=popular)
    challenges.vote(person_id=jotted.person(), entry_code=liked)
    jotted.hide(hidden_note)
    end = clock.now() + timedelta(days=6)

    assert challenges.end_due(clock.now()) == 0
    assert challenges.end_due(end) == 1
    assert challenges.end_due(end) == 0

    view = queries.get_challenge(code, viewer_id=None)
    assert [(entry.author_id, entry.rank) for entry in view.entries if entry.rank] == [(second, 1)]
    assert [notice.kind for notice in notices.list_notices(person_id=second)] == ["challenge_won"]
    with pytest.raises(errors.NotOpen):
        challenges.vote(person_id=jotted.person(), entry_code=liked, at=end)


def test_judges_give_points_that_stay_hidden_until_the_end() -> None:
    judges = (jotted.person(), jotted.person())
    code = opened(method="jury", judge_ids=judges)
    (first, _, one), (second, _, two) = entered(code), entered(code)

    challenges.score(judge_id=judges[0], entry_code=one, points=4)
    challenges.score(judge_id=judges[0], entry_code=one, points=6)
    challenges.score(judge_id=judges[1], entry_code=one, points=5)
    challenges.score(judge_id=judges[0], entry_code=two, points=10)
    with pytest.raises(errors.NotAJudge):
        challenges.score(judge_id=first, entry_code=two, points=10)
    with pytest.raises(errors.ScoreInvalid):
        challenges.score(judge_id=judges[0], entry_code=two, points=11)
    with pytest.raises(errors.NotOpen):
        challenges.vote(person_id=jotted.person(), entry_code=one)

    seen = queries.get_challenge(code, viewer_id=second)
    assert {entry.points for entry in seen.entries} == {None}
    challenges.end_due(clock.now() + timedelta(days=6))
    after = queries.get_challenge(code, viewer_id=second)
    assert [(entry.author_id, entry.points) for entry in after.entries if entry.rank] == [(first, 11)]


@pytest.mark.django_db(transaction=True)
def test_a_voter_in_many_tabs_votes_once(race) -> None:  # type: ignore[no-untyped-def]
    code = opened()
    entries = [entered(code)[2] for _ in range(3)]
    voter = jotted.person()

    outcomes = race(6, lambda n: challenges.vote(person_id=voter, entry_code=entries[n % 3]))

    assert outcomes.count(None) == 1
    assert Voice.objects.count() == 1
