"""Pages of notes: every address for every viewer, forms as plain posts, few statements, both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import clubs, goods, jotted, written

from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.social.communities import queries as communities
from jishi.social.graph import operations as graph
from jishi.social.notes import operations as notes
from jishi.social.notes import queries
from jishi.social.notes.contracts import NoteDraft, PinDraft
from jishi.social.notes.models import Comment, Favourite, Like, Note
from jishi.social.polls import operations as polls
from jishi.social.polls.contracts import PollDraft
from jishi.social.shares.models import ShareLink, ShareVisit

pytestmark = pytest.mark.django_db
MOST = 12
SECRET = "只给朋友看的一句话"


def browser(person_id: int | None, **headers: str) -> Client:
    client = Client(headers=headers)
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


def file(name: str, color: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, written.photo(color), content_type="image/jpeg")


def product() -> Any:
    return goods.offer(goods.open_shop(), prices=(3900,), at=clock.now())


def full_note(author: int) -> tuple[str, str]:
    """A note with everything on it; returns its code and the product's."""
    saved = product()
    kept = notes.store_pictures(person_id=author, uploads=[written.photo("red"), written.photo("green")])
    code = written.note(
        author,
        "看 https://example.org/a #柿子",
        title="秋天的柿子",
        pictures=tuple(kept),
        pins=(PinDraft(saved.product_id, 0, 0.3, 0.4),),
        is_sponsored=True,
        sponsor="老陈果园",
        place="富平",
        form="product_test",
        details={"good": "甜"},
    )
    draft = PollDraft(question="甜吗", options=("甜", "很甜"), closes_at=clock.now() + timedelta(days=1))
    polls.attach(author_id=author, note_code=code, draft=draft)
    top = notes.comment(author_id=jotted.person(), code=code, text="哪里买的？")
    notes.comment(author_id=author, code=code, text="点图上的标签", parent=top)
    return code, saved.code


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_full_note_for_everybody_within_few_statements(prefix: str) -> None:
    author, friend, follower = jotted.person(), jotted.person(), jotted.person()
    written.befriend(author, friend)
    graph.follow(person_id=follower, other_id=author)
    code, goods_code = full_note(author)
    notes.favourite(person_id=friend, code=code, folder=notes.create_folder(person_id=friend, name="秋"))

    for who in (None, jotted.person(), follower, friend, author):
        client = browser(who)
        text = read(client, f"{prefix}/notes/{code}/")
        for words in (
            "秋天的柿子",
            "老陈果园",
            "富平",
            "甜吗",
            "哪里买的",
            f"/buy/{goods_code}/",
            "example.org",
        ):
            assert words in text, (who, words)
        read(client, f"{prefix}/notes/{code}/comments/")
    assert f"/post/{code}/" in browser(author).get(f"/notes/{code}/").content.decode()
    assert f"{prefix}/notes/{code}/buy/" in text


def test_what_is_for_friends_no_address_shows_to_others() -> None:
    author, friend = jotted.person(), jotted.person()
    written.befriend(author, friend)
    code = written.note(author, SECRET, visibility="friends")

    assert SECRET in read(browser(friend), f"/notes/{code}/")
    for who in (None, jotted.person()):
        client = browser(who)
        for tail in ("", "comments/", "buy/nothing/"):
            assert SECRET not in read(client, f"/notes/{code}/{tail}", 404)
        for tail in ("like/", "keep/", "comment/", "repost/"):
            answer = client.post(f"/notes/{code}/{tail}", {"text": "x"}, follow=True)
            assert SECRET not in answer.content.decode()
        assert client.post(f"/share/note/{code}/").status_code == 404
    assert (Like.objects.count(), Favourite.objects.count(), Comment.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("path", ["/post/", "/me/notes/", "/me/favourites/"])
def test_ones_own_pages_ask_to_sign_in_and_have_few_statements(path: str) -> None:
    person = jotted.person()
    code, _ = full_note(person)
    written.note(person, "草稿", publish=False)
    notes.favourite(person_id=person, code=code)

    assert Client().get(path)["Location"].startswith("/login/")
    for client in (browser(person), browser(person, **{"accept-language": "en"})):
        read(client, path)
    for tail in (f"/post/{code}/", f"/notes/{code}/history/"):
        read(browser(person), tail)
        assert browser(jotted.person()).get(tail).status_code == 404


def test_two_pictures_and_a_pin_by_one_plain_post() -> None:
    author, saved = jotted.person(), product()
    client = browser(author)
    form = {
        "title": "两张图", "text": "#柿子 好吃", "form": "plain", "visibility": "public", "key": "k1",
        "pictures": [file("a.jpg", "red"), file("b.jpg", "blue")], "add": saved.code, "do": "publish",
    }  # fmt: skip

    answer = client.post("/post/", form)
    again = client.post("/post/", {**form, "pictures": [file("a.jpg", "red"), file("b.jpg", "blue")]})

    assert answer["Location"] == again["Location"] and Note.objects.count() == 1
    note = queries.get_note(answer["Location"].split("/")[2], viewer_id=None, language="zh-hans")
    assert len(note.pictures) == 2 and [pin.product_code for pin in note.pins] == [saved.code]
    assert note.state == "published"


def test_a_form_with_a_mistake_keeps_its_pictures_and_makes_one_note() -> None:
    client = browser(jotted.person())
    form = {
        "title": "题" * 81,
        "text": "好",
        "visibility": "public",
        "form": "plain",
        "key": "k1",
        "do": "publish",
    }

    refused = client.post("/post/", {**form, "pictures": [file("a.jpg", "red")]})
    page = refused.content.decode()
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    client.post("/post/", {**form, "title": "题", "ticket": ticket})

    assert refused.status_code == 422 and 'role="alert"' in page
    [row] = Note.objects.all()
    assert row.state == "published" and len(row.pictures) == 1


def test_finding_tagging_placing_and_dropping_a_product_without_scripts() -> None:
    author, saved = jotted.person(), product()
    client = browser(author)
    base = {"text": "好", "form": "plain", "visibility": "public"}

    edit = client.post("/post/", {**base, "key": "k", "do": "find", "find": "x"})["Location"].split("?")[0]
    client.post(edit, {**base, "add": saved.code})
    pin = {"pin_code": saved.code, "pin_picture": "1", "pin_x": "20", "pin_y": "80"}
    client.post(edit, {**base, **pin, "do": "save"})

    code = edit.split("/")[2]
    assert queries.get_edit(code, author_id=author).draft.pins == (PinDraft(saved.product_id, 0, 0.2, 0.8),)
    client.post(edit, {**base, **pin, "drop": saved.code})
    assert not queries.get_edit(code, author_id=author).draft.pins


def test_uploads_one_by_one_with_tickets() -> None:
    author = jotted.person()
    client = browser(author)

    picture = client.post("/post/upload/", {"picture": file("a.jpg", "red")}).json()
    film = client.post("/post/upload/", {"video": SimpleUploadedFile("f.mp4", written.film())}).json()
    bad = client.post("/post/upload/", {"video": SimpleUploadedFile("f.mp4", b"no film")})
    form = {
        "text": "好",
        "visibility": "public",
        "form": "plain",
        "do": "publish",
        "ticket": picture["ticket"],
    }
    client.post("/post/", {**form, "video_ticket": film["ticket"]})

    assert bad.status_code == 400 and bad.json()["code"] == "notes.not_video"
    assert client.post("/post/upload/").status_code == 400
    [row] = Note.objects.all()
    assert row.video and len(row.pictures) == 1
    assert "<video" in read(Client(), f"/notes/{row.code}/")


def test_a_draft_keeps_itself_without_words_of_its_own() -> None:
    client = browser(jotted.person(), **{"x-autosave": "1"})
    form = {"text": "一", "visibility": "public", "form": "plain", "key": "k", "do": "save"}

    first = client.post("/post/", form).json()
    client.post("/post/", {**form, "text": "一二"})
    client.post(first["url"], {**form, "text": "一二三"})

    [row] = Note.objects.all()
    assert (row.text, row.state) == ("一二三", "draft")
    assert client.post(first["url"], {**form, "text": "字" * 5001}).status_code == 400


def test_a_moment_to_come_and_back() -> None:
    author = jotted.person()
    client = browser(author)
    moment = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    form = {"text": "好", "visibility": "public", "form": "plain", "do": "publish", "publish_at": moment}

    assert client.post("/post/", form)["Location"] == "/me/notes/"
    [row] = Note.objects.all()
    assert row.state == "scheduled"
    client.post(f"/post/{row.code}/", {**form, "do": "unschedule", "publish_at": ""})
    row.refresh_from_db()
    assert row.state == "draft"
    wrong = client.post(f"/post/{row.code}/", {**form, "publish_at": "2001-01-01T00:00"})
    assert wrong.status_code == 422
    client.post(f"/post/{row.code}/remove/")
    row.refresh_from_db()
    assert row.state == "removed"


def test_a_community_is_asked_before_anything_is_in_sight() -> None:
    slug = clubs.club(at=clock.now())
    stranger = jotted.person()
    client = browser(stranger)
    form = {
        "text": "好",
        "visibility": "public",
        "form": "plain",
        "community": slug,
        "do": "publish",
        "key": "k",
    }

    refused = client.post("/post/", form)

    [row] = Note.objects.all()
    assert (refused.status_code, row.state) == (422, "draft")
    assert f'action="/post/{row.code}/"' in refused.content.decode()
    clubs.join(slug, stranger, at=clock.now())
    client.post("/post/", form)
    [row] = Note.objects.all()
    assert row.state == "published"
    assert communities.find_slug_of_note(row.pk) == slug


@pytest.mark.parametrize("htmx", [False, True])
def test_taps_answer_with_a_page_or_a_fragment(htmx: bool) -> None:
    reader = jotted.person()
    code = written.note(jotted.person())
    client = browser(reader, **({"hx-request": "true"} if htmx else {}))

    for path, model in ((f"/notes/{code}/like/", Like), (f"/notes/{code}/keep/", Favourite)):
        for on, rows in (("1", 1), ("1", 1), ("0", 0)):
            answer = client.post(path, {"on": on})
            assert answer.status_code == (200 if htmx else 302) and model.objects.count() == rows
            if htmx:
                assert f'aria-pressed="{"true" if on == "1" else "false"}"' in answer.content.decode()


def test_comments_answers_likes_and_removal_by_plain_posts() -> None:
    author, reader = jotted.person(), jotted.person()
    code = written.note(author)
    client = browser(reader)

    client.post(f"/notes/{code}/comment/", {"text": "<b>好</b>", "key": "k"})
    client.post(f"/notes/{code}/comment/", {"text": "<b>好</b>", "key": "k"})
    [said] = Comment.objects.all()
    browser(author).post(f"/notes/{code}/comment/", {"text": "谢谢", "parent": said.code})
    client.post(f"/comments/{said.code}/like/")
    text = read(client, f"/notes/{code}/?reply={said.code}")

    assert "&lt;b&gt;好" in text and "<b>好" not in text and f'value="{said.code}"' in text
    client.post(f"/comments/{said.code}/remove/")
    assert not Comment.objects.exclude(state="removed").exists()


def test_reposting_with_own_words_twice_is_once() -> None:
    code = written.note(jotted.person())
    client = browser(jotted.person())

    first = client.post(f"/notes/{code}/repost/", {"text": "同感", "key": "k"})["Location"]
    assert client.post(f"/notes/{code}/repost/", {"text": "同感", "key": "k"})["Location"] == first
    assert "同感" in read(Client(), first) and Note.objects.count() == 2


def test_folders_by_plain_posts() -> None:
    reader = jotted.person()
    code = written.note(jotted.person())
    client = browser(reader)

    target = client.post("/me/favourites/folders/", {"name": "秋天"})["Location"]
    folder = target.split("folder=")[1]
    client.post(f"/notes/{code}/keep/", {"on": "1", "folder": folder})

    assert f"/notes/{code}/" in read(client, target)
    assert (
        f"/notes/{code}/"
        in browser(reader, **{"hx-request": "1"}).post(f"/notes/{code}/keep/", {"on": "1"}).content.decode()
    )
    client.post("/me/favourites/folders/", {"remove": folder})
    assert Favourite.objects.get().folder_id is None


def test_buying_from_a_pin_is_credited_and_looking_ahead_is_no_visit() -> None:
    author = jotted.person()
    code, goods_code = full_note(author)
    path = f"/notes/{code}/buy/{goods_code}/"

    ahead = browser(None, **{"sec-purpose": "prefetch;prerender"}).get(path)
    assert f"/p/{goods_code}" in ahead["Location"] and not ShareLink.objects.exists()
    browser(author).get(path)
    assert not ShareVisit.objects.exists()
    client = browser(jotted.person())
    client.get(path)
    client.get(path)

    [link] = ShareLink.objects.all()
    assert (link.kind, link.key, link.sharer_id) == ("note", code, author)
    assert ShareVisit.objects.count() == 1
    assert client.session["via"][f"product:{goods_code}"] == link.code


def test_a_note_is_shared_and_its_link_lands_on_it() -> None:
    code, _ = full_note(jotted.person())
    client = browser(jotted.person())

    sheet = client.post(f"/share/note/{code}/", headers={"hx-request": "true"})

    assert sheet.status_code == 200
    link = ShareLink.objects.get(kind="note")
    landing = Client().get(f"/r/{link.code}")
    assert landing["Location"] == f"/notes/{code}/"
    assert Client().get(f"/poster/{link.code}.png")["Content-Type"] == "image/png"
    Note.objects.filter(code=code).update(visibility="friends")
    assert browser(link.sharer_id).get(f"/poster/{link.code}.png").status_code == 404


def test_a_note_that_looks_ill_is_still_only_text() -> None:
    code = written.note(
        jotted.person(), '<script>alert(1)</script> https://a.example/"onload=x', title="<img src=x>"
    )

    text = read(Client(), f"/notes/{code}/")

    assert "<script>alert" not in text and "<img src=x>" not in text
    assert 'href="https://a.example/"' in text


def test_the_product_page_shows_notes_about_it() -> None:
    code, goods_code = full_note(jotted.person())

    assert f"/notes/{code}/" in browser(None).get(f"/p/{goods_code}/").content.decode()


def test_what_is_hidden_tells_its_author_why_and_others_nothing() -> None:
    author = jotted.person()
    code = written.note(author, SECRET)
    notes.hide(code=code, reason="spam", note="像广告")

    assert "像广告" in read(browser(author), f"/notes/{code}/")
    assert SECRET not in read(Client(), f"/notes/{code}/", 404)
    assert "像广告" not in read(browser(jotted.person()), f"/notes/{code}/", 404)


def test_earlier_versions_are_the_authors() -> None:
    author = jotted.person()
    code = written.note(author, "从前的话")
    notes.save(author_id=author, code=code, draft=NoteDraft(text="如今的话"))

    assert "从前的话" in read(browser(author), f"/notes/{code}/history/")
