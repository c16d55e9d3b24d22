"""Bargain: one person asks friends to cut the price, step by step, down to a floor. A declaration only.

The sum of all cuts is the way from the price alone to the floor, exactly; after `helpers` helps it is
reached for certain, and the page always says how many more could be needed at most.
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
    drawn_share,
)
from jishi.promotions.plays.rules.helping import HELPING, rally_terms, verdict

PARAMS = (
    Param(
        "helpers",
        "int",
        10,
        N_("Friends needed at most"),
        N_("After this many helps the lowest price is reached for certain. Shoppers see this number."),
        minimum=1,
        maximum=200,
    ),
    Param(
        "curve",
        "choice",
        "even",
        N_("How the cuts go"),
        N_("Every cut is drawn by lot around its share; steep gives the first friends more."),
        choices=(("even", N_("About the same each")), ("steep", N_("More at the beginning"))),
    ),
    Param(
        "first_bps",
        "int",
        1000,
        N_("The starter's own first cut"),
        N_("In hundredths of a percent of the whole way. 1000 is a tenth, cut at once."),
        minimum=0,
        maximum=5000,
    ),
    Param(
        "newcomer_percent",
        "int",
        150,
        N_("Weight of a newcomer's cut, percent"),
        N_("Somebody who never bought here cuts more. 100 treats everybody alike."),
        minimum=100,
        maximum=300,
    ),
    Param(
        "pays_when",
        "choice",
        "any",
        N_("When may it be bought?"),
        N_("At any price reached so far, or only at the lowest."),
        choices=(("any", N_("At the price reached so far")), ("floor", N_("Only at the lowest price"))),
    ),
)


def _terms(terms: Terms, params: Params) -> Terms:
    return replace(terms, size=params["helpers"], hours=params["hours"], per_order=1)


def _rally_terms(params: Params) -> RallyTerms:
    return replace(
        rally_terms(params, helpers=params["helpers"]),
        first_bps=params["first_bps"],
        newcomer_percent=params["newcomer_percent"],
        is_steep=params["curve"] == "steep",
        buys_early=params["pays_when"] == "any",
    )


def _goal(alone_minor: int, floor_minor: int, params: Params) -> int:
    return alone_minor - floor_minor


def _most(goal: int, terms: RallyTerms) -> int:
    # Every help cuts at least one minor unit, so a short way needs fewer.
    return min(terms.helpers, goal)


def _gain(terms: RallyTerms, progress: Progress, seed: str, is_newcomer: bool) -> int:
    percent = terms.newcomer_percent if is_newcomer else 100
    return drawn_share(progress, seed=seed, is_steep=terms.is_steep, percent=percent)


def _price(progress: Progress, alone_minor: int, floor_minor: int) -> int | None:
    return alone_minor - progress.gained


def _say(params: Params) -> Iterator[Phrase]:
    yield Phrase(
        N_("With %(helpers)s friends at most you reach the lowest price. It is never more than that."),
        {"helpers": params["helpers"]},
    )
    yield Phrase(
        N_("You have %(hours)s hours to gather helps and then %(pay_hours)s hours to buy."),
        {"hours": params["hours"], "pay_hours": params["pay_hours"]},
    )
    if params["pays_when"] == "any":
        yield Phrase(N_("You can buy at any time, at the price reached so far."))
    if params["newcomer_percent"] > 100:
        yield Phrase(N_("Friends who have never bought here cut more."))


def _preview(params: Params, prices: Sequence[tuple[int, int]], currency: str) -> tuple[Phrase, ...]:
    alone, floor = max(prices, key=lambda pair: pair[0] - pair[1])
    return (
        Phrase(
            N_("From %(alone_minor)s down to %(floor_minor)s, with at most %(helpers)s friends."),
            {
                "alone_minor": alone,
                "floor_minor": floor,
                "helpers": min(params["helpers"], alone - floor),
                "currency": currency,
            },
        ),
        Phrase(
            N_("Each piece costs you up to %(cost_minor)s and brings you up to %(helpers)s visitors."),
            {"cost_minor": alone - floor, "helpers": params["helpers"], "currency": currency},
        ),
    )


BARGAIN = Mechanic(
    code="bargain",
    title=N_("Bargain"),
    summary=N_("One person gathers friends; each cuts a piece off the price, down to a floor you set."),
    clauses=(Clause(PARAMS, _terms, _say), HELPING),
    decide=verdict,
    preview=_preview,
    explanation=N_("Price after bargaining"),
    rally=RallyRules(terms=_rally_terms, goal=_goal, most=_most, gain=_gain, price=_price),
)
