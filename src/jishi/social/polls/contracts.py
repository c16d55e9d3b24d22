"""What other parts see of polls and prize quizzes: drafts and frozen views."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jishi.people.accounts.contracts import PersonCard

MAX_OPTIONS = 10
MAX_QUESTION = 140
MAX_OPTION = 60
MAX_PRIZE = 140
MAX_WINNERS = 100


class PollKind(StrEnum):
    """A poll asks for opinions; a quiz has right answers and a prize."""

    POLL = "poll"
    QUIZ = "quiz"


@dataclass(frozen=True, slots=True)
class PollDraft:
    """A poll as its author wants it. `right` are positions of right options, from 0; a quiz needs one."""

    question: str
    options: tuple[str, ...]
    closes_at: datetime
    is_multiple: bool = False
    right: tuple[int, ...] = ()
    prize: str = ""
    prize_count: int = 0
    prize_value_minor: int = 0

    @property
    def kind(self) -> PollKind:
        """A poll with right answers is a quiz."""
        return PollKind.QUIZ if self.right else PollKind.POLL


@dataclass(frozen=True, slots=True)
class OptionView:
    """An option; count and share are None while the viewer may not see them yet."""

    position: int
    text: str
    is_mine: bool
    count: int | None
    share_bps: int | None
    is_right: bool | None


@dataclass(frozen=True, slots=True)
class WinnerView:
    """Somebody who won, in the order in which they were drawn."""

    rank: int
    person: PersonCard | None
    is_claimed: bool


@dataclass(frozen=True, slots=True)
class PollRef:
    """What a moderator needs to know of a poll, hidden or not."""

    code: str
    author_id: int
    question: str
    text: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class DrawEntryView:
    """One answer in a draw; its code was drawn at random when it was given and names nobody."""

    code: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class DrawView:
    """A quiz's draw so that anybody can repeat it; before the end only the commitment is filled."""

    code: str
    commitment: str
    seed: str = ""
    entry_digest: str = ""
    right_count: int | None = None
    entries: tuple[DrawEntryView, ...] = ()
    winners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll as one viewer sees it. `seed` is empty until the poll has closed; `commitment` is its digest."""

    code: str
    note_code: str
    author_id: int
    kind: str
    question: str
    options: tuple[OptionView, ...]
    is_multiple: bool
    voter_count: int
    closes_at: datetime
    is_open: bool
    has_voted: bool
    shows_results: bool
    prize: str
    prize_count: int
    prize_value_minor: int
    commitment: str
    seed: str
    entry_digest: str
    right_count: int | None
    winners: tuple[WinnerView, ...]
    won: bool
    claim_until: datetime | None
    is_claimed: bool
