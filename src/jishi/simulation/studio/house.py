"""What stands about in a house: teaware, tableware, lights, and what one writes with."""

from __future__ import annotations

import math

from jishi.simulation.studio.scene import BLACK, LEAF, PAPER, WHITE, WOOD, Colour, Scene, mix

STEEL: Colour = (150, 156, 162)


def cup(s: Scene) -> None:
    """A cup of tea seen slightly from above."""
    s.cast(1.0)
    s.arc(1.02, 0.82, 0.48, 0.43, (-85, 120), mix(s.main, BLACK, 0.12), 0.15)
    s.solid([(-1, 1.5), (1, 1.5), (0.7, 0), (-0.7, 0)], s.main)
    s.oval(0, 1.5, 1.0, 0.24, mix(s.main, WHITE, 0.3))
    s.oval(0, 1.49, 0.9, 0.175, mix(s.second, (60, 30, 10), 0.35))


def cups(s: Scene) -> None:
    """Small cups for tasting, three in front of three."""
    for x, y, tint in (
        (-0.9, 0.34, 0.3),
        (0.02, 0.34, 0.3),
        (0.94, 0.34, 0.3),
        (-1.1, -0.1, 0),
        (0, -0.1, 0),
        (1.1, -0.1, 0),
    ):
        colour = mix(s.main, WHITE, tint)
        s.cast(0.44, x, y)
        s.solid([(x - 0.46, y + 0.66), (x + 0.46, y + 0.66), (x + 0.26, y), (x - 0.26, y)], colour)
        s.oval(x, y + 0.66, 0.46, 0.12, mix(colour, WHITE, 0.3))
        s.oval(x, y + 0.65, 0.4, 0.085, (178, 112, 52))


def gaiwan(s: Scene) -> None:
    """A lidded bowl on its saucer."""
    s.cast(1.2)
    s.oval(0, 0.1, 1.25, 0.2, mix(s.main, WHITE, 0.25))
    s.solid([(-1.0, 1.3), (1.0, 1.3), (0.5, 0.12), (-0.5, 0.12)], s.main)
    s.oval(0, 1.3, 1.0, 0.2, mix(s.main, BLACK, 0.1))
    s.solid([(-0.84, 1.36), (-0.5, 1.66), (0.5, 1.66), (0.84, 1.36)], mix(s.main, WHITE, 0.18))
    s.oval(0, 1.74, 0.24, 0.12, mix(s.main, WHITE, 0.3))


def teapot(s: Scene) -> None:
    """A round teapot."""
    s.cast(1.1)
    s.arc(1.08, 0.95, 0.48, 0.55, (-90, 100), mix(s.main, BLACK, 0.15), 0.15)
    s.solid([(-0.7, 0.5), (-1.62, 1.42), (-1.42, 1.5), (-0.7, 1.05)], s.main)
    s.ball(0, 0.78, 0.98, s.main, 0.82)
    s.oval(0, 1.55, 0.55, 0.13, mix(s.main, WHITE, 0.2))
    s.ball(0, 1.72, 0.14, s.second)


def pitcher(s: Scene) -> None:
    """A glass pitcher, half full of tea."""
    glass, tea = mix(s.ground, (150, 180, 196), 0.42), (206, 132, 56)
    s.cast(0.9)
    s.arc(0.94, 1.0, 0.42, 0.6, (-90, 100), mix(glass, BLACK, 0.12), 0.1)
    s.solid([(-0.96, 1.94), (-0.7, 1.8), (0.72, 1.8), (0.92, 0.0), (-0.92, 0.0)], glass, 0.5)
    s.solid([(-0.8, 1.0), (0.8, 1.0), (0.86, 0.06), (-0.86, 0.06)], tea, 0.4)
    s.oval(0, 1.0, 0.8, 0.13, mix(tea, WHITE, 0.3))
    s.line([(-0.58, 1.66), (-0.68, 0.3)], WHITE, 0.05)


def bowl(s: Scene) -> None:
    """A bowl of rice with chopsticks across it."""
    s.cast(1.0)
    s.ball(0, 1.28, 0.92, (250, 246, 236), 0.5)
    curve = [(-math.cos(k * math.pi / 24) * 1.2, 1.25 - math.sin(k * math.pi / 24) * 1.1) for k in range(25)]
    s.solid([(-1.2, 1.25), *curve, (1.2, 1.25)], s.main)
    s.bar(-0.5, 0, 0.5, 0.2, mix(s.main, BLACK, 0.18), 0.04)
    for up in (0.0, 0.12):
        s.line([(-1.6, 1.42 + up), (1.5, 1.62 + up)], (126, 82, 50), 0.06)


def plates(s: Scene) -> None:
    """Four plates in a stack, and one upright behind them."""
    s.cast(1.3)
    s.oval(0.2, 1.42, 1.12, 1.12, mix(s.main, WHITE, 0.3))
    s.oval(0.2, 1.42, 0.8, 0.8, mix(s.main, WHITE, 0.46))
    for k in range(4):
        y = 0.1 + k * 0.17
        s.oval(-0.1, y, 1.36, 0.24, mix(s.main, BLACK, 0.12))
        s.oval(-0.1, y + 0.07, 1.36, 0.24, mix(s.main, WHITE, 0.1 + k * 0.06))
    s.oval(-0.1, 0.68, 0.9, 0.13, mix(s.main, WHITE, 0.5))


def jug(s: Scene) -> None:
    """A small ceramic bottle with a spout."""
    s.cast(0.7)
    s.ball(0, 0.74, 0.8, s.main, 0.96)
    s.solid([(-0.3, 2.0), (0.3, 2.0), (0.42, 1.2), (-0.42, 1.2)], s.main)
    s.solid([(-0.3, 1.9), (-0.78, 2.2), (-0.66, 2.28), (-0.1, 2.06)], s.main)
    s.oval(0, 2.02, 0.32, 0.1, mix(s.main, BLACK, 0.28))
    s.arc(0.52, 1.3, 0.46, 0.52, (-100, 110), mix(s.main, BLACK, 0.16), 0.13)


def board(s: Scene) -> None:
    """A cutting board leaning on the wall, with a knife's worth of herbs."""
    s.cast(1.2)
    s.block(-1.0, 0, 1.0, 2.1, WOOD, 0.36)
    s.block(-0.24, 2.1, 0.24, 2.7, WOOD, 0.36)
    s.oval(0, 2.46, 0.1, 0.1, mix(s.ground, WHITE, 0.3))
    for x in (-0.6, -0.14, 0.34, 0.74):
        s.line([(x, 0.1), (x + 0.06, 1.1), (x - 0.02, 2.0)], mix(WOOD, BLACK, 0.14), 0.025)
    for k in range(6):
        s.leaf(0.5 + k * 0.16, 0.04, -2.4 + k * 0.34, 0.62, LEAF, 0.22)


def tray(s: Scene) -> None:
    """A wooden tray with two cups on it."""
    dark = mix(WOOD, (92, 58, 38), 0.6)
    s.cast(1.6)
    s.solid([(-1.3, 0.6), (1.3, 0.6), (1.62, 0.1), (-1.62, 0.1)], dark, 0.2)
    s.bar(-1.64, -0.06, 1.64, 0.12, mix(dark, BLACK, 0.2), 0.05)
    for side in (-1, 1):
        s.arc(side * 1.5, 0.4, 0.22, 0.26, (180, 360), mix(dark, BLACK, 0.3), 0.07)
    for x in (-0.5, 0.55):
        s.solid([(x - 0.4, 1.06), (x + 0.4, 1.06), (x + 0.28, 0.36), (x - 0.28, 0.36)], s.second)
        s.oval(x, 1.06, 0.4, 0.1, mix(s.second, BLACK, 0.25))


def chopsticks(s: Scene) -> None:
    """Chopsticks fanned out, with a paper band."""
    s.cast(1.0)
    for k in range(10):
        lean = (k - 4.5) * 0.17
        wood = mix((86, 54, 38), (150, 104, 66), (k % 3) * 0.35)
        s.line([(lean * 0.24, 0.05), (lean, 2.7)], wood, 0.1)
        s.line([(lean * 0.93, 2.46), (lean, 2.7)], s.second, 0.1)
    s.bar(-0.4, 0.7, 0.4, 1.16, PAPER, 0.03)
    s.bar(-0.14, 0.8, 0.14, 1.06, (200, 80, 60))


def soap(s: Scene) -> None:
    """Three pieces of soap, one across two."""
    for x, y, tint in ((-0.72, 0.0, 0.3), (0.72, 0.0, 0.45), (0.0, 0.56, 0.15)):
        colour = mix(s.main, (246, 238, 214), tint)
        s.cast(0.7, x, y)
        s.block(x - 0.62, y, x + 0.62, y + 0.54, colour, 0.34)
        s.line([(x - 0.4, y + 0.27), (x + 0.4, y + 0.27)], mix(colour, BLACK, 0.16), 0.04)
    s.leaf(0.0, 1.14, -0.4, 0.7, LEAF, 0.2)
    s.leaf(0.0, 1.14, -2.5, 0.6, LEAF, 0.2)


def vase(s: Scene) -> None:
    """A narrow vase with a single stem."""
    s.line([(0.0, 1.5), (0.1, 2.1), (0.36, 2.62)], (92, 120, 84), 0.05)
    for turn in range(7):
        x, y = 0.38 + math.cos(turn * 0.9) * 0.18, 2.66 + math.sin(turn * 0.9) * 0.18
        s.ball(x, y, 0.16, mix((226, 120, 116), WHITE, 0.3))
    s.leaf(0.05, 1.8, -2.6, 0.6, LEAF, 0.2)
    s.cast(0.7)
    s.ball(0, 0.66, 0.72, s.main, 0.96)
    s.solid([(-0.16, 1.66), (0.16, 1.66), (0.2, 1.15), (-0.2, 1.15)], s.main)


def lamp(s: Scene) -> None:
    """A table lamp, lit."""
    s.cast(0.7)
    s.glow(0, 1.4, 1.8)
    s.bar(-0.06, 0.1, 0.06, 1.4, mix(s.second, BLACK, 0.3))
    s.ball(0, 0.3, 0.5, s.main, 0.62)
    s.solid([(-0.45, 2.2), (0.45, 2.2), (1.0, 1.2), (-1.0, 1.2)], (250, 226, 176), 0.5)


def cloud(s: Scene) -> None:
    """A night light in the shape of a cloud."""
    s.glow(0, 1.0, 1.9)
    s.cast(1.0)
    for x, y, radius in (
        (-0.85, 0.62, 0.58),
        (0.85, 0.6, 0.56),
        (-0.3, 1.08, 0.74),
        (0.45, 0.98, 0.62),
        (0.0, 0.52, 0.56),
    ):
        s.ball(x, y, radius, (250, 238, 208), 0.94)
    s.bar(-0.9, 0.02, 0.9, 0.4, (246, 228, 190), 0.18)


def candle(s: Scene) -> None:
    """Three candles."""
    for x, tall, tint in ((-0.8, 1.7, 0.0), (0.1, 1.2, 0.35), (0.9, 0.8, 0.6)):
        s.cast(0.46, x)
        s.block(x - 0.36, 0, x + 0.36, tall, mix(s.main, WHITE, tint))
        s.oval(x, tall, 0.36, 0.09, mix(s.main, WHITE, 0.55))
        s.ball(x, tall + 0.22, 0.11, (250, 190, 90), 1.6)


def tapers(s: Scene) -> None:
    """Six long candles, tied together."""
    s.cast(0.9)
    for k in range(6):
        x, tall = -0.68 + k * 0.27, 2.3 + (k % 3) * 0.14
        s.block(x - 0.13, 0, x + 0.13, tall, mix((214, 160, 66), (240, 204, 120), (k % 2) * 0.5), 0.4)
        s.line([(x, tall), (x + 0.02, tall + 0.16)], PAPER, 0.03)
    s.bar(-0.86, 0.9, 0.86, 1.14, s.second, 0.03)
    for side in (-1, 1):
        s.leaf(0, 1.02, -math.pi / 2 + side * 1.1, 0.5, s.second, 0.3)


def incense(s: Scene) -> None:
    """Sticks in a small burner, and their smoke."""
    s.cast(0.9)
    for x, lean in ((-0.2, -0.2), (0.0, 0.02), (0.2, 0.24)):
        s.line([(x, 0.7), (x + lean, 2.1)], (120, 76, 56), 0.04)
        s.ball(x + lean, 2.12, 0.05, (226, 110, 60))
        curl = [(x + lean + math.sin(k * 0.9) * 0.07 * k**0.5, 2.2 + k * 0.09) for k in range(9)]
        s.line(curl, mix(s.ground, WHITE, 0.7), 0.04)
    s.ball(0, 0.42, 0.72, s.main, 0.6)
    s.oval(0, 0.76, 0.5, 0.1, mix(s.main, BLACK, 0.3))


def diffuser(s: Scene) -> None:
    """A flask of scent with reeds."""
    for lean in (-0.6, -0.28, 0.06, 0.36, 0.66):
        s.line([(lean * 0.12, 1.2), (lean, 2.66)], (196, 160, 112), 0.05)
    s.cast(0.8)
    s.block(-0.74, 0, 0.74, 1.24, mix(s.main, WHITE, 0.24), 0.5)
    s.bar(-0.24, 1.22, 0.24, 1.52, mix(s.second, BLACK, 0.2), 0.04)
    s.label(-0.48, 0.26, 0.48, 0.86, s.main)


def bread(s: Scene) -> None:
    """A loaf and a roll on a board."""
    s.cast(1.5)
    s.bar(-1.6, -0.06, 1.6, 0.14, (168, 120, 78), 0.05)
    s.ball(-0.35, 0.72, 1.05, mix(s.main, (205, 140, 70), 0.85), 0.6)
    for k in range(4):
        x = -1.0 + k * 0.42
        s.line([(x, 0.75), (x + 0.24, 1.15)], (250, 228, 190), 0.07)
    s.ball(1.05, 0.42, 0.48, (222, 170, 104), 0.72)


def book(s: Scene) -> None:
    """A stack of books with one standing."""
    s.cast(1.25)
    for k, colour in enumerate((s.main, s.second, mix(s.main, WHITE, 0.45))):
        half, y = 1.25 - k * 0.12, k * 0.34
        s.bar(-half, y, half, y + 0.32, colour, 0.03)
        s.bar(-half * 0.94, y + 0.07, half, y + 0.25, (248, 242, 230))
    s.block(-0.75, 1.02, 0.35, 2.47, mix(s.second, s.main, 0.3))
    s.bar(-0.54, 1.87, 0.14, 2.17, (250, 244, 232))


def notebook(s: Scene) -> None:
    """Three notebooks, the top one with its band and ribbon."""
    s.cast(1.0)
    for x, y, colour in ((-0.5, 0.26, mix(s.main, WHITE, 0.5)), (-0.25, 0.13, s.second), (0.0, 0.0, s.main)):
        s.block(x - 0.8, y, x + 0.9, y + 2.2, colour, 0.22)
        s.bar(x + 0.84, y + 0.05, x + 0.9, y + 2.15, PAPER)
    s.bar(0.56, 0.0, 0.66, 2.2, mix(s.main, BLACK, 0.4))
    s.label(-0.5, 1.2, 0.36, 1.76, s.second)
    s.line([(-0.3, 0.02), (-0.34, -0.22)], (206, 84, 60), 0.07)


def tapes(s: Scene) -> None:
    """Rolls of paper tape, lying and standing."""
    tones = (s.main, s.second, (236, 190, 110), (120, 150, 170), (190, 120, 130))
    s.cast(1.3)
    for k, tone in enumerate(tones):
        y = 0.04 + k * 0.3
        s.block(-1.2, y, -0.1, y + 0.28, mix(tone, WHITE, 0.2), 0.3)
    s.oval(-0.65, 1.56, 0.55, 0.14, PAPER)
    s.oval(-0.65, 1.56, 0.28, 0.07, mix(s.ground, BLACK, 0.3))
    for x, tone in ((0.52, tones[1]), (1.2, tones[2])):
        s.oval(x, 0.56, 0.56, 0.56, tone)
        s.oval(x, 0.56, 0.46, 0.46, mix(tone, WHITE, 0.4))
        s.oval(x, 0.56, 0.24, 0.24, mix(s.ground, BLACK, 0.12))


def rolls(s: Scene) -> None:
    """Rolls of wrapping paper and a ball of string."""
    for x, tall, tone in ((-1.0, 2.4, s.main), (-0.34, 2.6, s.second), (0.32, 2.3, (206, 172, 126))):
        s.cast(0.34, x)
        s.block(x - 0.3, 0, x + 0.3, tall, tone, 0.36)
        s.oval(x, tall, 0.3, 0.09, mix(tone, WHITE, 0.5))
        s.oval(x, tall, 0.14, 0.04, mix(tone, BLACK, 0.4))
        for k in range(5):
            s.oval(x + (-0.12 if k % 2 else 0.1), 0.3 + k * 0.42, 0.06, 0.06, mix(tone, WHITE, 0.55))
    s.cast(0.5, 1.1)
    s.ball(1.1, 0.44, 0.48, (222, 196, 150))
    for k in range(3):
        s.arc(1.1, 0.44, 0.3 + k * 0.06, 0.2 + k * 0.1, (30, 200), (176, 142, 94), 0.03)


def ink(s: Scene) -> None:
    """A bottle of ink and a pen."""
    s.cast(0.9, -0.2)
    s.block(-0.95, 0, 0.55, 1.2, mix(s.main, (30, 40, 80), 0.5), 0.42)
    s.bar(-0.56, 1.18, 0.16, 1.56, mix(s.second, BLACK, 0.5), 0.05)
    s.label(-0.66, 0.26, 0.26, 0.86, s.main)
    s.line([(0.7, 0.08), (1.46, 2.3)], (60, 46, 44), 0.13)
    s.line([(1.1, 1.25), (1.14, 1.36)], (214, 176, 96), 0.15)
    s.line([(0.62, -0.14), (0.72, 0.12)], STEEL, 0.07)


def pencils(s: Scene) -> None:
    """Pencils in a pot."""
    for k in range(9):
        x, tall = -0.56 + k * 0.14, 2.0 + (k * 7 % 5) * 0.13
        lean = (k - 4) * 0.05
        tone = mix((206, 120, 60), s.main, (k % 3) / 2)
        s.line([(x, 0.8), (x + lean, tall)], tone, 0.12)
        tip = [(x + lean - 0.06, tall), (x + lean + 0.06, tall), (x + lean * 1.1, tall + 0.22)]
        s.solid(tip, (230, 196, 150), 0.2)
    s.cast(0.9)
    s.block(-0.78, 0, 0.78, 1.3, s.second, 0.3)
    s.label(-0.42, 0.4, 0.42, 0.92, s.main)


DRAWINGS = (
    cup, cups, gaiwan, teapot, pitcher, bowl, plates, jug, board, tray, chopsticks, soap, vase, lamp,
    cloud, candle, tapers, incense, diffuser, bread, book, notebook, tapes, rolls, ink, pencils,
)  # fmt: skip
