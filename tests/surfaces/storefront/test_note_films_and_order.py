"""Pictures put in order and cut by plain fields, with their pins; and from one film to the next."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import consoles, goods, jotted, written

from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.social.graph import operations as graph
from jishi.social.notes import operations as notes
from jishi.social.notes.models import Note, Pin

pytestmark = pytest.mark.django_db
COLORS = ("red", "green", "blue")


def browser(person_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person_id), backend=consoles.BACKEND)
    return client


@pytest.fixture
def draft(settings: Any, tmp_path: Any) -> tuple[Client, str, list[str], Any]:
    """A draft with three pictures, 640 by 800, and a pin on the second one."""
    settings.MEDIA_ROOT = tmp_path
    author = jotted.person()
    saved = goods.offer(goods.open_shop(), prices=(3900,), at=clock.now())
    client = browser(author)
    files = [SimpleUploadedFile(f"{color}.jpg", written.photo(color)) for color in COLORS]
    client.post("/post/", {"text": "三张图", "pictures": files, "do": "save"})
    note = Note.objects.get()
    names = [one["file"] for one in note.pictures]
    return client, note.code, names, saved


def form(names: list[str], product: str = "", **more: object) -> dict[str, object]:
    pins = {"pin_code": product, "pin_picture": "2", "pin_x": "30", "pin_y": "10"} if product else {}
    return {"text": "三张图", "picture": names, "do": "save", **pins, **more}


def test_pictures_are_put_in_order_by_numbers_and_pins_go_along(draft) -> None:
    client, code, names, saved = draft
    orders = {f"order:{name}": str(place) for name, place in zip(names, (3, 1, 2), strict=True)}

    client.post(f"/post/{code}/", form(names, saved.code, **orders))

    assert [one["file"] for one in Note.objects.get().pictures] == [names[1], names[2], names[0]]
    assert Pin.objects.get().picture == 0
    assert Note.objects.get().cover["file"] == names[1]
    page = consoles.body(client, f"/post/{code}/")
    assert re.findall(r'name="order:[^"]+" min="1" max="9" value="(\d)"', page) == ["1", "2", "3"]


def test_a_shape_keeps_the_middle_and_the_pin_its_place(draft) -> None:
    client, code, names, saved = draft

    client.post(f"/post/{code}/", form(names, saved.code, **{f"crop:{names[1]}": "1:1"}))

    first, cut, last = Note.objects.get().pictures
    assert (cut["w"], cut["h"], cut["from"]) == (640, 640, names[1])
    assert (first["h"], last["h"]) == (800, 800)
    pin = Pin.objects.get()
    # One tenth from the top lay above what was kept, so the pin stands at its edge.
    assert (pin.picture, pin.x, pin.y) == (1, 0.3, 0.0)


def test_a_page_older_than_the_crop_loses_no_picture(draft) -> None:
    client, code, names, _ = draft
    client.post(f"/post/{code}/", form(names, **{f"crop:{names[0]}": "16:9"}))
    cut = Note.objects.get().pictures[0]["file"]

    client.post(f"/post/{code}/", form(names))
    client.post(f"/post/{code}/", form(names, drop_picture=[names[2]]))

    assert [one["file"] for one in Note.objects.get().pictures] == [cut, names[1]]


def test_an_autosave_leaves_shapes_and_nonsense_changes_nothing(draft) -> None:
    client, code, names, _ = draft
    shapes = {f"crop:{names[0]}": "1:1", f"order:{names[0]}": "二", f"order:{names[1]}": "-4"}

    kept = client.post(f"/post/{code}/", form(names, **shapes), headers={"X-Autosave": "1"})
    client.post(f"/post/{code}/", form(names, **{f"crop:{names[1]}": "7:1", "crop:../etc": "1:1"}))

    assert kept.status_code == 200
    assert [one["file"] for one in Note.objects.get().pictures] == names


def film(author_id: int, **more: Any) -> str:
    kept = notes.store_video(person_id=author_id, data=written.film())
    return written.note(author_id, "一段视频", video=kept, **more)


def test_films_follow_each_other_for_whom_they_are(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    author, reader, blocked = jotted.person(), jotted.person(), jotted.person()
    codes = [film(author) for _ in range(4)]
    plain, hidden = written.note(author, "没有视频"), film(author, visibility="private")
    unwanted = film(blocked)
    codes += [film(author), film(author)]
    newest_first = codes[::-1]
    graph.block(person_id=reader, other_id=blocked)
    client = browser(reader)

    def shown(address: str, **headers: str) -> tuple[list[str], str]:
        page = client.get(address, headers=headers).content.decode()
        found = re.search(r'hx-get="(/films/[^"]+)"', page)
        return re.findall(r'data-film="(\w+)"', page), found[1] if found else ""

    first, more = shown("/films/")
    assert first == newest_first[:4]
    rest, end = shown(more, **{"HX-Request": "true"})
    assert rest == newest_first[4:] and end == ""
    assert shown(f"/films/?from={codes[1]}")[0] == [codes[1], codes[0]]
    assert shown("/films/?from=nowhere")[0] == first
    assert f'href="/films/?from={codes[0]}"' in consoles.body(client, f"/notes/{codes[0]}/")
    assert "/films/?from=" not in consoles.body(client, f"/notes/{plain}/")
    assert client.get("/films/?cursor=forged").status_code == 400
    assert {hidden, unwanted}.isdisjoint(first + rest)
