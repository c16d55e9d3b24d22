"""What the settings of an offer amount to in the engine's words, and what a buyer wants of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from jishi.kernel.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules of one offer, in the words of the engine. Zero means "no limit" where a limit is meant.

    `newcomers`: "no", "joiners" (whoever joins must never have bought here) or "everyone".
    `honours_holds`: a seat held before the deadline may still be paid after it.
    `late_elsewhere`: a payment whose seat is gone may get a seat in another open team, if the buyer agreed.
    `leader_leaves`: "hand_over" or "close_team".
    `virtual_from_percent`: house members fill a team that reached this much of its size; None is never.
    `forms_from`: at the deadline this many are enough (0: all of `size`). `tiers`: from so many members the
    team price falls by so many basis points. `match_minutes`: so long before their deadline teams that cannot
    fill alone are matched. `draw_winners`: so many of a full team, drawn by lot, get the goods.
    `per_person_day` and `per_household` bound units of one person a day and of one delivery address,
    `per_day`
    those of everybody a day.
    """

    size: int
    hours: int
    per_order: int = 0
    per_person: int = 0
    teams_per_person: int = 0
    newcomers: Literal["no", "joiners", "everyone"] = "no"
    leader_discount_bps: int = 0
    honours_holds: bool = False
    late_elsewhere: bool = False
    leader_leaves: Literal["hand_over", "close_team"] = "hand_over"
    virtual_from_percent: int | None = None
    forms_from: int = 0
    tiers: tuple[tuple[int, int], ...] = ()
    match_minutes: int = 0
    draw_winners: int = 0
    per_person_day: int = 0
    per_household: int = 0
    per_day: int = 0

    @property
    def enough(self) -> int:
        """How many members form the team when its time is over."""
        return self.forms_from or self.size


@dataclass(frozen=True, slots=True)
class Crowd:
    """Head counts of a team at the moment of a decision."""

    taken: int
    held: int
    virtual: int = 0


Verdict = Literal["wait", "form", "expire"]


def deadline(terms: Terms, *, opened_at: datetime, ends_at: datetime | None) -> datetime:
    """Return when a team opened now runs out: its own hours, but never later than the offer."""
    own = opened_at + timedelta(hours=terms.hours)
    return own if ends_at is None else min(own, ends_at)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer wants of an offer: start a team or join one, with what, and whether another team will do
    too.

    It travels as the opaque reference of a price adjustment, so everything the seat needs is in it.
    """

    offer_code: str
    team_code: str | None
    variant_id: int
    quantity: int
    move_ok: bool = False
    household: str = ""

    def encode(self) -> str:
        """Return the wish as a reference; the household only where the offer limits it."""
        move = "move" if self.move_ok else "stay"
        words = f"{self.offer_code}/{self.team_code or ''}/{self.variant_id}/{self.quantity}/{move}"
        return f"{words}/{self.household}" if self.household else words

    @classmethod
    def decode(cls, reference: str) -> "Wish":
        """Return the wish again.

        :raises InvariantBroken: the reference was not made by :meth:`encode`.
        """
        parts = reference.split("/")
        if len(parts) not in (5, 6) or not parts[2].isdigit() or not parts[3].isdigit():
            raise InvariantBroken(f"{reference!r} is no wish for a seat")
        offer_code, team_code, variant_id, quantity, move = parts[:5]
        household = parts[5] if len(parts) == 6 else ""
        return cls(offer_code, team_code or None, int(variant_id), int(quantity), move == "move", household)
