"""Many people at once: one case, counted right, decided once."""

from __future__ import annotations

import pytest
from tests.trust.moderation.conftest import PaperDesk, person

from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation.models import Case, Entry, Report


@pytest.mark.django_db(transaction=True)
def test_reports_at_once_make_one_case_with_every_report_counted(race, desk: PaperDesk) -> None:  # type: ignore[no-untyped-def]
    code = desk.put(person())
    reporters = [person() for _ in range(8)]

    outcomes = race(
        8, lambda n: moderation.report(reporter_id=reporters[n], kind="note", code=code, reason="spam")
    )

    assert len({outcome.case_code for outcome in outcomes}) == 1
    case = Case.objects.get()
    assert (case.report_count, case.believed_count, Report.objects.count()) == (8, 8, 8)
    assert desk.state(code) == "hidden"
    assert Entry.objects.filter(act="hidden_by_reports").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_person_reporting_in_two_tabs_has_one_report(race, desk: PaperDesk) -> None:  # type: ignore[no-untyped-def]
    code, reporter = desk.put(person()), person()

    race(6, lambda: moderation.report(reporter_id=reporter, kind="note", code=code, reason="spam"))

    assert (Report.objects.count(), Case.objects.get().report_count) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_decide_once(race, desk: PaperDesk) -> None:  # type: ignore[no-untyped-def]
    code = desk.put(person())
    case = moderation.report(reporter_id=person(), kind="note", code=code, reason="spam").case_code
    moderators = [person(is_operator=True) for _ in range(4)]
    actions = ("hide", "approve", "remove", "warn")

    outcomes = race(
        4,
        lambda n: moderation.decide(
            moderator_id=moderators[n], case_code=case, action=actions[n], reason="spam"
        ),
    )

    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert Entry.objects.filter(act="decided").count() == 1
