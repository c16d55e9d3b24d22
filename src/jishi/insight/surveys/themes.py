"""Text answers grouped by what they talk about: frequent runs of words, the same groups for the same texts.

English is cut into words (small words left out, plain endings taken off) and pairs of words; Chinese, which
does not part its words, into runs of two to four characters inside one clause, without runs that begin or end
with a small word. The run that most answers share names a theme and takes its answers along; then the next
run is looked for among those that are left. Nothing is learned and nothing is drawn by lot.
"""

import re
from collections import Counter
from collections.abc import Sequence

from jishi.insight.surveys.contracts import Theme

MOST_THEMES = 8
SAMPLES = 3
LEAST = 2
LONGEST_NAME = 10
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z][a-z'’]*")
_CLAUSE = re.compile(r"[^\w'’]+")
_EDGE = frozenset(
    "的了是很也都就在和与我你他她它们这那有没不太还再又被把给对到从会能可要想着过吗呢吧啊呀啦个些点一比较非常觉得希望可以感觉有点但而且因为所以如果"
)
_SMALL = """
a an and are as at be been but by can could did do does for from had has have i if in is it its it's just me
my no not of on or our so some than that the their them then there they this to too very was we were what when
which who will with would you your more much really quite bit also only get got i'm i'd don't didn't isn't
wasn't am
"""
_STOP = frozenset(_SMALL.split())


def group(texts: Sequence[str]) -> tuple[Theme, ...]:
    """The themes of some answers, the largest first; answers that share nothing come last, nameless."""
    return tuple(
        Theme(word, len(places), _samples([texts[place] for place in places]))
        for word, places in assign(texts)
    )


def assign(texts: Sequence[str]) -> list[tuple[str, list[int]]]:
    """The name of each theme with the places of its answers; every answer is in exactly one."""
    runs = [_runs(text.strip().lower()) for text in texts]
    left = set(range(len(texts)))
    least = max(LEAST, round(len(texts) * 0.03))
    found: list[tuple[str, list[int]]] = []
    while len(found) < MOST_THEMES:
        word = _best(runs, left, least)
        if not word:
            break
        mine = sorted(place for place in left if word in runs[place])
        left -= set(mine)
        found.append((_grown(word, [texts[place] for place in mine]), mine))
    found.sort(key=lambda theme: (-len(theme[1]), theme[0]))
    return [*found, ("", sorted(left))] if left else found


def _best(runs: Sequence[frozenset[str]], left: set[int], least: int) -> str:
    """The run that most answers share; of equals the longer one says more, then the alphabet decides."""
    counted: Counter[str] = Counter()
    for place in left:
        counted.update(runs[place])
    best, weight = "", 0.0
    for run, count in sorted(counted.items()):
        # A longer run is shared by fewer; it may lose a tenth of the answers per step and still be chosen.
        heavy = count * (1 + 0.12 * (_length(run) - 1))
        if count >= least and heavy > weight:
            best, weight = run, heavy
    return best


def _grown(run: str, texts: Sequence[str]) -> str:
    """A Chinese run as long as all its answers agree: a name never stops in the middle of a word."""
    while _HAN.fullmatch(run) and len(run) < LONGEST_NAME:
        before, after = _beside(run, texts)
        if len(before) == 1 and _HAN.fullmatch(next(iter(before))):
            run = next(iter(before)) + run
        elif len(after) == 1 and _HAN.fullmatch(next(iter(after))):
            run += next(iter(after))
        else:
            break
    return run


def _beside(run: str, texts: Sequence[str]) -> tuple[set[str], set[str]]:
    """The characters before and after a run where it first stands in each text."""
    before, after = set(), set()
    for text in texts:
        place = text.lower().index(run)
        before.add(text[place - 1 : place])
        after.add(text[place + len(run) : place + len(run) + 1])
    return before, after


def _length(run: str) -> int:
    return len(run) - 1 if _HAN.match(run) else len(run.split())


def _samples(texts: Sequence[str]) -> tuple[str, ...]:
    """Short answers are the clearest; the same words are shown once."""
    return tuple(sorted(dict.fromkeys(texts), key=lambda text: (len(text), text))[:SAMPLES])


def _runs(text: str) -> frozenset[str]:
    found: set[str] = set()
    for clause in _CLAUSE.split(text):
        for han in _HAN.findall(clause):
            found |= _chinese(han)
    words = [
        word for clause in re.split(r"[.,;:!?，。；：！？、\n]+", text) for word in [*_words(clause), ""]
    ]
    for first, second in zip(words, [*words[1:], ""], strict=True):
        if first and first not in _STOP:
            found.add(first)
            if second and second not in _STOP:
                found.add(f"{first} {second}")
    return frozenset(found)


def _chinese(clause: str) -> set[str]:
    return {
        clause[start : start + size]
        for size in (2, 3, 4)
        for start in range(len(clause) - size + 1)
        if clause[start] not in _EDGE and clause[start + size - 1] not in _EDGE
    }


def _words(clause: str) -> list[str]:
    return [_stem(word.replace("’", "'")) for word in _LATIN.findall(clause)]


def _stem(word: str) -> str:
    """Plurals and the commonest endings; what is left stays a word that can be read."""
    if word in _STOP or len(word) < 5:
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
