"""What one wears, carries and sleeps in."""

from __future__ import annotations

from jishi.simulation.studio.scene import BLACK, WHITE, Scene, mix


def bag(s: Scene) -> None:
    """A bag with a handle."""
    s.cast(1.1)
    s.arc(0, 1.57, 0.55, 0.68, (180, 360), mix(s.second, (40, 20, 10), 0.3), 0.1)
    s.solid([(-0.9, 1.5), (0.9, 1.5), (1.12, 0), (-1.12, 0)], s.main, 0.18)
    s.ball(0, 0.72, 0.24, mix(s.second, WHITE, 0.2))


def sacks(s: Scene) -> None:
    """Three pouches drawn up by a string."""
    for x, size, colour in (
        (-0.84, 1.0, s.main),
        (0.3, 0.82, mix(s.main, WHITE, 0.45)),
        (1.16, 0.6, s.second),
    ):
        s.cast(0.6 * size, x)
        half, neck = 0.62 * size, 1.34 * size
        s.solid([(x - half * 0.34, neck), (x + half * 0.34, neck), (x + half, 0.2), (x + half * 0.8, 0),
                 (x - half * 0.8, 0), (x - half, 0.2)], colour)  # fmt: skip
        s.solid([(x - half * 0.6, neck + 0.34 * size), (x + half * 0.6, neck + 0.34 * size),
                 (x + half * 0.3, neck), (x - half * 0.3, neck)], colour)  # fmt: skip
        s.bar(x - half * 0.4, neck - 0.05, x + half * 0.4, neck + 0.05, mix(colour, BLACK, 0.4), 0.03)
        s.line([(x, neck), (x + 0.12, neck - 0.4 * size)], mix(colour, BLACK, 0.4), 0.04)


def cloth(s: Scene) -> None:
    """Folded fabric in a pile."""
    s.cast(1.3)
    tones = (s.main, mix(s.main, WHITE, 0.4), s.second, mix(s.second, WHITE, 0.35), mix(s.main, BLACK, 0.12))
    for k, colour in enumerate(tones):
        half, y = 1.3 - k * 0.05, k * 0.36
        s.block(-half, y, half, y + 0.34, colour, 0.24)
        s.line([(-half, y + 0.17), (half, y + 0.17)], mix(colour, BLACK, 0.16), 0.015)


def pillows(s: Scene) -> None:
    """Two pillows, one leaning on the other."""
    s.cast(1.4)
    for x, y, tone in ((0.34, 0.5, mix(s.main, WHITE, 0.5)), (-0.3, 0.0, s.main)):
        s.solid([(x - 1.16, y + 1.4), (x, y + 1.24), (x + 1.16, y + 1.4), (x + 1.06, y + 0.7), (x + 1.16, y),
                 (x, y + 0.14), (x - 1.16, y), (x - 1.06, y + 0.7)], tone, 0.4)  # fmt: skip
        s.arc(x, y + 0.7, 0.86, 0.42, (10, 170), mix(tone, BLACK, 0.1), 0.03)


def shirt(s: Scene) -> None:
    """A shirt laid flat."""
    s.cast(1.0)
    right = [(0.45, 2.25), (0.85, 2.07), (1.5, 1.3), (1.08, 1.03), (0.84, 1.33), (0.84, 0)]
    s.solid([*right, *((-x, y) for x, y in reversed(right))], s.main)
    s.oval(0, 2.22, 0.42, 0.2, mix(s.main, BLACK, 0.3))
    s.bar(0.2, 1.1, 0.6, 1.5, s.second, 0.04)


def apron(s: Scene) -> None:
    """An apron on its strings."""
    s.cast(0.9)
    s.arc(0, 2.4, 0.5, 0.44, (180, 360), mix(s.main, BLACK, 0.3), 0.08)
    s.solid(
        [
            (-0.5, 2.4),
            (0.5, 2.4),
            (0.62, 1.6),
            (1.05, 1.4),
            (0.96, 0),
            (-0.96, 0),
            (-1.05, 1.4),
            (-0.62, 1.6),
        ],
        s.main,
    )
    s.line([(-1.0, 1.42), (-1.5, 1.0)], mix(s.main, BLACK, 0.3), 0.07)
    s.line([(1.0, 1.42), (1.5, 1.0)], mix(s.main, BLACK, 0.3), 0.07)
    s.bar(-0.55, 0.42, 0.55, 1.06, mix(s.main, BLACK, 0.14), 0.05)


def scarf(s: Scene) -> None:
    """A scarf over a rail, with its fringes."""
    s.bar(-1.4, 2.46, 1.4, 2.58, (150, 108, 70), 0.05)
    s.cast(0.9)
    for x, foot, tone in ((-0.42, 0.3, mix(s.main, BLACK, 0.14)), (0.34, 0.0, s.main)):
        s.block(x - 0.5, foot + 0.26, x + 0.5, 2.66, tone, 0.3)
        for up in (0.56, 0.74):
            s.bar(x - 0.5, foot + up, x + 0.5, foot + up + 0.09, s.second)
        for k in range(8):
            s.line([(x - 0.46 + k * 0.13, foot + 0.27), (x - 0.46 + k * 0.13, foot)], tone, 0.05)


def socks(s: Scene) -> None:
    """A pair of socks, and a third one's tip."""
    s.cast(1.2)
    for x, tone in ((-0.62, s.main), (0.28, s.second), (1.18, mix(s.main, WHITE, 0.5))):
        s.solid([(x - 0.34, 2.1), (x + 0.34, 2.1), (x + 0.34, 0.72), (x + 0.14, 0.2), (x - 0.66, 0.0),
                 (x - 0.86, 0.3), (x - 0.34, 0.62)], tone, 0.28)  # fmt: skip
        s.bar(x - 0.36, 1.82, x + 0.36, 2.14, mix(tone, WHITE, 0.35), 0.05)
        s.oval(x - 0.66, 0.16, 0.2, 0.17, mix(tone, WHITE, 0.35))


def slippers(s: Scene) -> None:
    """A pair of slippers from above."""
    for x in (-0.66, 0.66):
        s.cast(0.6, x, 0.1)
        s.oval(x, 1.1, 0.5, 1.15, mix(s.main, BLACK, 0.22))
        s.oval(x, 1.12, 0.42, 1.06, (236, 220, 194))
        s.solid(
            [
                (x - 0.5, 1.2),
                (x + 0.5, 1.2),
                (x + 0.44, 1.86),
                (x + 0.22, 2.2),
                (x - 0.22, 2.2),
                (x - 0.44, 1.86),
            ],
            s.main,
        )
        s.ball(x, 1.6, 0.14, s.second)


def curtain(s: Scene) -> None:
    """A door curtain in folds."""
    s.bar(-1.6, 2.56, 1.6, 2.66, (128, 92, 62), 0.04)
    for k in range(8):
        x = -1.4 + k * 0.35
        foot = 0.08 if k not in (3, 4) else 0.2
        s.block(x, foot, x + 0.35, 2.6, mix(s.main, WHITE, 0.3 + (k % 2) * 0.16), 0.36)
    s.bar(-1.4, 0.5, 1.4, 0.58, s.second)


DRAWINGS = (bag, sacks, cloth, pillows, shirt, apron, scarf, socks, slippers, curtain)
