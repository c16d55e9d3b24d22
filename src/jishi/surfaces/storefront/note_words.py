"""What pages say about notes: names of forms, states and audiences, the pieces of a text, slides with pins.

Invariant: a piece is a frozen row of words and an address; templates escape it, nothing here makes markup.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext

from jishi.kernel.errors import N_
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import (
    CommentView,
    FormDetail,
    NoteView,
    PictureView,
    Piece,
    PinView,
    StateNote,
)
from jishi.surfaces.shell import facts as request_facts

STATES = {
    "published": N_("Published"),
    "draft": N_("Draft"),
    "scheduled": N_("Waiting for its time"),
    "in_review": N_("In review"),
    "hidden": N_("Hidden"),
    "rejected": N_("Not published"),
}
VISIBILITIES = {
    "public": N_("Everybody"),
    "followers": N_("My followers"),
    "friends": N_("Friends"),
    "private": N_("Only me"),
    "audience": N_("Members of a community"),
}
TAIL = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of a text as it is written into the page; `host` is set for links that lead away."""

    text: str
    url: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Slide:
    """A picture and the products on it."""

    picture: PictureView
    pins: tuple[PinView, ...]
    index: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its words, and the answers under it."""

    comment: CommentView
    pieces: tuple[Shown, ...]
    state_words: str
    replies: tuple["Thread", ...]
    more: int


def pieces(found: Sequence[Piece]) -> tuple[Shown, ...]:
    """The pieces of a text with their addresses. A link is shown by the host it really leads to."""
    return tuple(_shown(piece) for piece in found)


def _shown(piece: Piece) -> Shown:
    if piece.kind == "topic":
        return Shown(piece.text, reverse("storefront:topic", args=[piece.target]))
    if piece.kind == "mention":
        return Shown(piece.text, f"/u/{piece.target}/")
    if piece.kind == "link":
        path = urlsplit(piece.target).path.rstrip("/")
        tail = path if len(path) <= TAIL else path[: TAIL - 1] + "…"
        return Shown(piece.host + tail, piece.target, piece.host)
    return Shown(piece.text)


def threads(comments: Iterable[CommentView]) -> list[Thread]:
    """Comments with their words."""
    return [_thread(one) for one in comments]


def _thread(comment: CommentView) -> Thread:
    return Thread(
        comment,
        pieces(comment.pieces),
        "" if comment.state == "published" else state(comment.state, comment.state_note),
        tuple(_thread(reply) for reply in comment.replies),
        max(0, comment.reply_count - len(comment.replies)),
    )


def slides(note: NoteView) -> tuple[Slide, ...]:
    """The pictures of a note with their pins; the poster of a film is no slide."""
    if note.video:
        return ()
    return tuple(
        Slide(picture, tuple(pin for pin in note.pins if pin.picture == index), index)
        for index, picture in enumerate(note.pictures)
    )


def form_name(form: str) -> str:
    """The name of a form, '' for the plain one."""
    return "" if form == "plain" else gettext(note_queries.find_form_name(form) or form)


def forms() -> list[tuple[str, str]]:
    """All forms with their names."""
    return [(form, gettext(name)) for form, name in note_queries.list_forms()]


def form_fields(form: str, values: Any) -> list[dict[str, Any]]:
    """What a form asks for, with what was entered."""
    return [
        {
            "name": field.name,
            "label": gettext(field.label),
            "limit": field.limit,
            "is_long": field.is_long,
            "value": values.get(field.name, ""),
        }
        for field in note_queries.list_form_fields(form)
    ]


def details(found: Sequence[FormDetail]) -> list[tuple[str, str]]:
    """The particulars of a note in the reader's language."""
    return [(gettext(one.label), one.value) for one in found]


def visibility(code: str) -> str:
    """Who may see it, in words; '' for everybody."""
    return "" if code == "public" else gettext(VISIBILITIES[code])


def visibilities(*, with_audience: bool) -> list[tuple[str, str]]:
    """The choices of who may see a note."""
    return [(key, gettext(name)) for key, name in VISIBILITIES.items() if key != "audience" or with_audience]


def state(code: str, why: StateNote | None) -> str:
    """The state in words, with what the moderator wrote; '' when it is published."""
    if code == "published":
        return ""
    name = gettext(STATES.get(code, code))
    return f"{name}: {why.note}" if why and why.note else name


def json_ld(note: NoteView, facts: request_facts.Facts) -> dict[str, Any]:
    """The note in schema.org's words."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SocialMediaPosting",
        "headline": note.title or note.excerpt,
        "articleBody": note.text[:500],
        "url": facts.base_url + reverse("storefront:note", args=[note.code]),
        "datePublished": note.published_at.isoformat() if note.published_at else "",
        "author": {"@type": "Person", "name": note.author.nickname},
        "image": [facts.absolute(picture.url) for picture in note.pictures],
        "commentCount": note.comment_count,
    }
    if note.is_sponsored:
        data["sponsor"] = {"@type": "Organization", "name": note.sponsor}
    return data
