"""From candidates to an order: pure calculation, no database and no clock.

Promises kept here: nobody's page is filled by one shop, author or category; goods and notes both have their
places; one place in ten is given to what is little known, and which one is decided by the seed; a small
author or a new shop stands in every five. The same input always gives the same order.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jishi.insight.recommendation.contracts import Act, Because, MixName

HOME_LENGTH = 60
PAGE = 20
LOOK_AHEAD = 90
EXPLORED_EVERY = 10
"""At most one place of so many goes to what is little known."""
FLOOR_EVERY = 5
"""Of so many neighbouring places one belongs to a small author or a new shop, while there is any."""
PER_SHOP, PER_AUTHOR, PER_CATEGORY = 4, 3, 7
"""So many of one page of twenty at most."""
NOTES_LEAST, NOTES_MOST = 0.3, 0.7
RECENT_HALF_S = 1200.0
BECAUSE: Mapping[int, Because] = {reason.value: reason for reason in Because}
_URL = uuid.NAMESPACE_URL.bytes
SHOWN_MOST = 3
"""Shown so often in a week without being opened, a thing rests."""
SEARCH_REACH = 5
"""So many places search results may move at most."""
ACT_WORTH: Mapping[int, float] = {
    Act.CAME: 0.9,
    Act.OPENED: 0.7,
    Act.LIKED: 1.0,
    Act.CARTED: 1.2,
    Act.BOUGHT: 0.3,
}


@dataclass(frozen=True, slots=True)
class Mix:
    """How much each source counts. Experiments compare two of these."""

    code: str = "standard"
    worth: Mapping[str, float] = field(
        default_factory=lambda: {
            "home": 1.0,
            "near": 1.3,
            "popular": 0.35,
            "trend": 0.4,
            "fresh": 0.3,
            "follow": 0.8,
            "topic": 0.7,
            "place": 0.45,
            "again": 0.9,
        }
    )


STANDARD = Mix()
MIXES: Mapping[MixName, Mix] = {
    MixName.STANDARD: STANDARD,
    MixName.TASTE: Mix("taste", {**STANDARD.worth, "home": 1.5, "near": 1.6, "popular": 0.15, "trend": 0.2}),
    MixName.FRIENDS: Mix("friends", {**STANDARD.worth, "follow": 1.4, "topic": 1.1, "popular": 0.2}),
    MixName.FRESH: Mix("fresh", {**STANDARD.worth, "fresh": 0.9, "trend": 0.8, "home": 0.8}),
}
"""What operators may let run against each other on the home page."""


class Found(NamedTuple):
    """A candidate from one source: how much it speaks for it (0 to 1), why, and what stands behind it.

    Hundreds are made for every page, so it is what Python makes fastest.
    """

    source: str
    key: int
    score: float
    because: Because
    cause: int = 0


class Listed(NamedTuple):
    """Candidates of one source together: their scores count ``worth`` each, and have one reason or one each.

    A page weighs hundreds of candidates, but only a dozen of these.
    """

    source: str
    worth: float
    keys: Sequence[int]
    scores: Sequence[float]
    because: Because | None = None
    reasons: Sequence[int] = ()
    cause: int = 0

    def why(self, place: int) -> Because:
        """The reason of one of them."""
        return BECAUSE[self.reasons[place]] if self.because is None else self.because


class Traits(NamedTuple):
    """What must be known of a thing to place it: its owner (shop, or minus the author), its category, and
    whether it belongs to somebody small or new.
    """

    owner: int
    category: int
    is_small: bool


class Placed(NamedTuple):
    """A candidate with everything that spoke for it added up."""

    key: int
    score: float
    because: Because
    cause: int = 0
    team: str = ""


def seed_of(*parts: object) -> int:
    """A number that is the same for the same parts, on every machine."""
    text = "|".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2s(text.encode(), digest_size=8).digest(), "big")


def exposure_of(slate: str, position: int) -> str:
    """The name of one showing: however often it is told, it is one. A UUID of version 5, written out, because
    a page needs twenty.
    """
    name = _URL + f"slate:{slate}:{position}".encode()
    h = hashlib.sha1(name, usedforsecurity=False).hexdigest()
    return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:32]}"


def fade(age_s: float) -> float:
    """How much an act still says: the last minute says most."""
    return float(0.5 ** (max(age_s, 0.0) / RECENT_HALF_S))


def add_up(found: Iterable[Found], mix: Mix = STANDARD, most: int | None = None) -> list[Placed]:
    """One line per thing; its reason is what spoke loudest. Best first, ties by key; ``most`` of them."""
    alone = (Listed(one.source, 1.0, (one.key,), (one.score,), one.because, (), one.cause) for one in found)
    return add_lists(list(alone), mix, most)


def add_lists(found: Sequence[Listed], mix: Mix = STANDARD, most: int | None = None) -> list[Placed]:
    """The same for candidates that came in lists."""
    totals: dict[int, float] = {}
    before = totals.get
    worths = [mix.worth.get(one.source, 0.0) * one.worth for one in found]
    for worth, one in zip(worths, found, strict=True):
        for key, score in zip(one.keys, one.scores, strict=True):
            totals[key] = before(key, 0.0) + worth * score
    best = sorted(sorted(totals), key=totals.__getitem__, reverse=True)[:most]
    loudest = dict.fromkeys(best, (-1.0, 0, 0))
    for number, one in enumerate(found):
        worth = worths[number]
        for place, key in enumerate(one.keys):
            if key in loudest and worth * one.scores[place] > loudest[key][0]:
                loudest[key] = (worth * one.scores[place], number, place)
    return [
        Placed(key, totals[key], found[number].why(place), found[number].cause)
        for key, (_, number, place) in loudest.items()
    ]


@dataclass(slots=True)
class _Page:
    """What a page of twenty holds so far."""

    owners: dict[int, int] = field(default_factory=dict)
    categories: dict[int, int] = field(default_factory=dict)
    notes: int = 0
    length: int = 0
    since_small: int = 0

    def takes(self, key: int, traits: Traits) -> bool:
        most = PER_SHOP if key > 0 else PER_AUTHOR
        if self.owners.get(traits.owner, 0) >= most:
            return False
        return not (traits.category and self.categories.get(traits.category, 0) >= PER_CATEGORY)

    def add(self, key: int, traits: Traits) -> None:
        self.owners[traits.owner] = self.owners.get(traits.owner, 0) + 1
        if traits.category:
            self.categories[traits.category] = self.categories.get(traits.category, 0) + 1
        self.notes += key < 0
        self.length += 1
        self.since_small = 0 if traits.is_small else self.since_small + 1


def lay_out(
    placed: Sequence[Placed],
    traits: Mapping[int, Traits],
    *,
    length: int,
    seed: int,
    unknown: Sequence[int] = (),
    mixed: bool = True,
) -> list[Placed]:
    """Put things in order page by page. ``unknown`` are little known ones that may be tried out; a thing
    without traits is not shown. When caps leave nothing, the best of the rest follow: a short list is worse.
    """
    chance = random.Random(seed)
    waiting = [one for one in placed if one.key in traits]
    sure = {one.key for one in waiting[:PAGE]}
    tried = [key for key in unknown if key in traits and key not in sure]
    chance.shuffle(tried)
    result: list[Placed] = []
    done: set[int] = set()
    page, slot = _Page(), chance.randrange(EXPLORED_EVERY // 2, EXPLORED_EVERY)
    while len(result) < length:
        while waiting and waiting[0].key in done:
            waiting.pop(0)
        if page.length == PAGE:
            page = _Page()
        if len(result) % EXPLORED_EVERY == slot and tried:
            chosen = Placed(tried.pop(), 0.0, Because.EXPLORED)
            if chosen.key in done:
                continue
        elif waiting:
            chosen = _next(waiting, traits, page, done, mixed)
        else:
            break
        done.add(chosen.key)
        page.add(chosen.key, traits[chosen.key])
        result.append(chosen)
    return result


def _next(
    waiting: Sequence[Placed], traits: Mapping[int, Traits], page: _Page, done: set[int], mixed: bool
) -> Placed:
    """The best thing that this page may still take: of the kind that is owed, by somebody small when that is
    owed. What is asked gives way in that order when nothing fits.
    """
    share = page.notes / page.length if page.length else 0.5
    owed = 0 if not mixed or page.length < 3 else -1 if share < NOTES_LEAST else int(share > NOTES_MOST)
    small = page.since_small >= FLOOR_EVERY - 1
    best: Placed | None = None
    level = 0
    for one in waiting[:LOOK_AHEAD]:
        if one.key in done:
            continue
        trait = traits[one.key]
        fits = 1
        if page.takes(one.key, trait):
            is_kind, is_small = owed * one.key >= 0, trait.is_small or not small
            fits = 5 if is_kind and is_small else 4 if is_kind else 3 if is_small else 2
        if fits > level:
            best, level = one, fits
            if fits == 5:
                break
    return best or waiting[0]


def team_draft(one: Sequence[Placed], two: Sequence[Placed], *, length: int, seed: int) -> list[Placed]:
    """Interleave two orders fairly: in each round a coin decides who picks first, each picks its best that is
    not taken. Who picked what is remembered, so that what people open counts for one of them.
    """
    chance = random.Random(seed)
    teams = (("a", list(one)), ("b", list(two)))
    taken: set[int] = set()
    result: list[Placed] = []
    while len(result) < length:
        before = len(result)
        for name, order in teams if chance.random() < 0.5 else teams[::-1]:
            while order and order[0].key in taken:
                order.pop(0)
            if order and len(result) < length:
                best = order.pop(0)
                taken.add(best.key)
                result.append(Placed(best.key, best.score, best.because, best.cause, name))
        if len(result) == before:
            break
    return result


def move_within(order: Sequence[int], likes: Mapping[int, float], reach: int = SEARCH_REACH) -> list[int]:
    """Search results in an order that leans to what somebody likes; nothing moves more than `reach` places
    up, so what was searched for stays what is found.
    """
    most = max(likes.values(), default=0.0)
    if most <= 0:
        return list(order)
    moved = sorted(
        (place - reach * max(likes.get(key, 0.0), 0.0) / most, place, key) for place, key in enumerate(order)
    )
    return [key for _, _, key in moved]


def gain_a_month(*, pairs: int, confidence: float, base: float, price_minor: int, days: float) -> int:
    """What showing goods together may bring in thirty days, carefully: a tenth of those who bought the first
    part without the second, at the excess of taking it, at its price.
    """
    first = pairs / max(confidence, 1e-9)
    missed = max(first - pairs, 0.0)
    excess = max(confidence - base, 0.0)
    return int(missed * excess * 0.1 * price_minor * 30 / max(days, 1.0))
