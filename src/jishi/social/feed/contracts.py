"""What other parts see of feeds: which things, in which order, and how to go on. Others make the cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

ItemKind = Literal["note", "product"]


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One thing of a feed, named by its kind and number; `showing` says which place of which list it is, for
    rankers that can say why."""

    kind: ItemKind
    id: int
    showing: str = ""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some things in order; `next_cursor` goes on, `head` is what "how many are newer" is asked with."""

    items: tuple[FeedItem, ...]
    next_cursor: str | None = None
    head: str = ""
    is_personal: bool = False

    def ids(self, kind: ItemKind) -> list[int]:
        """The numbers of one kind, in order."""
        return [item.id for item in self.items if item.kind == kind]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who the mixed feed is made for. `person_id` is None for strangers and where personalisation is off;
    without a person and a browser everybody gets the same."""

    person_id: int | None
    language: str
    visitor: str = ""


@dataclass(frozen=True, slots=True)
class Slate:
    """What a ranker answers: things in order, what it wants to be told next time (None: nothing more), and
    whether it looked at anything of the reader's.
    """

    items: tuple[FeedItem, ...]
    state: Mapping[str, Any] | None
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic as people choose it."""

    id: int
    slug: str
    name: str
    note_count: int
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place that notes were written in."""

    name: str
    note_count: int


@dataclass(frozen=True, slots=True)
class Preference:
    """What a person chose for their feeds."""

    is_personalised: bool = True
    place: str = ""
    interest_ids: tuple[int, ...] = ()
    follows_anybody: bool = False

    @property
    def is_cold(self) -> bool:
        """Whether we know nothing yet that a feed could begin with."""
        return not self.interest_ids and not self.follows_anybody


@dataclass(frozen=True, slots=True)
class Candidate:
    """A note that may stand in a page of the mixed feed."""

    note_id: int
    number: int
    author_id: int
    quality: float
    is_small: bool
    is_near: bool = False
    """Followed by the reader, or about something they picked."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A note with what people's attention to it adds up to."""

    note_id: int
    author_id: int
    score: float
    actors: int
    is_small: bool
