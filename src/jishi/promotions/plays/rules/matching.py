"""Teams that cannot fill alone are put together shortly before their end.

Matching only ever completes teams: nobody is moved into a team that still would not fill.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules.clauses import Clause
from jishi.promotions.plays.rules.params import Param, Params
from jishi.promotions.plays.rules.terms import Terms

PARAMS = (
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
)


def _terms(terms: Terms, params: Params) -> Terms:
    return replace(terms, match_minutes=params.get("match_minutes", 0))


def _say(params: Params) -> Iterator[Phrase]:
    if params.get("match_minutes"):
        yield Phrase(
            N_(
                "Shortly before the end, teams that are not full may be put together. You keep your seat "
                "and your price, and we tell you."
            )
        )


MATCHING = Clause(PARAMS, _terms, _say)


@dataclass(frozen=True, slots=True)
class Member:
    """A paid seat that could be moved; leaders move last."""

    seat_id: int
    person_id: int
    is_leader: bool


@dataclass(slots=True)
class Lot:
    """A team in the matching: its paid members, and everybody it must not meet twice (held seats too)."""

    team_id: int
    missing: int
    deadline_at: datetime
    members: list[Member]
    people: set[int] = field(default_factory=set)


def match(lots: Sequence[Lot]) -> list[tuple[int, int, int]]:
    """Return moves (seat, from team, to team) that complete as many teams as can be completed.

    The fullest team is completed first, from the emptiest ones. A person is never moved to a team they are
    in.
    """
    moves: list[tuple[int, int, int]] = []
    waiting = sorted(lots, key=lambda lot: (lot.missing, lot.deadline_at, lot.team_id))
    while len(waiting) > 1:
        target = waiting.pop(0)
        taken = _complete(target, waiting)
        moves += taken
        waiting = [lot for lot in waiting if lot.members]
    return moves


def _complete(target: Lot, donors: Sequence[Lot]) -> list[tuple[int, int, int]]:
    """Fill one team from the emptiest others, or leave everybody where they are."""
    people = target.people | {member.person_id for member in target.members}
    chosen: list[tuple[Lot, Member]] = []
    for donor in reversed(donors):
        for member in sorted(donor.members, key=lambda one: (one.is_leader, -one.seat_id)):
            if len(chosen) == target.missing:
                break
            if member.person_id not in people:
                people.add(member.person_id)
                chosen.append((donor, member))
    if len(chosen) < target.missing:
        return []
    for donor, member in chosen:
        donor.members.remove(member)
    return [(member.seat_id, donor.team_id, target.team_id) for donor, member in chosen]
