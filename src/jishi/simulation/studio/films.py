"""Short films for the demo world: a slow look along a still life, as an MP4 that every browser plays.

Pillow writes moving AVIF pictures, which are AV1 in the same kind of boxes as an MP4; only what the boxes say
about themselves differs. So no film tools are needed.
"""

import io
import struct
from collections.abc import Iterator

from PIL import Image

from jishi.simulation import studio

SIZE = (288, 512)
FRAMES, FRAME_MS = 48, 83
BRANDS = b"isom\0\0\2\0isomiso2iso5iso6av01mp41mp42"


def shoot(kind: str, *, palette: int, seed: int) -> tuple[bytes, bytes]:
    """The first frame as a JPEG, and a film of four seconds; the same arguments give the same film."""
    table = Image.open(io.BytesIO(studio.paint(kind, palette=palette, ratio="3:4", seed=seed, width=720)))
    frames = [_frame(table, moment / FRAMES, to_right=bool(seed % 2)) for moment in range(FRAMES)]
    moving, still = io.BytesIO(), io.BytesIO()
    frames[0].save(
        moving,
        "AVIF",
        save_all=True,
        append_images=frames[1:],
        duration=FRAME_MS,
        quality=58,
        speed=10,
        max_threads=1,
    )
    frames[0].save(still, "JPEG", quality=88)
    return still.getvalue(), _as_mp4(bytearray(moving.getvalue()))


def _frame(table: Image.Image, moment: float, *, to_right: bool) -> Image.Image:
    """What the camera sees: it comes nearer and moves to one side."""
    high = table.height * (0.98 - 0.24 * moment)
    wide = high * SIZE[0] / SIZE[1]
    way = 0.25 + 0.5 * moment if to_right else 0.75 - 0.5 * moment
    left, top = (table.width - wide) * way, (table.height - high) * 0.62
    box = (left, top, left + wide, top + high)
    return table.resize(SIZE, Image.Resampling.BILINEAR, box)


def _as_mp4(data: bytearray) -> bytes:
    """A moving picture's boxes, renamed: a film's brands and handler, an end, no loop, no clock."""
    boxes = {kind: (start, end) for kind, start, end in _boxes(data, 0, len(data))}
    start, end = boxes[b"ftyp"]
    data[start:end] = BRANDS[: end - start].ljust(end - start, b"\0")
    within = dict(_deep(data, *boxes[b"moov"]))
    length = data[within[b"mdhd"] + 24 : within[b"mdhd"] + 32]
    for kind, at in ((b"mvhd", 24), (b"tkhd", 28), (b"mdhd", 24)):
        body = within[kind]
        data[body + 4 : body + 20] = bytes(16)
        data[body + at : body + at + 8] = length
    data[within[b"hdlr"] + 8 : within[b"hdlr"] + 12] = b"vide"
    data[within[b"edts"] - 4 : within[b"edts"]] = b"free"
    return bytes(data)


def _boxes(data: bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start + 8, start + size
        start += size


def _deep(data: bytearray, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Where the contents of each box of the index begin."""
    for kind, body, stop in _boxes(data, start, end):
        yield kind, body
        if kind in (b"trak", b"mdia"):
            yield from _deep(data, body, stop)
