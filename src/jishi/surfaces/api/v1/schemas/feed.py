"""Feeds as the API shows them: notes and goods in one list, each named by its kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jishi.social.notes.contracts import NoteCard, PictureView
from jishi.surfaces.api.v1.schemas import goods, people


@dataclass(frozen=True, slots=True)
class Cover:
    """The first picture of a note."""

    url: str
    srcset: str
    small_url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class NoteInFeed:
    """A note in a list. `origin_code` names the note that a repost passes on, unless it is gone."""

    code: str
    form: str
    title: str
    excerpt: str
    author: people.Person
    author_name: str
    cover: Cover | None
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
    origin_code: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A note or a product; the other one is null."""

    kind: Literal["note", "product"]
    note: NoteInFeed | None
    product: goods.Listing | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed; pass `next_cursor` back to go on. `head` asks how many are newer."""

    items: list[FeedEntry]
    next_cursor: str | None
    head: str


@dataclass(frozen=True, slots=True)
class NewInFeed:
    """How many notes are newer than a page; no more than `most` are counted."""

    count: int
    most: int


def note(card: NoteCard) -> NoteInFeed:
    """A note without our own numbers."""
    origin = card.origin
    return NoteInFeed(
        code=card.code,
        form=card.form,
        title=card.title,
        excerpt=card.excerpt,
        author=people.person(card.author),
        author_name=card.author_name,
        cover=cover(card.cover),
        is_video=card.is_video,
        picture_count=card.picture_count,
        is_sponsored=card.is_sponsored,
        place=card.place,
        like_count=card.like_count,
        comment_count=card.comment_count,
        favourite_count=card.favourite_count,
        repost_count=card.repost_count,
        is_liked=card.is_liked,
        is_own=card.is_own,
        origin_code=origin.code if origin is not None and not origin.is_gone else None,
        published_at=card.published_at,
    )


def cover(picture: PictureView | None) -> Cover | None:
    """A picture with its sizes."""
    if picture is None:
        return None
    return Cover(picture.url, picture.srcset, picture.small_url, picture.width, picture.height)
