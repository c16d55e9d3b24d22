"""Group buy: so many people within so many hours, and everybody gets the team price. A declaration only.

A team forms when its last seat is paid; with better prices for larger teams also at the deadline, once enough
have paid; or at the deadline with house members, where the rule pack allows that.
"""

from collections.abc import Sequence
from typing import Any

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules import Crowd, Mechanic, Param, Params, Terms, Verdict, best_price

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
        "household_total",
        "int",
        0,
        N_("Units per delivery address"),
        N_("What may go to one address in all, whoever orders it. 0 means no limit."),
        minimum=0,
        maximum=999,
    ),
    Param(
        "per_person_day",
        "int",
        0,
        N_("Units per person and day"),
        N_("Days are those of your shop's clock. 0 means no limit."),
        minimum=0,
        maximum=999,
    ),
    Param(
        "units_per_day",
        "int",
        0,
        N_("Units sold a day"),
        N_("Once so many are taken, the offer goes on tomorrow. 0 means no limit."),
        minimum=0,
        maximum=99_999,
    ),
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
    Param(
        "draw_winners",
        "int",
        0,
        N_("Draw: how many of a full team get the goods"),
        N_(
            "Everybody pays, so many are drawn by lot and get the goods, the others get all their money back "
            "at once. Anybody can check the draw. 0 means everybody gets the goods."
        ),
        minimum=0,
        maximum=49,
    ),
    Param(
        "match_minutes",
        "int",
        0,
        N_("Match unfilled teams, minutes before the end"),
        N_(
            "Members of teams that cannot fill alone are put together so that some teams complete. They keep "
            "their seats and are told. 0 means never."
        ),
        minimum=0,
        maximum=720,
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
    tiers = tuple(
        (params[f"{name}_size"], params[f"{name}_bps"])
        for name in ("tier2", "tier3")
        if params.get(f"{name}_size")
    )
    return Terms(
        size=max([params["size"], *(size for size, _ in tiers)]),
        forms_from=params["size"] if tiers else 0,
        tiers=tiers,
        match_minutes=params.get("match_minutes", 0),
        draw_winners=params.get("draw_winners", 0),
        per_person_day=params.get("per_person_day", 0),
        per_household=params.get("household_total", 0),
        per_day=params.get("units_per_day", 0),
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
    could_still_fill = crowd.taken + crowd.held >= terms.enough or terms.virtual_from_percent is not None
    if crowd.held and could_still_fill:
        # A payment made in time may still be on its way; what it would change is not decided without it.
        return "wait"
    if crowd.taken >= terms.enough:
        return "form"
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
    for name in ("tier2", "tier3"):
        if params.get(f"{name}_size"):
            said.append(
                Phrase(
                    N_(
                        "%(size)s people or more: another %(percent)s%% off, and you get the difference back."
                    ),
                    {"size": params[f"{name}_size"], "percent": f"{params[f'{name}_bps'] / 100:g}"},
                )
            )
    if params.get("draw_winners"):
        said.append(
            Phrase(
                N_(
                    "A draw: %(winners)s of %(size)s members get the goods, chosen by lot. Everybody "
                    "else gets "
                    "all their money back at once. Anybody can check the draw."
                ),
                {"winners": params["draw_winners"], "size": params["size"]},
            )
        )
    if params.get("household_total"):
        said.append(
            Phrase(N_("At most %(limit)s to one delivery address."), {"limit": params["household_total"]})
        )
    if params.get("per_person_day"):
        said.append(Phrase(N_("At most %(limit)s per person a day."), {"limit": params["per_person_day"]}))
    if params.get("match_minutes"):
        said.append(
            Phrase(
                N_(
                    "Shortly before the end, teams that are not full may be put together. You keep your seat "
                    "and your price, and we tell you."
                )
            )
        )
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
    terms = _terms(params)
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


def _problems(params: Params) -> tuple[Phrase, ...]:
    total, once, size = params["per_person_total"], params["per_person_limit"], params["size"]
    second, third = params["tier2_size"], params["tier3_size"]
    found = []
    if total and total < once:
        found.append(Phrase(N_("One order may hold more than one person may buy in all.")))
    if params["household_total"] and params["household_total"] < once:
        found.append(Phrase(N_("One order may hold more than may go to one address.")))
    if (second and second <= size) or (third and third <= (second or third)):
        found.append(Phrase(N_("Each better price needs more people than the one before.")))
    if bool(second) != bool(params["tier2_bps"]) or bool(third) != bool(params["tier3_bps"]):
        found.append(Phrase(N_("A better price needs both a number of people and a discount.")))
    if third and params["tier3_bps"] <= params["tier2_bps"]:
        found.append(Phrase(N_("The best price must be better than the one before.")))
    if params["draw_winners"] and (second or params["virtual_completion"]):
        found.append(Phrase(N_("A draw goes together neither with better prices nor with house members.")))
    if params["draw_winners"] >= size:
        found.append(Phrase(N_("A draw needs more people in a team than get the goods.")))
    return tuple(found)


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
    pack_rules={"virtual_completion": "group_buy.virtual_completion", "draw_winners": "group_buy.draws"},
)
