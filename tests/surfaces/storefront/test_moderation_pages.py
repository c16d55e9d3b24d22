"""Reporting and appealing as people do it, without scripts."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories import consoles
from tests.trust.moderation.conftest import PaperDesk, desk, person  # noqa: F401 - the fixture

from jishi.people.accounts.models import User
from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation import queries as cases
from jishi.trust.moderation.models import Case

pytestmark = pytest.mark.django_db
XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def browser(person_id: int, language: str = "en") -> Client:
    User.objects.filter(pk=person_id).update(language=language)
    client = Client()
    client.force_login(User.objects.get(pk=person_id), backend=consoles.BACKEND)
    return client


def test_from_report_to_appeal_without_scripts(desk: PaperDesk) -> None:  # noqa: F811
    author, reporter = person(), person()
    code = desk.put(author, text="Cheap watches")
    mine, theirs = browser(author), browser(reporter)

    assert "Cheap watches" in consoles.body(theirs, f"/report/note/{code}/")
    refused = theirs.post(f"/report/note/{code}/", {"reason": ""})
    sent = theirs.post(f"/report/note/{code}/", {"reason": "spam", "text": "wrist"})
    case = Case.objects.get().code
    moderation.decide(moderator_id=person(is_operator=True), case_code=case, action="hide", reason="spam")
    reports = consoles.body(theirs, "/me/reports/")
    listed = consoles.body(mine, "/me/decisions/")
    shown = consoles.body(mine, f"/me/decisions/{case}/")
    empty = mine.post(f"/appeal/{case}/", {"text": ""})
    appealed = mine.post(f"/appeal/{case}/", {"text": "They are real"})
    again = mine.post(f"/appeal/{case}/", {"text": "They are real"})

    assert (refused.status_code, sent.status_code, sent["Location"]) == (422, 302, f"/notes/{code}/")
    assert "Broke the rules" in reports
    assert f"/me/decisions/{case}/" in listed
    assert "Why is the decision wrong?" in shown
    assert (empty.status_code, appealed.status_code, again.status_code) == (400, 302, 409)
    assert cases.get_decision(case, author_id=author).appeal_text == "They are real"


def test_acc_107_decisions_are_their_authors_business_alone(desk: PaperDesk) -> None:  # noqa: F811
    author = person()
    code = desk.put(author)
    case = moderation.report(reporter_id=person(), kind="note", code=code, reason="spam").case_code
    moderation.decide(moderator_id=person(is_operator=True), case_code=case, action="hide", reason="spam")
    stranger = browser(person())

    assert stranger.get(f"/me/decisions/{case}/").status_code == 404
    assert stranger.get(f"/appeal/{case}/").status_code == 404
    assert stranger.post(f"/appeal/{case}/", {"text": "mine"}).status_code == 404
    assert Client().get(f"/report/note/{code}/")["Location"].startswith("/login/?next=")
    assert stranger.get("/report/note/nothing/").status_code == 404


def test_inp_122_and_123_what_people_write_is_text_everywhere(desk: PaperDesk) -> None:  # noqa: F811
    author, reporter = person(), person()
    code = desk.put(author, text=XSS)
    theirs = browser(reporter)
    operator = person(is_operator=True)
    staff = browser(operator)

    pages = [theirs.post(f"/report/note/{code}/?next=//evil.test", {"reason": "no", "text": XSS})]
    theirs.post(f"/report/note/{code}/", {"reason": "spam", "text": XSS})
    case = Case.objects.get().code
    moderation.decide(moderator_id=operator, case_code=case, action="hide", reason="spam", note=XSS)
    mine = browser(author)
    moderation.appeal(author_id=author, case_code=case, text=XSS)
    pages += [
        theirs.get("/me/reports/"),
        mine.get("/me/decisions/"),
        mine.get(f"/me/decisions/{case}/"),
        mine.get("/me/news/"),
    ]
    pages += [staff.get("/ops/moderation/?state=appealed"), staff.get(f"/ops/moderation/{case}/")]
    pages += [staff.get("/ops/moderation/", {"reason": XSS, "kind": XSS, "cursor": "x"})]

    for page in pages:
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert '"//evil.test' not in text
    assert "&lt;script&gt;" in pages[-2].content.decode()


@pytest.mark.parametrize(
    "onward", ["https://evil.test/", "//evil.test/", "////evil.test", "/\\evil.test", "javascript:alert(1)"]
)
def test_acc_116_a_report_leads_back_into_the_site(desk: PaperDesk, onward: str) -> None:  # noqa: F811
    code = desk.put(person())

    answer = browser(person()).post(f"/report/note/{code}/", {"reason": "spam", "next": onward})

    assert answer["Location"] == f"/notes/{code}/"
