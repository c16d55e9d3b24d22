"""People's pages: own, other, blocked, private and anonymous; plain forms, both languages, few statements."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import jotted

from jishi.people.accounts import queries as accounts
from jishi.people.accounts.models import User
from jishi.people.privacy import queries as privacy
from jishi.social.graph import operations as graph
from jishi.social.graph import queries
from jishi.social.notes.models import Note

pytestmark = pytest.mark.django_db
MOST = 12
SECRET = "今天的柿子"
LISTS = ("followers/", "following/")


def browser(person_id: int | None, language: str = "zh-hans") -> Client:
    client = Client()
    if person_id is not None:
        user = User.objects.get(pk=person_id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/preferences/language/", {"language": language, "next": "/"})
    return client


def read(client: Client, url: str, status: int = 200) -> str:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    sql = [one["sql"][:110] for one in asked if "SAVEPOINT" not in one["sql"]]
    assert len(sql) <= MOST, "\n".join([f"{len(sql)} on {url}", *sql])
    return response.content.decode()


def code_of(person_id: int) -> str:
    return accounts.get_person(person_id).code


def befriend(one: int, other: int) -> None:
    graph.follow(person_id=one, other_id=other)
    graph.follow(person_id=other, other_id=one)


def known_person() -> tuple[int, str]:
    """Somebody with a note, a friend and two followers."""
    owner = jotted.person()
    jotted.note(owner)
    graph.edit_profile(person_id=owner, bio="每天一个柿子", place="富平")
    befriend(owner, jotted.person())
    graph.follow(person_id=jotted.person(), other_id=owner)
    return owner, code_of(owner)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_and_its_lists_for_everybody_within_few_statements(language: str) -> None:
    owner, code = known_person()

    for who in (None, owner, jotted.person()):
        client = browser(who, language)
        text = read(client, f"/u/{code}/")
        assert "每天一个柿子" in text and SECRET in text
        assert ("粉丝" in text) is (language != "en")
        for tail in LISTS:
            read(client, f"/u/{code}/{tail}")
    assert 'href="/me/page/"' in browser(owner).get(f"/u/{code}/").content.decode()
    assert browser(None).get("/u/aaaaaaaaaaaa/").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_ones_own_pages_within_few_statements(language: str) -> None:
    owner, _ = known_person()
    pest, client = jotted.person(), browser(owner, language)
    graph.block(person_id=owner, other_id=pest)
    graph.mute(person_id=owner, other_id=jotted.person())
    graph.edit_profile(person_id=owner, is_private=True)
    graph.follow(person_id=jotted.person(), other_id=owner)

    for path in (
        "friends/",
        "friends/?tab=requests",
        "blocked/",
        "blocked/?tab=muted",
        "page/",
        "settings/choices/",
        "settings/delete/",
    ):
        read(client, f"/me/{path}")
        assert browser(None).get(f"/me/{path}").status_code == 302


def test_prv_a_private_account_shows_strangers_its_name_and_nothing_it_wrote() -> None:
    owner, code = known_person()
    follower, stranger = jotted.person(), jotted.person()
    graph.follow(person_id=follower, other_id=owner)
    graph.edit_profile(person_id=owner, is_private=True)

    for who in (None, stranger):
        assert SECRET not in read(browser(who), f"/u/{code}/")
        for tail in LISTS:
            assert browser(who).get(f"/u/{code}/{tail}").status_code == 403
    assert SECRET in read(browser(follower), f"/u/{code}/")

    browser(stranger).post(f"/u/{code}/do/follow/")
    assert queries.relation(stranger, owner).requested
    assert SECRET not in read(browser(stranger), f"/u/{code}/")
    browser(owner).post("/me/friends/", {"do": "accept", "code": code_of(stranger)})
    assert SECRET in read(browser(stranger), f"/u/{code}/")


def test_whoever_is_blocked_sees_the_name_alone_and_cannot_come_back() -> None:
    owner, code = known_person()
    pest = jotted.person()
    befriend(pest, owner)

    browser(owner).post(f"/u/{code_of(pest)}/do/block/")

    text = read(browser(pest), f"/u/{code}/")
    assert SECRET not in text and "每天一个柿子" not in text
    browser(pest).post(f"/u/{code}/do/follow/")
    assert not queries.relation(pest, owner).follows
    assert not queries.relation(owner, pest).follows
    browser(owner).post(f"/u/{code_of(pest)}/do/unblock/")
    assert SECRET in read(browser(pest), f"/u/{code}/")


def test_following_by_plain_form_and_by_script_is_the_same() -> None:
    owner, code = known_person()
    one, other = jotted.person(), jotted.person()

    plain = browser(one).post(f"/u/{code}/do/follow/")
    scripted = browser(other).post(f"/u/{code}/do/follow/", headers={"HX-Request": "true"})

    assert plain.status_code == 302 and plain.headers["Location"].endswith(f"/u/{code}/")
    assert scripted.status_code == 200 and f"/u/{code}/do/unfollow/" in scripted.content.decode()
    assert queries.relation(one, owner).follows and queries.relation(other, owner).follows
    browser(one).post(f"/u/{code}/do/unfollow/")
    assert not queries.relation(one, owner).follows
    assert browser(one).post(f"/u/{code}/do/adore/").status_code == 404
    assert browser(None).post(f"/u/{code}/do/follow/").status_code == 302


def test_a_remark_is_read_by_whoever_wrote_it() -> None:
    owner, code = known_person()
    me = jotted.person()

    browser(me).post(f"/u/{code}/remark/", {"name": "柿子阿姨"})

    assert "柿子阿姨" in read(browser(me), f"/u/{code}/")
    for who in (None, owner, jotted.person()):
        assert "柿子阿姨" not in read(browser(who), f"/u/{code}/")


def test_an_invitation_is_seen_before_it_is_accepted() -> None:
    owner, guest = jotted.person(), jotted.person()
    link = graph.create_invitation(person_id=owner).code

    assert read(browser(None), f"/i/{link}/")
    door = browser(None).post(f"/i/{link}/")
    assert door.status_code == 302 and "/login/" in door.headers["Location"]
    read(browser(owner), f"/i/{link}/")
    read(browser(guest), f"/i/{link}/")
    assert not queries.relation(guest, owner).is_friend
    browser(guest).post(f"/i/{link}/")
    assert queries.relation(guest, owner).is_friend
    assert browser(None).get("/i/aaaaaaaaaaaa/").status_code == 404


def test_the_page_about_oneself_is_saved_or_says_why_not() -> None:
    me = jotted.person()
    client = browser(me)
    words = {"bio": "你好", "place": "西安", "is_private": "1", "note_visibility": "friends"}

    assert client.post("/me/page/", words).status_code == 302
    assert client.post("/me/page/", words | {"bio": "长" * 400}).status_code == 422

    profile = queries.get_profile_of(me, viewer_id=me)
    assert (profile.bio, profile.place) == ("你好", "西安")
    assert (profile.is_private, profile.note_visibility) == (True, "friends")


def test_choices_and_the_way_out_by_plain_forms() -> None:
    me = jotted.person()
    client = browser(me)

    client.post("/me/settings/choices/", {"purpose": "personalisation", "given": "0"})
    assert not privacy.allows(me, "personalisation")
    client.post("/me/settings/choices/", {"purpose": "personalisation", "given": "1"})
    assert privacy.allows(me, "personalisation")

    refused = client.post("/me/settings/delete/", {"do": "leave", "password": "wrong", "code": "000000"})
    assert refused.status_code == 422 and privacy.find_deletion(me) is None
    user = User.objects.get(pk=me)
    user.set_password("ein langes Wort 42")
    user.save()
    client = browser(me)
    client.post("/me/settings/delete/", {"do": "leave", "password": "ein langes Wort 42"})
    assert privacy.find_deletion(me) is not None
    assert read(client, "/me/settings/delete/")
    client.post("/me/settings/delete/", {"do": "keep"})
    assert privacy.find_deletion(me) is None
    assert Note.objects.filter(author_id=me).count() == 0
