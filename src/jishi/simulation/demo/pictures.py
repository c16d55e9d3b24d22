"""Still lifes for the demo goods: drawn from a seed, so that the same world always looks the same.

Shading uses Pillow's own gradients; shapes are drawn larger and reduced, which smooths their edges.
"""

import io
import math
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Canvas = Image.Image

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
SCALE = 1.4
SIZES = {"1:1": (600, 600), "4:5": (600, 750), "3:4": (600, 800)}


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """The colour ``t`` of the way from ``a`` to ``b``."""
    return (round(a[0] + (b[0] - a[0]) * t), round(a[1] + (b[1] - a[1]) * t), round(a[2] + (b[2] - a[2]) * t))


class Scene:
    """A table, a wall, soft shadows, and things drawn on top; ``r`` is the unit of length."""

    def __init__(self, palette: tuple[Colour, Colour, Colour], size: tuple[int, int], seed: int) -> None:
        self.ground, self.main, self.second = palette
        self.random = random.Random(seed)
        self.width, self.height = int(size[0] * SCALE), int(size[1] * SCALE)
        self.image = self._wall()
        self.shadow = Image.new("L", self.image.size, 0)
        self.things = Image.new("RGBA", self.image.size, (0, 0, 0, 0))
        self.centre, self.floor = self.width * 0.5, self.height * 0.76
        self.r = self.width * 0.25

    def _wall(self) -> Canvas:
        light = Image.linear_gradient("L").resize((self.width, self.height))
        wall = Image.composite(
            Image.new("RGB", light.size, self.ground),
            Image.new("RGB", light.size, mix(self.ground, WHITE, 0.5)),
            light,
        )
        table = int(self.height * 0.68)
        ImageDraw.Draw(wall).rectangle(
            [0, table, self.width, self.height], fill=mix(self.ground, self.main, 0.2)
        )
        return wall

    def cast(self, x: float, y: float, reach: float) -> None:
        """A shadow on the table, falling to the right."""
        box = [x - reach, y - reach * 0.12, x + reach * 1.7, y + reach * 0.2]
        ImageDraw.Draw(self.shadow).ellipse(box, fill=130)

    def ball(self, x: float, y: float, radius: float, colour: Colour, squash: float = 0.94) -> None:
        """A round body lit from the upper left."""
        across, down = int(radius * 2), int(radius * 2 * squash)
        light = Image.radial_gradient("L").resize((across * 2, down * 2))
        left, top = int(across * 0.68), int(down * 0.7)
        light = light.crop((left, top, left + across, top + down))
        body = Image.composite(
            Image.new("RGB", light.size, mix(colour, BLACK, 0.3)),
            Image.new("RGB", light.size, mix(colour, WHITE, 0.3)),
            light,
        )
        mask = Image.new("L", light.size, 0)
        ImageDraw.Draw(mask).ellipse([0, 0, across - 1, down - 1], fill=255)
        self.things.paste(body, (int(x - radius), int(y - radius * squash)), mask)

    def solid(self, points: list[tuple[float, float]], colour: Colour, shine: float = 0.32) -> None:
        """A body whose left side is lit and right side is not."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        left, top = int(min(xs)), int(min(ys))
        size = (max(2, int(max(xs)) - left), max(2, int(max(ys)) - top))
        light = Image.linear_gradient("L").rotate(90).resize(size)
        body = Image.composite(
            Image.new("RGB", size, mix(colour, BLACK, 0.26)),
            Image.new("RGB", size, mix(colour, WHITE, shine)),
            light.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            if light.getpixel((0, 0)) > 128  # type: ignore[operator]
            else light,
        )
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in points], fill=255)
        self.things.paste(body, (left, top), mask)

    def block(
        self, left: float, top: float, right: float, foot: float, colour: Colour, shine: float = 0.32
    ) -> None:
        """An upright body, see :meth:`solid`."""
        self.solid([(left, top), (right, top), (right, foot), (left, foot)], colour, shine)

    def draw(self) -> ImageDraw.ImageDraw:
        """For plain shapes on the layer of things."""
        return ImageDraw.Draw(self.things)

    def leaf(
        self, x: float, y: float, angle: float, length: float, colour: Colour, width: float = 0.2
    ) -> None:
        """A pointed leaf from its foot."""
        ex, ey = x + math.cos(angle) * length, y + math.sin(angle) * length
        mx, my = (x + ex) / 2, (y + ey) / 2
        nx, ny = -math.sin(angle) * length * width, math.cos(angle) * length * width
        self.draw().polygon([(x, y), (mx + nx, my + ny), (ex, ey)], fill=(*colour, 255))
        self.draw().polygon([(x, y), (mx - nx, my - ny), (ex, ey)], fill=(*mix(colour, BLACK, 0.14), 255))

    def finish(self, size: tuple[int, int]) -> bytes:
        """The picture as a JPEG of ``size``."""
        blurred = self.shadow.filter(ImageFilter.GaussianBlur(self.width * 0.03)).point(
            lambda v: int(v * 0.5)
        )
        dark = Image.new("RGB", self.image.size, mix(self.ground, (30, 20, 16), 0.7))
        picture = Image.composite(dark, self.image, blurred)
        picture.paste(self.things, (0, 0), self.things)
        picture = picture.resize(size, Image.Resampling.BILINEAR)
        grain = Image.effect_noise((size[0] // 2, size[1] // 2), 14).resize(size).convert("RGB")
        picture = ImageChops.blend(picture, grain, 0.022)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=88)
        return out.getvalue()


def fruit(s: Scene) -> None:
    """Three round fruits with leaves."""
    for dx, up, size, tint in ((-0.62, 0.8, 0.86, 0.0), (0.86, 0.6, 0.66, 0.25), (0.12, 0.44, 0.48, 0.4)):
        x, radius = s.centre + s.r * dx, s.r * size
        s.cast(x, s.floor + s.r * 0.02, radius)
        s.ball(x, s.floor - s.r * up, radius, mix(s.main, (255, 170, 70), tint))
        for k in range(5):
            angle = -math.pi * 0.92 + k * math.pi * 0.21
            s.leaf(x, s.floor - s.r * up - radius * 0.78, angle, radius * 0.5, s.second, 0.26)


def berries(s: Scene) -> None:
    """A shallow bowl heaped with berries."""
    s.cast(s.centre, s.floor, s.r * 1.2)
    for k in range(16):
        row, column = divmod(k, 6)
        x = s.centre - s.r * 0.95 + column * s.r * 0.36 + row * s.r * 0.2
        s.ball(x, s.floor - s.r * (0.98 + row * 0.26), s.r * 0.25, mix(s.second, s.main, (k % 4) * 0.18))
    left, right, top = s.centre - s.r * 1.3, s.centre + s.r * 1.3, s.floor - s.r * 0.95
    curve = [
        (s.centre - math.cos(a) * s.r * 1.3, top + math.sin(a) * s.r * 0.95)
        for a in (k * math.pi / 24 for k in range(25))
    ]
    s.solid([(left, top), *curve, (right, top)], s.main)


def cup(s: Scene) -> None:
    """A cup of tea seen slightly from above."""
    s.cast(s.centre, s.floor, s.r)
    s.draw().arc(
        [s.centre + s.r * 0.55, s.floor - s.r * 1.25, s.centre + s.r * 1.5, s.floor - s.r * 0.4],
        -85, 120, fill=(*mix(s.main, BLACK, 0.12), 255), width=int(s.r * 0.15),
    )  # fmt: skip
    s.solid(
        [
            (s.centre - s.r, s.floor - s.r * 1.5),
            (s.centre + s.r, s.floor - s.r * 1.5),
            (s.centre + s.r * 0.7, s.floor),
            (s.centre - s.r * 0.7, s.floor),
        ],
        s.main,
    )
    rim = [s.centre - s.r, s.floor - s.r * 1.74, s.centre + s.r, s.floor - s.r * 1.26]
    s.draw().ellipse(rim, fill=(*mix(s.main, WHITE, 0.3), 255))
    inner = [rim[0] + s.r * 0.1, rim[1] + s.r * 0.07, rim[2] - s.r * 0.1, rim[3] - s.r * 0.06]
    s.draw().ellipse(inner, fill=(*mix(s.second, (60, 30, 10), 0.35), 255))


def bottles(s: Scene) -> None:
    """Three labelled bottles of falling height."""
    for dx, tall, colour in (
        (-0.85, 2.5, s.main),
        (0.2, 1.95, s.second),
        (1.08, 1.45, mix(s.main, WHITE, 0.4)),
    ):
        x, half = s.centre + s.r * dx, s.r * 0.42
        s.cast(x, s.floor, half * 1.2)
        top = s.floor - s.r * tall * 0.72
        s.block(x - half, top, x + half, s.floor, colour)
        neck = [x - half * 0.42, s.floor - s.r * tall * 0.95, x + half * 0.42, top]
        s.draw().rounded_rectangle(neck, radius=s.r * 0.05, fill=(*mix(colour, BLACK, 0.35), 255))
        label = [x - half * 0.78, s.floor - s.r * tall * 0.46, x + half * 0.78, s.floor - s.r * tall * 0.16]
        s.draw().rectangle(label, fill=(250, 246, 238, 255))
        s.draw().rectangle(
            [label[0] + half * 0.2, label[1] + half * 0.2, label[2] - half * 0.2, label[1] + half * 0.34],
            fill=(*mix(colour, BLACK, 0.1), 255),
        )


def jar(s: Scene) -> None:
    """A round jar with a lid and a band."""
    s.cast(s.centre, s.floor, s.r * 0.95)
    s.ball(s.centre, s.floor - s.r * 0.92, s.r * 1.0, s.main, 0.95)
    lid = [s.centre - s.r * 0.62, s.floor - s.r * 2.02, s.centre + s.r * 0.62, s.floor - s.r * 1.66]
    s.draw().rounded_rectangle(lid, radius=s.r * 0.1, fill=(*mix(s.second, BLACK, 0.2), 255))
    s.draw().ellipse(
        [s.centre - s.r * 0.2, lid[1] - s.r * 0.22, s.centre + s.r * 0.2, lid[1] + s.r * 0.1],
        fill=(*s.second, 255),
    )
    s.draw().rounded_rectangle(
        [s.centre - s.r * 0.5, s.floor - s.r * 1.2, s.centre + s.r * 0.5, s.floor - s.r * 0.6],
        radius=s.r * 0.06,
        fill=(250, 246, 238, 255),
    )


def bag(s: Scene) -> None:
    """A bag with a handle."""
    s.cast(s.centre, s.floor, s.r * 1.1)
    s.draw().arc(
        [s.centre - s.r * 0.55, s.floor - s.r * 2.25, s.centre + s.r * 0.55, s.floor - s.r * 0.9],
        180, 360, fill=(*mix(s.second, (40, 20, 10), 0.3), 255), width=int(s.r * 0.1),
    )  # fmt: skip
    s.solid(
        [
            (s.centre - s.r * 0.9, s.floor - s.r * 1.5),
            (s.centre + s.r * 0.9, s.floor - s.r * 1.5),
            (s.centre + s.r * 1.12, s.floor),
            (s.centre - s.r * 1.12, s.floor),
        ],
        s.main,
        0.18,
    )
    s.ball(s.centre, s.floor - s.r * 0.72, s.r * 0.24, mix(s.second, WHITE, 0.2))


def box(s: Scene) -> None:
    """A gift box with a ribbon."""
    s.cast(s.centre, s.floor, s.r * 1.2)
    top, half = s.floor - s.r * 1.35, s.r * 1.15
    s.block(s.centre - half, top, s.centre + half, s.floor, s.main, 0.2)
    lid = [s.centre - half * 1.06, top - s.r * 0.28, s.centre + half * 1.06, top + s.r * 0.08]
    s.draw().rounded_rectangle(lid, radius=s.r * 0.05, fill=(*mix(s.main, WHITE, 0.16), 255))
    ribbon = (*s.second, 255)
    s.draw().rectangle([s.centre - s.r * 0.14, lid[1], s.centre + s.r * 0.14, s.floor], fill=ribbon)
    for side in (-1, 1):
        s.leaf(s.centre, lid[1], -math.pi / 2 + side * 0.95, s.r * 0.75, s.second, 0.3)


def plant(s: Scene) -> None:
    """A pot with long leaves."""
    s.cast(s.centre, s.floor, s.r * 0.8)
    for k in range(13):
        angle = -math.pi * 0.96 + k * math.pi * 0.92 / 12 + s.random.uniform(-0.06, 0.06)
        colour = mix((58, 112, 84), (140, 176, 112), s.random.random())
        s.leaf(s.centre, s.floor - s.r * 0.85, angle, s.r * s.random.uniform(1.35, 1.95), colour, 0.12)
    s.solid(
        [
            (s.centre - s.r * 0.72, s.floor - s.r * 0.95),
            (s.centre + s.r * 0.72, s.floor - s.r * 0.95),
            (s.centre + s.r * 0.52, s.floor),
            (s.centre - s.r * 0.52, s.floor),
        ],
        s.main,
    )
    s.draw().rounded_rectangle(
        [s.centre - s.r * 0.8, s.floor - s.r * 1.06, s.centre + s.r * 0.8, s.floor - s.r * 0.84],
        radius=s.r * 0.05,
        fill=(*mix(s.main, WHITE, 0.14), 255),
    )


def bouquet(s: Scene) -> None:
    """Flowers in a vase."""
    for k in range(9):
        angle = -math.pi * 0.82 + k * math.pi * 0.64 / 8
        length = s.r * s.random.uniform(1.25, 1.75)
        foot = (s.centre, s.floor - s.r * 1.0)
        x, y = foot[0] + math.cos(angle) * length, foot[1] + math.sin(angle) * length
        s.draw().line([foot, (x, y)], fill=(70, 112, 84, 255), width=int(s.r * 0.05))
        s.leaf(*foot, angle + 0.12, length * 0.7, (84, 130, 96), 0.08)
        bloom = mix(s.second, WHITE, (k % 3) * 0.25)
        for petal in range(6):
            px, py = x + math.cos(petal * 1.047) * s.r * 0.17, y + math.sin(petal * 1.047) * s.r * 0.17
            s.ball(px, py, s.r * 0.14, bloom)
        s.ball(x, y, s.r * 0.1, (236, 190, 90))
    s.cast(s.centre, s.floor, s.r * 0.6)
    s.solid(
        [
            (s.centre - s.r * 0.34, s.floor - s.r * 1.1),
            (s.centre + s.r * 0.34, s.floor - s.r * 1.1),
            (s.centre + s.r * 0.6, s.floor),
            (s.centre - s.r * 0.6, s.floor),
        ],
        s.main,
        0.45,
    )


def book(s: Scene) -> None:
    """A stack of books with one standing."""
    for k in range(3):
        colour = (s.main, s.second, mix(s.main, WHITE, 0.45))[k]
        half, y = s.r * (1.25 - k * 0.12), s.floor - k * s.r * 0.34
        if k == 0:
            s.cast(s.centre, s.floor, half)
        s.draw().rounded_rectangle(
            [s.centre - half, y - s.r * 0.32, s.centre + half, y], radius=6, fill=(*colour, 255)
        )
        s.draw().rectangle(
            [s.centre - half * 0.94, y - s.r * 0.25, s.centre + half, y - s.r * 0.07],
            fill=(248, 242, 230, 255),
        )
    x, foot = s.centre - s.r * 0.2, s.floor - s.r * 1.02
    s.block(x - s.r * 0.55, foot - s.r * 1.45, x + s.r * 0.55, foot, mix(s.second, s.main, 0.3))
    s.draw().rectangle(
        [x - s.r * 0.34, foot - s.r * 1.15, x + s.r * 0.34, foot - s.r * 0.85], fill=(250, 244, 232, 255)
    )


def cloth(s: Scene) -> None:
    """Folded fabric in a pile."""
    s.cast(s.centre, s.floor, s.r * 1.3)
    colours = (
        s.main,
        mix(s.main, WHITE, 0.4),
        s.second,
        mix(s.second, WHITE, 0.35),
        mix(s.main, BLACK, 0.12),
    )
    for k, colour in enumerate(colours):
        half, y = s.r * (1.3 - k * 0.05), s.floor - k * s.r * 0.36
        s.block(s.centre - half, y - s.r * 0.34, s.centre + half, y, colour, 0.24)
        s.draw().line(
            [(s.centre - half, y - s.r * 0.17), (s.centre + half, y - s.r * 0.17)],
            fill=(*mix(colour, BLACK, 0.16), 255),
            width=3,
        )


def shirt(s: Scene) -> None:
    """A shirt laid flat."""
    cx, top, r = s.centre, s.floor - s.r * 2.25, s.r
    s.cast(cx, s.floor, r)
    s.solid(
        [
            (cx - r * 0.45, top), (cx + r * 0.45, top),
            (cx + r * 0.85, top + r * 0.18), (cx + r * 1.5, top + r * 0.95),
            (cx + r * 1.08, top + r * 1.22), (cx + r * 0.84, top + r * 0.92), (cx + r * 0.84, s.floor),
            (cx - r * 0.84, s.floor), (cx - r * 0.84, top + r * 0.92), (cx - r * 1.08, top + r * 1.22),
            (cx - r * 1.5, top + r * 0.95), (cx - r * 0.85, top + r * 0.18),
        ],
        s.main,
    )  # fmt: skip
    s.draw().pieslice(
        [cx - r * 0.45, top - r * 0.36, cx + r * 0.45, top + r * 0.36],
        0,
        180,
        fill=(*mix(s.main, BLACK, 0.3), 255),
    )
    s.draw().rounded_rectangle(
        [cx + r * 0.2, top + r * 0.75, cx + r * 0.6, top + r * 1.15], radius=6, fill=(*s.second, 255)
    )


def lamp(s: Scene) -> None:
    """A table lamp, lit."""
    s.cast(s.centre, s.floor, s.r * 0.7)
    glow = Image.radial_gradient("L").resize((int(s.r * 3.6), int(s.r * 3.6)))
    halo = ImageChops.invert(glow).point(lambda v: int(max(0, v - 90) * 0.7))
    s.image.paste(
        Image.new("RGB", halo.size, (255, 236, 190)),
        (int(s.centre - s.r * 1.8), int(s.floor - s.r * 3.2)),
        halo,
    )
    s.draw().rectangle(
        [s.centre - s.r * 0.06, s.floor - s.r * 1.4, s.centre + s.r * 0.06, s.floor - s.r * 0.1],
        fill=(*mix(s.second, BLACK, 0.3), 255),
    )
    s.ball(s.centre, s.floor - s.r * 0.3, s.r * 0.5, s.main, 0.62)
    s.solid(
        [
            (s.centre - s.r * 0.45, s.floor - s.r * 2.2),
            (s.centre + s.r * 0.45, s.floor - s.r * 2.2),
            (s.centre + s.r * 1.0, s.floor - s.r * 1.2),
            (s.centre - s.r * 1.0, s.floor - s.r * 1.2),
        ],
        (250, 226, 176),
        0.5,
    )


def candle(s: Scene) -> None:
    """Three candles."""
    for dx, tall, tint in ((-0.8, 1.7, 0.0), (0.1, 1.2, 0.35), (0.9, 0.8, 0.6)):
        x, half, top = s.centre + s.r * dx, s.r * 0.36, s.floor - s.r * tall
        s.cast(x, s.floor, half * 1.3)
        s.solid(
            [(x - half, top), (x + half, top), (x + half, s.floor), (x - half, s.floor)],
            mix(s.main, WHITE, tint),
        )
        s.draw().ellipse(
            [x - half, top - half * 0.25, x + half, top + half * 0.25], fill=(*mix(s.main, WHITE, 0.55), 255)
        )
        s.ball(x, top - s.r * 0.22, s.r * 0.11, (250, 190, 90), 1.6)


def bread(s: Scene) -> None:
    """A loaf and two rolls on a board."""
    s.cast(s.centre, s.floor, s.r * 1.5)
    s.draw().rounded_rectangle(
        [s.centre - s.r * 1.6, s.floor - s.r * 0.14, s.centre + s.r * 1.6, s.floor + s.r * 0.06],
        radius=10,
        fill=(168, 120, 78, 255),
    )
    s.ball(s.centre - s.r * 0.35, s.floor - s.r * 0.72, s.r * 1.05, mix(s.main, (205, 140, 70), 0.85), 0.6)
    for k in range(4):
        x = s.centre - s.r * 1.0 + k * s.r * 0.42
        s.draw().line(
            [(x, s.floor - s.r * 0.75), (x + s.r * 0.24, s.floor - s.r * 1.15)],
            fill=(250, 228, 190, 255),
            width=int(s.r * 0.07),
        )
    s.ball(s.centre + s.r * 1.05, s.floor - s.r * 0.42, s.r * 0.48, (222, 170, 104), 0.72)


def teapot(s: Scene) -> None:
    """A round teapot."""
    s.cast(s.centre, s.floor, s.r * 1.1)
    s.draw().arc(
        [s.centre + s.r * 0.6, s.floor - s.r * 1.5, s.centre + s.r * 1.55, s.floor - s.r * 0.4],
        -90, 100, fill=(*mix(s.main, BLACK, 0.15), 255), width=int(s.r * 0.15),
    )  # fmt: skip
    s.solid(
        [
            (s.centre - s.r * 0.7, s.floor - s.r * 0.5),
            (s.centre - s.r * 1.62, s.floor - s.r * 1.42),
            (s.centre - s.r * 1.42, s.floor - s.r * 1.5),
            (s.centre - s.r * 0.7, s.floor - s.r * 1.05),
        ],
        s.main,
    )
    s.ball(s.centre, s.floor - s.r * 0.78, s.r * 0.98, s.main, 0.82)
    s.draw().ellipse(
        [s.centre - s.r * 0.55, s.floor - s.r * 1.68, s.centre + s.r * 0.55, s.floor - s.r * 1.42],
        fill=(*mix(s.main, WHITE, 0.2), 255),
    )
    s.ball(s.centre, s.floor - s.r * 1.72, s.r * 0.14, s.second)


KINDS: dict[str, Callable[[Scene], None]] = {
    f.__name__: f
    for f in (
        fruit, berries, cup, bottles, jar, bag, box, plant,
        bouquet, book, cloth, shirt, lamp, candle, bread, teapot,
    )
}  # fmt: skip


def paint(kind: str, *, palette: int, ratio: str, seed: int, width: int = 600) -> bytes:
    """A JPEG still life of ``kind``; the same arguments always give the same picture."""
    size = (width, SIZES[ratio][1] * width // SIZES[ratio][0])
    scene = Scene(PALETTES[palette % len(PALETTES)], size, seed)
    KINDS[kind](scene)
    return scene.finish(size)
