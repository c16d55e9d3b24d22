"""From the first report to the last word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from tests.trust.moderation.conftest import House, PaperDesk, person

from jishi.kernel import audit, clock
from jishi.kernel.limits import RateLimited
from jishi.people.notifications import queries as notices
from jishi.trust.moderation import errors, queries
from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation.models import Case, Entry, Report

pytestmark = pytest.mark.django_db


def told(person_id: int) -> list[str]:
    return [notice.kind for notice in notices.list_notices(person_id=person_id)]


def reported(desk: PaperDesk, *, author: int | None = None, by: int | None = None) -> tuple[int, str, str]:
    author = author or person()
    code = desk.put(author)
    receipt = moderation.report(reporter_id=by or person(), kind="note", code=code, reason="spam")
    return author, code, receipt.case_code


def test_a_report_opens_one_case_and_a_second_one_joins_it(desk: PaperDesk) -> None:
    _, code, case = reported(desk)
    other = person()

    second = moderation.report(reporter_id=other, kind="note", code=code, reason="scam", text="要我私下转账")
    again = moderation.report(reporter_id=other, kind="note", code=code, reason="spam")

    assert (second.case_code, second.is_new, again.is_new) == (case, True, False)
    assert Report.objects.count() == 2
    view = queries.get_case(case, viewer_id=person(is_operator=True))
    assert view.card.reasons == ("spam", "scam")
    assert view.snapshot == "便宜柿子"


def test_what_one_cannot_see_or_owns_cannot_be_reported(desk: PaperDesk) -> None:
    author = person()
    code, secret = desk.put(author), desk.put(author)
    desk.secret.add(secret)

    with pytest.raises(errors.OwnContent):
        moderation.report(reporter_id=author, kind="note", code=code, reason="spam")
    for kind, target in (("note", secret), ("note", "nothing"), ("nothing", code)):
        with pytest.raises(errors.SubjectNotFound):
            moderation.report(reporter_id=person(), kind=kind, code=target, reason="spam")
    with pytest.raises(errors.ReasonUnknown):
        moderation.report(reporter_id=person(), kind="note", code=code, reason="because")
    with pytest.raises(errors.ReportTooLong):
        moderation.report(reporter_id=person(), kind="note", code=code, reason="spam", text="x" * 501)
    assert Case.objects.count() == 0


def test_inp_130_reports_are_limited(desk: PaperDesk) -> None:
    author, reporter = person(), person()
    codes = [desk.put(author) for _ in range(9)]

    for code in codes[:8]:
        moderation.report(reporter_id=reporter, kind="note", code=code, reason="spam")
    with pytest.raises(RateLimited):
        moderation.report(reporter_id=reporter, kind="note", code=codes[8], reason="spam")

    assert Report.objects.count() == 8


def test_three_believed_people_hide_it_until_somebody_has_looked(desk: PaperDesk) -> None:
    author, code, case = reported(desk)
    moderation.report(reporter_id=person(days=0), kind="note", code=code, reason="spam")
    moderation.report(reporter_id=person(), kind="note", code=code, reason="spam")
    before = desk.state(code)

    moderation.report(reporter_id=person(), kind="note", code=code, reason="spam")

    assert (before, desk.state(code)) == ("published", "hidden")
    assert told(author) == ["moderation_waiting"]
    assert queries.get_decision(case, author_id=author).is_hidden


def test_somebody_who_is_mostly_wrong_does_not_count(desk: PaperDesk) -> None:
    crank, operator, author = person(), person(is_operator=True), person()
    for _ in range(5):
        _, _, case = reported(desk, author=author, by=crank)
        moderation.decide(moderator_id=operator, case_code=case, action="approve")
    code = desk.put(author)

    moderation.report(reporter_id=crank, kind="note", code=code, reason="spam")

    assert Report.objects.get(object_code=code).is_believed is False


def test_approved_content_comes_back_and_reporters_hear(desk: PaperDesk) -> None:
    reporters = [person() for _ in range(3)]
    _, code, case = reported(desk, by=reporters[0])
    for reporter in reporters[1:]:
        moderation.report(reporter_id=reporter, kind="note", code=code, reason="spam")

    moderation.decide(moderator_id=person(is_operator=True), case_code=case, action="approve")

    assert desk.state(code) == "published"
    assert [told(reporter) for reporter in reporters] == [["report_dismissed"]] * 3
    assert queries.case_of("note", code) is None


@pytest.mark.parametrize(
    ("action", "state"), [("hide", "hidden"), ("reject", "rejected"), ("remove", "removed")]
)
def test_decisions_change_the_thing_and_tell_everybody(desk: PaperDesk, action: str, state: str) -> None:
    reporter = person()
    author, code, case = reported(desk, by=reporter)
    operator = person(is_operator=True)

    moderation.decide(moderator_id=operator, case_code=case, action=action, reason="scam", note="外链收款")

    assert desk.state(code) == state
    decision = queries.get_decision(case, author_id=author)
    assert (decision.reason, decision.note, decision.may_appeal) == ("scam", "外链收款", True)
    assert told(reporter) == ["report_upheld"]
    assert len(told(author)) == 1
    assert [entry.action for entry in audit.list_entries(subject=f"case:{case}")] == ["moderation.decided"]


def test_a_warning_leaves_the_thing_where_it_is(desk: PaperDesk) -> None:
    author, code, case = reported(desk)

    moderation.decide(moderator_id=person(is_operator=True), case_code=case, action="warn", reason="spam")

    assert desk.state(code) == "published"
    assert told(author) == ["moderation_warned"]
    assert queries.record_of(author).warned == 1


def test_a_suspension_needs_two_moderators_and_ends_by_the_clock(desk: PaperDesk, house: House) -> None:
    author, code, case = reported(desk)
    first, second = person(is_operator=True), person(is_operator=True)
    start = clock.now()

    state = moderation.decide(moderator_id=first, case_code=case, action="suspend", reason="scam", at=start)
    untouched = (desk.state(code), queries.is_suspended(author), told(author))
    with pytest.raises(errors.AnotherModeratorNeeded):
        moderation.decide(moderator_id=first, case_code=case, action="suspend", reason="scam", at=start)
    moderation.decide(moderator_id=second, case_code=case, action="suspend", reason="scam", at=start)

    assert (state, untouched) == ("seconding", ("published", False, []))
    assert house.hidden == {author}
    assert moderation.lift_due(start + timedelta(days=6)) == 0
    assert moderation.lift_due(start + timedelta(days=8)) == 1
    assert house.hidden == set()
    assert not queries.is_suspended(author)


def test_acc_107_strangers_and_people_concerned_do_not_decide(desk: PaperDesk) -> None:
    operator_and_author = person(is_operator=True)
    _, code, case = reported(desk, author=operator_and_author)
    reporter = person(is_operator=True)
    moderation.report(reporter_id=reporter, kind="note", code=code, reason="spam")

    for somebody, error in (
        (person(), errors.NotAModerator),
        (operator_and_author, errors.OwnCase),
        (reporter, errors.OwnCase),
    ):
        with pytest.raises(error):
            moderation.decide(moderator_id=somebody, case_code=case, action="hide", reason="spam")
    with pytest.raises(errors.NotAModerator):
        queries.get_case(case, viewer_id=person())
    with pytest.raises(errors.NotAModerator):
        queries.page_cases(viewer_id=person())
    assert desk.state(code) == "published"


def test_moderators_of_a_community_decide_about_its_posts_alone(desk: PaperDesk, house: House) -> None:
    moderator, author = person(), person()
    house.moderators["tea"] = {moderator}
    inside, outside = desk.put(author, community="tea"), desk.put(author)
    cases = {
        code: moderation.report(reporter_id=person(), kind="note", code=code, reason="spam").case_code
        for code in (inside, outside)
    }

    moderation.decide(moderator_id=moderator, case_code=cases[inside], action="hide", reason="spam")
    with pytest.raises(errors.NotAModerator):
        moderation.decide(moderator_id=moderator, case_code=cases[outside], action="hide", reason="spam")

    assert (desk.state(inside), desk.state(outside)) == ("hidden", "published")
    page = queries.page_cases(viewer_id=moderator, community="tea", state="decided")
    assert [card.object_code for card in page.items] == [inside]
    assert "suspend" not in queries.get_case(cases[inside], viewer_id=moderator).actions


def test_a_claimed_case_is_left_alone_until_the_claim_ends(desk: PaperDesk) -> None:
    _, _, case = reported(desk)
    first, second, now = person(is_operator=True), person(is_operator=True), clock.now()
    moderation.claim(moderator_id=first, case_code=case, at=now)

    with pytest.raises(errors.CaseClaimed):
        moderation.claim(moderator_id=second, case_code=case, at=now + timedelta(minutes=14))
    with pytest.raises(errors.CaseClaimed):
        moderation.decide(moderator_id=second, case_code=case, action="approve", at=now)
    moderation.claim(moderator_id=second, case_code=case, at=now + timedelta(minutes=16))

    with pytest.raises(errors.CaseClaimed):
        moderation.decide(
            moderator_id=first, case_code=case, action="approve", at=now + timedelta(minutes=17)
        )


def test_an_appeal_goes_to_another_moderator_who_may_overturn(desk: PaperDesk) -> None:
    author, code, case = reported(desk)
    first, second = person(is_operator=True), person(is_operator=True)
    moderation.decide(moderator_id=first, case_code=case, action="hide", reason="spam")

    with pytest.raises(errors.CaseNotFound):
        moderation.appeal(author_id=person(), case_code=case, text="not mine")
    with pytest.raises(errors.AppealEmpty):
        moderation.appeal(author_id=author, case_code=case, text="  ")
    moderation.appeal(author_id=author, case_code=case, text="是我自己种的柿子")
    with pytest.raises(errors.AppealedAlready):
        moderation.appeal(author_id=author, case_code=case, text="again")
    with pytest.raises(errors.AnotherModeratorNeeded):
        moderation.decide_appeal(moderator_id=first, case_code=case, outcome="overturned")
    moderation.decide_appeal(moderator_id=second, case_code=case, outcome="overturned", note="误判，抱歉")

    assert desk.state(code) == "published"
    assert told(author)[0] == "appeal_overturned"
    decision = queries.get_decision(case, author_id=author)
    assert (decision.appeal_outcome, decision.may_appeal) == ("overturned", False)
    assert queries.record_of(author).against == 0


def test_an_upheld_decision_stays_and_is_final(desk: PaperDesk) -> None:
    author, code, case = reported(desk)
    moderation.decide(moderator_id=person(is_operator=True), case_code=case, action="remove", reason="scam")
    moderation.appeal(author_id=author, case_code=case, text="为什么")

    moderation.decide_appeal(moderator_id=person(is_operator=True), case_code=case, outcome="upheld")

    assert desk.state(code) == "removed"
    with pytest.raises(errors.AppealedAlready):
        moderation.appeal(author_id=author, case_code=case, text="again")


def test_an_appeal_ends_after_thirty_days(desk: PaperDesk) -> None:
    author, _, case = reported(desk)
    moderation.decide(moderator_id=person(is_operator=True), case_code=case, action="hide", reason="spam")

    with pytest.raises(errors.CaseStateForbids):
        moderation.appeal(author_id=author, case_code=case, text="late", at=clock.now() + timedelta(days=31))


def test_what_a_guard_held_finds_its_way_into_the_queue(desk: PaperDesk) -> None:
    author = person()
    code = desk.put(author, state="in_review")
    desk.put(author)

    made = moderation.open_held(clock.now())
    again = moderation.open_held(clock.now())
    case = queries.case_of("note", code)
    assert case is not None
    moderation.decide(moderator_id=person(is_operator=True), case_code=case, action="approve")

    assert (made, again) == (1, 0)
    assert desk.state(code) == "published"


def test_people_cannot_be_hidden_but_warned_and_suspended(desk: PaperDesk, house: House) -> None:
    from jishi.trust.moderation import ports

    author = person()
    code = ports.desk_of("person").put(author)  # type: ignore[attr-defined]
    case = moderation.report(reporter_id=person(), kind="person", code=code, reason="scam").case_code
    first, second = person(is_operator=True), person(is_operator=True)

    with pytest.raises(errors.ActionUnknown):
        moderation.decide(moderator_id=first, case_code=case, action="hide", reason="scam")
    moderation.decide(moderator_id=first, case_code=case, action="suspend", reason="scam")
    moderation.decide(moderator_id=second, case_code=case, action="suspend", reason="scam")
    assert house.hidden == {author}
    moderation.appeal(author_id=author, case_code=case, text="我没有")
    moderation.decide_appeal(moderator_id=person(is_operator=True), case_code=case, outcome="overturned")

    assert house.hidden == set()


def test_many_harmless_cases_are_approved_at_once(desk: PaperDesk) -> None:
    operator = person(is_operator=True)
    cases = [reported(desk)[2] for _ in range(3)]
    own = reported(desk, author=operator)[2]

    done, failed = moderation.approve_many(moderator_id=operator, case_codes=[*cases, own, "nothing"])

    assert (done, failed) == (3, 2)
    assert queries.stats().waiting == 1


def test_the_log_is_written_once_and_the_database_keeps_the_rules(desk: PaperDesk) -> None:
    _, code, case = reported(desk)
    row = Case.objects.get(code=case)

    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(case=row).update(act="nothing")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(kind="note", object_code=code, opened_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=row.pk).update(state="decided")


def test_the_figures_count_what_happened(desk: PaperDesk) -> None:
    author, _, case = reported(desk)
    reported(desk)
    moderation.decide(moderator_id=person(is_operator=True), case_code=case, action="hide", reason="spam")
    moderation.appeal(author_id=author, case_code=case, text="不是广告")

    stats = queries.stats()

    assert (stats.opened, stats.waiting, stats.appeals_waiting, stats.decided, stats.against) == (
        2,
        2,
        1,
        1,
        1,
    )
    assert stats.by_reason == {"spam": 2}
