"""What other parts see of reviews, ratings, questions and answers: drafts and frozen views.

Stars are whole numbers from 1 to 5; means of stars are kept in hundredths (463 is 4.63 stars).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from jishi.kernel.pictures import PictureView
from jishi.people.accounts.contracts import PersonCard

MAX_PICTURES = 6
MAX_TEXT = 1000
MAX_QUESTION = 200
MAX_ANSWER = 800
MAX_REPLY = 500
SORTS = ("helpful", "newest", "lowest")
FILTERS = ("all", "photos", "follow_up", "friends")


class Role(StrEnum):
    """What somebody who answers a question is to the product; lists keep this order."""

    BUYER = "buyer"
    SHOP = "shop"
    EXPERT = "expert"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """A review as its author wants it. `pictures` are `kernel.media.as_json` objects; None keeps them."""

    stars: int
    text: str = ""
    aspects: Mapping[str, int] = field(default_factory=dict)
    pictures: tuple[Mapping[str, Any], ...] | None = ()
    is_anonymous: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that buyers of a category judge; `name` is an English text to translate."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """Something somebody bought and received, and their review of it if there is one."""

    line_id: int
    position: int
    order_code: str
    buyer_id: int
    shop_id: int
    product_id: int
    product_code: str
    title: str
    options: tuple[str, ...]
    image_url: str
    received_at: datetime
    review_code: str = ""
    review_state: str = ""
    may_follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a review counts as much as it does: a code, points, and an English sentence to translate."""

    code: str
    points: int
    words: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the author wrote after using the thing, so many days after receiving it."""

    text: str
    pictures: tuple[PictureView, ...]
    days: int
    state: str


@dataclass(frozen=True, slots=True)
class ShopReply:
    """The shop's one answer to a review."""

    text: str
    at: datetime
    is_edited: bool


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review as somebody sees it. `author` is None where the author wants to stay unnamed."""

    code: str
    product_id: int
    product_code: str
    product_title: str
    options: tuple[str, ...]
    author: PersonCard | None
    author_name: str
    is_friend: bool
    is_own: bool
    is_anonymous: bool
    stars: int
    text: str
    aspects: Mapping[str, int]
    pictures: tuple[PictureView, ...]
    state: str
    reason: str
    reason_note: str
    helpful_count: int
    has_voted: bool
    follow_up: FollowUp | None
    reply: ShopReply | None
    authenticity_bps: int
    reasons: tuple[Reason, ...]
    received_at: datetime
    created_at: datetime
    edited_at: datetime | None
    order_code: str = ""
    may_edit: bool = False
    may_follow_up: bool = False
    may_vote: bool = False


@dataclass(frozen=True, slots=True)
class AspectFigure:
    """The mean of one aspect, in hundredths of a star, and how many judged it."""

    code: str
    name: str
    average: int
    count: int

    @property
    def share_bps(self) -> int:
        """The mean as a part of five stars, for a bar."""
        return self.average * 20


@dataclass(frozen=True, slots=True)
class StarBar:
    """How many gave so many stars."""

    stars: int
    count: int
    share_bps: int


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """What the reviews of a product add up to. Means are hundredths of a star; 0 means nobody reviewed it.

    `silent_count` counts deliveries about which nobody said anything: never part of a mean.
    """

    product_id: int
    average: int = 0
    bayesian: int = 0
    count: int = 0
    histogram: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    aspects: tuple[AspectFigure, ...] = ()
    photo_count: int = 0
    follow_up_count: int = 0
    silent_count: int = 0

    @property
    def stars(self) -> float:
        """The shown rating in stars, to one place."""
        return round(self.bayesian / 100, 1)

    @property
    def bars(self) -> tuple[StarBar, ...]:
        """The histogram, five stars first."""
        return tuple(
            StarBar(n, self.histogram[n - 1], self.histogram[n - 1] * 10_000 // max(1, self.count))
            for n in (5, 4, 3, 2, 1)
        )


@dataclass(frozen=True, slots=True)
class RevisionView:
    """A review as it was before an edit."""

    number: int
    stars: int
    text: str
    picture_count: int
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class VoteState:
    """A counter after a tap, and which way the tapper has it now."""

    code: str
    is_on: bool
    count: int


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as somebody sees it."""

    code: str
    author: PersonCard
    author_name: str
    role: str
    text: str
    state: str
    vote_count: int
    has_voted: bool
    is_own: bool
    is_best: bool
    may_vote: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its answers, the best one first."""

    code: str
    product_id: int
    product_code: str
    product_title: str
    author: PersonCard
    author_name: str
    text: str
    state: str
    is_own: bool
    is_followed: bool
    answer_count: int
    follow_count: int
    asked_buyers_at: datetime | None
    created_at: datetime
    answers: tuple[AnswerView, ...] = ()


@dataclass(frozen=True, slots=True)
class ContentRef:
    """What a moderator needs to know of a review, question or answer, whatever its state."""

    kind: str
    code: str
    author_id: int
    state: str
    title: str
    text: str
    url: str
    picture_urls: tuple[str, ...] = ()
