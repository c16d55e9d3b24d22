"""Judging words before they are published; pure. What is found comes with its reason in words.

A match is looked for in what a reader sees (``kernel.lookalikes``), so spacing, width and look-alikes hide
nothing. Claims without bounds are only pointed out: context decides whether they are allowed.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from jishi.kernel import lookalikes
from jishi.kernel.errors import N_

NEW_ACCOUNT = timedelta(days=3)
MENTIONS = 10
MENTIONS_NEW = 3
LINKS = 5
REPEAT_LENGTH = 12
REPEAT_BITS = 6
REPEAT_HOLD, REPEAT_REFUSE = 3, 8
REPEAT_WITHIN = timedelta(hours=1)
BURST_WITHIN = timedelta(minutes=10)
BURST = 30
BURST_NEW = 10

ABSOLUTE = N_("“%(word)s” promises more than anybody can keep. Consider saying it differently.")

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。；）)】\]]+", re.IGNORECASE)
_MARKED = re.compile(r"\[([^\]\n]{1,200})\]\(\s*(\S+?)\s*\)")
_ANCHOR = re.compile(r"<a\s[^>]*href\s*=\s*[\"']?([^\"'\s>]+)[^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """What the rule pack of this place says about words, per language."""

    refuse: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    absolute: tuple[str, ...] = ()
    fair: tuple[str, ...] = ()
    """Patterns in which a claim without bounds is none."""


@dataclass(frozen=True, slots=True)
class Past:
    """Something the author published lately."""

    kind: str
    simhash: int
    length: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was found: what follows from it, and the reason in words."""

    action: str
    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)


def words_of(rules: Mapping[str, object]) -> Words:
    """Read the word lists out of a rule pack; all languages count, whatever an author says they write."""
    listed = rules.get("words")
    lists = listed.values() if isinstance(listed, Mapping) else ()
    absolute, fair = rules.get("absolute_terms"), rules.get("absolute_fair")
    return Words(
        refuse=_all(entry.get("refuse", ()) for entry in lists if isinstance(entry, Mapping)),
        hold=_all(entry.get("hold", ()) for entry in lists if isinstance(entry, Mapping)),
        absolute=_all(absolute.values() if isinstance(absolute, Mapping) else ()),
        fair=_all(fair.values() if isinstance(fair, Mapping) else ()),
    )


def check_words(text: str, words: Words) -> list[Remark]:
    """Words that are refused, held, or worth a second thought."""
    found: list[Remark] = []
    if word := _first(text, words.refuse):
        found.append(Remark("refuse", "word", N_("“%(word)s” may not be offered here."), {"word": word}))
    elif word := _first(text, words.hold):
        found.append(
            Remark("hold", "word", N_("A moderator looks at posts with “%(word)s” first."), {"word": word})
        )
    if word := _first(_claimed(text, words), words.absolute):
        found.append(Remark("accept", "absolute", ABSOLUTE, {"word": word}))
    return found


def check_house(text: str, words: Words) -> list[Remark]:
    """What the house or a shop says of itself, where no moderator looks first: every word is named."""
    lists = (
        ("refuse", "word", N_("“%(word)s” may not be offered here."), words.refuse, text),
        (
            "hold",
            "word",
            N_("“%(word)s” is often part of a trick; posts with it are held."),
            words.hold,
            text,
        ),
        ("accept", "absolute", ABSOLUTE, words.absolute, _claimed(text, words)),
    )
    found = ((act, code, message, _every(said, listed)) for act, code, message, listed, said in lists)
    return [Remark(act, code, message, {"word": "、".join(met)}) for act, code, message, met in found if met]


def _claimed(text: str, words: Words) -> str:
    """The text without what is no claim."""
    for pattern in words.fair:
        text = re.sub(pattern, " ", text)
    return text


def check_links(text: str, links: Sequence[str], *, own_host: str, is_new: bool) -> list[Remark]:
    """Links whose words hide where they lead, too many links, and links from accounts that just arrived."""
    found = []
    for words, target in _labelled(text):
        shown = _HOST.search(lookalikes.folded(words))
        real = host_of(target)
        if shown and real and not _same_site(shown.group().lower(), real):
            found.append(
                Remark(
                    "hold",
                    "link_text",
                    N_("The words of a link name another site than %(host)s."),
                    {"host": real},
                )
            )
            break
    hosts = {host_of(url) for url in [*links, *_URL.findall(text)]} - {"", own_host}
    if disguised := next((host for host in hosts if _is_disguised(host)), ""):
        found.append(
            Remark("hold", "link_host", N_("The site %(host)s looks like another one."), {"host": disguised})
        )
    if hosts and is_new:
        found.append(Remark("hold", "link_new", N_("A moderator looks at links of new accounts first."), {}))
    if len(hosts) > LINKS:
        found.append(Remark("hold", "links", N_("More than %(limit)s links."), {"limit": LINKS}))
    return found


def check_mentions(count: int, *, is_new: bool) -> list[Remark]:
    """Naming crowds of people."""
    limit = MENTIONS_NEW if is_new else MENTIONS
    if count <= limit:
        return []
    action = "refuse" if count > 2 * MENTIONS else "hold"
    return [
        Remark(action, "mentions", N_("At most %(limit)s people can be mentioned at once."), {"limit": limit})
    ]


def check_flood(text: str, kind: str, past: Iterable[Past], *, is_new: bool, at: datetime) -> list[Remark]:
    """The same words again and again, or too much in a short time."""
    before = list(past)
    limit = BURST_NEW if is_new else BURST
    if sum(one.at > at - BURST_WITHIN for one in before) >= limit:
        return [Remark("refuse", "burst", N_("That was a lot in a short time. Please wait ten minutes."), {})]
    if len(lookalikes.skeleton(text)) < REPEAT_LENGTH:
        return []
    mine = simhash(text)
    same = sum(
        one.kind == kind
        and one.length >= REPEAT_LENGTH
        and one.at > at - REPEAT_WITHIN
        and distance(one.simhash, mine) <= REPEAT_BITS
        for one in before
    )
    if same >= REPEAT_REFUSE:
        return [Remark("refuse", "repeated", N_("You have posted this already."), {})]
    if same >= REPEAT_HOLD:
        return [
            Remark("hold", "repeated", N_("This is the same text again. A moderator looks at it first."), {})
        ]
    return []


def simhash(text: str) -> int:
    """A number of 64 bits (signed, as the database keeps it) that similar texts nearly share."""
    bare = lookalikes.skeleton(text)
    weights = [0] * 64
    for at in range(max(1, len(bare) - 1)):
        digest = int.from_bytes(hashlib.blake2b(bare[at : at + 2].encode(), digest_size=8).digest(), "big")
        for bit in range(64):
            weights[bit] += 1 if digest >> bit & 1 else -1
    value = sum(1 << bit for bit in range(64) if weights[bit] > 0)
    return value - (1 << 64) if value >> 63 else value


def distance(one: int, other: int) -> int:
    """In how many bits two fingerprints differ."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count()


def host_of(url: str) -> str:
    """Where an address really leads; user names in front of an @ are no hosts."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url.lstrip('/')}")
        return (parts.hostname or "").lower().rstrip(".").removeprefix("www.")
    except ValueError:
        return ""


def _labelled(text: str) -> list[tuple[str, str]]:
    """Words and target of every link that has both."""
    marked = [(words, target) for words, target in _MARKED.findall(text)]
    return marked + [(re.sub(r"<[^>]*>", "", words), target) for target, words in _ANCHOR.findall(text)]


def _same_site(shown: str, real: str) -> bool:
    shown = shown.removeprefix("www.")
    return shown == real or real.endswith("." + shown) or shown.endswith("." + real)


def _is_disguised(host: str) -> bool:
    """A name whose letters come from several alphabets, plain or in its ASCII form."""
    try:
        plain = host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return True
    return any(len(lookalikes.scripts(label)) > 1 or _is_foreign_latin(label) for label in plain.split("."))


def _is_foreign_latin(label: str) -> bool:
    """All letters of another alphabet, and all of them read as Latin ones."""
    letters = [c for c in label if c.isalpha()]
    return bool(letters) and not label.isascii() and lookalikes.folded(label).isascii()


def _first(text: str, words: Iterable[str]) -> str:
    return next(_met(text, words), "")


def _every(text: str, words: Iterable[str]) -> list[str]:
    return list(_met(text, words))


def _met(text: str, words: Iterable[str]) -> Iterator[str]:
    bare = lookalikes.skeleton(text)
    spaced = lookalikes.folded(text)
    for word in words:
        wanted = lookalikes.skeleton(word)
        if not wanted or wanted not in bare:
            continue
        if not wanted.isascii() or _stands_alone(wanted, spaced):
            yield word


def _stands_alone(wanted: str, text: str) -> bool:
    """Whether Latin words begin and end where words do: "wire me" is not in "rewire merchants"."""
    digits = {letter: digit for digit, letter in lookalikes.DIGITS.items() if digit.isdigit()}
    spread = r"[\W_]*".join(f"[{c}{digits.get(c, '')}]" for c in wanted)
    return re.search(rf"(?<![a-z]){spread}(?![a-z])", text) is not None


def _all(lists: Iterable[object]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(str(word) for words in lists if isinstance(words, list | tuple) for word in words)
    )
