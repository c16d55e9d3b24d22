"""Small things that tests of the content plan need: pictures, people, pieces on their way."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from PIL import Image
from tests.factories import jotted

from jishi.growth.publishing import operations as content
from jishi.growth.publishing.contracts import AssetDraft, PieceDraft
from jishi.kernel import clock

TEXT = "霜降以后的柿子最甜。挑选时看蒂，青绿的还要再等几天；捏一捏，软而不破最好。配一壶热茶，和家人分着吃。"


def picture(shade: int = 120, size: tuple[int, int] = (400, 300)) -> bytes:
    """A picture of one colour with a place in its EXIF."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}
    out = io.BytesIO()
    Image.new("RGB", size, (shade, 90, 40)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def asset(by: int, *, shade: int = 120, **values: Any) -> str:
    """A picture of the house in the library."""
    said = {"title": "柿子", "licence": "own", "alt": "一篮柿子", **values}
    return content.add_asset(data=picture(shade), draft=AssetDraft(**said), by=by)


def draft(author: int, *, due: datetime | None = None, **values: Any) -> PieceDraft:
    """A piece that lacks nothing."""
    given = {
        "title": "柿子怎么挑",
        "headline": "霜降柿子怎么挑",
        "text": TEXT,
        "need": "不会挑柿子",
        "author_id": author,
        "due_at": due or clock.now() + timedelta(hours=2),
        **values,
    }
    return PieceDraft(**given)


def scheduled(writer: int, reviewer: int, **values: Any) -> str:
    """A piece that two people brought on its way."""
    code = content.create(draft=draft(writer, **values), by=writer, state="draft")
    content.ask_review(code=code, by=writer)
    content.approve(code=code, by=reviewer)
    return code


def staff() -> int:
    """Somebody who works here."""
    return jotted.person(is_operator=True)
