"""Who may have a seat, what leading a team brings, and what becomes of a seat that is paid late or left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from jishi.kernel.errors import N_
from jishi.kernel.money import share_bps
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules.clauses import Clause
from jishi.promotions.plays.rules.params import Param, Params
from jishi.promotions.plays.rules.terms import Terms

PARAMS = (
    Param(
        "newcomers_only",
        "choice",
        "no",
        N_("Reserved for newcomers"),
        N_(
            "A newcomer has never paid for an order here. Reserve "
            "seats to have customers bring new customers."
        ),
        choices=(
            ("no", N_("Open to everybody")),
            ("joiners", N_("Whoever joins must be new")),
            ("everyone", N_("Leader and joiners must be new")),
        ),
    ),
    Param(
        "leader_discount_bps",
        "int",
        0,
        N_("Extra discount for the leader"),
        N_("In hundredths of a percent of the team price, paid for by the shop. 500 is 5 %."),
        minimum=0,
        maximum=5000,
    ),
    Param(
        "paid_after_deadline",
        "choice",
        "refund",
        N_("Seat held before the deadline, paid after it"),
        N_("Either the deadline is the deadline and the money goes back, or the held seat is honoured."),
        choices=(("refund", N_("Refund")), ("honour", N_("Honour the held seat"))),
    ),
    Param(
        "late_payment",
        "choice",
        "another_team",
        N_("Payment arrives when the seat is gone"),
        N_(
            "Refund at once, or give the buyer a seat in another open "
            "team if they agreed to that when ordering."
        ),
        choices=(("refund", N_("Refund")), ("another_team", N_("Another open team, else refund"))),
    ),
    Param(
        "leader_leaves",
        "choice",
        "hand_over",
        N_("The leader is refunded before the team forms"),
        N_("The next member takes over, or the team is closed and everybody is refunded."),
        choices=(("hand_over", N_("Next member leads")), ("close_team", N_("Close the team"))),
    ),
)


def _terms(terms: Terms, params: Params) -> Terms:
    return replace(
        terms,
        newcomers=params["newcomers_only"],
        leader_discount_bps=params["leader_discount_bps"],
        honours_holds=params["paid_after_deadline"] == "honour",
        late_elsewhere=params["late_payment"] == "another_team",
        leader_leaves=params["leader_leaves"],
    )


def _say(params: Params) -> Iterator[Phrase]:
    if params["newcomers_only"] == "joiners":
        yield Phrase(N_("Whoever joins is buying here for the first time."))
    if params["newcomers_only"] == "everyone":
        yield Phrase(N_("For people who are buying here for the first time."))
    if bps := params["leader_discount_bps"]:
        yield Phrase(
            N_("Whoever starts the team saves another %(percent)s%%."), {"percent": f"{bps / 100:g}"}
        )


SEATING = Clause(PARAMS, _terms, _say)


def unit_price(terms: Terms, *, team_price_minor: int, starts: bool) -> int:
    """Return what one unit costs in a team; whoever starts it may pay a little less, never nothing."""
    if not starts or not terms.leader_discount_bps:
        return team_price_minor
    return max(1, team_price_minor - share_bps(team_price_minor, terms.leader_discount_bps))


def is_in_time(terms: Terms, *, paid_at: datetime, deadline_at: datetime) -> bool:
    """Whether a payment for a held seat counts. The instant of paying decides, not the arrival of its
    news.
    """
    return terms.honours_holds or paid_at < deadline_at
