"""Pages of communities: every face, no leak to strangers, few statements, forms that work as plain posts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import clubs

from jishi.kernel import clock
from jishi.people.accounts.contracts import AudienceRef
from jishi.people.accounts.models import User
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft

pytestmark = pytest.mark.django_db
MOST = 14
SECRET = "只给茶友看的一句话"


def browser(person_id: int | None) -> Client:
    client = Client()
    if person_id is not None:
        user = User.objects.get(pk=person_id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(client: Client, url: str, status: int = 200) -> str:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    sql = [one["sql"][:110] for one in asked if "SAVEPOINT" not in one["sql"]]
    assert len(sql) <= MOST, "\n".join([f"{len(sql)} on {url}", *sql])
    return response.content.decode()


def closed_club() -> tuple[str, int, str]:
    slug = clubs.club(is_members_only=True, at=clock.now())
    owner = clubs.owner_of(slug)
    draft = NoteDraft(text=SECRET, visibility="audience", audience=AudienceRef("community", slug))
    code = notes.save(author_id=owner, draft=draft)
    assert notes.publish(author_id=owner, code=code) == "published"
    communities.attach_post(author_id=owner, note_code=code, slug=slug)
    return slug, owner, code


def test_every_tab_and_desk_page_answers_within_few_statements() -> None:
    slug = clubs.club(at=clock.now())
    owner, client = clubs.owner_of(slug), browser(clubs.owner_of(slug))
    code = clubs.event(slug, at=clock.now())
    clubs.join(slug, at=clock.now())

    for tab in ("feed", "pinned", "events", "offers", "members", "about"):
        read(client, f"/k/{slug}/?tab={tab}")
    for path in (
        "edit/",
        "log/",
        "events/new/",
        f"events/{code}/",
        "desk/",
        "desk/partners/",
        "desk/health/",
    ):
        read(client, f"/k/{slug}/{path}")
    for name in queries.SELECTIONS:
        read(client, f"/k/{slug}/desk/health/{name}/")
    assert "/k/" in read(client, "/communities/")
    read(client, "/communities/new/")
    assert len(queries.page_health(slug, "members", viewer_id=owner).items) == 2


def test_rtm_135_a_stranger_reads_what_a_closed_community_is_for_and_nothing_written_in_it() -> None:
    slug, owner, code = closed_club()
    member, stranger = clubs.join(slug, at=clock.now()), clubs.person()

    assert SECRET in read(browser(member), f"/k/{slug}/")
    for who in (None, stranger):
        for path in (f"/k/{slug}/", f"/k/{slug}/?tab=pinned", "/communities/", "/search/?q=茶友", "/"):
            assert SECRET not in browser(who).get(path).content.decode()
        assert browser(who).get(f"/notes/{code}/").status_code == 404
    communities.remove(actor_id=owner, slug=slug, person_id=member, reason="x")
    assert SECRET not in browser(member).get(f"/k/{slug}/").content.decode()
    assert browser(member).get(f"/notes/{code}/").status_code == 404


def test_acc_107_the_desk_is_for_moderators() -> None:
    slug = clubs.club(at=clock.now())
    member = browser(clubs.join(slug, at=clock.now()))

    for path in ("desk/", "desk/health/", "desk/health/members/", "edit/", "events/new/"):
        assert member.get(f"/k/{slug}/{path}").status_code == 403
        assert browser(None).get(f"/k/{slug}/{path}").status_code == 302


def test_joining_with_rules_and_questions_by_plain_forms() -> None:
    slug = clubs.club(join_policy="questions", questions=("喝什么茶？",), at=clock.now())
    who, owner = clubs.person(), clubs.owner_of(slug)
    applicant = browser(who)

    refused = applicant.post(f"/k/{slug}/join/", {"rules_version": "1", "accept": "1", "answer-0": ""})
    assert refused.status_code == 422
    applicant.post(f"/k/{slug}/join/", {"rules_version": "1", "accept": "1", "answer-0": "岩茶"})
    assert queries.get_community(slug, viewer_id=who).viewer_state == "applied"
    assert "岩茶" in read(browser(owner), f"/k/{slug}/desk/")
    code = User.objects.get(pk=who).code
    browser(owner).post(f"/k/{slug}/desk/do/", {"do": "accept", "person": code})

    assert queries.is_member(slug, who)
