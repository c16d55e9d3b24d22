"""What teams of one offer mean for each other and for their members: matching, better prices, draws.

Matching only ever completes teams: nobody is moved into a team that still would not fill.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jishi.kernel.money import share_bps
from jishi.promotions.plays.rules.terms import Terms


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
