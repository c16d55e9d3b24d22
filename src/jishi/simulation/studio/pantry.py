"""What one eats and drinks: fruit, sweets, tea, and what they come in."""

from __future__ import annotations

import math

from jishi.simulation.studio.scene import BLACK, LEAF, PAPER, WHITE, Colour, Scene, mix

KRAFT: Colour = (204, 170, 124)
AMBER: Colour = (206, 140, 52)


def fruit(s: Scene) -> None:
    """Three persimmons with their caps."""
    for x, up, radius, tint in ((-0.62, 0.8, 0.86, 0.0), (0.86, 0.6, 0.66, 0.25), (0.12, 0.44, 0.48, 0.4)):
        s.cast(radius, x, -0.02)
        s.ball(x, up, radius, mix((218, 96, 40), (255, 170, 70), tint))
        for k in range(5):
            angle = -math.pi * 0.92 + k * math.pi * 0.21
            s.leaf(x, up + radius * 0.78, angle, radius * 0.5, (60, 92, 70), 0.26)


def apples(s: Scene) -> None:
    """Three red apples."""
    for x, radius, tint in ((-0.72, 0.74, 0.0), (0.82, 0.7, 0.18), (0.06, 0.56, 0.34)):
        s.cast(radius, x)
        s.ball(x, radius * 0.92, radius, mix((190, 46, 44), (240, 170, 90), tint))
        s.oval(x, radius * 1.74, radius * 0.26, radius * 0.07, mix((120, 30, 30), BLACK, 0.2))
        s.line([(x, radius * 1.72), (x + 0.08, radius * 2.1)], (92, 62, 40), 0.06)
        s.leaf(x + 0.05, radius * 1.95, -0.5, 0.42, (92, 136, 72), 0.24)


def pears(s: Scene) -> None:
    """Two pears, one leaning."""
    skin = (214, 200, 112)
    for x, size, lean, tint in ((-0.62, 1.0, 0.06, 0.0), (0.66, 0.84, -0.1, 0.25)):
        colour = mix(skin, (168, 184, 96), tint)
        s.cast(size * 0.8, x)
        s.ball(x + lean, size * 1.42, size * 0.42, colour, 1.3)
        s.ball(x, size * 0.72, size * 0.78, colour, 0.94)
        s.line([(x + lean, size * 1.9), (x + lean + 0.1, size * 2.22)], (100, 72, 44), 0.06)
        s.leaf(x + lean + 0.06, size * 2.0, -0.35, 0.4, LEAF, 0.24)


def _citrus(s: Scene, skin: Colour, flesh: Colour, size: float = 1.0) -> None:
    """Two whole ones with a leaf, and one cut open."""
    for x, radius in ((-0.78, 0.74 * size), (0.5, 0.64 * size)):
        s.cast(radius, x)
        s.ball(x, radius * 0.92, radius, skin)
        s.leaf(x, radius * 1.82, -0.6, 0.6, LEAF, 0.24)
        s.leaf(x, radius * 1.82, -2.3, 0.44, mix(LEAF, BLACK, 0.1), 0.24)
    x, y, radius = 0.28, 0.44, 0.5 * size
    s.cast(radius, x, -0.06)
    s.oval(x, y, radius, radius, skin)
    s.oval(x, y, radius * 0.9, radius * 0.9, mix(flesh, WHITE, 0.75))
    for k in range(9):
        turn = k * math.tau / 9
        px, py = x + math.cos(turn) * radius * 0.46, y + math.sin(turn) * radius * 0.46
        s.leaf(px - math.cos(turn) * 0.34 * radius, py - math.sin(turn) * 0.34 * radius, -turn, radius * 0.74,
               flesh, 0.3)  # fmt: skip


def tangerines(s: Scene) -> None:
    """Small ones, on the leaf."""
    _citrus(s, (236, 138, 40), (246, 160, 60), 0.92)


def oranges(s: Scene) -> None:
    """Blood oranges."""
    _citrus(s, (222, 104, 42), (176, 40, 52))


def lemons(s: Scene) -> None:
    """Yellow ones."""
    _citrus(s, (238, 204, 70), (246, 224, 120), 0.9)


def pomelos(s: Scene) -> None:
    """Large ones, red inside."""
    _citrus(s, (214, 206, 104), (226, 116, 112), 1.15)


def kiwis(s: Scene) -> None:
    """Two whole ones and a green half."""
    for x, radius in ((-0.85, 0.66), (0.62, 0.6)):
        s.cast(radius, x)
        s.ball(x, radius * 0.8, radius, (134, 104, 62), 0.82)
    s.cast(0.6, 0.0, -0.08)
    s.oval(0.0, 0.5, 0.62, 0.56, (134, 104, 62))
    s.oval(0.0, 0.5, 0.56, 0.5, (136, 176, 70))
    s.oval(0.0, 0.5, 0.2, 0.17, (226, 232, 186))
    for k in range(16):
        turn = k * math.tau / 16
        s.oval(math.cos(turn) * 0.29, 0.5 + math.sin(turn) * 0.25, 0.025, 0.035, (40, 34, 26))


def strawberries(s: Scene) -> None:
    """A heap of strawberries on a plate."""
    s.cast(1.35)
    s.oval(0, 0.06, 1.4, 0.22, mix(s.ground, WHITE, 0.6))
    places = (
        (-0.85, 0.1),
        (-0.28, 0.02),
        (0.32, 0.04),
        (0.88, 0.12),
        (-0.55, 0.62),
        (0.04, 0.6),
        (0.6, 0.64),
        (0.02, 1.16),
    )
    for number, (x, y) in enumerate(places):
        red = mix((206, 40, 48), (232, 84, 70), (number % 3) * 0.3)
        s.ball(x, y + 0.46, 0.34, red, 0.9)
        s.solid([(x - 0.31, y + 0.4), (x + 0.31, y + 0.4), (x + 0.06, y), (x - 0.06, y)], red, 0.2)
        for dx, dy in ((-0.14, 0.5), (0.12, 0.46), (0.0, 0.3), (-0.1, 0.22)):
            s.oval(x + dx, y + dy, 0.018, 0.03, (250, 220, 150))
        for k in range(5):
            s.leaf(x, y + 0.74, -math.pi + k * math.pi / 4, 0.24, (84, 136, 72), 0.25)


def _bowlful(s: Scene, colours: tuple[Colour, Colour], squash: float) -> None:
    """A shallow bowl heaped with small round things."""
    s.cast(1.2)
    for k in range(22):
        row, column = divmod(k, 8) if k < 15 else (2, k - 15)
        if row == 2 and column > 4:
            continue
        x = -0.98 + column * 0.28 + row * 0.16 + (0.06 if row == 2 else 0)
        s.ball(x, 0.98 + row * 0.2, 0.21, mix(*colours, (k % 4) * 0.3), squash)
    curve = [(-math.cos(k * math.pi / 24) * 1.3, 0.95 - math.sin(k * math.pi / 24) * 0.95) for k in range(25)]
    s.solid([(-1.3, 0.95), *curve, (1.3, 0.95)], s.main)


def berries(s: Scene) -> None:
    """A bowl of blueberries."""
    _bowlful(s, ((58, 66, 116), (110, 122, 172)), 0.94)


def tomatoes(s: Scene) -> None:
    """A bowl of cherry tomatoes."""
    _bowlful(s, ((204, 52, 40), (232, 96, 62)), 1.05)


def jujubes(s: Scene) -> None:
    """A bowl of red dates."""
    _bowlful(s, ((122, 38, 32), (156, 62, 44)), 0.8)


def walnuts(s: Scene) -> None:
    """A heap of walnuts, with their seams."""
    s.cast(1.4)
    rows = ((-1.0, -0.34, 0.34, 1.0), (-0.68, 0.0, 0.68), (-0.34, 0.34))
    for up, row in enumerate(rows):
        for number, x in enumerate(row):
            y, shell = 0.34 + up * 0.52, mix((176, 128, 82), (206, 164, 116), (number + up) % 3 * 0.35)
            s.ball(x, y, 0.36, shell, 0.96)
            s.arc(x, y, 0.09, 0.33, (90, 270), mix(shell, BLACK, 0.42), 0.03)
            for dx in (-0.18, 0.16):
                s.arc(x + dx, y, 0.06, 0.16, (60, 240), mix(shell, BLACK, 0.26), 0.02)


def grapes(s: Scene) -> None:
    """A hanging bunch of green grapes."""
    s.cast(0.8)
    s.line([(0.0, 2.1), (0.1, 2.55)], (110, 84, 50), 0.07)
    for row, count in enumerate((5, 5, 4, 4, 3, 2, 1)):
        for k in range(count):
            x = (k - (count - 1) / 2) * 0.4 + s.random.uniform(-0.05, 0.05)
            green = mix((150, 180, 84), (206, 216, 130), ((k + row) % 3) * 0.4)
            s.ball(x, 2.0 - row * 0.29, 0.24, green, 1.06)
    s.leaf(0.05, 2.22, -0.25, 0.95, (98, 140, 74), 0.34)
    s.leaf(0.0, 2.22, -2.8, 0.8, (84, 126, 66), 0.34)


def hanging(s: Scene) -> None:
    """Dried persimmons on strings."""
    s.bar(-1.5, 2.5, 1.5, 2.62, (150, 108, 70), 0.04)
    s.cast(1.3)
    for x, count in ((-1.0, 3), (-0.02, 4), (0.98, 3)):
        s.line([(x, 2.5), (x, 2.5 - count * 0.62)], (226, 206, 170), 0.04)
        for k in range(count):
            y = 2.06 - k * 0.6
            s.ball(x, y, 0.36, mix((196, 92, 44), (228, 176, 132), k * 0.16), 0.84)
            s.bar(x - 0.16, y + 0.25, x + 0.16, y + 0.33, (118, 84, 56), 0.03)


def cakes(s: Scene) -> None:
    """Slabs of hawthorn cake on a plate."""
    s.cast(1.4)
    s.oval(0, 0.06, 1.45, 0.24, mix(s.ground, WHITE, 0.7))
    for x, y in ((-0.98, 0.05), (-0.3, 0.05), (0.38, 0.05), (-0.64, 0.44), (0.04, 0.44), (-0.3, 0.83)):
        s.block(x, y, x + 0.6, y + 0.36, (158, 46, 44), 0.2)
        s.bar(x, y + 0.31, x + 0.6, y + 0.37, (196, 92, 84))
    s.ball(1.1, 0.32, 0.26, (176, 44, 42))
    s.ball(0.82, 0.24, 0.2, (190, 58, 50))


def pouch(s: Scene) -> None:
    """A stand-up paper pouch with a label."""
    s.cast(1.1)
    s.solid([(-0.86, 2.3), (0.86, 2.3), (1.02, 0.1), (0.9, 0), (-0.9, 0), (-1.02, 0.1)], KRAFT, 0.26)
    s.bar(-0.86, 2.12, 0.86, 2.32, mix(KRAFT, BLACK, 0.18))
    s.line([(-0.84, 2.02), (0.84, 2.02)], mix(KRAFT, WHITE, 0.4), 0.03)
    s.label(-0.58, 0.62, 0.58, 1.56, s.main)
    s.ball(0.0, 0.9, 0.17, s.second)


def jar(s: Scene) -> None:
    """A round jar with a lid and a label."""
    s.cast(0.95)
    s.ball(0, 0.92, 1.0, s.main, 0.95)
    s.bar(-0.62, 1.66, 0.62, 2.02, mix(s.second, BLACK, 0.2), 0.1)
    s.oval(0, 2.08, 0.2, 0.16, s.second)
    s.label(-0.5, 0.6, 0.5, 1.2, s.main)


def honey(s: Scene) -> None:
    """Three jars of honey."""
    for x, tint in ((-1.0, 0.0), (0.0, 0.22), (1.0, 0.44)):
        colour = mix(AMBER, (240, 196, 90), tint)
        s.cast(0.5, x)
        s.block(x - 0.42, 0, x + 0.42, 1.16, colour, 0.42)
        s.bar(x - 0.44, 1.14, x + 0.44, 1.42, mix(s.second, BLACK, 0.1), 0.05)
        s.label(x - 0.3, 0.3, x + 0.3, 0.84, colour)


def bottles(s: Scene) -> None:
    """Three labelled bottles of falling height."""
    for x, tall, colour in (
        (-0.85, 2.5, s.main),
        (0.2, 1.95, s.second),
        (1.08, 1.45, mix(s.main, WHITE, 0.4)),
    ):
        s.cast(0.5, x)
        s.block(x - 0.42, 0, x + 0.42, tall * 0.72, colour)
        s.bar(x - 0.18, tall * 0.72, x + 0.18, tall * 0.95, mix(colour, BLACK, 0.35), 0.05)
        s.label(x - 0.33, tall * 0.16, x + 0.33, tall * 0.46, colour)


def box(s: Scene) -> None:
    """A gift box with a ribbon."""
    s.cast(1.2)
    s.block(-1.15, 0, 1.15, 1.35, s.main, 0.2)
    s.bar(-1.22, 1.27, 1.22, 1.63, mix(s.main, WHITE, 0.16), 0.05)
    s.bar(-0.14, 0, 0.14, 1.63, s.second)
    for side in (-1, 1):
        s.leaf(0, 1.63, -math.pi / 2 + side * 0.95, 0.75, s.second, 0.3)


def tin(s: Scene) -> None:
    """A tea caddy, and what it holds."""
    s.cast(0.9, -0.3)
    s.block(-1.1, 0, 0.5, 1.9, s.main, 0.36)
    s.block(-1.14, 1.78, 0.54, 2.2, mix(s.main, BLACK, 0.24), 0.4)
    s.label(-0.74, 0.5, 0.14, 1.44, s.second)
    for _ in range(26):
        x, y = 0.62 + s.random.random() * 0.8, 0.02 + s.random.random() * 0.24
        s.leaf(
            x, y, s.random.uniform(-3.1, 0.0), 0.24, mix((74, 86, 48), s.main, s.random.random() * 0.4), 0.2
        )


def teacake(s: Scene) -> None:
    """A pressed cake of tea, half out of its wrapper."""
    s.cast(1.2, 0, -0.06)
    s.oval(0, 1.2, 1.34, 1.24, mix(PAPER, s.ground, 0.3))
    s.oval(0, 1.2, 1.24, 1.14, PAPER)
    s.oval(0.06, 1.18, 0.98, 0.9, (86, 58, 42))
    for _ in range(70):
        turn, out = s.random.uniform(0, math.tau), s.random.random() ** 0.5 * 0.84
        tone = mix((70, 46, 32), (142, 104, 70), s.random.random())
        s.leaf(
            0.06 + math.cos(turn) * out,
            1.18 + math.sin(turn) * out * 0.9,
            s.random.uniform(-3, 0),
            0.2,
            tone,
            0.16,
        )
    s.oval(0.06, 1.18, 0.2, 0.18, (58, 38, 28))
    s.label(-0.5, 2.02, 0.5, 2.32, s.second)


DRAWINGS = (
    fruit, apples, pears, tangerines, oranges, lemons, pomelos, kiwis, strawberries, berries, tomatoes,
    jujubes, walnuts, grapes, hanging, cakes, pouch, jar, honey, bottles, box, tin, teacake,
)  # fmt: skip
