"""One answer per person, counts that hold, and a draw that anybody can repeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import jotted

from jishi.kernel import clock
from jishi.people.notifications import queries as notices
from jishi.social.polls import errors, queries, rules
from jishi.social.polls import operations as polls
from jishi.social.polls.contracts import PollDraft
from jishi.social.polls.models import Ballot

pytestmark = pytest.mark.django_db


def draft(**changes: object) -> PollDraft:
    plain = PollDraft(
        question="脆柿还是软柿？", options=("脆柿", "软柿", "柿饼"), closes_at=clock.now() + timedelta(days=1)
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def quiz(**changes: object) -> PollDraft:
    return draft(right=(1,), prize="一箱软柿", prize_count=2, prize_value_minor=9900, **changes)


def made(wanted: PollDraft | None = None) -> tuple[int, str]:
    author = jotted.person()
    return author, polls.attach(author_id=author, note_code=jotted.note(author), draft=wanted or draft())


def test_results_are_shown_after_ones_own_vote() -> None:
    _, code = made()
    voter, reader = jotted.person(), jotted.person()

    polls.vote(person_id=voter, code=code, positions=[1])

    mine, theirs = queries.get_poll(code, viewer_id=voter), queries.get_poll(code, viewer_id=reader)
    assert [(o.count, o.share_bps, o.is_mine) for o in mine.options][1] == (1, 10_000, True)
    assert [o.count for o in theirs.options] == [None, None, None]
    assert queries.list_drifted() == []


def test_a_vote_stands_and_choices_must_exist() -> None:
    _, code = made()
    voter = jotted.person()
    polls.vote(person_id=voter, code=code, positions=[0])

    with pytest.raises(errors.VotedAlready):
        polls.vote(person_id=voter, code=code, positions=[1])
    for wrong in ([], [7], [0, 1]):
        with pytest.raises(errors.ChoiceInvalid):
            polls.vote(person_id=jotted.person(), code=code, positions=wrong)

    assert queries.get_poll(code, viewer_id=voter).voter_count == 1


def test_several_answers_where_the_poll_allows_them() -> None:
    _, code = made(draft(is_multiple=True))
    voter = jotted.person()

    polls.vote(person_id=voter, code=code, positions=[0, 2, 2])

    assert [o.count for o in queries.get_poll(code, viewer_id=voter).options] == [1, 0, 1]
    assert queries.list_drifted() == []


def test_only_the_author_attaches_and_only_once() -> None:
    author = jotted.person()
    note = jotted.note(author)

    with pytest.raises(errors.NotTheNotesAuthor):
        polls.attach(author_id=jotted.person(), note_code=note, draft=draft())
    polls.attach(author_id=author, note_code=note, draft=draft())
    with pytest.raises(errors.PollExists):
        polls.attach(author_id=author, note_code=note, draft=draft())


@pytest.mark.parametrize(
    "changes",
    [
        {"question": " "},
        {"options": ("one",)},
        {"options": ("one", "one")},
        {"options": ("one", "x" * 61)},
        {"right": (5,)},
        {"right": (0, 1), "prize": "a", "prize_count": 1},
        {"right": (0,)},
        {"prize": "a"},
        {"right": (0,), "prize": "a", "prize_count": 0},
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object]) -> None:
    author = jotted.person()

    with pytest.raises(errors.PollInvalid):
        polls.attach(author_id=author, note_code=jotted.note(author), draft=draft(**changes))


def test_a_prize_above_the_limit_of_the_place_is_refused(settings) -> None:  # type: ignore[no-untyped-def]
    settings.JISHI_RULE_PACK = "cn"
    author = jotted.person()

    with pytest.raises(errors.PrizeTooHigh):
        polls.attach(
            author_id=author,
            note_code=jotted.note(author),
            draft=replace(quiz(), prize_value_minor=5_000_001),
        )


def test_acc_107_a_poll_is_seen_by_whoever_sees_its_note() -> None:
    author = jotted.person()
    code = polls.attach(author_id=author, note_code=jotted.note(author, visibility="private"), draft=draft())

    with pytest.raises(errors.PollNotFound):
        polls.vote(person_id=jotted.person(), code=code, positions=[0])
    assert queries.get_poll(code, viewer_id=author).question == "脆柿还是软柿？"


def test_a_quiz_draws_among_right_answers_and_shows_how() -> None:
    author, code = made(quiz())
    right, wrong = [jotted.person() for _ in range(5)], jotted.person()
    before = queries.get_poll(code, viewer_id=author)
    for voter in right:
        polls.vote(person_id=voter, code=code, positions=[1])
    polls.vote(person_id=wrong, code=code, positions=[0])
    polls.vote(person_id=author, code=code, positions=[1])
    end = clock.now() + timedelta(days=2)

    assert polls.close_due(clock.now()) == 0
    assert polls.close_due(end) == 1
    assert polls.close_due(end) == 0

    after = queries.get_poll(code, viewer_id=wrong)
    entries = {ballot.code: ballot.person_id for ballot in Ballot.objects.all()}
    fair = [one for one, who in entries.items() if who in right]
    expected = rules.draw(seed=after.seed, entry_digest=rules.digest_of(entries), right=fair, count=2)
    assert (before.seed, after.right_count) == ("", 5)
    assert rules.commitment_of(after.seed) == before.commitment == after.commitment
    assert [w.person.id for w in after.winners if w.person] == [entries[one] for one in expected]
    winner = entries[expected[0]]
    assert [notice.kind for notice in notices.list_notices(person_id=winner)] == ["prize_won"]


def test_winners_claim_once_and_nobody_else_does() -> None:
    author, code = made(quiz())
    winner, loser = jotted.person(), jotted.person()
    polls.vote(person_id=winner, code=code, positions=[1])
    polls.vote(person_id=loser, code=code, positions=[0])
    end = clock.now() + timedelta(days=2)
    polls.close_due(end)

    polls.claim(person_id=winner, code=code, at=end)
    polls.claim(person_id=winner, code=code, at=end)
    with pytest.raises(errors.NothingToClaim):
        polls.claim(person_id=loser, code=code, at=end)

    assert queries.get_poll(code, viewer_id=winner).is_claimed
    kinds = [notice.kind for notice in notices.list_notices(person_id=author)]
    assert kinds.count("prize_claimed") == 1


def test_nobody_votes_after_the_end() -> None:
    _, code = made()

    with pytest.raises(errors.PollClosed):
        polls.vote(person_id=jotted.person(), code=code, positions=[0], at=clock.now() + timedelta(days=2))


@pytest.mark.django_db(transaction=True)
def test_one_person_in_many_tabs_has_one_vote(race) -> None:  # type: ignore[no-untyped-def]
    _, code = made()
    voter = jotted.person()

    outcomes = race(6, lambda n: polls.vote(person_id=voter, code=code, positions=[n % 3]))

    assert [type(one) for one in outcomes].count(type(None)) == 1
    assert queries.get_poll(code, viewer_id=voter).voter_count == 1
    assert queries.list_drifted() == []


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_are_all_counted(race) -> None:  # type: ignore[no-untyped-def]
    author, code = made()
    voters = [jotted.person() for _ in range(8)]

    race(8, lambda n: polls.vote(person_id=voters[n], code=code, positions=[n % 3]))

    view = queries.get_poll(code, viewer_id=author)
    assert (view.voter_count, [o.count for o in view.options]) == (8, [3, 3, 2])
    assert queries.list_drifted() == []
