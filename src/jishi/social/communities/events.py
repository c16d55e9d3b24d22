"""What happened in communities, told to whoever stands above. Keyed by community."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityEvent(DomainEvent):
    """The facts every event of a community carries."""

    topic: ClassVar[str] = "social.community"
    slug: str
    community_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one community's events stay in sequence."""
        return self.slug


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberApplied(CommunityEvent):
    """Somebody answered the questions and waits for a moderator."""

    topic: ClassVar[str] = "social.community.applied"
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRefused(CommunityEvent):
    """The moderators did not let somebody in."""

    topic: ClassVar[str] = "social.community.refused"
    person_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(CommunityEvent):
    """Somebody became a member."""

    topic: ClassVar[str] = "social.community.joined"
    person_id: int
    invited_by_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(CommunityEvent):
    """Somebody is no member any more; `reason` is "left", "removed", "banned" or "inactive"."""

    topic: ClassVar[str] = "social.community.left"
    person_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberModerated(CommunityEvent):
    """A moderator acted on a member: "warn", "mute", "remove", "ban", "remove_post"."""

    topic: ClassVar[str] = "social.community.moderated"
    person_id: int
    action: str
    reason: str
    log_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InactiveNoticed(CommunityEvent):
    """A member was told that they will be taken off the list unless they stay."""

    topic: ClassVar[str] = "social.community.inactive_noticed"
    person_id: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityPosted(CommunityEvent):
    """A note was posted in the community."""

    topic: ClassVar[str] = "social.community.posted"
    note_id: int
    note_code: str
    author_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityAnnounced(CommunityEvent):
    """The moderators told everybody something."""

    topic: ClassVar[str] = "social.community.announced"
    announcement: str
    author_id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityEventAnnounced(CommunityEvent):
    """There is a new event to sign up for."""

    topic: ClassVar[str] = "social.community.event_announced"
    event_code: str
    host_id: int
    title: str
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlaceGained(CommunityEvent):
    """Somebody moved up from the waiting line of an event."""

    topic: ClassVar[str] = "social.community.event_place_gained"
    event_code: str
    person_id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityEventCancelled(CommunityEvent):
    """An event does not take place."""

    topic: ClassVar[str] = "social.community.event_cancelled"
    event_code: str
    title: str
    person_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAsked(CommunityEvent):
    """A shop wants to make offers for the members."""

    topic: ClassVar[str] = "social.community.partner_asked"
    shop_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDecided(CommunityEvent):
    """The owner agreed with a shop, declined, or ended the agreement (`state`)."""

    topic: ClassVar[str] = "social.community.partner_decided"
    shop_id: int
    state: str
