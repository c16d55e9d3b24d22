"""What happened between people, told to whoever stands above."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Between(DomainEvent):
    """Something one person did to another."""

    topic: ClassVar[str] = "social.graph"
    person_id: int
    other_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: what a person does stays in sequence."""
        return f"person:{self.person_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFollowed(_Between):
    """`person_id` follows `other_id` now."""

    topic: ClassVar[str] = "social.graph.followed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRequested(_Between):
    """`person_id` asked to follow the private account `other_id`."""

    topic: ClassVar[str] = "social.graph.requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowAccepted(_Between):
    """The private account `person_id` let `other_id` follow it."""

    topic: ClassVar[str] = "social.graph.accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonUnfollowed(_Between):
    """`person_id` no longer follows `other_id`."""

    topic: ClassVar[str] = "social.graph.unfollowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBlocked(_Between):
    """`person_id` wants nothing to do with `other_id`."""

    topic: ClassVar[str] = "social.graph.blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted(_Between):
    """`person_id` accepted the invitation of `other_id`; they are friends now."""

    topic: ClassVar[str] = "social.graph.invitation_accepted"
