"""Notes and comments as the API shows and takes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.kernel.paging import Page
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import CommentView, FolderView, LikeState, NoteCard, NoteSales, NoteView
from jishi.surfaces.api.v1.schemas import feed, people

Code = Annotated[str, Field(min_length=1, max_length=64)]
FormName = Literal["plain", "product_test", "buying_guide", "tutorial", "order_show", "trade_news"]


class PinIn(Schema):
    """A product on a picture: which picture (from 0), and where, as parts of its width and height."""

    model_config = ConfigDict(extra="forbid")

    product: Code
    picture: Annotated[int, Field(ge=0, le=8)] = 0
    x: Annotated[float, Field(ge=0, le=1)] = 0.5
    y: Annotated[float, Field(ge=0, le=1)] = 0.5


class PictureIn(Schema):
    """A picture of a note: the ticket of an upload, or (when editing) the place it has now, from 0."""

    model_config = ConfigDict(extra="forbid")

    ticket: Annotated[str, Field(max_length=8000)] = ""
    kept: Annotated[int, Field(ge=0, le=8)] | None = None


class NoteIn(Schema):
    """A note as its author wants it. `video` is a ticket; without `keep_video` an edit drops the film."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=80)] = ""
    text: Annotated[str, Field(max_length=5000)] = ""
    form: FormName = "plain"
    details: Mapping[Annotated[str, Field(max_length=20)], Annotated[str, Field(max_length=600)]] = {}
    visibility: Literal["public", "followers", "friends", "private"] = "public"
    place: Annotated[str, Field(max_length=60)] = ""
    is_sponsored: bool = False
    sponsor: Annotated[str, Field(max_length=60)] = ""
    pictures: Annotated[list[PictureIn], Field(max_length=9)] = []
    video: Annotated[str, Field(max_length=8000)] = ""
    keep_video: bool = False
    pins: Annotated[list[PinIn], Field(max_length=12)] = []


class CommunityNoteIn(NoteIn):
    """A note for a community: for everybody, or for its members only."""

    members_only: bool = False
    channel: Annotated[str, Field(max_length=40)] = ""


class PublishIn(Schema):
    """When to publish; nothing: now."""

    model_config = ConfigDict(extra="forbid")

    publish_at: datetime | None = None


class CommentIn(Schema):
    """What to say, and which comment is answered."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=500)]
    parent: Annotated[str, Field(max_length=12)] = ""


class RepostIn(Schema):
    """Words of one's own; none are needed."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=5000)] = ""


class KeepIn(Schema):
    """The folder to keep it in; "" is none, nothing leaves it where it is."""

    model_config = ConfigDict(extra="forbid")

    folder: Annotated[str, Field(max_length=12)] | None = None


class FolderIn(Schema):
    """A name for a folder."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=30)]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: "text", "topic", "mention" or "link"; `host` is where a link really leads."""

    kind: str
    text: str
    target: str
    host: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A product on a picture."""

    picture: int
    x: float
    y: float
    product: str
    title: str
    image_url: str
    price_minor: int
    currency: str
    in_stock: bool


@dataclass(frozen=True, slots=True)
class Video:
    """A short film."""

    url: str
    width: int
    height: int
    duration_ms: int
    poster: feed.Cover | None


@dataclass(frozen=True, slots=True)
class Sales:
    """What a note sold; for its author."""

    orders: int
    units: int
    amounts_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Note:
    """Everything a note shows. `reason` tells its author why it is not in sight."""

    code: str
    form: str
    title: str
    text: str
    pieces: list[Piece]
    details: dict[str, str]
    state: str
    reason: str
    visibility: str
    author: people.Person
    author_name: str
    pictures: list[feed.Cover]
    video: Video | None
    pins: list[Pin]
    topics: list[str]
    place: str
    is_sponsored: bool
    sponsor: str
    origin_code: str | None
    like_count: int
    comment_count: int
    favourite_count: int
    repost_count: int
    is_liked: bool
    is_favourite: bool
    is_own: bool
    may_comment: bool
    published_at: datetime | None
    scheduled_at: datetime | None
    edited_at: datetime | None
    sales: Sales | None


@dataclass(frozen=True, slots=True)
class OwnNote:
    """One of my notes in a list, with its state."""

    note: feed.NoteInFeed
    state: str
    visibility: str
    scheduled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnNotes:
    """My notes."""

    items: list[OwnNote]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes in a list."""

    items: list[feed.NoteInFeed]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class State:
    """Where a note is in its life."""

    code: str
    state: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored file; put its ticket into a note within a day."""

    ticket: str
    url: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A counter after a tap, and which way it is for me now."""

    is_on: bool
    count: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; `replies` are the first of those under it."""

    code: str
    text: str
    pieces: list[Piece]
    author: people.Person
    author_name: str
    reply_to_name: str
    state: str
    like_count: int
    is_liked: bool
    is_own: bool
    is_by_note_author: bool
    may_remove: bool
    created_at: datetime
    reply_count: int
    replies: list["Comment"]


@dataclass(frozen=True, slots=True)
class Comments:
    """Comments, the newest first."""

    items: list[Comment]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of favourites."""

    code: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Folders:
    """My folders."""

    items: list[Folder]


def note(view: NoteView, sales: NoteSales | None = None) -> Note:
    """A note without our own numbers."""
    origin = view.origin
    labels = {field.label: field.name for field in note_queries.list_form_fields(view.form)}
    covers = [feed.cover(picture) for picture in view.pictures]
    same = (
        "code", "form", "title", "text", "state", "visibility", "author_name", "place", "is_sponsored",
        "sponsor", "like_count", "comment_count", "favourite_count", "repost_count", "is_liked",
        "is_favourite", "is_own", "may_comment", "published_at", "scheduled_at", "edited_at",
    )  # fmt: skip
    return Note(
        **{name: getattr(view, name) for name in same},
        pieces=[Piece(one.kind, one.text, one.target, one.host) for one in view.pieces],
        details={labels[one.label]: one.value for one in view.details},
        reason=view.state_note.reason if view.state_note else "",
        author=people.person(view.author),
        pictures=[cover for cover in covers if cover is not None],
        video=_video(view),
        pins=_pins(view),
        topics=[topic.slug for topic in view.topics],
        origin_code=origin.code if origin is not None and not origin.is_gone else None,
        sales=Sales(sales.orders, sales.units, sales.amounts_minor) if sales else None,
    )


def _video(view: NoteView) -> Video | None:
    film = view.video
    if film is None:
        return None
    return Video(film.url, film.width, film.height, film.duration_ms, feed.cover(film.poster))


def _pins(view: NoteView) -> list[Pin]:
    return [
        Pin(
            picture=pin.picture,
            x=pin.x,
            y=pin.y,
            product=pin.product_code,
            title=pin.title,
            image_url=pin.image_url,
            price_minor=pin.price_minor,
            currency=pin.currency,
            in_stock=pin.in_stock,
        )
        for pin in view.pins
    ]


def notes(page: Page[NoteCard]) -> Notes:
    """A page of notes."""
    return Notes([feed.note(card) for card in page.items], page.next_cursor)


def own_notes(page: Page[NoteCard]) -> OwnNotes:
    """A page of my notes."""
    items = [OwnNote(feed.note(one), one.state, one.visibility, one.scheduled_at) for one in page.items]
    return OwnNotes(items, page.next_cursor)


def comment(view: CommentView) -> Comment:
    """A comment with the answers under it."""
    same = (
        "code", "text", "author_name", "reply_to_name", "state", "like_count", "is_liked", "is_own",
        "is_by_note_author", "may_remove", "created_at", "reply_count",
    )  # fmt: skip
    return Comment(
        **{name: getattr(view, name) for name in same},
        pieces=[Piece(one.kind, one.text, one.target, one.host) for one in view.pieces],
        author=people.person(view.author),
        replies=[comment(reply) for reply in view.replies],
    )


def folder(view: FolderView) -> Folder:
    """A folder."""
    return Folder(view.code, view.name, view.count)


def tap(state: LikeState) -> Tap:
    """A counter."""
    return Tap(state.is_on, state.count)
