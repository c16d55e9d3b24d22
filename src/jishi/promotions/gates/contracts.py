"""What other parts see of gates: who may take part in something, and how much of it.

Words: a *subject* is what the gate stands before, named by its owner (`round:…`, `presale:…`); it may have
*parts* that are counted each on their own. What somebody has of it is a *take*.
"""

from dataclasses import dataclass
from datetime import datetime

from jishi.people.accounts.contracts import AudienceRef


@dataclass(frozen=True, slots=True)
class Gate:
    """Whom something is for, and the most units of one household, of one person a day, of everybody a day.

    Zero means no limit, no audience means everybody.
    """

    per_household: int = 0
    per_person_day: int = 0
    per_day: int = 0
    audience: AudienceRef | None = None

    @property
    def stands_open(self) -> bool:
        """Whether it keeps nobody from anything."""
        return not (self.per_household or self.per_person_day or self.per_day or self.audience)


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate, `kind` and `code` of what it stands before, and the units that went through."""

    kind: str
    code: str
    shop_id: int
    gate: Gate
    taken: int
    created_at: datetime


OPEN = Gate()
"""No gate at all."""
