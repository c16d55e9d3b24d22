"""What happened to notes and comments, told to whoever stands above. Keyed by note."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFact(DomainEvent):
    """The facts every event of a note carries."""

    topic: ClassVar[str] = "social.note"
    note_id: int
    code: str
    author_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one note's events stay in sequence."""
        return self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePublished(NoteFact):
    """A note can be seen for the first time, or again after moderation (`is_first` is False then)."""

    topic: ClassVar[str] = "social.note.published"
    published_no: int
    visibility: str
    audience_kind: str = ""
    audience_key: str = ""
    form: str = "plain"
    place: str = ""
    topics: list[str] = field(default_factory=list)
    product_ids: list[int] = field(default_factory=list)
    repost_of_id: int | None = None
    is_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEdited(NoteFact):
    """A published note reads differently now."""

    topic: ClassVar[str] = "social.note.edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLiked(NoteFact):
    """Somebody liked a note."""

    topic: ClassVar[str] = "social.note.liked"
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFavourited(NoteFact):
    """Somebody keeps a note among their favourites."""

    topic: ClassVar[str] = "social.note.favourited"
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCommented(NoteFact):
    """Somebody wrote under a note; `reply_to_person_id` is whom they answered."""

    topic: ClassVar[str] = "social.note.commented"
    person_id: int
    comment_code: str
    parent_code: str = ""
    reply_to_person_id: int | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReposted(NoteFact):
    """Somebody passed a note on; `repost_code` is their own note."""

    topic: ClassVar[str] = "social.note.reposted"
    person_id: int
    repost_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMentioned(NoteFact):
    """Somebody is named in a note or (with `comment_code`) in a comment. `author_id` is who named them."""

    topic: ClassVar[str] = "social.note.mentioned"
    person_id: int
    comment_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteHidden(NoteFact):
    """A note was taken out of sight by moderation."""

    topic: ClassVar[str] = "social.note.hidden"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRemoved(NoteFact):
    """A note was removed for good."""

    topic: ClassVar[str] = "social.note.removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentHidden(NoteFact):
    """A comment was taken out of sight. `author_id` is the comment's author."""

    topic: ClassVar[str] = "social.note.comment_hidden"
    comment_code: str
    reason: str
