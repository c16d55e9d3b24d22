"""Share posters: 750 × 1180 PNG with picture, price and QR code, drawn once and kept in Django's storage.

The file's name is a digest of everything drawn, so that a new price is a new poster and an old one is never
shown
for it. Colours are those of the brand.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from io import BytesIO

import segno
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.translation import gettext
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from jishi.social.shares.contracts import PosterContent
from jishi.social.shares.errors import PosterFontMissing
from jishi.social.shares.operations import fonts

SIZE = (750, 1180)
LAYOUT = 2
"""Part of the digest; grows when the drawing changes."""

PAPER, CARD, LINE = "#f6f3ec", "#fffdf9", "#e6e2d8"
INK, INK_2, INK_3 = "#18201c", "#57564f", "#6f6d64"
KAKI, KAKI_SOFT, KAKI_DEEP = "#c9421c", "#fde6dd", "#a83618"
KAKI_500, KAKI_300, PINE = "#e0562f", "#f6a88d", "#275746"
MARGIN, PICTURE = 40, (670, 628)
RADIUS = 28


def render_poster(*, content: PosterContent) -> bytes:
    """Return a poster as PNG, from storage if it was drawn before.

    :raises PosterFontMissing: it has Chinese characters and this machine has no font for them.
    """
    name = f"posters/{content.share_code}/{_digest(content)}.png"
    if default_storage.exists(name):
        with default_storage.open(name) as file:
            return bytes(file.read())
    data = _draw(content)
    default_storage.save(name, ContentFile(data))
    return data


def has_chinese_font() -> bool:
    """Whether posters in Chinese can be drawn on this machine; for the doctor."""
    return fonts.find_chinese() is not None


def _digest(content: PosterContent) -> str:
    fields = asdict(content) | {"image": hashlib.sha256(content.image).hexdigest()}
    text = "\x1f".join(f"{key}={fields[key]}" for key in sorted(fields)) + f"\x1f{LAYOUT}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _draw(content: PosterContent) -> bytes:
    with translation.override(content.language):
        hint = gettext("Scan or long-press to open")
        tagline = gettext("Jishi · better together")
        invites = gettext("shares this with you")
    texts = (content.title, content.headline, content.sharer_name, content.shop_name, hint, tagline)
    _require_font(texts)
    poster = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(poster)
    _draw_head(draw, content.sharer_name, invites if content.sharer_name else tagline)
    _paste_picture(poster, content.image)
    bottom = _draw_offer(draw, content)
    _draw_foot(poster, draw, content, hint, top=bottom)
    out = BytesIO()
    poster.quantize(colors=256, dither=Image.Dither.FLOYDSTEINBERG).save(out, "PNG")
    return out.getvalue()


def _require_font(texts: Sequence[str]) -> None:
    if fonts.find_chinese() is None and any("⺀" <= char <= "鿿" for text in texts for char in text):
        raise PosterFontMissing(retry_after_s=3600)


def _font(size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
    return fonts.load(fonts.find_chinese(weight), size)


def _draw_head(draw: ImageDraw.ImageDraw, sharer: str, line: str) -> None:
    _draw_mark(draw, MARGIN, 44)
    draw.text((MARGIN + 96, 44), _fit(sharer or "Jishi 集柿", _font(30, "Bold"), 540), INK, _font(30, "Bold"))
    draw.text((MARGIN + 96, 84), _fit(line, _font(22), 540), INK_2, _font(22))


def _draw_mark(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """Two overlapping persimmons, which are two people joining in."""
    draw.ellipse((x, y + 10, x + 52, y + 62), fill=KAKI_300)
    draw.ellipse((x + 26, y + 10, x + 78, y + 62), fill=KAKI_500)
    for left in (x + 14, x + 40):
        draw.polygon(
            [(left, y + 14), (left + 12, y + 4), (left + 24, y + 14), (left + 12, y + 20)], fill=PINE
        )


def _paste_picture(poster: Image.Image, data: bytes) -> None:
    mask = Image.new("L", PICTURE, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, PICTURE[0] - 1, PICTURE[1] - 1), RADIUS, fill=255)
    poster.paste(_picture(data, PICTURE), (MARGIN, 136), mask)


def _picture(data: bytes, box: tuple[int, int]) -> Image.Image:
    """The goods, cropped to fill the box; a missing or damaged picture becomes the brand's own."""
    try:
        with Image.open(BytesIO(data)) as source:
            source.draft("RGB", (box[0], box[1]))
            return ImageOps.fit(ImageOps.exif_transpose(source).convert("RGB"), box, Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        blank = Image.new("RGB", box, KAKI_SOFT)
        draw = ImageDraw.Draw(blank)
        draw.ellipse((145, 180, 415, 450), fill=KAKI_300)
        draw.ellipse((255, 180, 525, 450), fill=KAKI_500)
        return blank


def _draw_offer(draw: ImageDraw.ImageDraw, content: PosterContent) -> int:
    """Price line and title under the picture; returns where they end."""
    y, price_font = 778, _font(54, "Bold")
    draw.text((MARGIN, y), content.price, KAKI, price_font)
    x = MARGIN + int(price_font.getlength(content.price)) + 16
    if content.solo_price:
        old = _font(26)
        width = int(old.getlength(content.solo_price))
        draw.text((x, y + 28), content.solo_price, INK_3, old)
        draw.line((x, y + 45, x + width, y + 45), fill=INK_3, width=2)
        x += width + 16
    if content.headline:
        _draw_chip(draw, content.headline, left=x, y=y + 18)
    y += 78
    title_font = _font(30, "Bold")
    for line in _wrap(content.title, title_font, SIZE[0] - 2 * MARGIN, lines=2):
        draw.text((MARGIN, y), line, INK, title_font)
        y += 42
    return y


def _draw_chip(draw: ImageDraw.ImageDraw, text: str, *, left: int, y: int) -> None:
    font = _font(24, "Bold")
    text = _fit(text, font, SIZE[0] - MARGIN - left - 28)
    width = int(font.getlength(text)) + 28
    box = (SIZE[0] - MARGIN - width, y, SIZE[0] - MARGIN, y + 42)
    draw.rounded_rectangle(box, 21, fill=KAKI_SOFT)
    draw.text((box[0] + 14, y + 21), text, KAKI_DEEP, font, anchor="lm")


def _draw_foot(
    poster: Image.Image, draw: ImageDraw.ImageDraw, content: PosterContent, hint: str, *, top: int
) -> None:
    top = max(top + 12, SIZE[1] - 216)
    draw.rounded_rectangle((MARGIN, top, SIZE[0] - MARGIN, top + 190), 20, fill=CARD, outline=LINE, width=1)
    code = _qr(content.url, 170)
    poster.paste(code, (SIZE[0] - MARGIN - 182, top + 10))
    x, width = MARGIN + 24, 440
    draw.text((x, top + 36), _fit(hint, _font(26, "Bold"), width), INK, _font(26, "Bold"))
    draw.text((x, top + 82), _fit(content.validity, _font(22), width), INK_2, _font(22))
    draw.text((x, top + 120), _fit(content.shop_name, _font(22), width), INK_3, _font(22))


def _qr(url: str, size: int) -> Image.Image:
    """The link as a QR code with error level M and its quiet zone, in whole pixels per module."""
    code = segno.make(url, error="m", micro=False)
    border = 2
    scale = max(1, size // (code.symbol_size(border=border)[0]))
    out = BytesIO()
    code.save(out, kind="png", scale=scale, border=border, dark=INK, light=CARD)
    drawn = Image.open(out).convert("RGB")
    square = Image.new("RGB", (size, size), CARD)
    square.paste(drawn, ((size - drawn.width) // 2, (size - drawn.height) // 2))
    return square


def _fit(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Cut a text with an ellipsis so that it is no wider than `width`."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: int, *, lines: int) -> list[str]:
    """Break a text into lines: western words stay whole where they fit, Chinese breaks anywhere."""
    done: list[str] = []
    rest = " ".join(text.split())
    while rest and len(done) < lines - 1 and font.getlength(rest) > width:
        cut = len(rest)
        while cut > 1 and font.getlength(rest[:cut]) > width:
            cut -= 1
        space = rest.rfind(" ", 0, cut + 1)
        is_word = cut < len(rest) and rest[cut].isascii() and rest[cut - 1].isascii() and rest[cut].isalnum()
        if is_word and space > 0:
            cut = space
        done.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        done.append(_fit(rest, font, width))
    return done
