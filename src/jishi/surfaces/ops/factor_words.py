"""Factors read together, in plain words, with the picture of how they go together.

Invariant: as with single readings, nothing is claimed while the interval contains zero, and with too few
people in one combination nothing is claimed at all; the page says how many are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext, ngettext

from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import (
    LEAST_UNITS,
    Cell,
    Effect,
    ExperimentView,
    Factor,
    Factorial,
    Measure,
)
from jishi.surfaces.ops import charts
from jishi.surfaces.ops import experiment_words as words


@dataclass(frozen=True, slots=True)
class Said:
    """One effect as the page shows it."""

    title: str
    sentence: str
    interval: str
    p: str
    drawing: words.Drawing
    tone: str
    is_together: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Two factors drawn against each other."""

    title: str
    across: str
    lines: str
    chart: charts.Crossed


@dataclass(frozen=True, slots=True)
class Board:
    """One measure of all combinations. `code` leads to the other experiment, if two cross."""

    title: str
    measure: str
    code: str
    names: tuple[str, ...]
    cells: tuple[tuple[tuple[str, ...], str, str, int], ...]
    effects: tuple[Said, ...]
    pictures: tuple[Picture, ...]
    missing: str
    has_alarm: bool


Names = Mapping[str, tuple[str, Mapping[str, str]]]
"""Of every factor its name and the names of its ways."""


def boards(
    view: ExperimentView,
    found: Sequence[Factorial],
    arms: Mapping[str, str],
    measures: Mapping[str, Measure],
    language: str,
) -> list[Board]:
    """Everything that was read together, in words."""
    partners = queries.list_partners([one.partner for one in found if one.partner])
    crossing: dict[str, tuple[str, Mapping[str, str]]] = {view.code: (view.draft.name, arms)}
    crossing |= {one.code: (one.draft.name, words.names(one)) for one in partners}
    made = []
    for one in found:
        if one.measure in measures and (not one.partner or one.partner in crossing):
            names = crossing if one.partner else _own(one.factors)
            made.append(_board(one, measures[one.measure], names, language))
    return made


def _own(factors: Sequence[Factor]) -> Names:
    return {one.key: (one.key, {way: way for way in one.levels}) for one in factors}


def _board(one: Factorial, measure: Measure, names: Names, language: str) -> Board:
    keys = [factor.key for factor in one.factors]
    reach = max((max(abs(e.always.low), abs(e.always.high)) for e in one.effects), default=1.0) or 1.0
    return Board(
        title=" × ".join(names[key][0] for key in keys),
        measure=gettext(measure.name),
        code=one.partner,
        names=tuple(names[key][0] for key in keys),
        cells=tuple(_cell(cell, keys, names, measure, language, bool(one.effects)) for cell in one.cells),
        effects=tuple(_said(effect, one.factors, names, measure, reach) for effect in one.effects),
        pictures=tuple(_pictures(one, names, measure, language)) if one.effects else (),
        missing="" if one.effects else _missing(one.cells),
        has_alarm=one.has_ratio_alarm,
    )


def _cell(
    cell: Cell, keys: Sequence[str], names: Names, measure: Measure, language: str, is_read: bool
) -> tuple[tuple[str, ...], str, str, int]:
    ways = tuple(_way(names, key, way) for key, way in zip(keys, cell.levels, strict=True))
    if not is_read:
        return ways, "–", "–", cell.n
    ends = f"{words.figure(cell.low, measure, language)} … {words.figure(cell.high, measure, language)}"
    return ways, words.figure(cell.mean, measure, language), ends, cell.n


def _way(names: Names, key: str, way: str) -> str:
    return names[key][1].get(way, way)


def _missing(cells: Sequence[Cell]) -> str:
    """Why nothing is said yet: which combination is furthest from the least."""
    least = min(cell.n for cell in cells)
    if least < LEAST_UNITS:
        left = sum(max(0, LEAST_UNITS - cell.n) for cell in cells)
        return ngettext(
            "Too few to tell: every combination needs 100 people who have had their whole window. %(left)s"
            " person is missing.",
            "Too few to tell: every combination needs 100 people who have had their whole window. %(left)s"
            " people are missing.",
            left,
        ) % {"left": left}
    return gettext("Too few to tell: too few people did it, over all combinations.")


def _said(effect: Effect, factors: Sequence[Factor], names: Names, measure: Measure, reach: float) -> Said:
    base = {one.key: one.levels[0] for one in factors}
    tone = words.tone(effect.always, measure.good, effect.p_corrected)
    pairs = list(zip(effect.factors, effect.levels, strict=True))
    is_together = len(pairs) > 1
    if is_together:
        title = " + ".join(_way(names, key, way) for key, way in pairs)
        sentence = _together(tone, effect.always.value)
    else:
        key, way = pairs[0]
        title = gettext("%(way)s instead of %(base)s") % {
            "way": _way(names, key, way),
            "base": _way(names, key, base[key]),
        }
        sentence = words.sentence(gettext(measure.name), tone)
    return Said(
        title=title,
        sentence=sentence,
        interval=words.span(effect.always, measure),
        p="< 0.001" if effect.p_corrected < 0.001 else f"{effect.p_corrected:.3f}",
        drawing=words.drawing(effect.always, reach, tone),
        tone=tone,
        is_together=is_together,
    )


def _together(tone: str, value: float) -> str:
    if tone == "open":
        return gettext(
            "Whether they change each other is not known yet: the interval still contains zero. That does"
            " not mean that they leave each other alone."
        )
    if tone == "better":
        return gettext("Together they do better than the sum of both, and this is not chance.")
    return gettext("Together they do worse than the sum of both, and this is not chance.")


def _pictures(one: Factorial, names: Names, measure: Measure, language: str) -> list[Picture]:
    """A drawing for every two factors; what a third one does is averaged over."""
    found = []
    for first, second in combinations(range(len(one.factors)), 2):
        across, lines = one.factors[first], one.factors[second]
        rows = [
            (
                _way(names, lines.key, way),
                [_figure(one.cells, first, stop, second, way) for stop in across.levels],
            )
            for way in lines.levels
        ]
        chart = charts.crossed(
            [_way(names, across.key, stop) for stop in across.levels],
            rows,
            lambda value: words.figure(value, measure, language),
        )
        title = f"{names[across.key][0]} × {names[lines.key][0]}"
        found.append(Picture(title, names[across.key][0], names[lines.key][0], chart))
    return found


def _figure(cells: Sequence[Cell], first: int, stop: str, second: int, way: str) -> charts.Figure:
    same = [cell for cell in cells if cell.levels[first] == stop and cell.levels[second] == way]
    mean = sum(cell.mean for cell in same) / len(same)
    if len(same) > 1:  # averaged over another factor: the table has the intervals of the cells
        return mean, mean, mean
    return mean, same[0].low, same[0].high
