"""Pages of feeds and of the search among notes and people: few statements, both languages, empty states."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import jotted, shopfront, written

from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.social.feed import operations as feed
from jishi.social.graph import operations as graph
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft, PastNote, PinDraft
from jishi.social.notes.models import Note

MOST_QUERIES = 12


@pytest.fixture
def street(db: None, settings, tmp_path) -> shopfront.Street:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    return shopfront.build(with_pictures=False)


@pytest.fixture
def me(street: shopfront.Street) -> int:
    """Somebody with a friend who has written a dozen notes with goods, one of them liked."""
    person, friend = street.people[0].id, street.people[1].id
    written.befriend(person, friend)
    days = [
        NoteDraft(
            title=f"柿子日记 {n}",
            text=f"第{n}天，甜 #柿子",
            place="西安",
            pins=(PinDraft(street.products[n % 3]),),
        )
        for n in range(12)
    ]
    at = clock.now() - timedelta(hours=1)
    saved = notes.record_past(rows=[PastNote(friend, day, at, likes=((person, at),)) for day in days])
    feed.index_notes(note_ids=[one.note_id for one in saved])
    feed.rank_hot(at=clock.now())
    return person


def sign_in(client: Client, person_id: int) -> None:
    client.force_login(User.objects.get(pk=person_id), backend="django.contrib.auth.backends.ModelBackend")


def get(client: Client, url: str, **extra: str) -> str:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, **extra)  # type: ignore[arg-type]
    assert response.status_code == 200, (url, response.status_code)
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= MOST_QUERIES, "\n".join([f"{len(asked)} on {url}", *(sql[:160] for sql in asked)])
    return response.content.decode()


PATHS = (
    "/", "/following/", "/nearby/?place=西安", "/hot/", "/t/柿子/", "/search/?q=柿子&in=notes",
    "/search/?q=阿&in=people", "/search/?in=notes",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_feed_pages_with_cards_answer_within_twelve_statements(client: Client, me: int, path: str) -> None:
    sign_in(client, me)
    client.get(path)

    body = get(client, path)

    if path not in ("/search/?q=阿&in=people", "/search/?in=notes"):
        assert "柿子日记" in body
    assert " style=" not in body
    assert 'lang="zh-Hans"' in body


@pytest.mark.parametrize(
    "path", ["/", "/nearby/?place=西安", "/hot/", "/t/柿子/", "/search/?q=柿子&in=notes"]
)
def test_strangers_read_public_feeds_in_english_too(client: Client, me: int, path: str) -> None:
    body = get(client, f"/en{path}")

    assert 'lang="en"' in body
    assert "柿子日记" in body


def test_a_column_holds_the_notes_of_one_form(client: Client, me: int) -> None:
    Note.objects.filter(title__contains="柿子日记").update(form="tutorial")

    body = get(client, "/columns/tutorial/")

    assert "柿子日记" in body and "<h1>教程</h1>" in body
    assert "柿子日记" in get(client, "/en/columns/tutorial/")
    assert "柿子日记" not in get(client, "/columns/buying_guide/")
    assert "/columns/tutorial/" in get(client, "/hot/")
    assert client.get("/columns/plain/").status_code == 404


def test_the_tab_bar_has_five_entries_and_names_the_place(client: Client, me: int) -> None:
    body = get(client, "/")

    bar = re.search(r'<nav class="tabbar" .*?</nav>', body, re.S)
    assert bar is not None
    assert re.findall(r'<a href="([^"]+)"', bar.group()) == [
        "/",
        "/communities/",
        "/post/",
        "/messages/",
        "/me/",
    ]
    assert bar.group().count('aria-current="page"') == 1


def test_search_has_three_tabs_that_keep_the_words(client: Client, me: int) -> None:
    body = get(client, "/search/?q=柿子")

    tabs = re.search(r'<nav class="tabs".*?</nav>', body, re.S)
    assert tabs is not None
    assert re.findall(r"in=(\w+)", tabs.group()) == ["notes", "people"]
    assert tabs.group().count('aria-current="page"') == 1


def test_search_says_what_it_did_not_find(client: Client, me: int) -> None:
    assert "Nobody is called" in get(client, "/en/search/?q=zzzz&in=people")
    assert "No note says" in get(client, "/en/search/?q=zzzz&in=notes")
    assert "Whom are you looking for?" in get(client, "/en/search/?in=people")


def test_people_are_found_by_how_their_name_begins_but_not_after_a_block(client: Client, me: int) -> None:
    other = jotted.person()
    written.rename(other, "云朵邮局")
    sign_in(client, me)
    assert "云朵邮局" in get(client, "/search/?q=云朵&in=people")

    graph.block(person_id=other, other_id=me)

    assert "云朵邮局" not in get(client, "/search/?q=云朵&in=people")
