"""What moderation did, told to whoever stands above. Keyed by case."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact(DomainEvent):
    """The facts every event of a case carries."""

    topic: ClassVar[str] = "trust.case"
    case_code: str
    kind: str
    object_code: str
    author_id: int | None
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one case's events stay in sequence."""
        return self.case_code


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentReported(CaseFact):
    """Somebody reported something."""

    topic: ClassVar[str] = "trust.case.reported"
    reporter_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided(CaseFact):
    """A moderator decided."""

    topic: ClassVar[str] = "trust.case.decided"
    action: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDecided(CaseFact):
    """Another moderator looked again."""

    topic: ClassVar[str] = "trust.case.appeal_decided"
    outcome: str
