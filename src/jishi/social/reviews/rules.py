"""How stars add up and how far a review is believed. Pure; only what rates goods reads stars."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jishi.kernel.errors import N_
from jishi.social.reviews.contracts import Aspect, Reason

# --- ratings ------------------------------------------------------------------------------------------

HALF_LIFE_DAYS = 240.0
"""After so many days a review weighs half as much: goods and shops change."""
PRIOR_WEIGHT = 8.0
"""The category's mean counts like so many fully believed fresh reviews."""
NEUTRAL = 4.0
NEUTRAL_WEIGHT = 20.0
"""What a category without reviews is taken for, and how firmly."""
DAY_CAP = 6.0
"""All reviews of one day together weigh at most so much."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One person's review of a product as the rating sees it. `day` numbers the day of writing."""

    stars: int
    authenticity: float
    age_days: float
    day: int = 0


def category_prior(weight: float, weighted_stars: float) -> float:
    """The mean of the *other* products of a category, drawn towards what is usual where there are few."""
    return (NEUTRAL_WEIGHT * NEUTRAL + weighted_stars) / (NEUTRAL_WEIGHT + weight)


def weigh(samples: Iterable[Sample]) -> tuple[float, float]:
    """(total weight, weighted stars) of reviews; each day's reviews together weigh at most ``DAY_CAP``."""
    days: dict[int, list[float]] = {}
    for one in samples:
        weight = one.authenticity * 0.5 ** (max(0.0, one.age_days) / HALF_LIFE_DAYS)
        day = days.setdefault(one.day, [0.0, 0.0])
        day[0] += weight
        day[1] += weight * one.stars
    total = stars = 0.0
    for weight, sum_of_stars in days.values():
        kept = min(1.0, DAY_CAP / weight) if weight else 0.0
        total += weight * kept
        stars += sum_of_stars * kept
    return total, stars


def rate(samples: Iterable[Sample], *, prior: float) -> float:
    """The shown rating of a product, between one and five stars::

        (C * m + sum of w * s) / (C + sum of w),   w = authenticity * 2 ** (-age / half-life)

    with ``m`` the category's mean, ``C`` its weight, and the weights of one day scaled down to ``DAY_CAP``.
    The caller passes one review per person. This is the point estimate of a Dirichlet reputation system with
    a longevity factor (A. Jøsang and J. Haller, "Dirichlet Reputation Systems", ARES 2007), with the days
    capped on top. Consequences that tests hold it to: it never leaves the range of stars; more stars in
    any review never lower it; and reviews written on one day, however many, move it by at most
    ``4 * DAY_CAP / (C + DAY_CAP + the other days' weight)``.
    """
    total, stars = weigh(samples)
    return (PRIOR_WEIGHT * prior + stars) / (PRIOR_WEIGHT + total)


def most_a_day_moves(other_weight: float) -> float:
    """How far reviews of one day, however many, can move a rating that otherwise weighs so much."""
    return 4 * DAY_CAP / (PRIOR_WEIGHT + DAY_CAP + other_weight)


# --- how far a review is believed -----------------------------------------------------------------------

BASE_BPS = 6000
LEAST_BPS, MOST_BPS = 500, 10_000
BURST_WITHIN = timedelta(hours=24)
SIMILAR = 0.7
TEXT_COUNTS_FROM = 12
REASONS: Mapping[str, tuple[int, str]] = {
    "verified": (0, N_("Bought here and received")),
    "waited": (1000, N_("Written at least a day after receiving it")),
    "at_once": (-1000, N_("Written within minutes of receiving it")),
    "long_here": (1000, N_("The account has been here for a while")),
    "new_account": (-1500, N_("The account is very new")),
    "in_detail": (1000, N_("Says something in detail")),
    "wordless": (-500, N_("Hardly any words")),
    "pictures": (1000, N_("Shows pictures")),
    "followed_up": (1000, N_("Came back after using it")),
    "like_own": (-2500, N_("Much like another review of the same person")),
    "like_others": (-3000, N_("Much like somebody else's review")),
    "burst": (-2500, N_("Written when unusually many reviews came at once")),
}
"""Code to points and to the sentence that readers see. No reason has to do with how many stars were given."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a review apart from its stars. Likeness is from 0 to 1."""

    waited: timedelta
    account_age: timedelta
    text_length: int
    picture_count: int = 0
    like_own: float = 0.0
    like_others: float = 0.0
    recent_count: int = 0
    usual_count: float = 0.0
    followed_up: bool = False


def judge(signals: Signals) -> list[str]:
    """The codes of the reasons for and against believing a review."""
    found = ["verified"]
    if signals.waited >= timedelta(days=1):
        found.append("waited")
    elif signals.waited < timedelta(minutes=10):
        found.append("at_once")
    if signals.account_age >= timedelta(days=30):
        found.append("long_here")
    elif signals.account_age < timedelta(days=3):
        found.append("new_account")
    if signals.text_length >= 20:
        found.append("in_detail")
    elif signals.text_length < 4:
        found.append("wordless")
    checks = {
        "pictures": signals.picture_count > 0,
        "followed_up": signals.followed_up,
        "like_own": signals.like_own >= SIMILAR,
        "like_others": signals.like_others >= SIMILAR,
        "burst": is_burst(signals.recent_count, signals.usual_count),
    }
    return found + [code for code, holds in checks.items() if holds]


def is_burst(recent: int, usual: float) -> bool:
    """Whether a day's reviews of a product are far more than a usual day's."""
    return recent >= 8 and recent > 5 * max(1.0, usual)


def believe(codes: Iterable[str], *, extra: int = 0) -> int:
    """How far a review with these reasons is believed, in basis points; never nothing, never above all."""
    points = sum(REASONS[code][0] for code in codes if code in REASONS)
    return max(LEAST_BPS, min(MOST_BPS, BASE_BPS + points + extra))


def explain(codes: Iterable[str]) -> tuple[Reason, ...]:
    """Reasons in plain words; codes of other providers that are unknown here say nothing."""
    return tuple(Reason(code, *REASONS[code]) for code in codes if code in REASONS)


def plain(text: str) -> str:
    """Letters and digits of a text in one form, for comparing."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def shingles(text: str) -> frozenset[str]:
    """Overlapping pieces of three characters; works for Chinese as for English."""
    letters = plain(text)
    return frozenset(letters[n : n + 3] for n in range(max(0, len(letters) - 2)))


def likeness(one: str, other: str) -> float:
    """Jaccard's index of the shingles of two texts; short ones are like nothing: they repeat by chance."""
    if min(len(plain(one)), len(plain(other))) < TEXT_COUNTS_FROM:
        return 0.0
    left, right = shingles(one), shingles(other)
    return len(left & right) / len(left | right) if left or right else 0.0


def simhash(text: str) -> int:
    """A signed 64-bit fingerprint (Charikar 2002) that texts of the same words share; 0 for short texts."""
    if len(plain(text)) < TEXT_COUNTS_FROM:
        return 0
    sums = [0] * 64
    for piece in shingles(text):
        bits = int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "big")
        for place in range(64):
            sums[place] += 1 if bits >> place & 1 else -1
    packed = sum(1 << place for place in range(64) if sums[place] > 0)
    return packed - 2**64 if packed >= 2**63 else packed


# --- aspects, times, words ------------------------------------------------------------------------------

ASPECTS: Mapping[str, str] = {
    "quality": N_("Quality"),
    "as_described": N_("Fits the description"),
    "taste": N_("Taste"),
    "fit": N_("Fit"),
    "freshness": N_("Freshness"),
    "packaging": N_("Packaging"),
    "delivery": N_("Speed of delivery"),
    "service": N_("Service"),
    "value": N_("Value for money"),
}
DEFAULT_ASPECTS = ("quality", "as_described", "delivery")
ASPECTS_MOST = 5

EDIT_FOR = timedelta(days=30)
FOLLOW_UP_FOR = timedelta(days=180)
ASK_AFTER = timedelta(days=3)
SILENT_AFTER = timedelta(days=30)
AGAIN_AFTER = timedelta(days=1)
BUYERS_ASKED = 10
ASKED_AGAIN_AFTER = timedelta(days=7)


def aspects_of(codes: Sequence[str]) -> tuple[Aspect, ...]:
    """Aspects by code, unknown ones left out."""
    return tuple(Aspect(code, ASPECTS[code]) for code in codes if code in ASPECTS)


def clean(text: str) -> str:
    """A text without control characters and with at most one empty line in a row."""
    kept = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c)[0] != "C")
    lines = [line.rstrip() for line in kept.strip().split("\n")]
    return "\n".join(line for n, line in enumerate(lines) if line or n == 0 or lines[n - 1])


def find_links(text: str) -> tuple[str, ...]:
    """Addresses in a text."""
    return tuple(re.findall(r"https?://[^\s<>\"]+", text))


def may_edit(created_at: datetime, at: datetime) -> bool:
    """Whether a review can still be changed."""
    return at < created_at + EDIT_FOR


def may_follow_up(received_at: datetime, at: datetime) -> bool:
    """Whether a follow-up can still be written."""
    return at < received_at + FOLLOW_UP_FOR


def masked(nickname: str) -> str:
    """A name of which only the first character is left."""
    return f"{nickname[:1]}***"
