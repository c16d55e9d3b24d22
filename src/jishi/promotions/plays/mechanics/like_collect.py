"""Collecting likes, or assist: enough friends lend a hand, and the starter may buy at a special price, or for
nothing. A declaration only.

A friend helps one person under an offer and no other; a newcomer's hand may count more than once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules import (
    Clause,
    Mechanic,
    Param,
    Params,
    Progress,
    RallyRules,
    RallyTerms,
    Terms,
)
from jishi.promotions.plays.rules.helping import HELPING, rally_terms, verdict

PARAMS = (
    Param(
        "goal",
        "int",
        8,
        N_("Likes needed"),
        N_("So many friends have to help. Every friend counts once, newcomers perhaps more."),
        minimum=1,
        maximum=200,
    ),
    Param(
        "newcomer_likes",
        "int",
        1,
        N_("What a newcomer's like counts"),
        N_("Somebody who never bought here counts this many times. 1 treats everybody alike."),
        minimum=1,
        maximum=5,
    ),
)


def _terms(terms: Terms, params: Params) -> Terms:
    return replace(terms, size=params["goal"], hours=params["hours"], per_order=1)


def _rally_terms(params: Params) -> RallyTerms:
    return replace(
        rally_terms(params, helpers=params["goal"]),
        once_per_offer=True,
        newcomer_percent=100 * params["newcomer_likes"],
    )


def _goal(alone_minor: int, floor_minor: int, params: Params) -> int:
    likes: int = params["goal"]
    return likes


def _most(goal: int, terms: RallyTerms) -> int:
    return goal


def _gain(terms: RallyTerms, progress: Progress, seed: str, is_newcomer: bool) -> int:
    return min(progress.rest, terms.newcomer_percent // 100 if is_newcomer else 1)


def _price(progress: Progress, alone_minor: int, floor_minor: int) -> int | None:
    return floor_minor if progress.rest == 0 else None


def _say(params: Params) -> Iterator[Phrase]:
    yield Phrase(
        N_("Gather %(goal)s likes within %(hours)s hours; then you have %(pay_hours)s hours to take it."),
        {"goal": params["goal"], "hours": params["hours"], "pay_hours": params["pay_hours"]},
    )
    yield Phrase(N_("Every friend can help one person in this campaign, once."))
    if params["newcomer_likes"] > 1:
        yield Phrase(
            N_("Friends who have never bought here count %(times)s times."),
            {"times": params["newcomer_likes"]},
        )


def _problems(params: Params) -> Iterator[Phrase]:
    if params["newcomer_likes"] > params["goal"]:
        yield Phrase(N_("One newcomer's like would already be more than is needed."))


def _preview(params: Params, prices: Sequence[tuple[int, int]], currency: str) -> tuple[Phrase, ...]:
    alone, floor = max(prices, key=lambda pair: pair[0] - pair[1])
    words = {"alone_minor": alone, "floor_minor": floor, "goal": params["goal"], "currency": currency}
    first = (
        Phrase(N_("%(goal)s likes earn what costs %(alone_minor)s alone, for nothing."), words)
        if floor == 0
        else Phrase(N_("%(goal)s likes lower the price from %(alone_minor)s to %(floor_minor)s."), words)
    )
    return (
        first,
        Phrase(
            N_("Each piece costs you up to %(cost_minor)s and brings you up to %(helpers)s visitors."),
            {"cost_minor": alone - floor, "helpers": params["goal"], "currency": currency},
        ),
    )


LIKE_COLLECT = Mechanic(
    code="like_collect",
    title=N_("Collect likes"),
    summary=N_("One person gathers likes of friends; enough of them earn a special price or a free piece."),
    clauses=(Clause(PARAMS, _terms, _say, _problems), HELPING),
    decide=verdict,
    preview=_preview,
    explanation=N_("Price for collected likes"),
    rally=RallyRules(terms=_rally_terms, goal=_goal, most=_most, gain=_gain, price=_price),
    allows_free=True,
)
