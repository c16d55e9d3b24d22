"""The pages: reasons, leaving out, switches, strips; what is shown says its name once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from tests.insight.recommendation import shop as shops

from jishi.goods.catalog.models import Product
from jishi.insight.networks import measuring
from jishi.insight.recommendation import fitting, queries
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.models import Choice, Hidden, Slate, Touch
from jishi.kernel.models import AuditEntry
from jishi.people.accounts.models import User
from jishi.social.notes.models import Note

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def shop(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> shops.Shop:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    monkeypatch.setattr(fitting, "FACTORS", 8)
    monkeypatch.setattr(fitting, "WITHOUT", frozenset({"linear", "factors"}))
    made = shops.build(each=8, things=7)
    fitting.fit(at=made.at)
    recommendation.renew(at=made.at)
    return made


def phone(person: int | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(User.objects.get(pk=person), backend=BACKEND)
    client.get("/login/" if person is None else "/me/")
    return client


def test_every_card_of_the_front_page_has_its_reason_and_one_name(shop: shops.Shop) -> None:
    reader = phone(shop.tea_people[0])

    page = reader.get("/").content.decode()

    names = re.findall(r'data-showing="([0-9a-f-]{36})" data-position="(\d+)"', page)
    places = re.findall(r'href="(/why/[0-9a-z]+/\d+/)"', page)
    assert len(names) == len(set(names)) == len(places) >= 15
    assert [int(position) for _, position in names] == list(range(1, len(names) + 1))
    why = reader.get(places[0])
    assert why.status_code == 200 and "不想看到这个" in why.content.decode()


def test_a_reason_is_nobody_elses_business(shop: shops.Shop) -> None:
    phone(shop.tea_people[0]).get("/")
    slate = Slate.objects.get()

    assert phone(shop.tea_people[1]).get(f"/why/{slate.code}/1/").status_code == 404
    assert phone(None).get(f"/why/{slate.code}/1/").status_code == 404


def test_not_interested_without_scripts(shop: shops.Shop) -> None:
    person = shop.tea_people[0]
    reader = phone(person)
    reader.get("/")
    slate = Slate.objects.get()

    answer = reader.post(f"/why/{slate.code}/2/hide/", {"kind": "item"})

    assert answer.status_code == 302
    assert Hidden.objects.get().key == slate.keys[1]
    mine = reader.get("/me/recommendations/").content.decode()
    assert "恢复显示" in mine
    reader.post("/me/recommendations/", {"do": "show", "kind": "item", "key": slate.keys[1]})
    assert not Hidden.objects.exists()


def test_both_switches_stand_on_one_page(shop: shops.Shop) -> None:
    person = shop.tea_people[0]
    reader = phone(person)

    reader.post("/me/recommendations/", {"do": "friends", "on": "1"})
    reader.post("/me/recommendations/", {"do": "personal", "on": "0"})

    assert Choice.objects.get(pk=person).tells_friends
    assert not queries.is_personal(person)
    front = reader.get("/").content.decode()
    assert "/why/" not in front and not Touch.objects.exists()
    reader.post("/feed/personal/", {"on": "1"})
    assert queries.is_personal(person)


@pytest.mark.parametrize("fragment", [True, False])
def test_strips_beside_things(shop: shops.Shop, fragment: bool) -> None:
    reader = phone(shop.tea_people[0])
    headers = {"HTTP_HX_REQUEST": "true"} if fragment else {}
    code = Product.objects.get(pk=shop.tea[0]).code

    found = reader.get(f"/picks/goes_with/?product={code}", **headers)

    body = found.content.decode()
    assert found.status_code == 200 and body.count("data-showing=") >= 3
    assert ("<html" in body) is not fragment
    assert Touch.objects.filter(key=shop.tea[0]).exists() is fragment
    for surface in ("like_you", "friends", "people", "communities", "cart"):
        assert reader.get(f"/picks/{surface}/", **headers).status_code == 200
    pinned = Note.objects.get(pk=shop.tea_notes[0]).code
    beside = reader.get(f"/picks/notes/?product={code}", **headers).content.decode()
    assert beside.count('data-see="note:') >= 2
    assert (f'data-see="note:{pinned}"' in beside) is not fragment  # its page shows that one above
    assert "/picks/notes/" in reader.get(f"/p/{code}/", follow=True).content.decode()
    assert reader.get("/picks/home/").status_code == 404
    assert reader.get("/picks/goes_with/?product=nothing").status_code == 404


def test_a_browser_that_is_not_to_be_followed_leaves_no_trace(shop: shops.Shop) -> None:
    reader = phone(None)
    code = Product.objects.get(pk=shop.tea[0]).code

    for header in ("HTTP_SEC_GPC", "HTTP_DNT"):
        reader.get(f"/picks/goes_with/?product={code}", HTTP_HX_REQUEST="true", **{header: "1"})
        reader.get("/", **{header: "1"})
    reader.get(f"/picks/goes_with/?product={code}", HTTP_HX_REQUEST="true", HTTP_SEC_PURPOSE="prefetch")

    assert not Touch.objects.exists()


def test_consoles_show_the_network_trends_and_goods_for_a_campaign(shop: shops.Shop) -> None:
    for one, other in zip(shop.tea_people, shop.tea_people[1:], strict=False):
        shop.befriend(one, other)
    measuring.measure(at=shop.at)
    operator = shop.people(1)[0]
    User.objects.filter(pk=operator).update(is_operator=True)
    reader = phone(operator)

    network = reader.get("/ops/networks/").content.decode()

    assert network.count("<circle") >= len(shop.tea_people) and "<table" in network
    assert reader.get("/ops/networks/?role=creator&group=0").status_code == 200
    mine = User.objects.get(pk=shop.tea_people[1]).code
    circles = reader.get(f"/ops/networks/{mine}/").content.decode()
    assert f"/ops/networks/{mine}/" in network
    for close in (shop.tea_people[0], shop.tea_people[2]):  # befriended on either side
        assert f"/ops/networks/{User.objects.get(pk=close).code}/" in circles
    assert circles.count("<circle") == 1 + circles.count("<progress")
    assert AuditEntry.objects.filter(action="people.view", subject=f"person:{mine}").count() == 1
    assert reader.get("/ops/trends/").status_code == 200
    assert reader.get("/ops/selection/").content.decode().count("<tr>") >= 14
    assert reader.get(f"/ops/selection/?host={mine}").content.decode().count('class="note"') == 1


def test_the_api_gives_lists_with_reasons_and_takes_refusals(shop: shops.Shop) -> None:
    answer = Client().get("/api/v1/recommendations/home").json()

    assert answer["items"] and all(item["why"] for item in answer["items"]) and not answer["slate"]
    assert Client().get("/api/v1/recommendations/people").status_code == 404
