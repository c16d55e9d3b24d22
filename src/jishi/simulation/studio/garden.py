"""What grows in a pot or stands in water."""

from __future__ import annotations

import math

from jishi.simulation.studio.scene import BLACK, LEAF, WHITE, Colour, Scene, mix

DEEP: Colour = (46, 98, 70)
FRESH: Colour = (140, 176, 112)
BLOOMS: tuple[Colour, ...] = (
    (226, 110, 120),
    (236, 160, 120),
    (196, 130, 190),
    (240, 200, 110),
    (214, 80, 76),
)


def _pot(s: Scene, *, half: float = 0.72, tall: float = 0.95) -> None:
    s.cast(half + 0.1)
    s.solid([(-half, tall), (half, tall), (half * 0.72, 0), (-half * 0.72, 0)], s.main)
    s.bar(-half - 0.08, tall - 0.11, half + 0.08, tall + 0.11, mix(s.main, WHITE, 0.14), 0.05)


def plant(s: Scene) -> None:
    """A pot with long leaves."""
    for k in range(13):
        angle = -math.pi * 0.96 + k * math.pi * 0.92 / 12 + s.random.uniform(-0.06, 0.06)
        colour = mix((58, 112, 84), FRESH, s.random.random())
        s.leaf(0, 0.85, angle, s.random.uniform(1.35, 1.95), colour, 0.12)
    _pot(s)


def broad(s: Scene) -> None:
    """A pot with few broad leaves on long stems."""
    for k, (x, y) in enumerate(
        ((-1.0, 1.7), (0.95, 1.62), (-0.5, 2.3), (0.5, 2.4), (0.0, 1.84), (-1.25, 2.3), (1.2, 2.2))
    ):
        s.line([(0, 0.9), (x * 0.5, (0.9 + y) * 0.52), (x, y)], mix(DEEP, BLACK, 0.1), 0.05)
        tone, angle = mix(DEEP, FRESH, (k % 3) * 0.3), -math.pi / 2 + x * 0.7
        s.leaf(x - math.cos(angle) * 0.2, y + math.sin(angle) * 0.2, angle, 0.95, tone, 0.44)
        s.line([(x, y), (x + math.cos(angle) * 0.6, y - math.sin(angle) * 0.6)], mix(tone, WHITE, 0.3), 0.02)
    _pot(s)


def swords(s: Scene) -> None:
    """Upright stiff leaves with pale edges."""
    for k in range(7):
        x, lean, tall = -0.48 + k * 0.16, (k - 3) * 0.11, 1.4 + (k * 5 % 4) * 0.2
        for wide, tone in ((0.17, (214, 206, 128)), (0.12, mix(DEEP, FRESH, (k % 3) * 0.25))):
            right, left = x + lean + wide * 0.7, x + lean - wide * 0.7
            middle, tip = 0.9 + tall * 0.6, (x + lean * 1.4, 0.9 + tall)
            s.solid([(x - wide, 0.85), (x + wide, 0.85), (right, middle), tip, (left, middle)], tone, 0.2)
    _pot(s)


def trailing(s: Scene) -> None:
    """A pot with heart-shaped leaves hanging over its rim."""
    _pot(s, half=0.66, tall=1.5)
    for side, reach, fall in (
        (-1, 1.0, 1.3),
        (1, 0.9, 1.0),
        (-1, 0.6, 0.7),
        (1, 1.3, 0.6),
        (-1, 1.3, 0.4),
        (1, 0.4, 0.3),
    ):
        stem = [
            (side * reach * t, 1.6 + 0.45 * math.sin(t * 2.6) - fall * t * t) for t in (0, 0.25, 0.5, 0.75, 1)
        ]
        s.line(stem, mix(DEEP, FRESH, 0.3), 0.04)
        for number, (x, y) in enumerate(stem):
            tone = mix((92, 140, 76), (196, 206, 120), (number % 3) * 0.28)
            s.leaf(x, y, -math.pi / 2 + side * (0.5 + number * 0.3), 0.5, tone, 0.42)
    for k in range(5):
        s.leaf(0, 1.55, -math.pi + (k + 0.5) * math.pi / 5, 0.66, mix(DEEP, FRESH, (k % 3) * 0.4), 0.4)


def rosettes(s: Scene) -> None:
    """Succulents in a shallow tray."""
    s.cast(1.5)
    tones: tuple[Colour, ...] = (
        (120, 160, 120),
        (170, 120, 130),
        (150, 180, 130),
        (110, 150, 150),
        (190, 170, 120),
    )
    for k in range(9):
        x, y = -1.16 + (k % 5) * 0.58 + (0.29 if k > 4 else 0), 0.98 if k < 5 else 0.66
        for ring, petals in ((0.34, 9), (0.22, 7), (0.1, 5)):
            tone = mix(tones[k % 5], WHITE, 0.36 - ring)
            for petal in range(petals):
                s.leaf(x, y, petal * math.tau / petals + ring * 3, ring * 1.05, tone, 0.3)
    s.solid([(-1.5, 0.62), (1.5, 0.62), (1.3, 0), (-1.3, 0)], s.main)


def herb(s: Scene) -> None:
    """A pot of kitchen herbs."""
    for k in range(11):
        x, lean = -0.5 + k * 0.1, (k - 5) * 0.13
        top = (x + lean, 2.0 + (k * 3 % 4) * 0.15)
        s.line([(x * 0.6, 0.9), top], mix(DEEP, FRESH, 0.2), 0.03)
        for step in range(5):
            t = 0.3 + step * 0.17
            px, py = x * 0.6 + (top[0] - x * 0.6) * t, 0.9 + (top[1] - 0.9) * t
            for angle in (-0.5, -2.6):
                s.leaf(px, py, angle, 0.26, mix(LEAF, FRESH, (step % 3) * 0.4), 0.34)
    _pot(s)


def orange_tree(s: Scene) -> None:
    """A small tree with oranges."""
    s.line([(0, 0.8), (0, 1.5)], (112, 80, 54), 0.12)
    for x, y, radius in ((-0.5, 1.7, 0.5), (0.5, 1.7, 0.5), (0.0, 2.1, 0.62), (0.0, 1.6, 0.5)):
        s.ball(x, y, radius, (74, 122, 78))
    for k in range(26):
        turn, out = k * 2.4, (k / 26) ** 0.5 * 0.86
        s.leaf(
            math.cos(turn) * out,
            1.84 + math.sin(turn) * out * 0.78,
            turn,
            0.3,
            mix(DEEP, FRESH, (k % 4) * 0.25),
            0.3,
        )
    for x, y in ((-0.5, 1.5), (0.15, 1.86), (0.6, 1.62), (-0.2, 2.3), (-0.66, 2.0), (0.46, 2.24), (0.0, 1.4)):
        s.ball(x, y, 0.14, (240, 150, 50))
    _pot(s)


def bouquet(s: Scene) -> None:
    """Flowers in a vase."""
    petals = s.random.choice(BLOOMS)
    for k in range(9):
        angle = -math.pi * 0.82 + k * math.pi * 0.64 / 8
        length = s.random.uniform(1.25, 1.75)
        x, y = math.cos(angle) * length, 1.0 - math.sin(angle) * length
        s.line([(0, 1.0), (x, y)], (70, 112, 84), 0.05)
        s.leaf(0, 1.0, angle + 0.12, length * 0.7, LEAF, 0.08)
        bloom = mix(petals, WHITE, (k % 3) * 0.25)
        for petal in range(6):
            s.ball(x + math.cos(petal * 1.047) * 0.17, y - math.sin(petal * 1.047) * 0.17, 0.14, bloom)
        s.ball(x, y, 0.1, (236, 190, 90))
    s.cast(0.6)
    s.solid([(-0.34, 1.1), (0.34, 1.1), (0.6, 0), (-0.6, 0)], s.main, 0.45)


def sunflowers(s: Scene) -> None:
    """Six sunflowers in a jug."""
    heads = ((-0.9, 1.9), (0.0, 2.35), (0.9, 1.95), (-0.45, 1.55), (0.5, 1.5), (0.0, 1.75))
    for x, y in heads:
        s.line([(0, 0.9), (x, y)], (84, 120, 66), 0.07)
    for x, y in heads:
        for petal in range(12):
            s.leaf(
                x, y, petal * math.tau / 12, 0.42, mix((240, 180, 40), (226, 140, 30), (petal % 2) * 0.6), 0.2
            )
        s.ball(x, y, 0.2, (84, 54, 34))
    s.cast(0.7)
    s.solid([(-0.5, 1.1), (0.5, 1.1), (0.68, 0), (-0.68, 0)], s.main, 0.4)


def watering_can(s: Scene) -> None:
    """A can with a long spout."""
    s.cast(1.1, 0.2)
    s.arc(1.0, 0.86, 0.5, 0.62, (-110, 110), mix(s.main, BLACK, 0.2), 0.12)
    s.arc(0.3, 1.34, 0.5, 0.5, (180, 360), mix(s.main, BLACK, 0.2), 0.1)
    s.solid([(-0.5, 0.3), (-1.52, 1.86), (-1.36, 1.94), (-0.4, 0.78)], s.main)
    s.oval(-1.46, 1.92, 0.22, 0.1, mix(s.main, BLACK, 0.2))
    s.solid([(-0.5, 1.36), (1.0, 1.36), (1.1, 0), (-0.6, 0)], s.main)
    s.oval(0.25, 1.36, 0.75, 0.14, mix(s.main, BLACK, 0.26))


DRAWINGS = (
    plant, broad, swords, trailing, rosettes, herb, orange_tree, bouquet, sunflowers, watering_can,
)  # fmt: skip
