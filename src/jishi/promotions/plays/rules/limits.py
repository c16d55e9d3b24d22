"""How many units of an offer one order, person, address or day may have. Zero means no limit."""

from collections.abc import Iterator
from dataclasses import replace

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules.clauses import Clause
from jishi.promotions.plays.rules.params import Param, Params
from jishi.promotions.plays.rules.terms import Terms

HOUSEHOLD = Param(
    "household_total",
    "int",
    0,
    N_("Units per delivery address"),
    N_("What may go to one address in all, whoever orders it. 0 means no limit."),
    minimum=0,
    maximum=999,
)
PARAMS = (
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
    HOUSEHOLD,
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
)


def _terms(terms: Terms, params: Params) -> Terms:
    return replace(
        terms,
        per_order=params["per_person_limit"],
        per_person=params["per_person_total"],
        teams_per_person=params["per_person_teams"],
        per_household=params.get("household_total", 0),
        per_person_day=params.get("per_person_day", 0),
        per_day=params.get("units_per_day", 0),
    )


def _say(params: Params) -> Iterator[Phrase]:
    yield Phrase(N_("At most %(limit)s per order."), {"limit": params["per_person_limit"]})
    if total := params["per_person_total"]:
        yield Phrase(N_("At most %(limit)s per person in all."), {"limit": total})
    if household := params.get("household_total"):
        yield Phrase(N_("At most %(limit)s to one delivery address."), {"limit": household})
    if daily := params.get("per_person_day"):
        yield Phrase(N_("At most %(limit)s per person a day."), {"limit": daily})


def _problems(params: Params) -> Iterator[Phrase]:
    once = params["per_person_limit"]
    if 0 < params["per_person_total"] < once:
        yield Phrase(N_("One order may hold more than one person may buy in all."))
    if 0 < params["household_total"] < once:
        yield Phrase(N_("One order may hold more than may go to one address."))


LIMITS = Clause(PARAMS, _terms, _say, _problems)
