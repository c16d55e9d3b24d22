"""The geometry of the console's charts: pure numbers in, places in a drawing out. Templates draw the SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 760, 220
LEFT, RIGHT, TOP, BOTTOM = 14, 52, 14, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: where its bar stands and what it says."""

    day: date
    x: float
    y: float
    width: float
    height: float
    value: int
    count: int
    has_label: bool
    middle: float


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of the scale."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one series, the line of the span before, and the scale."""

    bars: tuple[Bar, ...]
    line: str
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def daily(
    days: Sequence[date], values: Sequence[int], counts: Sequence[int], before: Sequence[int] | None = None
) -> Chart:
    """Bars for the days; ``before`` are the values of as many earlier days."""
    top = _rounded_up(max([*values, *(before or ()), 1]))
    room, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = room / max(1, len(days))
    every = max(1, -(-len(days) // 8))
    bars = []
    for place, day in enumerate(days):
        height = round(tall * values[place] / top, 1)
        x = round(LEFT + place * step + step * 0.14, 1)
        width = round(max(1.5, step * 0.72), 1)
        bars.append(
            Bar(
                day=day,
                x=x,
                y=round(HEIGHT - BOTTOM - height, 1),
                width=width,
                height=height,
                value=values[place],
                count=counts[place],
                has_label=place % every == 0,
                middle=round(LEFT + (place + 0.5) * step, 1),
            )
        )
    points = [
        f"{LEFT + (place + 0.5) * step:.1f},{HEIGHT - BOTTOM - tall * value / top:.1f}"
        for place, value in enumerate(before or ())
    ]
    ticks = tuple(Tick(round(HEIGHT - BOTTOM - tall * part / 4, 1), top * part // 4) for part in (1, 2, 3, 4))
    return Chart(tuple(bars), " ".join(points), ticks)


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a bar that shows a whole."""

    code: str
    value: int
    x: float
    width: float


def whole(parts: Sequence[tuple[str, int]], *, width: int = WIDTH) -> tuple[Slice, ...]:
    """The parts of a whole side by side; empty when there is nothing."""
    total = sum(value for _, value in parts)
    slices, at = [], 0.0
    for code, value in parts:
        if value:
            share = width * value / total
            slices.append(Slice(code, value, round(at, 1), round(max(share, 1), 1)))
            at += share
    return tuple(slices)


def _rounded_up(value: int) -> int:
    """The next number of the form 4, 8, 12, 20, 40, 60, 80 … × 10ⁿ: a quarter of it is a round number too."""
    size = 1
    while True:
        for step in (4, 8, 12, 20, 28):
            if value <= step * size:
                return step * size
        size *= 10
