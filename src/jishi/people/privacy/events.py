"""What happened to an account and its data, told to whoever stands above."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPerson(DomainEvent):
    """Something about one person's data."""

    topic: ClassVar[str] = "people.privacy"
    person_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one person's choices stay in sequence."""
        return f"person:{self.person_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionRequested(_OfPerson):
    """A person confirmed that their account shall go."""

    topic: ClassVar[str] = "people.privacy.deletion_requested"
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(_OfPerson):
    """Everything personal of an account is gone, or sealed until the law lets it go."""

    topic: ClassVar[str] = "people.privacy.erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged(_OfPerson):
    """A person agreed to a purpose, or took that back."""

    topic: ClassVar[str] = "people.privacy.consent_changed"
    purpose: str
    given: bool
