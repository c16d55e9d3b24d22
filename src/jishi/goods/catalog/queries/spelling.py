"""Misspelt searches: each word that no listing has is compared with the vocabulary.

Latin words may differ by one letter in four to seven, two beyond; Chinese runs by one in two to four
characters. What cannot be mended is left out, as long as another word stays.
"""

from collections.abc import Sequence

from django.db import connection
from rapidfuzz.distance import OSA

from jishi.goods.catalog import words

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

    Words are compared in all languages at once, because listings are searched in all of them;
    ``language`` only decides whether the corrected words are joined by spaces.
    """
    found = words.query_words(text)
    better = corrected(found, text)
    if not better or better == found:
        return ""
    is_chinese = all(words.is_han(word) for word in better)
    return "".join(better) if is_chinese else " ".join(better)


def corrected(query_words: Sequence[str], text: str) -> list[str]:
    """The words with misspelt ones replaced or left out; [] when no word is left or nothing changed."""
    known = _known(query_words)
    unknown = [word for word in query_words if word not in known]
    if not unknown:
        return []
    runs = _runs(query_words, known)
    vocabulary = _near([text for text, is_known in runs if not is_known])
    result: list[str] = []
    for run, is_known in runs:
        if is_known:
            result.append(run)
        else:
            best = _best(run, vocabulary)
            result += words.query_words(best) if best else []
    result = list(dict.fromkeys(result))
    return result if result != list(query_words) else []


def _runs(query_words: Sequence[str], known: set[str]) -> list[tuple[str, bool]]:
    """Words in order; unknown Chinese words join single characters beside them, as segmentation tore them."""
    runs: list[tuple[str, bool]] = []
    for index, word in enumerate(query_words):
        loose = words.is_han(word) and (
            word not in known or (len(word) == 1 and _has_unknown(query_words, index, known))
        )
        if loose and runs and not runs[-1][1] and words.is_han(runs[-1][0]):
            runs[-1] = (runs[-1][0] + word, False)
        else:
            runs.append((word, word in known and not loose))
    return runs


def _has_unknown(query_words: Sequence[str], index: int, known: set[str]) -> bool:
    beside = [*query_words[max(0, index - 1) : index], *query_words[index + 1 : index + 2]]
    return any(words.is_han(word) and word not in known for word in beside)


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
    """The nearest word of the vocabulary; among equally near ones the most used."""
    allowed = _allowed(word)
    best: tuple[int, int, str] | None = None
    for candidate, uses in vocabulary:
        if words.is_han(candidate) != words.is_han(word):
            continue
        distance = OSA.distance(word, candidate, score_cutoff=allowed)
        if distance <= allowed and (best is None or (distance, -uses, candidate) < best):
            best = (distance, -uses, candidate)
    return best[2] if best else ""


def _allowed(word: str) -> int:
    if words.is_han(word):
        return 0 if len(word) < 2 else 1 if len(word) < 5 else 2
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2
