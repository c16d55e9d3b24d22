"""Misspelt searches: each word that no listing has is compared with the vocabulary.

Latin words may differ by one letter in four to seven, two beyond; Chinese runs by one in two to four
characters. What cannot be mended is left out, as long as another word stays.
"""

from collections.abc import Sequence

from django.db import connection
from rapidfuzz.distance import OSA

from jishi.kernel import words

_KNOWN = """
SELECT w.word FROM unnest(%s::text[]) AS w(word)
WHERE EXISTS (SELECT 1 FROM catalog_term t WHERE t.word = w.word)
   OR EXISTS (SELECT 1 FROM catalog_listing l WHERE l.is_visible AND l.price_from_minor IS NOT NULL
              AND (l.search_zh @@ w.word::tsquery OR l.search_en @@ w.word::tsquery))
"""
_NEAR = """
SELECT word, max(uses) FROM catalog_term WHERE length(word) BETWEEN %s AND %s GROUP BY word
"""
CANDIDATES_MAX = 200_000


def did_you_mean(text: str, language: str) -> str:
    """The search as it was probably meant, or '' when every word is known or nothing comes close.

    Words are compared in all languages at once, because listings are searched in all of them.
    """
    better = _mended_texts(words.query_words(text))
    return "".join(better) if all(map(words.is_han, better)) else " ".join(better)


def corrected(query_words: Sequence[str]) -> list[str]:
    """The words with misspelt ones replaced or left out; [] when no word is left or nothing changed."""
    result = words.query_words(" ".join(_mended_texts(query_words)))
    return result if result != list(query_words) else []


def _mended_texts(query_words: Sequence[str]) -> list[str]:
    """The search in pieces as a person would write them; [] when all are known or none can be mended."""
    known = _known(query_words)
    if known >= set(query_words):
        return []
    runs = _runs(query_words)
    doubtful = [run for run in runs if not known >= set(run)]
    vocabulary = _near(["".join(run) for run in doubtful] + [word for run in doubtful for word in run])
    texts: list[str] = []
    for run in runs:
        texts += _written(run) if known >= set(run) else _mended(run, known, vocabulary)
    return list(dict.fromkeys(texts))


def _mended(run: Sequence[str], known: set[str], vocabulary: Sequence[tuple[str, int]]) -> list[str]:
    """A run with an unknown word: as one word first, because segmentation tears misspelt ones apart."""
    whole = _best("".join(run), vocabulary)
    if whole:
        return [whole]
    return _written([word if word in known else _best(word, vocabulary) for word in run])


def _written(run: Sequence[str]) -> list[str]:
    """A run without the words that only repeat a part of another one."""
    return [word for word in run if word and not any(word != other and word in other for other in run)]


def _runs(query_words: Sequence[str]) -> list[list[str]]:
    """Words in order, neighbouring Chinese ones together."""
    runs: list[list[str]] = []
    for word in query_words:
        if runs and words.is_han(word) and words.is_han(runs[-1][-1]):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _known(query_words: Sequence[str]) -> set[str]:
    if not query_words:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(query_words)])
        return {row[0] for row in cursor.fetchall()}


def _near(unknown: Sequence[str]) -> list[tuple[str, int]]:
    if not unknown:
        return []
    lengths = [len(word) for word in unknown]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [max(2, min(lengths) - 2), max(lengths) + 2])
        return [(row[0], row[1]) for row in cursor.fetchmany(CANDIDATES_MAX)]


def _best(word: str, vocabulary: Sequence[tuple[str, int]]) -> str:
    """The nearest word of the vocabulary: fewest changes, then same length, then most used."""
    allowed = _allowed(word)
    best: tuple[int, int, int, str] | None = None
    for candidate, uses in vocabulary:
        if words.is_han(candidate) != words.is_han(word):
            continue
        distance = OSA.distance(word, candidate, score_cutoff=allowed)
        if distance <= allowed:
            rank = (distance, abs(len(candidate) - len(word)), -uses, candidate)
            best = rank if best is None or rank < best else best
    return best[3] if best else ""


def _allowed(word: str) -> int:
    if words.is_han(word):
        return 0 if len(word) < 2 else 1 if len(word) < 5 else 2
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2
