"""House members: where the law allows it, the house fills a nearly full team at its deadline, and says so."""

from collections.abc import Iterator
from dataclasses import replace

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules.clauses import Clause
from jishi.promotions.plays.rules.params import Param, Params
from jishi.promotions.plays.rules.terms import Crowd, Terms

PARAMS = (
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


def _terms(terms: Terms, params: Params) -> Terms:
    percent = params["virtual_from_percent"] if params["virtual_completion"] else None
    return replace(terms, virtual_from_percent=percent)


def _say(params: Params) -> Iterator[Phrase]:
    if params["virtual_completion"]:
        yield Phrase(N_("A team that is nearly full may be completed by the house at the deadline."))


HOUSE = Clause(PARAMS, _terms, _say, pack_rules={"virtual_completion": "group_buy.virtual_completion"})


def house_completes(terms: Terms, crowd: Crowd) -> bool:
    """Whether so many people have paid that the house may fill the other seats at the deadline."""
    least = terms.virtual_from_percent
    return least is not None and crowd.taken * 100 >= least * terms.size
