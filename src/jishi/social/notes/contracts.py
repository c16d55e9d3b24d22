"""What other parts see of notes: states, drafts and frozen views. All content shares one set of states."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from jishi.people.accounts.contracts import AudienceRef, PersonCard

CROPS = {"1:1": (1, 1), "3:4": (3, 4), "4:3": (4, 3), "9:16": (9, 16), "16:9": (16, 9)}
"""Shapes in which the middle of a picture can be kept: width to height."""
MAX_PICTURES = 9
MAX_PINS = 12
MAX_TOPICS = 10
MAX_MENTIONS = 10
MAX_TITLE = 80
MAX_TEXT = 5000
MAX_COMMENT = 500
MAX_PLACE = 60
MAX_SPONSOR = 60
MAX_FOLDER_NAME = 30
MAX_FOLDERS = 50


class ContentState(StrEnum):
    """Where content is in its life. Comments, reviews, questions and answers use the same words."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    REJECTED = "rejected"
    REMOVED = "removed"


class Visibility(StrEnum):
    """Who may see a published note."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    FRIENDS = "friends"
    PRIVATE = "private"
    AUDIENCE = "audience"


class Form(StrEnum):
    """What kind of note it is; each form but the plain one asks for a few particulars."""

    PLAIN = "plain"
    PRODUCT_TEST = "product_test"
    BUYING_GUIDE = "buying_guide"
    TUTORIAL = "tutorial"
    ORDER_SHOW = "order_show"
    TRADE_NEWS = "trade_news"


class Bucket(StrEnum):
    """The shapes a cover is shown in; a card's height is known before its picture arrives."""

    TALL = "3x4"
    SQUARE = "1x1"
    NEARLY_SQUARE = "4x5"


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture of a note with its derived sizes."""

    url: str
    srcset: str
    small_url: str
    width: int
    height: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class VideoView:
    """A short video; `poster` is shown until it plays."""

    url: str
    width: int
    height: int
    duration_ms: int
    size_bytes: int
    poster: PictureView | None


@dataclass(frozen=True, slots=True)
class PinDraft:
    """A product on a picture: which picture (from 0), and where on it (0 to 1 from the top left)."""

    product_id: int
    picture: int = 0
    x: float = 0.5
    y: float = 0.5


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note as its author wants it.

    `pictures` are `kernel.media.as_json` objects and `video` is what `operations.store_video` gave, both
    stored before; None keeps what the note has. `details` are the particulars of the form.
    """

    title: str = ""
    text: str = ""
    form: str = Form.PLAIN
    visibility: str = Visibility.PUBLIC
    audience: AudienceRef | None = None
    place: str = ""
    is_sponsored: bool = False
    sponsor: str = ""
    pictures: tuple[Mapping[str, Any], ...] | None = ()
    video: Mapping[str, Any] | None = None
    pins: tuple[PinDraft, ...] = ()
    language: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    publish_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastComment:
    """A comment that was written before, with the answers to it."""

    author_id: int
    text: str
    at: datetime
    answers: tuple["PastComment", ...] = ()


@dataclass(frozen=True, slots=True)
class PastNote:
    """A note that was published before, with what people did: (person, when), kept ones with their folder."""

    author_id: int
    draft: NoteDraft
    published_at: datetime
    repost_of: str = ""
    likes: tuple[tuple[int, datetime], ...] = ()
    kept: tuple[tuple[int, datetime, str], ...] = ()
    comments: tuple[PastComment, ...] = ()


@dataclass(frozen=True, slots=True)
class PastSaved:
    """A note of the past as it was stored."""

    note_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: plain words, a topic, a mention or a link. Surfaces decide how each looks."""

    kind: str
    """"text", "topic", "mention" or "link"."""
    text: str
    target: str = ""
    """Topic slug, person code or address; `host` says where a link really leads."""
    host: str = ""


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic that notes carry."""

    id: int
    slug: str
    name: str
    note_count: int = 0


@dataclass(frozen=True, slots=True)
class PinView:
    """A product on a picture. `left_pct` and `top_pct` are whole percents of the picture."""

    position: int
    picture: int
    x: float
    y: float
    left_pct: int
    top_pct: int
    product_id: int
    product_code: str
    title: str
    image_url: str
    price_minor: int
    currency: str
    in_stock: bool


@dataclass(frozen=True, slots=True)
class FormDetail:
    """One particular of a form, as pages show it; `label` is an English text to translate."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FormField:
    """What a form asks for."""

    name: str
    label: str
    limit: int
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class StateNote:
    """Why content is not shown: a stable reason, and what the moderator wrote to the author."""

    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class OriginView:
    """The note that a repost passes on; `is_gone` when this viewer may not see it (any more)."""

    is_gone: bool
    code: str = ""
    title: str = ""
    excerpt: str = ""
    author: PersonCard | None = None
    author_name: str = ""
    cover: PictureView | None = None


@dataclass(frozen=True, slots=True)
class NoteCard:
    """A note as lists show it."""

    id: int
    code: str
    published_no: int | None
    form: str
    title: str
    excerpt: str
    state: str
    visibility: str
    author: PersonCard
    author_name: str
    cover: PictureView | None
    bucket: str
    is_video: bool
    picture_count: int
    is_sponsored: bool
    place: str
    like_count: int
    comment_count: int
    favourite_count: int
    repost_count: int
    is_liked: bool
    is_own: bool
    origin: OriginView | None
    published_at: datetime | None
    scheduled_at: datetime | None
    quality: float


@dataclass(frozen=True, slots=True)
class NoteView:
    """Everything a note's page shows."""

    id: int
    code: str
    form: str
    title: str
    text: str
    pieces: tuple[Piece, ...]
    excerpt: str
    state: str
    state_note: StateNote | None
    visibility: str
    audience: AudienceRef | None
    author: PersonCard
    author_name: str
    pictures: tuple[PictureView, ...]
    video: VideoView | None
    cover: PictureView | None
    bucket: str
    pins: tuple[PinView, ...]
    topics: tuple[TopicView, ...]
    place: str
    is_sponsored: bool
    sponsor: str
    details: tuple[FormDetail, ...]
    origin: OriginView | None
    language: str
    like_count: int
    comment_count: int
    favourite_count: int
    repost_count: int
    is_liked: bool
    is_favourite: bool
    is_own: bool
    may_comment: bool
    created_at: datetime
    published_at: datetime | None
    scheduled_at: datetime | None
    edited_at: datetime | None
    quality: float
    folders: tuple[tuple[str, str], ...] = ()
    """The reader's own folders for favourites: code and name."""

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it, so that search engines and shared caches may too."""
        return self.state == ContentState.PUBLISHED and self.visibility == Visibility.PUBLIC


@dataclass(frozen=True, slots=True)
class EditState:
    """A note as its author's form shows it."""

    code: str
    state: str
    state_note: StateNote | None
    draft: NoteDraft
    pictures: tuple[PictureView, ...]
    video: VideoView | None
    pins: tuple[PinView, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment; `replies` are those under it, the oldest first."""

    id: int
    code: str
    note_code: str
    author: PersonCard
    author_name: str
    reply_to_name: str
    text: str
    pieces: tuple[Piece, ...]
    state: str
    state_note: StateNote | None
    like_count: int
    is_liked: bool
    is_own: bool
    is_by_note_author: bool
    may_remove: bool
    created_at: datetime
    reply_count: int = 0
    replies: tuple["CommentView", ...] = ()


@dataclass(frozen=True, slots=True)
class FolderView:
    """A folder of favourites; code "" holds what is in no folder."""

    code: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class RevisionView:
    """A note as it was before an edit."""

    number: int
    title: str
    text: str
    picture_count: int
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class NoteSales:
    """What a note sold: pinned products, paid and not refunded. Amounts are per currency."""

    orders: int
    units: int
    amounts_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LikeState:
    """A counter after a tap, and which way the tapper has it now."""

    code: str
    is_on: bool
    count: int


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """A checked video in the storage."""

    file: str
    width: int
    height: int
    duration_ms: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ContentRef:
    """What a moderator needs to know of a note or comment, whatever its state."""

    kind: str
    code: str
    author_id: int
    state: str
    title: str
    text: str
    note_code: str
    picture_urls: tuple[str, ...]
    visibility: str
    audience: AudienceRef | None
    state_note: StateNote | None
