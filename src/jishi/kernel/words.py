"""Words of texts and searches, in Chinese and in languages with spaces.

Invariant: a word consists of letters and digits only, so it can be written into a tsvector or tsquery literal
without quoting, and the same text always gives the same words.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import rjieba

WORD_MAX = 40
QUERY_MAX = 100
QUERY_WORDS_MAX = 12
DOCUMENT_WORDS_MAX = 3_000
PREFIX_MIN = 3
PAIR_MAX = 6

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f]")


def is_han(text: str) -> bool:
    """Whether the text has a Chinese character."""
    return _HAN.search(text) is not None


def fold(text: str) -> str:
    """One spelling per word: compatibility forms, case and accents removed."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKC", _MARKS.sub("", decomposed))


def words_of(text: str) -> list[str]:
    """All words for an index, also the short ones inside long Chinese words, in order, with repeats."""
    parts = rjieba.cut_for_search(fold(text))
    return [word for part in parts for word in _WORD.findall(part) if len(word) <= WORD_MAX]


def query_words(text: str) -> list[str]:
    """The smallest words of a search: a long Chinese word that shorter ones cover is left out."""
    found = list(dict.fromkeys(words_of(text[:QUERY_MAX])))
    return [word for word in found if not _is_covered(word, found)][:QUERY_WORDS_MAX]


def document(fields: Sequence[tuple[str, str]]) -> tuple[str, set[str]]:
    """A tsvector literal of (weight A–D, text) fields, and the words worth comparing a misspelling with.

    Titles, brands and tags also count character by character, because a search may cut a Chinese word where
    the title did not.
    """
    places: dict[str, list[str]] = {}
    vocabulary: set[str] = set()
    position = 0
    for weight, text in fields:
        found = words_of(text)[:DOCUMENT_WORDS_MAX]
        for word in found:
            position = min(position + 1, 16_383)
            _place(places, word, position, weight)
        if weight != "D":
            vocabulary.update(word for word in found if len(word) > 1)
            vocabulary.update(_pairs(text))
            for character in dict.fromkeys(_HAN.findall(fold(text))):
                _place(places, character, position, weight)
    literal = " ".join(f"{word}:{','.join(marks)}" for word, marks in sorted(places.items()))
    return literal, vocabulary


def _pairs(text: str) -> set[str]:
    """Neighbouring Chinese words joined ("乌龙" + "茶"), which misspelt searches are compared with, too."""
    parts = rjieba.cut(fold(text))
    joined = (first + second for first, second in pairwise(parts) if is_han(first) and is_han(second))
    return {pair for pair in joined if len(pair) <= PAIR_MAX and _WORD.fullmatch(pair)}


def tsquery(words: Sequence[str]) -> str:
    """A tsquery literal: all words, the last one and longer Latin ones as prefixes. '' matches nothing."""
    return " & ".join(_term(word, is_last=index == len(words) - 1) for index, word in enumerate(words))


def _term(word: str, *, is_last: bool) -> str:
    is_prefix = (is_last and (len(word) > 1 or not is_han(word))) or (
        not is_han(word) and len(word) >= PREFIX_MIN
    )
    term = f"{word}:*" if is_prefix else word
    is_plural = len(word) > PREFIX_MIN and word.endswith("s") and not word.endswith("ss") and word.isascii()
    return f"({term} | {word[:-1]})" if is_plural else term


def _is_covered(word: str, found: Sequence[str]) -> bool:
    """Whether shorter words of the search together make up this one."""
    if not is_han(word):
        return False
    shorter = [other for other in found if other != word and len(other) < len(word) and other in word]
    reached = {0}
    for start in range(len(word)):
        if start in reached:
            reached |= {start + len(other) for other in shorter if word.startswith(other, start)}
    return len(word) in reached


def _place(places: dict[str, list[str]], word: str, position: int, weight: str) -> None:
    marks = places.setdefault(word, [])
    if len(marks) < 20:
        marks.append(f"{position}{weight}")
