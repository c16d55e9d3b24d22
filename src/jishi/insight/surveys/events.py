"""What happened to surveys, told to whoever stands above. Keyed by survey."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(DomainEvent):
    """Somebody answered under their name. Answers without names are never told: this would undo it."""

    topic: ClassVar[str] = "insight.survey.answered"
    code: str
    answer_code: str
    kind: str
    person_id: int | None
    visitor: str
    score: int | None
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one survey's events stay in sequence."""
        return self.code
