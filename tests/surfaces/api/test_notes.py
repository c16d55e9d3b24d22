"""Notes through the API: written, uploaded, published, tapped and answered; nothing for outsiders."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.factories import jotted, written

from jishi.social.notes import operations as notes
from jishi.social.notes.models import Comment, Note

pytestmark = pytest.mark.django_db


def upload(app, kind, data, name, status=201):
    response = app.client.post(
        f"/api/v1/uploads/{kind}",
        {"file": SimpleUploadedFile(name, data)},
        headers={"X-Session-Token": app.token},
    )
    assert response.status_code == status, response.content.decode()[:400]
    return response.json()


def test_a_note_with_a_picture_a_film_and_a_pin(people, stall):
    author, reader = people(), people()
    picture = upload(author, "pictures", written.photo(), "a.jpg")["ticket"]
    film = upload(author, "films", written.film(), "a.mp4")["ticket"]
    body = {
        "title": "柿子", "text": "#柿子 好吃", "pictures": [{"ticket": picture}], "video": film,
        "pins": [{"product": stall["product"].code, "x": 0.25, "y": 0.5}],
    }  # fmt: skip

    made = author.post("/notes", body, key="a-new-note", status=201)
    assert author.post("/notes", body, key="a-new-note", status=201) == made
    code = made["code"]
    reader.get(f"/notes/{code}", status=404)
    assert author.post(f"/notes/{code}/publish")["state"] == "published"

    shown = reader.get(f"/notes/{code}")
    assert shown["pins"][0]["product"] == stall["product"].code and shown["video"]["duration_ms"] == 5000
    assert (len(shown["pictures"]), shown["topics"], shown["sales"]) == (1, ["柿子"], None)
    assert author.get(f"/notes/{code}")["sales"]["units"] == 0
    assert Note.objects.count() == 1
    edited = author.call("PUT", f"/notes/{code}", {"text": "更好吃", "pictures": [{"kept": 0}]})
    assert (edited["text"], edited["video"], len(edited["pictures"])) == ("更好吃", None, 1)
    reader.call("PUT", f"/notes/{code}", {"text": "我的"}, status=404)
    assert author.call("DELETE", f"/notes/{code}") and author.get("/me/notes")["items"] == []


def test_an_upload_is_checked_and_a_ticket_is_personal(people):
    one, other = people(), people()

    assert upload(one, "films", b"no film", "a.mp4", 400)["code"] == "notes.not_video"
    ticket = upload(one, "pictures", written.photo(), "a.jpg")["ticket"]

    problem = other.post("/notes", {"pictures": [{"ticket": ticket}]}, key="not-my-ticket", status=400)
    assert problem["code"] == "notes.field_invalid"


def test_taps_comments_and_reposts(people):
    author, reader, nobody = people(), people(), people()
    code = written.note(author.person_id)

    for _ in range(2):
        assert reader.call("PUT", f"/notes/{code}/like") == {"is_on": True, "count": 1}
    folder = reader.post("/favourites/folders", {"name": "秋天"}, status=201)["code"]
    reader.call("PUT", f"/notes/{code}/favourite", {"folder": folder})
    said = reader.post(f"/notes/{code}/comments", {"text": "好"}, key="one-comment", status=201)
    assert reader.post(f"/notes/{code}/comments", {"text": "好"}, key="one-comment", status=201) == said
    author.post(
        f"/notes/{code}/comments", {"text": "谢谢", "parent": said["code"]}, key="answer-1", status=201
    )
    made = reader.post(f"/notes/{code}/repost", {"text": "同感"}, key="passed-on", status=201)

    [thread] = nobody.get(f"/notes/{code}/comments")["items"]
    assert [reply["text"] for reply in thread["replies"]] == ["谢谢"]
    assert [one["code"] for one in reader.get(f"/favourites?folder={folder}")["items"]] == [code]
    assert nobody.get(f"/notes/{made['code']}")["origin_code"] == code
    assert author.call("PUT", f"/comments/{said['code']}/like")["count"] == 1
    reader.call("DELETE", f"/comments/{said['code']}")
    assert not Comment.objects.exclude(state="removed").exists()
    assert reader.call("DELETE", f"/notes/{code}/like")["count"] == 0


def test_what_is_not_shared_does_not_exist(people):
    stranger = people()
    author = jotted.person()
    code = written.note(author, visibility="private")
    said = notes.comment(author_id=author, code=code, text="只给自己")

    for method, path, body in (
        ("GET", f"/notes/{code}", None),
        ("PUT", f"/notes/{code}", {"text": "x"}),
        ("DELETE", f"/notes/{code}", None),
        ("POST", f"/notes/{code}/publish", {}),
        ("POST", f"/notes/{code}/unschedule", {}),
        ("PUT", f"/notes/{code}/like", {}),
        ("DELETE", f"/notes/{code}/like", None),
        ("PUT", f"/notes/{code}/favourite", {}),
        ("DELETE", f"/notes/{code}/favourite", None),
        ("POST", f"/notes/{code}/repost", {}),
        ("GET", f"/notes/{code}/comments", None),
        ("POST", f"/notes/{code}/comments", {"text": "x"}),
        ("DELETE", f"/comments/{said}", None),
        ("PUT", f"/comments/{said}/like", {}),
    ):
        stranger.call(method, path, body, key="a-strangers-key", status=404)
