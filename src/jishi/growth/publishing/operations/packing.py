"""The package for a platform: words, pictures in its shape, a link that says where readers came from.

Reads only, and cuts pictures; nothing is stored.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.storage import default_storage

from jishi.growth.publishing import rules
from jishi.growth.publishing.contracts import AssetView, ChannelView, Package, PieceView
from jishi.growth.publishing.errors import CheckStops, VariantUnfit
from jishi.growth.publishing.platforms import RATIOS
from jishi.growth.publishing.queries import assets, channels, pieces
from jishi.kernel import clock, pictures
from jishi.social.shares import operations as shares

ENDINGS = {b"\xff\xd8": "jpg", b"\x89P": "png", b"RI": "webp"}
FIXED = (2026, 1, 1, 0, 0, 0)
"""The same package has the same bytes: files in it carry no moment."""


def package(*, code: str, channel_code: str, at: datetime | None = None) -> Package:
    """What goes to a platform now.

    :raises PieceNotFound: / ChannelNotFound: there is none.
    :raises VariantUnfit: the version breaks a limit of the platform, or is not kept yet.
    :raises CheckStops: a picture of it may not be used now.
    """
    whole = pieces.get_piece(code, with_steps=False)
    version = channels.get_variant(whole, channel_code)
    if version.faults or not version.is_kept:
        raise VariantUnfit
    shown = assets.find_assets(version.draft.pictures)
    found = rules.picture_faults(shown, clock.at_or_now(at))
    if found:
        raise CheckStops(reason=found[0].message, about=found[0].about)
    credit = rules.credit_line(shown, whole.draft.language)
    text = "\n\n".join(part for part in (version.draft.text, credit) if part)
    return Package(
        title=version.draft.title,
        text=text,
        tags=version.draft.tags,
        link=_link(whole.piece, version.channel, at),
        pictures=tuple(_cut(shown, version.channel.limits.ratio)),
        reference=f"{code}:{channel_code}",
        films=tuple(_films(shown)),
    )


def pack(*, code: str, channel_code: str, at: datetime | None = None) -> bytes:
    """The package as a zip: text.txt, link.txt, alt.txt, the pictures in order, and a film.

    :raises PieceNotFound: / ChannelNotFound: there is none.
    :raises VariantUnfit: the version breaks a limit of the platform, or is not kept yet.
    :raises CheckStops: a picture of it may not be used now.
    """
    found = package(code=code, channel_code=channel_code, at=at)
    version = channels.get_variant(pieces.get_piece(code, with_steps=False), channel_code)
    tags = " ".join(f"#{tag}" for tag in found.tags)
    parts = {"text.txt": "\n\n".join(part for part in (found.title, found.text, tags) if part)}
    if found.link:
        parts["link.txt"] = found.link
    alts = [f"{one.title}: {one.alt}" for one in assets.find_assets(version.draft.pictures) if one.alt]
    if alts:
        parts["alt.txt"] = "\n".join(alts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, words in parts.items():
            zipped.writestr(zipfile.ZipInfo(name, FIXED), words.encode())
        for name, data in (*found.pictures, *found.films):
            zipped.writestr(zipfile.ZipInfo(name, FIXED), data)
    return out.getvalue()


def _link(piece: PieceView, channel: ChannelView, at: datetime | None) -> str:
    """The share link of the published note; before it is published there is nothing to lead to."""
    if not piece.note_code or piece.published_at is None:
        return ""
    link = shares.create_link(
        sharer_id=piece.author_id, kind="note", key=piece.note_code, channel=channel.platform.code, at=at
    )
    query = urlencode(
        {
            "utm_source": channel.platform.code,
            "utm_medium": "social",
            "utm_campaign": f"piece-{piece.code}",
            "utm_content": channel.code,
        }
    )
    return f"{settings.JISHI_BASE_URL.rstrip('/')}/r/{link.code}/?{query}"


def _cut(shown: tuple[AssetView, ...], ratio: str) -> Iterator[tuple[str, bytes]]:
    wide, high = RATIOS[ratio]
    for number, one in enumerate(shown, 1):
        with default_storage.open(str(one.kept["file"])) as file:
            data = pictures.cropped(file.read(), wide=wide, high=high)
        yield f"{number:02d}-{ratio.replace(':', 'x')}.{ENDINGS.get(data[:2], 'jpg')}", data


def _films(shown: tuple[AssetView, ...]) -> Iterator[tuple[str, bytes]]:
    """As they were stored: a film is not cut to a shape."""
    for number, one in enumerate(shown, 1):
        if one.film is not None:
            with default_storage.open(str(one.film.kept["file"])) as file:
                yield f"{number:02d}-film.mp4", file.read()
