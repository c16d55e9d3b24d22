"""Finding themes by their words, and reading before against after. Pure.

Two counts of rare happenings are compared by how all of them split between the two spans: given their sum,
the later count is binomial, with a share that depends on the ratio of the rates alone (Przyborowski and
Wilenski 1940, "Homogeneity of results in testing samples from Poisson series", Biometrika 31). The interval
of that share is Wilson's (1927, JASA 22).
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import NormalDist

from jishi.growth.listening.contracts import MAX_WORDS, Effect

Z = NormalDist().inv_cdf(0.975)


def ratio(*, before: int, before_of: int, after: int, after_of: int, days: int) -> Effect:
    """How the rate changed, with its interval; no ratio where nothing happened or could happen."""
    total = before + after
    if not total or before_of <= 0 or after_of <= 0:
        return Effect(before, before_of, after, after_of, None, None, None, days)
    weight = before_of / after_of
    share = after / total
    shrink = 1 + Z * Z / total
    middle = (share + Z * Z / (2 * total)) / shrink
    half = Z * sqrt(share * (1 - share) / total + Z * Z / (4 * total * total)) / shrink
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    point = None if before == 0 else share / (1 - share) * weight
    return Effect(
        before=before,
        before_of=before_of,
        after=after,
        after_of=after_of,
        ratio=point,
        low=low / (1 - low) * weight,
        high=None if high >= 1 - 1e-12 else high / (1 - high) * weight,
        days=days,
    )


def clean_words(words: Iterable[str]) -> tuple[str, ...]:
    """Rule words without doubles, small; at most so many as a theme may have."""
    found = dict.fromkeys(" ".join(one.lower().split())[:40] for one in words)
    return tuple(one for one in found if one)[:MAX_WORDS]


def matching(text: str, themes: Sequence[tuple[int, Sequence[str]]]) -> list[int]:
    """Which themes a text speaks of: one of their words stands in it.

    A word of Latin letters has to begin where a word begins, so that "late" is not found in "chocolate".
    """
    plain = f" {' '.join(text.lower().split())}"
    return [number for number, words in themes if any(_stands(word, plain) for word in words)]


def _stands(word: str, plain: str) -> bool:
    if not word[:1].isascii():
        return word in plain
    start = plain.find(word)
    while start > 0:
        if not plain[start - 1].isascii() or not plain[start - 1].isalnum():
            return True
        start = plain.find(word, start + 1)
    return False
