"""The stage of a still life: a wall, a table, soft shadows, and the few bodies that everything is made of.

Lengths are in units of a quarter of the picture's width, measured from where things stand in the middle of
the table: x to the right, y upwards. Shading uses Pillow's own gradients; shapes are drawn larger and
reduced, which smooths their edges.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]

PALETTES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((250, 232, 214), (214, 92, 44), (60, 92, 70)),
    ((226, 236, 228), (88, 140, 118), (200, 80, 44)),
    ((246, 240, 226), (196, 150, 70), (70, 60, 50)),
    ((232, 228, 240), (112, 96, 160), (230, 150, 100)),
    ((252, 226, 220), (206, 72, 70), (70, 100, 90)),
    ((222, 234, 242), (60, 110, 150), (236, 170, 90)),
    ((240, 234, 220), (120, 140, 80), (214, 92, 44)),
    ((238, 228, 222), (150, 96, 70), (236, 210, 180)),
)
"""Ground, main colour, second colour."""

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (20, 16, 14)
PAPER: Colour = (250, 246, 238)
WOOD: Colour = (176, 128, 84)
LEAF: Colour = (84, 130, 96)
SCALE = 1.4
SOFT = 4
"""Shadows are blurred anyway: they are drawn so many times smaller, and the grain half as large."""
SMOOTH = Image.Resampling.BILINEAR


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """The colour ``t`` of the way from ``a`` to ``b``."""
    return (round(a[0] + (b[0] - a[0]) * t), round(a[1] + (b[1] - a[1]) * t), round(a[2] + (b[2] - a[2]) * t))


class Scene:
    """A table in front of a wall; what is drawn later stands in front."""

    def __init__(self, palette: tuple[Colour, Colour, Colour], size: tuple[int, int], seed: int) -> None:
        self.ground, self.main, self.second = palette
        self.random = random.Random(seed)
        self.width, self.height = int(size[0] * SCALE), int(size[1] * SCALE)
        self.unit = self.width * 0.25
        self.image = self._wall()
        self.shadow = Image.new("L", (self.width // SOFT, self.height // SOFT), 0)
        self.things = Image.new("RGBA", self.image.size, (0, 0, 0, 0))
        self.plain = ImageDraw.Draw(self.things)

    def _wall(self) -> Image.Image:
        light = Image.linear_gradient("L").resize((self.width, self.height), SMOOTH)
        wall = Image.composite(
            Image.new("RGB", light.size, self.ground),
            Image.new("RGB", light.size, mix(self.ground, WHITE, 0.5)),
            light,
        )
        table = mix(self.ground, self.main, 0.2)
        ImageDraw.Draw(wall).rectangle([0, int(self.height * 0.68), self.width, self.height], fill=table)
        return wall

    def at(self, x: float, y: float) -> Point:
        """The pixel of a place."""
        return (self.width * 0.5 + self.unit * x, self.height * 0.76 - self.unit * y)

    def cast(self, reach: float, x: float = 0.0, y: float = 0.0) -> None:
        """A shadow on the table, falling to the right."""
        (px, py), wide = self.at(x, y), reach * self.unit
        box = [px - wide, py - wide * 0.12, px + wide * 1.7, py + wide * 0.2]
        ImageDraw.Draw(self.shadow).ellipse([edge / SOFT for edge in box], fill=130)

    def ball(self, x: float, y: float, radius: float, colour: Colour, squash: float = 0.94) -> None:
        """A round body lit from the upper left; ``squash`` is its height to its width."""
        (px, py), across = self.at(x, y), max(2, int(radius * self.unit * 2))
        down = max(2, int(across * squash))
        light = Image.radial_gradient("L").resize((across * 2, down * 2), SMOOTH)
        left, top = int(across * 0.68), int(down * 0.7)
        light = light.crop((left, top, left + across, top + down))
        body = Image.composite(
            Image.new("RGB", light.size, mix(colour, BLACK, 0.3)),
            Image.new("RGB", light.size, mix(colour, WHITE, 0.3)),
            light,
        )
        mask = Image.new("L", light.size, 0)
        ImageDraw.Draw(mask).ellipse([0, 0, across - 1, down - 1], fill=255)
        self.things.paste(body, (int(px - across / 2), int(py - down / 2)), mask)

    def solid(self, points: Sequence[Point], colour: Colour, shine: float = 0.32) -> None:
        """A body whose left side is lit and whose right side is not."""
        pixels = [self.at(*point) for point in points]
        xs, ys = [p[0] for p in pixels], [p[1] for p in pixels]
        left, top = int(min(xs)), int(min(ys))
        size = (max(2, int(max(xs)) - left), max(2, int(max(ys)) - top))
        # Pillow's gradient is dark above; turned by a quarter it is dark on the left, where the light goes.
        light = Image.linear_gradient("L").rotate(90).resize(size, SMOOTH)
        body = Image.composite(
            Image.new("RGB", size, mix(colour, BLACK, 0.26)),
            Image.new("RGB", size, mix(colour, WHITE, shine)),
            light,
        )
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in pixels], fill=255)
        self.things.paste(body, (left, top), mask)

    def block(
        self, left: float, foot: float, right: float, top: float, colour: Colour, shine: float = 0.32
    ) -> None:
        """An upright body, see :meth:`solid`."""
        self.solid([(left, top), (right, top), (right, foot), (left, foot)], colour, shine)

    def bar(
        self, left: float, foot: float, right: float, top: float, colour: Colour, round_by: float = 0.0
    ) -> None:
        """A flat rectangle, if wanted with rounded corners."""
        box = [*self.at(left, top), *self.at(right, foot)]
        self.plain.rounded_rectangle(box, radius=round_by * self.unit, fill=(*colour, 255))

    def oval(self, x: float, y: float, half_width: float, half_height: float, colour: Colour) -> None:
        """A flat ellipse."""
        box = [*self.at(x - half_width, y + half_height), *self.at(x + half_width, y - half_height)]
        self.plain.ellipse(box, fill=(*colour, 255))

    def arc(
        self, x: float, y: float, half_width: float, half_height: float, turn: tuple[float, float],
        colour: Colour, width: float,
    ) -> None:  # fmt: skip
        """A part of an ellipse's line; ``turn`` in degrees, clockwise from the right."""
        box = [*self.at(x - half_width, y + half_height), *self.at(x + half_width, y - half_height)]
        self.plain.arc(box, *turn, fill=(*colour, 255), width=int(width * self.unit))

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A line through places."""
        pixels = [self.at(*point) for point in points]
        self.plain.line(pixels, fill=(*colour, 255), width=max(1, int(width * self.unit)), joint="curve")

    def label(self, left: float, foot: float, right: float, top: float, ink: Colour) -> None:
        """A paper label with a printed line."""
        self.bar(left, foot, right, top, PAPER, 0.04)
        wide, tall = right - left, top - foot
        self.bar(left + wide * 0.14, top - tall * 0.36, right - wide * 0.14, top - tall * 0.22, ink)

    def leaf(
        self, x: float, y: float, angle: float, length: float, colour: Colour, width: float = 0.2
    ) -> None:
        """A pointed leaf from its foot; ``angle`` in radians, downwards from the right."""
        ahead, aside = (math.cos(angle) * length, -math.sin(angle) * length), width * length
        tip, half = (x + ahead[0], y + ahead[1]), (x + ahead[0] / 2, y + ahead[1] / 2)
        nx, ny = -math.sin(angle) * aside, -math.cos(angle) * aside
        for side, shade in ((1, 0.0), (-1, 0.14)):
            wide = (half[0] + nx * side, half[1] + ny * side)
            pixels = [self.at(x, y), self.at(*wide), self.at(*tip)]
            self.plain.polygon(pixels, fill=(*mix(colour, BLACK, shade), 255))

    def glow(self, x: float, y: float, reach: float) -> None:
        """Warm light on the wall behind."""
        across = int(reach * 2 * self.unit)
        disc = ImageChops.invert(Image.radial_gradient("L").resize((across, across), SMOOTH))
        halo = disc.point(lambda v: int(max(0, v - 90) * 0.7))
        corner = self.at(x - reach, y + reach)
        self.image.paste(Image.new("RGB", halo.size, (255, 236, 190)), (int(corner[0]), int(corner[1])), halo)

    def _grain(self, size: tuple[int, int]) -> Image.Image:
        """Paper's grain around middle grey, from the scene's own dice."""
        coarse = (size[0] // 2, size[1] // 2)
        noise = Image.frombytes("L", coarse, self.random.randbytes(coarse[0] * coarse[1]))
        return noise.point(lambda v: 104 + v * 48 // 255).resize(size, SMOOTH).convert("RGB")

    def finish(self, size: tuple[int, int]) -> bytes:
        """The picture as a JPEG of ``size``."""
        blurred = self.shadow.filter(ImageFilter.GaussianBlur(self.width * 0.03 / SOFT))
        dark = Image.new("RGB", self.image.size, mix(self.ground, (30, 20, 16), 0.7))
        shade = blurred.point(lambda v: int(v * 0.5)).resize(self.image.size, SMOOTH)
        picture = Image.composite(dark, self.image, shade)
        picture.paste(self.things, (0, 0), self.things)
        picture = picture.resize(size, SMOOTH)
        picture = ImageChops.blend(picture, self._grain(size), 0.022)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=88)
        return out.getvalue()
