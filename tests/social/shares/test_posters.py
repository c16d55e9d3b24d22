"""Posters: the right size, a QR code that leads to the link, drawn once, honest about a missing font."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from jishi.social.shares import operations as shares
from jishi.social.shares.contracts import PosterContent
from jishi.social.shares.errors import PosterFontMissing
from jishi.social.shares.operations import fonts, posters

CONTENT = PosterContent(
    share_code="abcdefghjkmn",
    url="https://jishi.example/r/abcdefghjkmn",
    language="en",
    version="1",
    title="Hand-dried persimmons from Fuping in a gift box, honey-soft and made to be shared with everybody",
    price="¥39.90",
    solo_price="¥59.90",
    headline="1 more needed",
    validity="Until 23 Nov, 18:00",
    sharer_name="Lin",
    shop_name="Red Persimmon Farm",
    image=b"",
)


@pytest.fixture(autouse=True)
def storage(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (1200, 900), "#336655").save(out, "WEBP")
    return out.getvalue()


def test_a_poster_is_drawn_once_and_again_for_a_new_price(monkeypatch: pytest.MonkeyPatch) -> None:
    content = replace(CONTENT, image=picture())
    data = shares.render_poster(content=content)

    with Image.open(BytesIO(data)) as image:
        assert (image.format, image.size) == ("PNG", (750, 1180))
    with monkeypatch.context() as lazy:
        lazy.setattr(posters, "_draw", lambda content: pytest.fail("it was drawn already"))
        assert shares.render_poster(content=content) == data
    assert shares.render_poster(content=replace(content, price="¥35.90")) != data
    assert len(default_storage.listdir("posters/abcdefghjkmn")[1]) == 2


def test_the_picture_of_the_goods_is_on_it_and_a_damaged_one_does_not_matter() -> None:
    with_picture = Image.open(BytesIO(shares.render_poster(content=replace(CONTENT, image=picture()))))
    without = Image.open(BytesIO(shares.render_poster(content=replace(CONTENT, image=b"not a picture"))))

    red, green, blue = with_picture.convert("RGB").getpixel((375, 400))  # type: ignore[misc]
    assert abs(red - 0x33) < 8 and abs(green - 0x66) < 8 and abs(blue - 0x55) < 8
    assert without.size == (750, 1180)


def test_the_code_on_it_is_the_links_with_its_quiet_zone() -> None:
    drawn = posters._qr(CONTENT.url, 170)

    black = [drawn.getpixel((x, 85)) for x in range(170)]
    assert drawn.size == (170, 170)
    assert all(drawn.getpixel((x, 4)) == drawn.getpixel((0, 0)) for x in range(170))
    assert len(set(black)) == 2


def test_chinese_is_drawn_with_a_font_that_has_it() -> None:
    chinese = replace(CONTENT, language="zh-hans", title="富平吊柿饼礼盒装" * 6, headline="还差 1 人成团")

    if fonts.find_chinese() is None:
        with pytest.raises(PosterFontMissing):
            shares.render_poster(content=chinese)
        return
    data = shares.render_poster(content=chinese)

    assert data != shares.render_poster(content=replace(chinese, title="陕西苹果礼盒装" * 6))
    assert posters.has_chinese_font()


def test_without_such_a_font_chinese_is_refused_with_a_sentence_and_english_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "find_chinese", lambda weight="Regular": None)

    with pytest.raises(PosterFontMissing, match="Noto Sans CJK"):
        shares.render_poster(content=replace(CONTENT, title="柿饼"))

    english = shares.render_poster(content=replace(CONTENT, price="39.90 CNY", shop_name="Farm"))
    assert Image.open(BytesIO(english)).size == (750, 1180)


def test_texts_are_broken_where_a_reader_would_and_cut_with_an_ellipsis() -> None:
    font = fonts.load(None, 30)

    lines = posters._wrap(CONTENT.title, font, 400, lines=2)

    assert len(lines) == 2 and lines[1].endswith("…")
    assert lines[0].split()[-1] in CONTENT.title.split()
    assert all(font.getlength(line) <= 400 for line in lines)
