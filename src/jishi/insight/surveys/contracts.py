"""What other parts see of surveys: drafts, questions, answers on their way, and what was found out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MAX_QUESTIONS = 20
MAX_OPTIONS = 12
MAX_TEXT = 200
MAX_ANSWER = 1000
LEAST_SHOWN = 5
"""Answers without names are shown from so many on, and are put away in bundles of at least so many."""

NEVER_ON = frozenset(
    {
        *("cart", "cart_change", "buy", "checkout", "pay", "pay_return", "pay_state", "order_pay"),
        *("order_cancel", "order_confirm", "login", "login_code", "sign_up", "leave", "report", "appeal"),
        *("survey", "survey_pop", "survey_later", "talk", "talk_new", "post", "post_edit"),
    }
)
"""Pages on which nothing comes up: buying, signing in, writing, complaining."""

Words = Mapping[str, str]
"""A text by language: `zh-hans`, `en`."""
Value = str | int | tuple[str, ...]
"""An answer: the key of an option, a number of a scale, keys of several options, or words."""


class SurveyKind(StrEnum):
    """What is measured; the first three have a `score` question of a fixed form."""

    CSAT = "csat"
    NPS = "nps"
    CES = "ces"
    CUSTOM = "custom"


class QuestionForm(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    TEXT = "text"


class Trigger(StrEnum):
    """Who is asked, and when."""

    LINK = "link"
    PAGE = "page"
    RECEIPT = "receipt"


class SurveyState(StrEnum):
    """A closed survey can be opened again."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen."""

    key: str
    words: Words


@dataclass(frozen=True, slots=True)
class Condition:
    """A question is only asked if an earlier answer fits: `is`, `is_not`, `at_least`, `at_most`."""

    question: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `low` and `high` are the ends of a scale, with words for both."""

    key: str
    form: str
    words: Words
    options: tuple[Option, ...] = ()
    low: int = 1
    high: int = 5
    low_words: Words = field(default_factory=dict)
    high_words: Words = field(default_factory=dict)
    is_required: bool = True
    show_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class SurveyDraft:
    """A survey as its maker wants it. `audience_kind` empty means everybody; `page` is a page's name."""

    title: Words
    intro: Words = field(default_factory=dict)
    thanks: Words = field(default_factory=dict)
    trigger: str = Trigger.LINK
    page: str = ""
    delay_h: int = 24
    audience_kind: str = ""
    audience_key: str = ""
    is_anonymous: bool = False
    allows_visitors: bool = False
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SurveyView:
    """A survey as the team sees it. `version` is the one that is asked now."""

    id: int
    code: str
    kind: str
    state: str
    draft: SurveyDraft
    version: int
    versions: tuple[int, ...]
    questions: tuple[Question, ...]
    answer_count: int
    owner_id: int | None
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None

    @property
    def title(self) -> Words:
        """What it is called."""
        return self.draft.title


@dataclass(frozen=True, slots=True)
class Taker:
    """Who answers: a person, or a browser that nobody signed in with."""

    person_id: int | None = None
    visitor: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the ends of its 95 % confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OptionResult:
    """How many chose an option (or a point of the scale), and the share with its interval."""

    key: str
    words: Words
    count: int
    share: Interval


@dataclass(frozen=True, slots=True)
class Theme:
    """Text answers that have words in common; `word` is empty for those that share none."""

    word: str
    count: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What was answered to one question. `score` is the figure of a scale: its share, mean or NPS."""

    question: Question
    answered: int
    asked: int
    options: tuple[OptionResult, ...] = ()
    mean: Interval | None = None
    score: Interval | None = None
    score_name: str = ""
    themes: tuple[Theme, ...] = ()


@dataclass(frozen=True, slots=True)
class Readout:
    """What one version found out. `held_back` counts answers without names that wait for company."""

    survey: SurveyView
    version: int
    answers: int
    results: tuple[QuestionResult, ...]
    days: tuple[tuple[str, int], ...]
    invited: int
    shown: int
    dismissed: int
    held_back: int
    is_hidden: bool
    from_visitors: int
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A survey that wants to be asked now."""

    code: str
    title: Words
