"""Group buy: so many people within so many hours, and everybody gets the team price. A declaration only.

A team forms when its last seat is paid; with better prices for larger teams also at the deadline, once enough
have paid; or at the deadline with house members, where the rule pack allows that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules import (
    Clause,
    Crowd,
    Mechanic,
    Param,
    Params,
    Terms,
    Verdict,
    best_price,
    house_completes,
)
from jishi.promotions.plays.rules.draws import DRAWS
from jishi.promotions.plays.rules.house import HOUSE
from jishi.promotions.plays.rules.limits import LIMITS
from jishi.promotions.plays.rules.matching import MATCHING
from jishi.promotions.plays.rules.seating import SEATING
from jishi.promotions.plays.rules.tiers import TIERS

PARAMS = (
    Param(
        "size",
        "int",
        3,
        N_("People in a team"),
        N_("A team forms when this many people have paid. Two or three fill fastest."),
        minimum=2,
        maximum=50,
    ),
    Param(
        "hours",
        "int",
        24,
        N_("Hours to fill a team"),
        N_(
            "Counted from the leader's payment, never beyond the end of "
            "the offer. After it everybody is refunded."
        ),
        minimum=1,
        maximum=168,
    ),
)


def _terms(terms: Terms, params: Params) -> Terms:
    return replace(terms, size=params["size"], hours=params["hours"])


def _say(params: Params) -> Iterator[Phrase]:
    yield Phrase(
        N_("%(size)s people within %(hours)s hours, or everybody is refunded in full."),
        {"size": params["size"], "hours": params["hours"]},
    )


def _decide(terms: Terms, crowd: Crowd, is_over: bool) -> Verdict:
    if crowd.taken + crowd.virtual >= terms.size:
        return "form"
    if not is_over:
        return "wait"
    could_still_fill = crowd.taken + crowd.held >= terms.enough or terms.virtual_from_percent is not None
    if crowd.held and could_still_fill:
        # A payment made in time may still be on its way; what it would change is not decided without it.
        return "wait"
    return "form" if crowd.taken >= terms.enough or house_completes(terms, crowd) else "expire"


def _preview(params: Params, prices: Sequence[tuple[int, int]], currency: str) -> tuple[Phrase, ...]:
    terms = GROUP_BUY.terms(params)
    alone, together = min(prices, key=lambda pair: pair[1])
    lowest = best_price(terms, together)
    most = max(pair[0] - best_price(terms, pair[1]) for pair in prices)
    buyers = terms.draw_winners or terms.size
    leader = together * params["leader_discount_bps"] // 10_000
    return (
        Phrase(
            N_("%(size)s people each pay %(together_minor)s instead of %(alone_minor)s."),
            {
                "size": params["size"],
                "together_minor": together,
                "alone_minor": alone,
                "currency": currency,
            },
        ),
        Phrase(
            N_(
                "A team of single units costs you up to %(cost_minor)s in "
                "discounts and brings %(sales_minor)s in sales."
            ),
            {
                "cost_minor": most * buyers + leader,
                "sales_minor": lowest * buyers - leader,
                "currency": currency,
            },
        ),
        Phrase(N_("Nothing ships before the team is full; an unfilled team costs you nothing.")),
    )


GROUP_BUY = Mechanic(
    code="group_buy",
    title=N_("Group buy"),
    summary=N_("Friends buy together: when enough people have paid in time, everybody gets the team price."),
    clauses=(Clause(PARAMS, _terms, _say), LIMITS, TIERS, DRAWS, MATCHING, SEATING, HOUSE),
    decide=_decide,
    preview=_preview,
    explanation=N_("Team price, %(size)s people"),
)
