"""The pictures of a note's form put in order, shaped and thinned out, and its pins moved along with them.

Fields are named by the picture's file: `order:<file>` is a number, `crop:<file>` one of the shapes, and
`at:<file>` which part it keeps, from 0 (left or top) to 100. All are optional, so a page without scripts, an
older page and an autosave all mean the same pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import CROPS, MAX_PICTURES, PinDraft


@dataclass(frozen=True, slots=True)
class Arranged:
    """Pictures in their new order; `moved` says where each shown one went, `shapes` how it was cut.

    A shape is how much of the width and of the height was kept, and where that lay.
    """

    pictures: tuple[dict[str, Any], ...]
    moved: dict[int, int]
    shapes: dict[int, tuple[float, float, float]]


def arrange(request: HttpRequest, person_id: int, shown: Sequence[dict[str, Any]]) -> Arranged:
    """Drop, order and crop what the form shows. An autosave leaves shapes for the real save.

    :raises NoteFieldInvalid: a picture is gone.
    :raises RateLimited: too many crops in an hour.
    """
    post = request.POST
    dropped = set(post.getlist("drop_picture"))
    places = []
    for number, one in enumerate(shown):
        names = [str(one["file"]), str(one.get("from") or "")]
        if dropped & set(names):
            continue
        wanted = next((post[f"order:{name}"] for name in names if f"order:{name}" in post), "")
        place = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 3 else number + 1
        shape = post.get(f"crop:{names[0]}", "") if "X-Autosave" not in request.headers else ""
        places.append((place, number, one, shape))
    kept, moved, shapes = [], {}, {}
    for new, (_, number, one, shape) in enumerate(sorted(places, key=lambda row: row[:2])):
        moved[number] = new
        if shape in CROPS and new < MAX_PICTURES:
            at = _at(post.get(f"at:{one['file']}", ""))
            cut = notes.crop_picture(person_id=person_id, kept=one, shape=shape, at=at)
            shapes[number] = (cut["w"] / one["w"], cut["h"] / one["h"], at)
            one = cut
        kept.append(one)
    return Arranged(tuple(kept), moved, shapes)


def move_pins(pins: Sequence[PinDraft], arranged: Arranged) -> tuple[PinDraft, ...]:
    """Pins on the pictures they were put on; those of a dropped picture go to the first one."""
    return tuple(_moved(pin, arranged) for pin in pins)


def _moved(pin: PinDraft, arranged: Arranged) -> PinDraft:
    wide, high, at = arranged.shapes.get(pin.picture, (1.0, 1.0, 0.5))
    return replace(
        pin,
        picture=arranged.moved.get(pin.picture, 0),
        x=_inside((pin.x - (1 - wide) * at) / wide),
        y=_inside((pin.y - (1 - high) * at) / high),
    )


def _at(text: str) -> float:
    """Which part is kept; the middle unless the form says something else."""
    return min(100, int(text)) / 100 if text.isascii() and text.isdecimal() and len(text) < 4 else 0.5


def _inside(part: float) -> float:
    return round(max(0.0, min(1.0, part)), 4)
