"""Group buy: so many people within so many hours, and everybody gets the team price. A declaration only.

A team forms when its last seat is paid, or at the deadline with house members where the rule pack allows
that.
"""

from collections.abc import Sequence
from typing import Any

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules import Crowd, Mechanic, Param, Params, Terms, Verdict

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
    Param(
        "per_person_limit",
        "int",
        5,
        N_("Units per order"),
        N_("The most units one person may buy in one team."),
        minimum=1,
        maximum=99,
    ),
    Param(
        "per_person_total",
        "int",
        0,
        N_("Units per person in all"),
        N_("Across all teams of this offer, the first included. 0 means no limit."),
        minimum=0,
        maximum=999,
    ),
    Param(
        "per_person_teams",
        "int",
        0,
        N_("Teams per person"),
        N_("How many running or formed teams of this offer one person may be in. 0 means no limit."),
        minimum=0,
        maximum=99,
    ),
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
    Param(
        "virtual_completion",
        "bool",
        False,
        N_("Complete with house members"),
        N_(
            "At the deadline the house fills the seats that are missing, "
            "and the page says so. Not allowed everywhere."
        ),
    ),
    Param(
        "virtual_from_percent",
        "int",
        60,
        N_("House members join from"),
        N_("Percent of the team that real people must have filled before house members may complete it."),
        minimum=1,
        maximum=100,
    ),
)


def _terms(params: Params) -> Terms:
    return Terms(
        size=params["size"],
        hours=params["hours"],
        per_order=params["per_person_limit"],
        per_person=params["per_person_total"],
        teams_per_person=params["per_person_teams"],
        newcomers=params["newcomers_only"],
        leader_discount_bps=params["leader_discount_bps"],
        honours_holds=params["paid_after_deadline"] == "honour",
        late_elsewhere=params["late_payment"] == "another_team",
        leader_leaves=params["leader_leaves"],
        virtual_from_percent=params["virtual_from_percent"] if params["virtual_completion"] else None,
    )


def _decide(terms: Terms, crowd: Crowd, is_over: bool) -> Verdict:
    if crowd.taken + crowd.virtual >= terms.size:
        return "form"
    if not is_over:
        return "wait"
    could_still_fill = crowd.taken + crowd.held >= terms.size or terms.virtual_from_percent is not None
    if crowd.held and could_still_fill:
        # A payment made in time may still be on its way; what it would change is not decided without it.
        return "wait"
    if (
        terms.virtual_from_percent is not None
        and crowd.taken * 100 >= terms.virtual_from_percent * terms.size
    ):
        return "form"
    return "expire"


def _say(params: Params) -> tuple[Phrase, ...]:
    said = [
        Phrase(
            N_("%(size)s people within %(hours)s hours, or everybody is refunded in full."),
            _pick(params, "size", "hours"),
        ),
        Phrase(N_("At most %(limit)s per order."), {"limit": params["per_person_limit"]}),
    ]
    if params["per_person_total"]:
        said.append(Phrase(N_("At most %(limit)s per person in all."), {"limit": params["per_person_total"]}))
    if params["newcomers_only"] == "joiners":
        said.append(Phrase(N_("Whoever joins is buying here for the first time.")))
    if params["newcomers_only"] == "everyone":
        said.append(Phrase(N_("For people who are buying here for the first time.")))
    if params["leader_discount_bps"]:
        percent = f"{params['leader_discount_bps'] / 100:g}"
        said.append(Phrase(N_("Whoever starts the team saves another %(percent)s%%."), {"percent": percent}))
    if params["virtual_completion"]:
        said.append(Phrase(N_("A team that is nearly full may be completed by the house at the deadline.")))
    return tuple(said)


def _preview(params: Params, prices: Sequence[tuple[int, int]], currency: str) -> tuple[Phrase, ...]:
    alone, together = min(prices, key=lambda pair: pair[1])
    most = max((pair[0] - pair[1]) for pair in prices)
    size = params["size"]
    leader = together * params["leader_discount_bps"] // 10_000
    lines = [
        Phrase(
            N_("%(size)s people each pay %(together_minor)s instead of %(alone_minor)s."),
            {"size": size, "together_minor": together, "alone_minor": alone, "currency": currency},
        ),
        Phrase(
            N_(
                "A team of single units costs you up to %(cost_minor)s in "
                "discounts and brings %(sales_minor)s in sales."
            ),
            {
                "cost_minor": most * size + leader,
                "sales_minor": together * size - leader,
                "currency": currency,
            },
        ),
        Phrase(N_("Nothing ships before the team is full; an unfilled team costs you nothing.")),
    ]
    return tuple(lines)


def _problems(params: Params) -> tuple[Phrase, ...]:
    total, once = params["per_person_total"], params["per_person_limit"]
    if total and total < once:
        return (Phrase(N_("One order may hold more than one person may buy in all.")),)
    return ()


def _pick(params: Params, *names: str) -> dict[str, Any]:
    return {name: params[name] for name in names}


GROUP_BUY = Mechanic(
    code="group_buy",
    title=N_("Group buy"),
    summary=N_("Friends buy together: when enough people have paid in time, everybody gets the team price."),
    params=PARAMS,
    terms=_terms,
    decide=_decide,
    say=_say,
    preview=_preview,
    problems=_problems,
    explanation=N_("Team price, %(size)s people"),
    pack_rules={"virtual_completion": "group_buy.virtual_completion"},
)
