"""Uploaded films made safe: the boxes of an MP4 are walked, what tells about its maker is blanked, and
the index is
moved to the front so that a browser plays while it loads. Pure.

Invariant: what leaves here begins with `ftyp`, has `moov` before `mdat`, one picture track, and no
`udta`, `meta`
or `uuid` box (these hold the place where it was filmed).
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from jishi.social.notes.errors import VideoTooLarge, VideoTooLong, VideoUnreadable

MAX_BYTES = 60 * 1024 * 1024
MAX_SECONDS = 60
MAX_BOXES = 20_000
MAX_SIDE = 4096
BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"mp4v", b"qt  "}
CODECS = {b"avc1", b"avc3", b"av01", b"vp09", b"hvc1", b"hev1"}
CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}
TELLTALES = {b"udta", b"meta", b"uuid"}
_SLACK_MS = 500


@dataclass(frozen=True, slots=True)
class Film:
    """A checked film, ready to be stored under the name of its content."""

    name: str
    data: bytes
    width: int
    height: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the file: its kind, where it begins, where its content begins, where it ends."""

    kind: bytes
    start: int
    body: int
    end: int
    path: tuple[bytes, ...]


def read(data: bytes) -> Film:
    """Check a film and make it safe to serve.

    :raises VideoTooLarge: too many bytes.
    :raises VideoTooLong: it runs longer than a minute.
    :raises VideoUnreadable: not a complete MP4 with one picture track in a known codec.
    """
    if len(data) > MAX_BYTES:
        raise VideoTooLarge(max_mb=MAX_BYTES // 1024 // 1024)
    try:
        return _read(bytearray(data))
    except (struct.error, IndexError, OverflowError):
        raise VideoUnreadable from None


def _read(data: bytearray) -> Film:
    top = list(_walk(data, 0, len(data), ()))
    kinds = [box.kind for box in top]
    if not kinds or kinds[0] != b"ftyp" or kinds.count(b"moov") != 1 or b"mdat" not in kinds:
        raise VideoUnreadable
    if bytes(data[top[0].body : top[0].body + 4]) not in BRANDS or b"moof" in kinds:
        raise VideoUnreadable
    moov = top[kinds.index(b"moov")]
    inside = list(_deep(data, moov))
    duration_ms = _duration_ms(data, inside)
    if duration_ms > MAX_SECONDS * 1000 + _SLACK_MS:
        raise VideoTooLong(max_s=MAX_SECONDS)
    width, height = _picture_size(data, inside)
    for box in (*top, *inside):
        if box.kind in TELLTALES:
            _blank(data, box)
    if moov.start > top[kinds.index(b"mdat")].start:
        data = _index_first(data, top, moov, inside)
    kept = bytes(data)
    name = hashlib.sha256(kept).hexdigest()[:40]
    return Film(f"notes/film/{name[:2]}/{name}.mp4", kept, width, height, duration_ms)


def _walk(data: bytearray, start: int, end: int, path: tuple[bytes, ...]) -> Iterator[Box]:
    count = 0
    while start < end:
        count += 1
        if end - start < 8 or count > MAX_BOXES:
            raise VideoUnreadable
        size, kind = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        elif size == 0:
            size = end - start
        if size < body - start or start + size > end:
            raise VideoUnreadable
        yield Box(kind, start, body, start + size, (*path, kind))
        start += size


def _deep(data: bytearray, parent: Box) -> Iterator[Box]:
    for box in _walk(data, parent.body, parent.end, parent.path):
        yield box
        if box.kind in CONTAINERS:
            yield from _deep(data, box)


def _duration_ms(data: bytearray, boxes: list[Box]) -> int:
    heads = [box for box in boxes if box.path == (b"moov", b"mvhd")]
    if len(heads) != 1:
        raise VideoUnreadable
    body = heads[0].body
    if data[body] == 1:
        scale, duration = struct.unpack_from(">IQ", data, body + 20)
    else:
        scale, duration = struct.unpack_from(">II", data, body + 12)
    if scale == 0 or duration == 0 or duration in (2**32 - 1, 2**64 - 1):
        raise VideoUnreadable
    return int(duration * 1000 // scale)


def _picture_size(data: bytearray, boxes: list[Box]) -> tuple[int, int]:
    """The size as shown (a phone held upright films sideways and says so in a matrix)."""
    tracks = [box for box in boxes if box.path == (b"moov", b"trak")]
    for track in tracks:
        own = [box for box in boxes if track.start < box.start < track.end]
        if not any(box.kind == b"hdlr" and data[box.body + 8 : box.body + 12] == b"vide" for box in own):
            continue
        codecs = [bytes(data[box.body + 12 : box.body + 16]) for box in own if box.kind == b"stsd"]
        heads = [box for box in own if box.kind == b"tkhd"]
        if len(heads) != 1 or not codecs or codecs[0] not in CODECS:
            raise VideoUnreadable
        after_times = heads[0].body + (36 if data[heads[0].body] == 1 else 24)
        matrix = struct.unpack_from(">9i", data, after_times + 16)
        width, height = (side >> 16 for side in struct.unpack_from(">II", data, after_times + 52))
        if not (16 <= width <= MAX_SIDE and 16 <= height <= MAX_SIDE):
            raise VideoUnreadable
        return (height, width) if matrix[0] == 0 and matrix[4] == 0 else (width, height)
    raise VideoUnreadable


def _blank(data: bytearray, box: Box) -> None:
    """Turn a box into free space of the same size, so that no offset changes."""
    data[box.start + 4 : box.start + 8] = b"free"
    data[box.body : box.end] = bytes(box.end - box.body)


def _index_first(data: bytearray, top: list[Box], moov: Box, inside: list[Box]) -> bytearray:
    """Move the index behind `ftyp`; the samples between its new and its old place move back by its size."""
    size = moov.end - moov.start
    for box in inside:
        if box.kind not in (b"stco", b"co64"):
            continue
        shape, width = (">I", 4) if box.kind == b"stco" else (">Q", 8)
        (count,) = struct.unpack_from(">I", data, box.body + 4)
        if box.body + 8 + count * width > box.end:
            raise VideoUnreadable
        for place in range(box.body + 8, box.body + 8 + count * width, width):
            (offset,) = struct.unpack_from(shape, data, place)
            if top[0].end <= offset < moov.start:
                struct.pack_into(shape, data, place, offset + size)
    first = top[0].end
    return data[:first] + data[moov.start : moov.end] + data[first : moov.start] + data[moov.end :]
