"""Draw groups: a full team pays, some are drawn by lot and get the goods, the others all their money."""

from collections.abc import Iterator
from dataclasses import replace

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules.clauses import Clause
from jishi.promotions.plays.rules.params import Param, Params
from jishi.promotions.plays.rules.terms import Terms

PARAMS = (
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
)


def _terms(terms: Terms, params: Params) -> Terms:
    return replace(terms, draw_winners=params.get("draw_winners", 0))


def _say(params: Params) -> Iterator[Phrase]:
    if winners := params.get("draw_winners"):
        yield Phrase(
            N_(
                "A draw: %(winners)s of %(size)s members get the goods, chosen by lot. Everybody "
                "else gets "
                "all their money back at once. Anybody can check the draw."
            ),
            {"winners": winners, "size": params["size"]},
        )


def _problems(params: Params) -> Iterator[Phrase]:
    winners = params["draw_winners"]
    if winners and (params["tier2_size"] or params["virtual_completion"]):
        yield Phrase(N_("A draw goes together neither with better prices nor with house members."))
    if winners >= params["size"]:
        yield Phrase(N_("A draw needs more people in a team than get the goods."))


DRAWS = Clause(PARAMS, _terms, _say, _problems, pack_rules={"draw_winners": "group_buy.draws"})
