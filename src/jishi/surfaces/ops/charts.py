"""The geometry of the console's charts: pure numbers in, places in a drawing out. Templates draw the SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 760, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 10, 14, 24
WIDEST_LABEL = 13  # of a Latin letter; a Chinese one counts twice


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


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar of a plot: its label, its place, its value; `short` is what fits below it."""

    label: str
    x: float
    y: float
    width: float
    height: float
    value: int
    shown: str
    has_label: bool
    middle: float
    href: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars with labels of any kind, the period before as a line, and the scale."""

    marks: tuple[Mark, ...]
    line: str
    ticks: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def plot(
    labels: Sequence[str],
    values: Sequence[int],
    write: Callable[[int], str],
    *,
    before: Sequence[int] = (),
    hrefs: Sequence[str] = (),
) -> Plot:
    """Bars for values that have names; negative ones stand on the floor without height."""
    top = _rounded_up(max([*values, *before, 1]))
    room, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = room / max(1, len(labels))
    every = max(1, -(-len(labels) // 8))
    marks = []
    for place, label in enumerate(labels):
        height = round(tall * max(0, values[place]) / top, 1)
        marks.append(
            Mark(
                label=label,
                x=round(LEFT + place * step + step * 0.14, 1),
                y=round(HEIGHT - BOTTOM - height, 1),
                width=round(max(1.5, step * 0.72), 1),
                height=height,
                value=values[place],
                shown=write(values[place]),
                has_label=place % every == 0,
                middle=round(LEFT + (place + 0.5) * step, 1),
                href=hrefs[place] if hrefs else "",
                short=_short(label),
            )
        )
    points = [
        f"{LEFT + (place + 0.5) * step:.1f},{HEIGHT - BOTTOM - tall * max(0, value) / top:.1f}"
        for place, value in enumerate(before[: len(labels)])
    ]
    ticks = tuple(
        (round(HEIGHT - BOTTOM - tall * part / 4, 1), write(top * part // 4)) for part in (1, 2, 3, 4)
    )
    return Plot(tuple(marks), " ".join(points), ticks)


def _short(label: str) -> str:
    """As much of a label as fits below its bar."""
    room, kept = WIDEST_LABEL, ""
    for letter in label:
        room -= 2 if letter > "\u2e7f" else 1
        if room < 0:
            return kept.rstrip() + "…"
        kept += letter
    return kept


@dataclass(frozen=True, slots=True)
class Node:
    """A stop on the ways people take: a block in the column of its step."""

    name: str
    x: float
    y: float
    height: float
    visits: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Ribbon:
    """One way from a stop to the next; its width is the number of visits."""

    path: str
    width: float
    source: str
    target: str
    visits: int
    href: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The drawing of ways: stops in columns and ribbons between them."""

    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]
    width: int
    height: int


NODE_WIDTH, GAP, COLUMN, FLOW_HEIGHT = 10, 8, 190, 340


def flow(edges: Sequence[tuple[int, str, str, int, str]]) -> Flow:
    """Lay out edges (step, from, to, visits, href); a stop without a name is the end of the visit."""
    sizes: dict[tuple[int, str], int] = {}
    arriving: dict[tuple[int, str], int] = {}
    for step, source, target, visits, _ in edges:
        sizes[step, source] = sizes.get((step, source), 0) + visits
        arriving[step + 1, target] = arriving.get((step + 1, target), 0) + visits
    for key, visits in arriving.items():
        sizes[key] = max(sizes.get(key, 0), visits)
    steps = sorted({step for step, _ in sizes})
    fullest = max((sum(v for (s, _), v in sizes.items() if s == step) for step in steps), default=1)
    most = max((sum(1 for s, _ in sizes if s == step) for step in steps), default=1)
    scale = max(60, FLOW_HEIGHT - GAP * most) / max(1, fullest)
    nodes: dict[tuple[int, str], Node] = {}
    for column, step in enumerate(steps):
        at = 16.0
        names = sorted((n for s, n in sizes if s == step), key=lambda n: (n == "", -sizes[step, n], n))
        for name in names:
            height = max(2.0, sizes[step, name] * scale)
            nodes[step, name] = Node(
                name,
                column * COLUMN,
                round(at, 1),
                round(height, 1),
                sizes[step, name],
                column == len(steps) - 1,
            )
            at += height + GAP
    out: dict[tuple[int, str], float] = {}
    into: dict[tuple[int, str], float] = {}
    ribbons = []
    for step, source, target, visits, href in sorted(edges, key=lambda e: (e[0], -e[3], e[1], e[2])):
        left, right = nodes[step, source], nodes[step + 1, target]
        width = max(1.0, visits * scale)
        y1 = left.y + out.get((step, source), 0.0) + width / 2
        y2 = right.y + into.get((step + 1, target), 0.0) + width / 2
        out[step, source] = out.get((step, source), 0.0) + width
        into[step + 1, target] = into.get((step + 1, target), 0.0) + width
        x1, x2 = left.x + NODE_WIDTH, right.x
        bend = (x1 + x2) / 2
        path = f"M{x1:.1f},{y1:.1f} C{bend:.1f},{y1:.1f} {bend:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
        ribbons.append(Ribbon(path, round(width, 1), source, target, visits, href))
    return Flow(
        tuple(nodes.values()),
        tuple(ribbons),
        max(1, len(steps) - 1) * COLUMN + 150,
        round(max((n.y + n.height for n in nodes.values()), default=40.0)) + 12,
    )


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure with the ends of its interval."""

    x: float
    y: float
    top: float
    bottom: float
    shown: str


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a drawing of combinations, with its name beside its last dot."""

    name: str
    points: str
    dots: tuple[Dot, ...]
    label_y: float


NARROW, NAMES = 480, 92
"""So wide is a drawing of combinations, and the room right of it for the names of its lines."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """Figures of combinations: one factor from left to right, a line for each way of the other. Lines beside
    each other mean that the factors leave each other alone."""

    series: tuple[Series, ...]
    stops: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, str], ...]
    label_x: float
    width: int = NARROW
    height: int = HEIGHT
    left: int = LEFT
    right: int = NARROW - NAMES
    floor: int = HEIGHT - BOTTOM


Figure = tuple[float, float, float]
"""A value and the ends of its interval."""


def crossed(
    stops: Sequence[str], rows: Sequence[tuple[str, Sequence[Figure]]], write: Callable[[float], str]
) -> Crossed:
    """Lay out rows of (name, figures at each stop)."""
    ends = [end for _, figures in rows for figure in figures for end in figure]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    pad = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    low, high = (0.0 if low >= 0 and low - pad < 0 else low - pad), high + pad
    right, tall = NARROW - NAMES, HEIGHT - TOP - BOTTOM
    step = (right - LEFT) / max(1, len(stops))
    places = [round(LEFT + (place + 0.5) * step, 1) for place in range(len(stops))]

    def y_of(value: float) -> float:
        return round(HEIGHT - BOTTOM - tall * (value - low) / (high - low), 1)

    series, taken = [], list[float]()
    for at, (name, figures) in enumerate(rows):
        shift = (at - (len(rows) - 1) / 2) * 6  # so that intervals stand beside each other
        dots = tuple(
            Dot(round(x + shift, 1), y_of(value), y_of(upper), y_of(lower), write(value))
            for x, (value, lower, upper) in zip(places, figures, strict=True)
        )
        label = dots[-1].y + 4
        while any(abs(label - other) < 14 for other in taken):
            label += 2
        taken.append(label)
        points = " ".join(f"{dot.x},{dot.y}" for dot in dots)
        series.append(Series(name, points, dots, round(label, 1)))
    ticks = tuple(
        (y_of(low + (high - low) * part / 4), write(low + (high - low) * part / 4)) for part in range(5)
    )
    last = places[-1] if places else right
    return Crossed(tuple(series), tuple(zip(places, map(_short, stops), strict=True)), ticks, last + 16)
