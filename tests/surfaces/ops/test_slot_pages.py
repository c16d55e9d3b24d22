"""Slots, landing pages and first steps in the console: forms, two people, words for what cannot be."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.factories import consoles, jotted, trade

from jishi.goods.catalog.models import Product
from jishi.growth.merchandising import queries
from jishi.growth.onboarding import operations as onboarding
from jishi.growth.onboarding import queries as first_steps
from jishi.kernel import audit, clock
from jishi.people.accounts.models import User

pytestmark = pytest.mark.django_db
SLOT = {
    "slot": "home.banner",
    "title_zh": "桂花季",
    "title_en": "Osmanthus season",
    "text_zh": "秋天",
    "text_en": "Autumn",
    "url": "/search/?q=tea",
    "starts_at": "",
    "ends_at": "",
    "priority": "5",
    "per_day": "0",
    "in_all": "0",
}


@pytest.fixture
def team(settings, tmp_path) -> tuple[Client, Client]:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    found = []
    for _ in range(2):
        client = Client()
        person = jotted.person(is_operator=True)
        client.force_login(User.objects.get(pk=person), backend=consoles.BACKEND)
        found.append(client)
    return found[0], found[1]


def test_a_banner_is_typed_in_confirmed_by_a_second_person_and_seen_as_somebody(
    team: tuple[Client, Client],
) -> None:
    maker, second = team
    consoles.body(maker, "/ops/slots/")
    consoles.body(maker, "/ops/slots/new/?slot=home.banner")

    picture = _picture("red")
    made = maker.post("/ops/slots/new/", {**SLOT, "region": ["east"], "picture": _file(picture)})

    page = made.headers["Location"]
    code = page.rstrip("/").rpartition("/")[2]
    kept = queries.get_placement(code)
    assert kept.picture is not None
    assert abs(kept.picture.width / kept.picture.height - 16 / 6) < 0.1
    maker.post(f"{page}do/", {"do": "ask"})
    maker.post(f"{page}do/", {"do": "confirm"})
    assert queries.get_placement(code).state == "waiting"
    assert 'value="confirm"' not in consoles.body(maker, page)
    assert 'value="confirm"' in consoles.body(second, page)
    second.post(f"{page}do/", {"do": "confirm"})
    assert queries.get_placement(code).state == "on"
    look = "/ops/slots/preview/?language=en&region="
    assert "Osmanthus season" in consoles.body(second, look + "zhejiang")
    assert "Osmanthus season" not in consoles.body(second, look + "guangdong")
    consoles.body(second, "/ops/slots/preview/?day=nonsense&audience=%3Cb%3E")
    assert "Osmanthus" in consoles.body(maker, f"{page}edit/")
    maker.post(f"{page}edit/", {**SLOT, "title_en": "Changed"})
    changed = queries.get_placement(code)
    assert (changed.state, changed.picture is not None) == ("draft", True)
    consoles.body(maker, "/ops/slots/?state=draft&slot=home.banner")


def test_what_cannot_be_comes_back_with_words_and_what_was_typed(team: tuple[Client, Client]) -> None:
    maker, _ = team
    for changes in (
        {"url": "https://evil.example/"},
        {"title_zh": "", "title_en": ""},
        {"priority": "many"},
        {"ends_at": "soon"},
        {"audience": ["segment:../"]},
        {"slot": "nowhere"},
        {"slot": "home.collection", "goods": "nothing"},
        {"picture": _file(b"GIF89a not a picture")},
    ):
        answer = maker.post("/ops/slots/new/", {**SLOT, **changes, "text_en": "<b>typed</b>"})
        assert answer.status_code == 422, changes
        assert "&lt;b&gt;typed&lt;/b&gt;" in answer.content.decode()
    assert queries.list_placements() == ()


def test_a_landing_page_is_built_block_by_block_and_published_by_two(team: tuple[Client, Client]) -> None:
    maker, second = team
    scene = trade.scene()
    product = Product.objects.get(pk=scene.product_id)
    consoles.body(maker, "/ops/landing/")
    assert maker.post("/ops/landing/", {"slug": "A b", "title_zh": "x"}).status_code == 422
    made = maker.post("/ops/landing/", {"slug": "tea", "title_zh": "茶", "title_en": "Tea"})
    page = made.headers["Location"]
    code = page.rstrip("/").rpartition("/")[2]

    def change(**fields: object) -> int:
        return maker.post(page, {"revision": queries.get_page(code).revision, **fields}).status_code

    assert change(do="add", kind="text") == 302
    assert change(do="save", key="b1", title_en="Hi", text_zh="你好", text_en="Hello") == 302
    assert change(do="add", kind="goods") == 302
    assert change(do="save", key="b2", codes="nothing") == 422
    assert change(do="save", key="b2", codes=f"{product.code}, {product.code}") == 302
    assert change(do="add", kind="picture") == 302
    assert change(do="save", key="b3", picture=_file(_picture("blue")), title_en="P") == 302
    assert change(do="up", key="b2") == 302
    assert change(do="add", kind="iframe") == 422
    assert change(do="remove", key="none") == 422
    assert [one.kind for one in queries.get_page(code).blocks] == ["goods", "text", "picture"]
    assert maker.post(page, {"revision": 1, "do": "add", "kind": "text"}).status_code == 422
    ends = {"ends_at": "2099-01-01T10:00", "slug": "tea", "title_zh": "茶", "title_en": "Tea"}
    assert change(do="settings", **ends) == 302
    consoles.body(maker, page)
    consoles.body(maker, f"{page}people/")
    for client, verb in ((maker, "ask"), (maker, "publish"), (second, "publish")):
        client.post(f"{page}do/", {"do": verb, "revision": queries.get_page(code).revision})
    assert queries.get_public("tea").number == 1
    assert "Hello" in consoles.body(Client(), "/en/l/tea/")
    revision = queries.get_page(code).revision
    maker.post(f"{page}do/", {"do": "bring_back", "version": "1", "revision": revision})
    assert queries.get_page(code).revision == revision + 1
    consoles.body(second, page)
    maker.post(f"{page}do/", {"do": "take_off"})
    assert Client().get("/l/tea/").status_code == 404


def test_the_board_of_first_steps_links_to_the_people_and_the_path_is_laid_out(
    team: tuple[Client, Client],
) -> None:
    maker, _ = team
    assert "first-steps" not in consoles.body(maker, "/ops/onboarding/")
    me = jotted.person(days=1)
    onboarding.enrol_new(clock.now())
    onboarding.advance(person_id=me, kind="interests", subject="t", at=clock.now())
    board = consoles.body(maker, "/ops/onboarding/?days=28")
    assert "step=follow&amp;days=28" in board
    behind = consoles.body(maker, "/ops/onboarding/people/?step=follow&days=28")
    assert User.objects.get(pk=me).code in behind
    consoles.body(maker, "/ops/onboarding/people/?step=%3Cb%3E")
    assert any(one.action == "onboarding.people" for one in audit.list_entries())
    consoles.body(maker, "/ops/onboarding/path/")
    row = {
        "kind": "save",
        "needed": "2",
        "title_zh": "收藏",
        "title_en": "Keep",
        "text_zh": "",
        "text_en": "",
    }

    assert maker.post("/ops/onboarding/path/", {**row, "needed": "99"}).status_code == 422
    assert maker.post("/ops/onboarding/path/", {**row, "title_zh": ""}).status_code == 422
    assert maker.post("/ops/onboarding/path/", {"kind": "save"}).status_code == 422
    assert maker.post("/ops/onboarding/path/", row).status_code == 302

    assert first_steps.get_path().number == 1
    assert first_steps.get_path().steps[0].needed == 2


def _picture(colour: str) -> bytes:
    kept = BytesIO()
    Image.new("RGB", (96, 64), colour).save(kept, "PNG")
    return kept.getvalue()


def _file(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("p.jpg", data, content_type="image/jpeg")
