"""Notes written through the operations, pictures of a camera, and small MP4 files built box by box."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

from PIL import Image

from jishi.kernel.outbox import relay
from jishi.people.accounts.models import User
from jishi.social.graph import operations as graph
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft


def note(author_id: int, text: str = "今天的柿子很甜", *, publish: bool = True, **fields: Any) -> str:
    """A note of somebody's, in sight unless told otherwise; returns its code."""
    code = notes.save(author_id=author_id, draft=NoteDraft(text=text, **fields))
    if publish:
        notes.publish(author_id=author_id, code=code)
    return code


def befriend(one: int, other: int) -> None:
    """Two people follow each other."""
    graph.follow(person_id=one, other_id=other)
    graph.follow(person_id=other, other_id=one)


def rename(person_id: int, nickname: str) -> None:
    """Give somebody a name that a text can call."""
    User.objects.filter(pk=person_id).update(nickname=nickname)


def settle() -> None:
    """Let everybody hear what happened."""
    relay.drain()


def photo(color: str = "orange", size: tuple[int, int] = (640, 800), *, place: bool = True) -> bytes:
    """A JPEG as a phone makes it: with the make of the camera and where it was taken."""
    image = Image.new("RGB", size, color)
    exif = Image.Exif()
    exif[0x010F] = "GEHEIMKAMERA"
    if place:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "N", (30.0, 15.0, 0.0)
        gps[3], gps[4] = "E", (120.0, 10.0, 0.0)
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def box(kind: bytes, *parts: bytes) -> bytes:
    """One box of an MP4."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


SAMPLES = (b"first-sample", b"second-sample")


def film(
    *,
    seconds: float = 5,
    index_last: bool = True,
    place: bytes = b"",
    codec: bytes = b"avc1",
    brand: bytes = b"isom",
    size: tuple[int, int] = (720, 1280),
    sideways: bool = False,
    fragmented: bool = False,
    wide_offsets: bool = False,
) -> bytes:
    """An MP4 with one picture track whose offsets point at two known samples."""
    ftyp = box(b"ftyp", brand, struct.pack(">I", 512), b"isomavc1")
    mdat = box(b"mdat", *SAMPLES)
    length = len(_moov(seconds, (0, 0), place, codec, size, sideways, wide_offsets))
    first = len(ftyp) + 8 + (0 if index_last else length)
    offsets = (first, first + len(SAMPLES[0]))
    moov = _moov(seconds, offsets, place, codec, size, sideways, wide_offsets)
    parts = [ftyp, mdat, moov] if index_last else [ftyp, moov, mdat]
    return b"".join([*parts, box(b"moof", b"\0" * 8)] if fragmented else parts)


def offsets_of(data: bytes) -> list[int]:
    """Where the index of a film says that its samples are."""
    wide = data.find(b"co64")
    at = wide if wide > 0 else data.find(b"stco")
    (count,) = struct.unpack_from(">I", data, at + 8)
    return list(struct.unpack_from(f">{count}{'Q' if wide > 0 else 'I'}", data, at + 12))


def _moov(
    seconds: float,
    offsets: tuple[int, int],
    place: bytes,
    codec: bytes,
    size: tuple[int, int],
    sideways: bool,
    wide: bool,
) -> bytes:
    mvhd = box(b"mvhd", bytes(12), struct.pack(">II", 1000, int(seconds * 1000)), bytes(80))
    turn = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    straight = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    matrix = struct.pack(">9i", *(turn if sideways else straight))
    sides = struct.pack(">II", size[0] << 16, size[1] << 16)
    tkhd = box(b"tkhd", bytes(24), bytes(16), matrix, sides)
    hdlr = box(b"hdlr", bytes(8), b"vide", bytes(12))
    stsd = box(b"stsd", bytes(4), struct.pack(">I", 1), struct.pack(">I4s", 16, codec), bytes(8))
    shape = ">II2Q" if wide else ">II2I"
    stco = box(b"co64" if wide else b"stco", struct.pack(shape, 0, 2, *offsets))
    trak = box(b"trak", tkhd, box(b"mdia", hdlr, box(b"minf", box(b"stbl", stsd, stco))))
    extra = box(b"udta", box(b"\xa9xyz", place)) if place else b""
    return box(b"moov", mvhd, trak, extra)
