"""People's pages, consents, and communities as the API shows and takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.kernel import media
from jishi.people.privacy.contracts import ConsentView, DeletionView
from jishi.social.communities.contracts import CommunityCard, CommunityView, GatheringView
from jishi.social.graph import contracts as graph
from jishi.surfaces.api.v1.schemas.people import Person, person

Answer = Annotated[str, Field(max_length=500)]


class RemarkIn(Schema):
    """My own name for somebody; empty takes it away."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=40)]


class PageIn(Schema):
    """What I say about myself; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    bio: Annotated[str, Field(max_length=300)] | None = None
    place: Annotated[str, Field(max_length=40)] | None = None
    is_private: bool | None = None
    note_visibility: Literal["public", "followers", "friends", "private"] | None = None


class ConsentIn(Schema):
    """Whether I agree."""

    model_config = ConfigDict(extra="forbid")

    given: bool


class DeletionIn(Schema):
    """That it is me: my password, or the code that was sent."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[str, Field(max_length=256)] = ""
    code: Annotated[str, Field(max_length=12)] = ""


class JoinIn(Schema):
    """The version of the rules I accept, answers in order, and an invitation if I have one."""

    model_config = ConfigDict(extra="forbid")

    rules_version: Annotated[int, Field(ge=0, le=10**6)] = 0
    answers: Annotated[list[Answer], Field(max_length=10)] = []
    invitation: Annotated[str, Field(max_length=12)] = ""


class DoorIn(Schema):
    """The digits the host shows."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=12)]


@dataclass(frozen=True, slots=True)
class Relation:
    """How I stand to somebody. Whether they blocked me is not told apart from my having blocked them."""

    follows: bool
    followed_by: bool
    is_friend: bool
    requested: bool
    wants_in: bool
    is_cut: bool
    muted: bool
    remark: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person's page; without `can_see` their lists and notes are closed to me."""

    person: Person
    name: str
    bio: str
    place: str
    background_url: str
    is_private: bool
    follower_count: int
    following_count: int
    relation: Relation
    is_own: bool
    can_see: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list, by the name I have for them."""

    person: Person
    name: str
    bio: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class People:
    """People, the newest tie first."""

    items: list[PersonLine]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link by which somebody becomes a friend; its page is `/i/{code}/`."""

    code: str
    inviter: Person
    expires_at: datetime
    is_own: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """How I stand to one purpose. Without `at` I never said, and the default applies."""

    purpose: str
    given: bool
    policy_version: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Consents:
    """Every purpose."""

    items: list[Consent]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What has to end before my account can go."""

    code: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """Whether my account is on its way out, and what stands in the way."""

    is_waiting: bool
    requested_at: datetime | None
    due_at: datetime | None
    obstacles: list[Obstacle]


@dataclass(frozen=True, slots=True)
class Export:
    """Everything that is held about me, by domain."""

    exported_at: str
    person: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Community:
    """A community in a list. `viewer_state` says whether I belong to it."""

    slug: str
    name: str
    for_whom: str
    about: str
    cover_url: str
    join_policy: str
    is_members_only: bool
    member_count: int
    post_count: int
    viewer_state: str


@dataclass(frozen=True, slots=True)
class Communities:
    """Communities, the largest first."""

    items: list[Community]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class CommunityPage:
    """A community as I see it; rules and questions are open to whoever thinks of joining."""

    slug: str
    name: str
    for_whom: str
    about: str
    not_about: str
    cover_url: str
    join_policy: str
    is_members_only: bool
    questions: list[str]
    rules: str
    rules_version: int
    welcome: str
    member_count: int
    post_count: int
    channels: list[str]
    viewer_state: str
    role: str
    can_see_content: bool
    must_accept_rules: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """Where my membership stands now: `member`, or `applied` until a moderator decides."""

    state: str


@dataclass(frozen=True, slots=True)
class CommunityInvitation:
    """A link that lets people in; its page is `/k/{slug}/join/?i={code}`."""

    code: str


@dataclass(frozen=True, slots=True)
class CommunityPost:
    """Where a note stands in a community; the note itself has its own page."""

    note_code: str
    channel: str
    is_pinned: bool
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class CommunityPosts:
    """Posts, the newest first."""

    items: list[CommunityPost]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class CommunityMember:
    """Somebody who belongs to a community."""

    person: Person
    role: str
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommunityMembers:
    """Members, whoever runs the community first."""

    items: list[CommunityMember]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as I see it; the address of an online one is told to those who go."""

    code: str
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
    is_cancelled: bool
    is_over: bool
    viewer_signup: str
    viewer_place: int
    has_attended: bool
    can_sign_up: bool
    can_sign_in: bool


@dataclass(frozen=True, slots=True)
class Events:
    """Events, the next one first."""

    items: list[Event]


def relation(view: graph.Relation) -> Relation:
    """How I stand to somebody, without saying who blocked whom."""
    return Relation(
        follows=view.follows,
        followed_by=view.followed_by,
        is_friend=view.is_friend,
        requested=view.requested,
        wants_in=view.wants_in,
        is_cut=view.is_cut,
        muted=view.muted,
        remark=view.remark,
    )


def page(view: graph.SocialProfile) -> PersonPage:
    """A person's page without our own numbers."""
    return PersonPage(
        person=person(view.person),
        name=view.name,
        bio=view.bio,
        place=view.place,
        background_url=view.background_url,
        is_private=view.is_private,
        follower_count=view.follower_count,
        following_count=view.following_count,
        relation=relation(view.relation),
        is_own=view.is_own,
        can_see=view.can_see,
    )


def line(view: graph.PersonLine) -> PersonLine:
    """A person in a list."""
    return PersonLine(person(view.person), view.name, view.bio, relation(view.relation))


def invitation(view: graph.Invitation) -> Invitation:
    """An invitation."""
    return Invitation(view.code, person(view.inviter), view.expires_at, view.is_own, view.is_open)


def consent(view: ConsentView) -> Consent:
    """How I stand to one purpose."""
    return Consent(str(view.purpose), view.given, view.policy_version, view.at)


def deletion(view: DeletionView | None, obstacles: list[Obstacle]) -> Deletion:
    """A deletion that waits for its day, or none."""
    if view is None:
        return Deletion(False, None, None, obstacles)
    return Deletion(True, view.requested_at, view.due_at, obstacles)


def community(view: CommunityCard) -> Community:
    """A community in a list."""
    return Community(
        slug=view.slug,
        name=view.name,
        for_whom=view.for_whom,
        about=view.about,
        cover_url=_cover(view.cover),
        join_policy=view.join_policy,
        is_members_only=view.is_members_only,
        member_count=view.member_count,
        post_count=view.post_count,
        viewer_state=view.viewer_state,
    )


def community_page(view: CommunityView) -> CommunityPage:
    """A community as its viewer sees it."""
    mine = view.membership
    return CommunityPage(
        slug=view.slug,
        name=view.name,
        for_whom=view.for_whom,
        about=view.about,
        not_about=view.not_about,
        cover_url=_cover(view.cover),
        join_policy=view.join_policy,
        is_members_only=view.is_members_only,
        questions=list(view.questions),
        rules=view.rules,
        rules_version=view.rules_version,
        welcome=view.welcome,
        member_count=view.member_count,
        post_count=view.post_count,
        channels=[one.slug for one in view.channels],
        viewer_state=view.viewer_state,
        role=mine.role if mine is not None and mine.is_member else "",
        can_see_content=view.can_see_content,
        must_accept_rules=view.must_accept_rules,
    )


def event(view: GatheringView) -> Event:
    """An event as its viewer sees it."""
    fields: dict[str, Any] = {name: getattr(view, name) for name in Event.__dataclass_fields__}
    return Event(**fields)


def _cover(stored: Any) -> str:
    return media.view(stored).url if stored else ""
