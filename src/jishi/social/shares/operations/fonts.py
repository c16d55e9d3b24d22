"""Finding a font that has Chinese characters: fonts are the machine's, none is shipped.

`JISHI_POSTER_FONT` names a file; otherwise known places are tried in order. A font counts only if it really
draws
two different characters differently, because a font without them draws the same empty box for both.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

PROBE = ("集", "柿")

REGULAR = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJKsc-Regular.otf",
    "/usr/share/fonts/OTF/SourceHanSansSC-Regular.otf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
)
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
NAMES = ("*CJK*Regular*.tt[cf]", "*CJK*Regular*.otf", "*SourceHan*Regular*.otf", "*wqy*.tt[cf]")
WESTERN = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
)


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file."""

    path: str
    index: int


@cache
def find_chinese(weight: str = "Regular") -> Face | None:
    """Return a face with Chinese characters in a weight ("Regular" or "Bold", if there is one), or None."""
    for candidate in _candidates():
        wanted = candidate.replace("Regular", weight)
        for path in dict.fromkeys((wanted, candidate)):
            face = _chinese_face(path)
            if face is not None:
                return face
    return None


def load(face: Face | None, size: int) -> ImageFont.FreeTypeFont:
    """Return a face in a size; without one, a western font of the machine or Pillow's own."""
    if face is not None:
        return ImageFont.truetype(face.path, size, index=face.index)
    for path in WESTERN:
        if Path(path).is_file():
            return ImageFont.truetype(path, size)
    built_in = ImageFont.load_default(size)
    if not isinstance(built_in, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType")
    return built_in


def _candidates() -> list[str]:
    chosen = os.environ.get("JISHI_POSTER_FONT", "").strip()
    if chosen:
        return [chosen]
    found = [path for path in REGULAR if Path(path).is_file()]
    for folder in FOLDERS:
        for name in NAMES:
            found.extend(str(path) for path in sorted(Path(folder).expanduser().rglob(name)))
    return found


def _chinese_face(path: str) -> Face | None:
    """The simplified Chinese face of a file (collections hold one per country), or the first that has
    Chinese.
    """
    faces: list[tuple[int, str]] = []
    for index in range(12):
        try:
            font = ImageFont.truetype(path, 32, index=index)
        except OSError:
            break
        if bytes(font.getmask(PROBE[0])) != bytes(font.getmask(PROBE[1])):
            faces.append((index, str(font.getname()[0])))
    simplified = [index for index, family in faces if family.endswith((" SC", " GB"))]
    if simplified:
        return Face(path, simplified[0])
    return Face(path, faces[0][0]) if faces else None
