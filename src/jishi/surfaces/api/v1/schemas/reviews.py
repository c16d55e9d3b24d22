"""Reviews, ratings, questions and answers as the API shows and takes them. Means are hundredths of a star."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.kernel.pictures import PictureView
from jishi.social.reviews.contracts import (
    MAX_PICTURES,
    AnswerView,
    QuestionView,
    RatingSummary,
    ReviewView,
)

Stars = Annotated[int, Field(ge=1, le=5)]
Pictures = Annotated[list[Annotated[str, Field(max_length=8000)]], Field(max_length=MAX_PICTURES)]


class ReviewIn(Schema):
    """A review of one line of an order; `pictures` are tickets of uploads, null leaves what is there."""

    model_config = ConfigDict(extra="forbid")

    stars: Stars
    text: Annotated[str, Field(max_length=1000)] = ""
    aspects: Annotated[dict[str, Stars], Field(max_length=9)] = {}
    is_anonymous: bool = False
    pictures: Pictures | None = None


class FollowUpIn(Schema):
    """How it is after use; `pictures` are tickets of uploads."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    pictures: Pictures = []


class WordsIn(Schema):
    """A question, an answer, a follow-up or a reply."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=1000)]


class AspectsIn(Schema):
    """What buyers in a category judge."""

    model_config = ConfigDict(extra="forbid")

    codes: Annotated[list[Annotated[str, Field(max_length=20)]], Field(min_length=1, max_length=5)]


@dataclass(frozen=True, slots=True)
class AspectMean:
    """How one aspect is judged."""

    code: str
    average: int
    count: int


@dataclass(frozen=True, slots=True)
class Rating:
    """What the reviews of a product add up to. `silent_count` is never part of a mean."""

    rating: int
    average: int
    count: int
    histogram: tuple[int, int, int, int, int]
    aspects: list[AspectMean]
    photo_count: int
    silent_count: int


@dataclass(frozen=True, slots=True)
class After:
    """What the author wrote after use."""

    text: str
    days: int
    pictures: list[str]


@dataclass(frozen=True, slots=True)
class Review:
    """A review. `author_code` is null where the author stays unnamed; `reasons` say why it counts."""

    code: str
    product_code: str
    author_code: str | None
    author_name: str
    is_friend: bool
    is_own: bool
    stars: int
    text: str
    aspects: dict[str, int]
    pictures: list[str]
    state: str
    helpful_count: int
    has_voted: bool
    follow_up: After | None
    reply: str
    authenticity_bps: int
    reasons: list[str]
    created_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reviews:
    """A page of reviews; pass ``next_cursor`` back to go on."""

    items: list[Review]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """The code of what was written."""

    code: str


@dataclass(frozen=True, slots=True)
class Vote:
    """A counter after a tap."""

    code: str
    is_on: bool
    count: int


@dataclass(frozen=True, slots=True)
class ToWrite:
    """A line of an order that waits for a review."""

    order_code: str
    position: int
    product_code: str
    title: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ToWriteList:
    """Lines that wait for a review."""

    items: list[ToWrite]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `role` is buyer, shop, expert or reader."""

    code: str
    author_code: str
    author_name: str
    role: str
    text: str
    vote_count: int
    has_voted: bool
    is_best: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers, the best one first."""

    code: str
    product_code: str
    author_code: str
    author_name: str
    text: str
    state: str
    answer_count: int
    is_followed: bool
    created_at: datetime
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Questions:
    """A page of questions; pass ``next_cursor`` back to go on."""

    items: list[Question]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How many buyers were asked."""

    count: int


def rating(view: RatingSummary) -> Rating:
    """A rating for the outside."""
    aspects = [AspectMean(one.code, one.average, one.count) for one in view.aspects]
    return Rating(
        rating=view.bayesian,
        average=view.average,
        count=view.count,
        histogram=view.histogram,
        aspects=aspects,
        photo_count=view.photo_count,
        silent_count=view.silent_count,
    )


def review(view: ReviewView) -> Review:
    """A review for the outside."""
    after = view.follow_up
    return Review(
        code=view.code,
        product_code=view.product_code,
        author_code=view.author.code if view.author else None,
        author_name=view.author_name,
        is_friend=view.is_friend,
        is_own=view.is_own,
        stars=view.stars,
        text=view.text,
        aspects=dict(view.aspects),
        pictures=_urls(view.pictures),
        state=view.state,
        helpful_count=view.helpful_count,
        has_voted=view.has_voted,
        follow_up=After(after.text, after.days, _urls(after.pictures)) if after else None,
        reply=view.reply.text if view.reply else "",
        authenticity_bps=view.authenticity_bps,
        reasons=[one.code for one in view.reasons],
        created_at=view.created_at,
        edited_at=view.edited_at,
    )


def question(view: QuestionView) -> Question:
    """A question for the outside."""
    return Question(
        code=view.code,
        product_code=view.product_code,
        author_code=view.author.code,
        author_name=view.author_name,
        text=view.text,
        state=view.state,
        answer_count=view.answer_count,
        is_followed=view.is_followed,
        created_at=view.created_at,
        answers=[answer(one) for one in view.answers],
    )


def answer(view: AnswerView) -> Answer:
    """An answer for the outside."""
    return Answer(
        code=view.code,
        author_code=view.author.code,
        author_name=view.author_name,
        role=view.role,
        text=view.text,
        vote_count=view.vote_count,
        has_voted=view.has_voted,
        is_best=view.is_best,
        created_at=view.created_at,
    )


def _urls(pictures: tuple[PictureView, ...]) -> list[str]:
    return [one.url for one in pictures]
