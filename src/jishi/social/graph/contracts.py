"""What other parts see of the graph: relations, people's pages, lines of lists and invitations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jishi.people.accounts.contracts import PersonCard

PersonPair = tuple[str, str]
"""Who follows whom, as a file names them."""
Pairs = Iterable[PersonPair]


class FollowState(StrEnum):
    """How far following somebody has got; a private account decides on requests."""

    ACTIVE = "active"
    REQUESTED = "requested"


class NoteVisibility(StrEnum):
    """Who sees a person's next note unless they choose otherwise."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    FRIENDS = "friends"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Relation:
    """How a viewer stands to another person. `remark` is the name the viewer gave them."""

    follows: bool = False
    followed_by: bool = False
    requested: bool = False
    wants_in: bool = False
    blocked: bool = False
    blocked_by: bool = False
    muted: bool = False
    remark: str = ""

    @property
    def is_friend(self) -> bool:
        """Whether the two follow each other."""
        return self.follows and self.followed_by

    @property
    def is_cut(self) -> bool:
        """Whether one of the two blocked the other."""
        return self.blocked or self.blocked_by


STRANGER = Relation()


@dataclass(frozen=True, slots=True)
class SocialProfile:
    """A person's page as one viewer sees it.

    `can_see` says whether their lists and notes are open to the viewer. Whoever is blocked by the person gets
    the name alone.
    """

    person: PersonCard
    name: str
    bio: str
    place: str
    background_url: str
    background_srcset: str
    is_private: bool
    note_visibility: str
    follower_count: int
    following_count: int
    relation: Relation
    is_own: bool
    can_see: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list; `name` is the viewer's own name for them, or their nickname."""

    person: PersonCard
    name: str
    relation: Relation
    bio: str = ""
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link by which somebody becomes a friend. `is_open` is false once it ran out or was used up."""

    code: str
    inviter: PersonCard
    expires_at: datetime
    is_own: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class EdgeImport:
    """What an import of follows did: lines read, new follows, lines that named nobody, and lines that said
    nothing new (twice, of oneself, between people of whom one blocked the other).
    """

    lines: int
    added: int
    unknown: int
    repeated: int
