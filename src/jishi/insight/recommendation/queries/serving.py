"""A list for a place: candidates, filter, rank, diversify. Reads only; `operations.show` also keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from jishi.insight.recommendation import rules
from jishi.insight.recommendation.contracts import About, Asker, Pick, Recommended, Surface
from jishi.insight.recommendation.queries import live, pool
from jishi.insight.recommendation.rules import Found, Mix, Placed
from jishi.kernel import clock

JUDGED = 160
"""So many of the best are looked at closer; a page shows a part of them."""

LISTS: Mapping[Surface, tuple[tuple[str, float], ...]] = {
    Surface.GOES_WITH: (("with", 1.0), ("near", 0.6)),
    Surface.AFTER: (("after", 1.0), ("with", 0.7), ("near", 0.3)),
    Surface.CART: (("with", 1.0), ("near", 0.25)),
    Surface.NOTES: (("near", 1.0),),
    Surface.GOODS: (("near", 1.0),),
}
"""Lists of the things a place is about, and what each counts."""
READY = frozenset({"home", "popular"})
PERSONAL = frozenset({Surface.LIKE_YOU, Surface.FRIENDS})
"""Places that have nothing to say without knowing somebody."""
NOTES_ONLY = frozenset({Surface.NOTES})
PLACE = Mix("place", {"own": 1.0, "lift": 0.3})
"""Beside a thing its own lists count; what the reader likes only lifts some of them."""


def recommend(
    asker: Asker,
    surface: Surface,
    *,
    about: About | None = None,
    limit: int = 20,
    seed: int | None = None,
    at: datetime | None = None,
) -> Recommended:
    """The things to show somebody in a place, each with its reason; nothing is written.

    The same seed, tables and moment give the same list. Without a seed it changes every half hour.
    """
    now, of = clock.at_or_now(at), about or About()
    sown = seed if seed is not None else rules.seed_of(*asker.readers, surface, int(now.timestamp() // 1800))
    placed, is_personal, contest = _ranked(asker, surface, of, limit, sown, now)
    picks = tuple(
        Pick(one.key, place, one.because, one.cause, team=one.team)
        for place, one in enumerate(placed[:limit], start=1)
    )
    return Recommended(surface, picks, is_personal=is_personal, contest=contest)


def _ranked(
    asker: Asker, surface: Surface, about: About, limit: int, seed: int, at: datetime
) -> tuple[list[Placed], bool, str]:
    if surface is Surface.HOME:
        return _home(asker, limit, seed, at)
    found = _read(asker, surface, about, at)
    candidates = _candidates(asker, surface, about, found, at)
    if surface in PERSONAL and not found.is_personal:
        return [], False, ""
    barred = {*about.product_ids, *about.shown, *([-about.note_id] if about.note_id else [])}
    wants_notes, takes_both = surface in NOTES_ONLY, surface is Surface.LIKE_YOU
    kept = [
        one for one in candidates if (takes_both or (one.key < 0) == wants_notes) and one.key not in barred
    ]
    placed = rules.add_up(kept, PLACE, JUDGED)
    known = pool.traits((p.key for p in placed), found, viewer_id=asker.person_id, at=at)
    return rules.lay_out(placed, known, length=limit, seed=seed, mixed=False), found.is_personal, ""


def _home(asker: Asker, limit: int, seed: int, at: datetime) -> tuple[list[Placed], bool, str]:
    """Goods and notes together. A running contest of two mixes is interleaved, with who picked what."""
    found = pool.read(asker, at=at, home=True)
    if not any(one.source in READY for one in found.listed):
        return (
            [],
            found.is_personal,
            "",
        )  # the heavy process has made no lists yet: the plain order knows more
    contest = found.contest
    mixes = tuple(rules.MIXES[one] for one in contest.mixes) if contest else (rules.STANDARD,)
    ranked = [rules.add_lists(found.listed, mix, JUDGED) for mix in mixes]
    keys = {one.key for order in ranked for one in order} | set(found.unknown[:20])
    known = pool.traits(keys, found, viewer_id=asker.person_id, at=at)
    for opened in found.recent:
        known.pop(opened, None)
    laid = [
        rules.lay_out(order, known, length=limit, seed=seed, unknown=found.unknown[:20]) for order in ranked
    ]
    if contest:
        return rules.team_draft(laid[0], laid[1], length=limit, seed=seed), True, contest.code
    return laid[0], found.is_personal, ""


def _read(asker: Asker, surface: Surface, about: About, at: datetime) -> pool.Pool:
    if surface is Surface.LIKE_YOU:
        subjects = [asker.person_id] if asker.person_id is not None else []
        return pool.read(asker, at=at, lists=["alike"], subjects=subjects)
    names = [name for name, _ in LISTS.get(surface, ())]
    subjects = [*about.product_ids, *([-about.note_id] if about.note_id else [])]
    return pool.read(asker, at=at, lists=names, subjects=subjects)


def _candidates(asker: Asker, surface: Surface, about: About, found: pool.Pool, at: datetime) -> list[Found]:
    """The place's own lists, lifted a little by what this person likes."""
    worth = {f"list:{name}": value for name, value in LISTS.get(surface, ())}
    worth["list:alike"] = 1.0
    own = [
        Found("own", one.key, one.score * worth[one.source], one.because, one.cause)
        for one in found.found(*worth)
    ]
    if surface is Surface.FRIENDS and found.is_personal:
        own += live.friends_bought(asker, at=at)
    if surface in (Surface.CART, Surface.GOES_WITH):
        own += live.shown_bundles(about.product_ids)
    if surface is Surface.NOTES:
        own += live.notes_pinning(about.product_ids)
    keys = {one.key for one in own}
    liked = [one for one in found.found("home", "near") if one.key in keys]
    return own + [Found("lift", one.key, one.score, one.because, one.cause) for one in liked]


def rerank_search(
    asker: Asker, product_ids: Sequence[int], *, at: datetime | None = None
) -> tuple[list[int], frozenset[int]]:
    """Search results in an order that leans to what somebody likes, and which of them it moved up. Nothing
    is added or left out, and nothing rises more than a few places.
    """
    now = clock.at_or_now(at)
    if len(product_ids) < 2:
        return list(product_ids), frozenset()
    found = pool.read(asker, at=now)
    if not found.is_personal:
        return list(product_ids), frozenset()
    inside = set(product_ids)
    likes: dict[int, float] = {}
    for one in found.found("home", "near"):
        if one.key in inside:
            likes[one.key] = likes.get(one.key, 0.0) + one.score
    order = rules.move_within(product_ids, likes)
    before = {key: place for place, key in enumerate(product_ids)}
    return order, frozenset(key for place, key in enumerate(order) if place < before[key] and key in likes)
