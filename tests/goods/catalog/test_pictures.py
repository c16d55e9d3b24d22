"""Uploads: what becomes a picture, what is refused, and what of it is stored."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from tests.goods.catalog.conftest import Sell

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries
from jishi.goods.catalog.errors import ProductUnknown
from jishi.kernel import pictures
from jishi.kernel.pictures import PictureTooLarge, PictureUnreadable

GPS = 0x8825


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (900, 600), color: str = "tomato", **more: Any
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind, **more)
    return out.getvalue()


def with_place() -> bytes:
    """A photo that tells where it was taken and that stands on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (31.0, 14.0, 3.0)
    return picture(exif=exif.tobytes())


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A tiny PNG that claims to be 3.6 gigapixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


@pytest.mark.django_db
def test_sizes_are_derived_and_listed(sell: Sell) -> None:
    saved = sell("a", "柿子", media=[picture(size=(2400, 1200))])

    media = queries.get_product(saved.product_id, language="en").media[0]
    card = queries.list_cards([saved.product_id], language="en")[saved.product_id]
    assert (media.width, media.height) == (1600, 800)
    assert [part.split()[1] for part in media.srcset.split(", ")] == ["360w", "540w", "780w", "1600w"]
    assert (card.image_url, card.image_srcset, card.image_w) == (media.url, media.srcset, 1600)
    stored = list(Path(default_storage.location).rglob("*.webp"))  # type: ignore[attr-defined]
    assert len(stored) == 4
    for file in stored:
        with Image.open(file) as opened:
            assert opened.format == "WEBP"


@pytest.mark.django_db
def test_small_pictures_are_not_enlarged(sell: Sell) -> None:
    saved = sell("a", "柿子", media=[picture("PNG", (400, 400))])

    media = queries.get_product(saved.product_id, language="en").media[0]
    assert [part.split()[1] for part in media.srcset.split(", ")] == ["400w"]


def test_inp_126_no_rendition_keeps_metadata() -> None:
    rendered = pictures.render(with_place(), folder="goods")

    assert (rendered.original.width, rendered.original.height) == (600, 900)
    for size in (rendered.original, *rendered.renditions):
        assert b"SecretCamera" not in size.data
        with Image.open(io.BytesIO(size.data)) as opened:
            assert (
                not dict(opened.getexif()) and "icc_profile" not in opened.info and "xmp" not in opened.info
            )


def test_inp_120_only_pictures_become_pictures(hostile_svgs: list[bytes]) -> None:
    refused = [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7\n1 0 obj",
        b"GIF89a<script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        picture()[:300],
        picture("TIFF"),
        picture("BMP"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        *hostile_svgs,
    ]

    for data in refused:
        with pytest.raises(PictureUnreadable):
            pictures.render(data, folder="goods")


def test_inp_120_a_page_behind_a_picture_is_not_stored() -> None:
    rendered = pictures.render(picture() + b"<script>alert(1)</script>", folder="goods")

    assert b"<script>" not in rendered.original.data


def test_bombs_and_giants_are_refused() -> None:
    for data in (bomb(), bomb(30_000, 2_000), picture() + b"\0" * pictures.MAX_BYTES):
        with pytest.raises(PictureTooLarge):
            pictures.render(data, folder="goods")


def test_all_accepted_formats_and_modes_are_read() -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF"):
        assert pictures.render(picture(kind), folder="goods").original.width == 900
    for mode in ("L", "LA", "P", "RGBA", "I;16", "CMYK", "1"):
        out = io.BytesIO()
        Image.new(mode, (20, 10)).save(out, "TIFF" if mode == "none" else "JPEG" if mode == "CMYK" else "PNG")
        assert pictures.render(out.getvalue(), folder="goods").original.height == 10, mode


@pytest.mark.django_db
def test_attaching_the_same_picture_twice_shows_it_once(sell: Sell) -> None:
    saved = sell("a", "柿子")

    first = catalog.attach_media(product_id=saved.product_id, data=picture(), alt="正面", position=0)
    second = catalog.attach_media(product_id=saved.product_id, data=picture(), alt="侧面", position=0)
    other = catalog.attach_media(product_id=saved.product_id, data=picture(color="navy"))

    media = queries.get_product(saved.product_id, language="en").media
    assert [(view.media_id, view.alt) for view in media] == [(first.media_id, "侧面"), (other.media_id, "")]
    assert second.media_id == first.media_id
    catalog.remove_media(product_id=saved.product_id, media_id=first.media_id)
    card = queries.list_cards([saved.product_id], language="en")[saved.product_id]
    assert card.image_url == other.url
    with pytest.raises(ProductUnknown):
        catalog.attach_media(product_id=0, data=picture())


@pytest.mark.django_db
def test_saving_replaces_pictures_only_when_told_to(sell: Sell, shop: Any) -> None:
    saved = sell("a", "柿子", media=[picture(), picture(color="navy")])

    def count() -> int:
        return len(queries.get_product(saved.product_id, language="en").media)

    catalog.save_product(shop_id=shop.id, handle="a", title={"zh-hans": "柿子"})
    assert count() == 2
    again = catalog.save_product(
        shop_id=shop.id, handle="a", title={"zh-hans": "柿子"}, media=[picture(), picture(color="navy")]
    )
    assert again.change == "unchanged"
    catalog.save_product(
        shop_id=shop.id, handle="a", title={"zh-hans": "柿子"}, media=[picture(color="navy")]
    )
    assert count() == 1
    assert json.dumps(queries.get_product(saved.product_id, language="en").media[0].srcset)
