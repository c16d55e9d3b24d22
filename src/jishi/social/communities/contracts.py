"""What other parts see of communities: frozen views of communities, memberships, gatherings and their health.

A *community* has *members* with a *role*; a *gathering* is an event of it, online or in a place; a *partner*
is a shop that may make offers for its members.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from jishi.people.accounts.contracts import PersonCard

AUDIENCE = "community"
"""The kind of audience that members are; its key is the slug."""


class Role(StrEnum):
    """What somebody is in a community, the highest first."""

    OWNER = "owner"
    MODERATOR = "moderator"
    CORE = "core"
    MEMBER = "member"


class Standing(StrEnum):
    """Where somebody's membership stands. A ban may end by itself, see `banned_until`."""

    APPLIED = "applied"
    MEMBER = "member"
    LEFT = "left"
    REFUSED = "refused"
    REMOVED = "removed"
    BANNED = "banned"


class JoinPolicy(StrEnum):
    """How one becomes a member."""

    OPEN = "open"
    QUESTIONS = "questions"
    INVITATION = "invitation"


class Permission(StrEnum):
    """What a role may do; `rules.PERMISSIONS` is the table."""

    EDIT = "edit"
    APPOINT = "appoint"
    DECIDE = "decide"
    MODERATE = "moderate"
    REMOVE = "remove"
    BAN = "ban"
    PIN = "pin"
    ANNOUNCE = "announce"
    HOST = "host"
    INVITE = "invite"
    MEASURE = "measure"
    CLEAN = "clean"
    PARTNER = "partner"
    POST = "post"


class SignupState(StrEnum):
    """Somebody's place at a gathering."""

    GOING = "going"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class PartnerState(StrEnum):
    """What the owner of a community said to a shop."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    ENDED = "ended"


class ViewerState(StrEnum):
    """Which of its faces a community shows somebody."""

    STRANGER = "stranger"
    APPLIED = "applied"
    MEMBER = "member"
    MODERATOR = "moderator"
    BANNED = "banned"


@dataclass(frozen=True, slots=True)
class CommunityDraft:
    """A community as its owner describes it."""

    name: str
    for_whom: str
    about: str
    not_about: str = ""
    rules: str = ""
    welcome: str = ""
    questions: tuple[str, ...] = ()
    join_policy: str = JoinPolicy.OPEN
    is_members_only: bool = False
    language: str = ""
    cover: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody's part in a community. `is_muted` and `is_banned` were asked at one instant."""

    id: int
    community_id: int
    slug: str
    person_id: int
    role: str
    state: str
    rules_version: int
    joined_at: datetime | None
    muted_until: datetime | None
    banned_until: datetime | None
    removal_due_at: datetime | None
    warnings: int
    has_introduced: bool
    permissions: frozenset[str]

    @property
    def is_member(self) -> bool:
        """Whether they belong to the community now."""
        return self.state == Standing.MEMBER

    def can(self, permission: str) -> bool:
        """Whether their role lets them do something."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A part of a community with its own topic."""

    slug: str
    name: str
    about: str
    post_count: int


@dataclass(frozen=True, slots=True)
class CommunityCard:
    """A community in a list."""

    id: int
    slug: str
    name: str
    for_whom: str
    about: str
    cover: Mapping[str, Any]
    join_policy: str
    is_members_only: bool
    member_count: int
    post_count: int
    viewer_state: str


@dataclass(frozen=True, slots=True)
class CommunityView:
    """A community as one viewer sees it; rules and positioning are for everybody to read before they join."""

    id: int
    slug: str
    name: str
    for_whom: str
    about: str
    not_about: str
    cover: Mapping[str, Any]
    join_policy: str
    is_members_only: bool
    questions: tuple[str, ...]
    rules: str
    rules_version: int
    welcome: str
    language: str
    is_closed: bool
    member_count: int
    post_count: int
    created_at: datetime
    owner_id: int | None
    channels: tuple[ChannelView, ...]
    viewer_state: str
    membership: Membership | None
    can_see_content: bool
    must_accept_rules: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in a list."""

    person: PersonCard
    role: str
    state: str
    joined_at: datetime | None
    last_active_at: datetime | None
    muted_until: datetime | None
    banned_until: datetime | None
    removal_due_at: datetime | None
    warnings: int
    invited_by: PersonCard | None


@dataclass(frozen=True, slots=True)
class Application:
    """Somebody who wants to become a member, with their answers."""

    person: PersonCard
    applied_at: datetime
    answers: tuple[tuple[str, str], ...]
    invited_by: PersonCard | None


@dataclass(frozen=True, slots=True)
class PostRow:
    """Where a note stands in a community; the note itself comes from the notes' own list."""

    note_id: int
    note_code: str
    channel: str
    is_pinned: bool
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class AnnouncementView:
    """Something the moderators told everybody."""

    code: str
    title: str
    text: str
    author: PersonCard | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GatheringDraft:
    """An event as its host describes it; `capacity` of 0 means as many as want to come."""

    title: str
    text: str
    starts_at: datetime
    ends_at: datetime
    is_online: bool = False
    place: str = ""
    speaker: str = ""
    capacity: int = 0


@dataclass(frozen=True, slots=True)
class GatheringView:
    """An event as one viewer sees it; `place` is only told to those who go when it is online."""

    id: int
    code: str
    slug: str
    title: str
    text: str
    is_online: bool
    place: str
    speaker: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    going: int
    waiting: int
    attended: int
    host: PersonCard | None
    is_cancelled: bool
    cancel_reason: str
    is_over: bool
    viewer_signup: str
    viewer_place: int
    has_attended: bool
    can_host: bool
    can_sign_up: bool
    can_sign_in: bool
    free: int | None


@dataclass(frozen=True, slots=True)
class AttendeeRow:
    """Somebody on the list of an event; `place` is their number in the waiting line."""

    person: PersonCard
    state: str
    place: int
    attended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignInCode:
    """What the host shows at the door, and until when it is good."""

    code: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of the moderators' log. For members `moderator` and `subject` are None."""

    action: str
    reason: str
    at: datetime
    moderator: PersonCard | None
    subject: PersonCard | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A shop that asked to make offers for the members."""

    shop_id: int
    state: str
    message: str
    asked_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationView:
    """A link that lets people in."""

    code: str
    slug: str
    made_by: PersonCard | None
    uses: int
    max_uses: int
    expires_at: datetime | None
    is_usable: bool


@dataclass(frozen=True, slots=True)
class InviterRow:
    """How many people somebody brought, and how many of them stayed."""

    person: PersonCard
    brought: int
    stayed: int


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A member who contributes so much that they could become a core member."""

    person: PersonCard
    posts: int
    comments: int
    likes: int
    brought: int
    score: int


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first things to do for somebody new: `rules`, `introduce`, `follow`."""

    code: str
    is_done: bool
    done: int = 0
    wanted: int = 1


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """A strategy, or an evaluation of it with the figures of that day."""

    kind: str
    text: str
    figures: Mapping[str, Any]
    by: PersonCard | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DayCount:
    """What happened on one day."""

    on: date
    active: int
    posts: int
    comments: int
    joined: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a community is doing. Every count is the length of the list `page_health` gives for its name."""

    computed_at: datetime
    members: int
    active_7d: int
    active_28d: int
    active_7d_bps: int
    active_28d_bps: int
    posts_28d: int
    comments_28d: int
    unanswered_28d: int
    first_comment_s: int | None
    joined_28d: int
    left_28d: int
    newcomers: int
    newcomers_stayed: int
    retention_bps: int
    inactive: int
    note_orders: int
    note_sales_minor: Mapping[str, int] = field(default_factory=dict)
    days: tuple[DayCount, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One thing behind a figure of the health board: a person, or a note."""

    person: PersonCard | None
    note_code: str
    title: str
    at: datetime
