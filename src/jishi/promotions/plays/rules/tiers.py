"""Better prices for larger teams: from so many members the price falls, and all get the difference back."""

from collections.abc import Iterator
from dataclasses import replace

from jishi.kernel.errors import N_
from jishi.kernel.money import share_bps
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules.clauses import Clause
from jishi.promotions.plays.rules.params import Param, Params
from jishi.promotions.plays.rules.terms import Terms

PARAMS = (
    Param(
        "tier2_size",
        "int",
        0,
        N_("Better price from so many people"),
        N_(
            "The team stays open for more people until its deadline. It forms in any case once the first "
            "number has paid. 0 means one price for every size."
        ),
        minimum=0,
        maximum=50,
    ),
    Param(
        "tier2_bps",
        "int",
        0,
        N_("Better price: extra discount"),
        N_("In hundredths of a percent of the team price. Everybody gets the difference back."),
        minimum=0,
        maximum=9000,
    ),
    Param(
        "tier3_size",
        "int",
        0,
        N_("Best price from so many people"),
        N_("A second step, above the first. 0 means none."),
        minimum=0,
        maximum=50,
    ),
    Param(
        "tier3_bps",
        "int",
        0,
        N_("Best price: extra discount"),
        N_("In hundredths of a percent of the team price, instead of the first step's."),
        minimum=0,
        maximum=9000,
    ),
)


def _steps(params: Params) -> tuple[tuple[int, int], ...]:
    return tuple(
        (params[f"{name}_size"], params[f"{name}_bps"])
        for name in ("tier2", "tier3")
        if params.get(f"{name}_size")
    )


def _terms(terms: Terms, params: Params) -> Terms:
    steps = _steps(params)
    if not steps:
        return terms
    # The team stays open up to its largest size, and the first number of people is enough at the deadline.
    largest = max(terms.size, *(size for size, _ in steps))
    return replace(terms, size=largest, forms_from=terms.size, tiers=steps)


def _say(params: Params) -> Iterator[Phrase]:
    for size, bps in _steps(params):
        yield Phrase(
            N_("%(size)s people or more: another %(percent)s%% off, and you get the difference back."),
            {"size": size, "percent": f"{bps / 100:g}"},
        )


def _problems(params: Params) -> Iterator[Phrase]:
    size, second, third = params["size"], params["tier2_size"], params["tier3_size"]
    if (second and second <= size) or (third and third <= (second or third)):
        yield Phrase(N_("Each better price needs more people than the one before."))
    if bool(second) != bool(params["tier2_bps"]) or bool(third) != bool(params["tier3_bps"]):
        yield Phrase(N_("A better price needs both a number of people and a discount."))
    if third and params["tier3_bps"] <= params["tier2_bps"]:
        yield Phrase(N_("The best price must be better than the one before."))


TIERS = Clause(PARAMS, _terms, _say, _problems)


def tier_reached(terms: Terms, members: int) -> int:
    """Return how many of the better prices a team of so many members reached."""
    return sum(members >= size for size, _ in terms.tiers)


def tier_price(terms: Terms, team_price_minor: int, members: int) -> int:
    """Return what a unit costs in a team of so many members, never nothing."""
    off = max((bps for size, bps in terms.tiers if members >= size), default=0)
    return max(1, team_price_minor - share_bps(team_price_minor, off)) if off else team_price_minor


def best_price(terms: Terms, team_price_minor: int) -> int:
    """Return what a unit costs in the largest team; the budget of an offer is reserved for it."""
    return tier_price(terms, team_price_minor, terms.size)
