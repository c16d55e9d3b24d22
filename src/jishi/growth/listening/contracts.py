"""What other parts see of listening: items of feedback, themes, answers, changes and their effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jishi.kernel.pictures import PictureView

MAX_TEXT = 2000
MAX_ANSWER = 1000
MAX_TITLE = 120
MAX_WORDS = 40
LOW_STARS = 2
"""A rating of so many stars or fewer comes into the inbox by itself."""
MOST_DAYS = 28
"""An effect compares at most so many days after a change with as many before it."""

Words = Mapping[str, str]


class Source(StrEnum):
    """Where somebody said it."""

    SUGGESTION = "suggestion"
    REVIEW = "review"
    SURVEY = "survey"
    CHAT = "chat"
    COMMENT = "comment"


class ItemState(StrEnum):
    """New until somebody has it; answered can be closed, and everything can be opened again."""

    NEW = "new"
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Measure(StrEnum):
    """What is counted before and after a change."""

    THEME = "theme"
    LOW_RATINGS = "low_ratings"
    REFUNDS = "refunds"


@dataclass(frozen=True, slots=True)
class ThemeView:
    """Something that several people talk about; its words find it in new items."""

    slug: str
    name: Words
    words: tuple[str, ...]
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What the house answered."""

    text: str
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of the inbox. `is_unnamed`: the author did not want their name beside it."""

    code: str
    source: str
    state: str
    text: str
    person_id: int | None
    is_unnamed: bool
    about: str
    score: int | None
    picture: PictureView | None
    themes: tuple[str, ...]
    owner_id: int | None
    answers: tuple[AnswerView, ...]
    change_code: str
    created_at: datetime

    @property
    def can_answer(self) -> bool:
        """Tell whether there is somebody to answer."""
        return self.person_id is not None


@dataclass(frozen=True, slots=True)
class Said:
    """Something of one's own, as its author sees it."""

    code: str
    source: str
    text: str
    picture: PictureView | None
    answers: tuple[AnswerView, ...]
    change: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """How often something happened before and after, per chance; the ratio with its 95 % interval.

    The interval is that of the split of all happenings between the two spans (see `rules.ratio`).
    """

    before: int
    before_of: int
    after: int
    after_of: int
    ratio: float | None
    low: float | None
    high: float | None
    days: int

    @property
    def verdict(self) -> str:
        """`fewer`, `more` or `unclear`."""
        if self.high is not None and self.high < 1:
            return "fewer"
        if self.low is not None and self.low > 1:
            return "more"
        return "unclear"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Something that was changed because people asked for it, and what came of it."""

    code: str
    title: str
    what: str
    measure: str
    theme: str
    made_at: datetime
    by_id: int | None
    told_at: datetime | None
    item_count: int
    effect: Effect | None
    measured_at: datetime | None


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """How much is said about a theme: in the last days, in as many before, and still open."""

    slug: str
    name: Words
    now: int
    before: int
    waiting: int
