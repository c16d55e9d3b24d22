"""Uploaded pictures made safe and small: decoded, turned upright, stripped of metadata, written as WebP.

Invariant: no byte of an upload is ever served. What cannot be decoded as an accepted raster format within the
pixel limit is refused, so HTML, SVG, PDF and decompression bombs have no way through.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from jishi.kernel.errors import N_, Invalid

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
WIDTHS = (360, 540, 780)
QUALITY = 82
WORTH_IT = 0.85
"""A smaller size is kept up to this share of the full width."""


class PictureUnreadable(Invalid):
    """The upload is not a picture of an accepted format."""

    code = "media.not_picture"
    message = N_("This file is not a picture we can use. Please upload JPEG, PNG, WebP, GIF or AVIF.")


class PictureTooLarge(Invalid):
    """The upload has too many bytes or pixels."""

    code = "media.too_large"
    message = N_("This picture is too large: at most %(max_mb)s MB and %(max_megapixels)s megapixels.")


@dataclass(frozen=True, slots=True)
class Encoded:
    """One size of a picture, ready to be stored under ``name``."""

    name: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture in all its sizes; ``digest`` identifies the upload it came from."""

    digest: str
    original: Encoded
    renditions: tuple[Encoded, ...]


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture whose files are stored; ``renditions`` are ``[width, height, file]``, narrow first."""

    digest: str
    file: str
    width: int
    height: int
    renditions: list[list[int | str]]


@dataclass(frozen=True, slots=True)
class PictureView:
    """A stored picture as pages show it."""

    url: str
    srcset: str
    small_url: str
    width: int
    height: int
    alt: str = ""


def digest_of(data: bytes) -> str:
    """What identifies an upload, so that the same file is never encoded twice."""
    return hashlib.sha256(data).hexdigest()


def render(data: bytes, *, folder: str) -> Rendered:
    """Encode an upload and its smaller sizes for a folder; one that would hardly be smaller is left out.

    :raises PictureUnreadable: not an accepted raster format, or damaged.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    if len(data) > MAX_BYTES:
        raise too_large()
    picture = _decode(data)
    full = _fit(picture, MAX_SIDE)
    sizes = tuple(_encode(_narrow(full, width), folder) for width in WIDTHS if width <= full.width * WORTH_IT)
    return Rendered(digest_of(data), _encode(full, folder), sizes)


def cropped(data: bytes, *, wide: int, high: int, at: float = 0.5) -> bytes:
    """A part of a picture in another shape, as large as fits, without further loss.

    ``at`` is where it lies on the way from left to right, or from top to bottom: 0.5 is the middle.

    :raises PictureUnreadable: not an accepted raster format, or damaged.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    if len(data) > MAX_BYTES:
        raise too_large()
    picture = _decode(data)
    width = max(1, min(picture.width, round(picture.height * wide / high)))
    height = max(1, min(picture.height, round(picture.width * high / wide)))
    left, top = int((picture.width - width) * at), int((picture.height - height) * at)
    out = io.BytesIO()
    picture.crop((left, top, left + width, top + height)).save(out, "PNG")
    return out.getvalue()


def _decode(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise too_large()
                opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
                upright = ImageOps.exif_transpose(opened)
                return _plain_rgb(upright)
    except Image.DecompressionBombError:
        raise too_large() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError):
        raise PictureUnreadable from None


def _plain_rgb(picture: Image.Image) -> Image.Image:
    """Pixels only, in sRGB: colour profiles are applied, then dropped with all other metadata."""
    has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    profile = picture.info.get("icc_profile")
    plain = picture.convert("RGBA" if has_alpha else "RGB")
    if profile and not has_alpha and picture.mode == "RGB":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(plain, source, ImageCms.createProfile("sRGB"))
            plain = converted or plain
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a damaged profile only shifts colours
    plain.info.clear()
    return plain


def _fit(picture: Image.Image, side: int) -> Image.Image:
    longest = max(picture.size)
    if longest <= side:
        return picture
    size = (max(1, round(picture.width * side / longest)), max(1, round(picture.height * side / longest)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _narrow(picture: Image.Image, width: int) -> Image.Image:
    size = (width, max(1, round(picture.height * width / picture.width)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _encode(picture: Image.Image, folder: str) -> Encoded:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4, exif=b"", xmp=b"", icc_profile=b"")
    data = out.getvalue()
    name = hashlib.sha256(data).hexdigest()[:40]
    return Encoded(f"{folder}/{name[:2]}/{name}.webp", picture.width, picture.height, data)


def too_large() -> PictureTooLarge:
    """The refusal, with the limits in it."""
    return PictureTooLarge(max_mb=MAX_BYTES // 1024 // 1024, max_megapixels=MAX_PIXELS // 1_000_000)
