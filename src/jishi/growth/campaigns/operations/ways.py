"""People's ways while a batch is worked: where everybody stands, and what is to be noted of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jishi.growth.campaigns import rules
from jishi.growth.campaigns.contracts import Arm, Step
from jishi.growth.campaigns.models import Campaign, JourneyVersion


@dataclass(slots=True)
class Way:
    """One person's way while a batch is worked."""

    id: int
    person_id: int
    version_id: int
    key: str
    step: str
    step_at: datetime
    entered_at: datetime
    goal_at: datetime | None
    arm: str
    language: str
    zone: str
    quiet_from: int | None
    quiet_to: int | None
    place: int = 0
    due_at: datetime | None = None
    reached: bool = False
    marks: list[tuple[str, str, str, int]] = field(default_factory=list)

    @property
    def is_test(self) -> bool:
        """Whether somebody only tries the campaign out."""
        return self.arm == Arm.TEST


@dataclass(slots=True)
class Batch:
    """Ways of one version, at one moment. `trouble` is why the campaign has to pause."""

    campaign: Campaign
    version: JourneyVersion
    steps: Sequence[Step]
    ways: Sequence[Way]
    at: datetime
    trouble: str = ""

    def go(self, way: Way, step: Step, outcome: str, *, to: str | None = None, cost: int = 0) -> None:
        """Let somebody pass a step, and note it."""
        way.marks.append((step.key, str(step.kind), outcome, cost))
        way.place = rules.follow(self.steps, way.place, step.then if to is None else to)
        way.step_at = self.at
