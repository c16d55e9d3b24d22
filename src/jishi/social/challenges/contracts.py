"""What other parts see of challenges: drafts and frozen views."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jishi.people.accounts.contracts import PersonCard

MAX_TITLE = 60
MAX_RULES = 2000
MAX_PRIZE = 140
MAX_JUDGES = 10
MAX_WINNERS = 20
TOP_SCORE = 10


class Method(StrEnum):
    """Who chooses: named judges who give points, or everybody with one vote a day."""

    JURY = "jury"
    VOTE = "vote"


class Stage(StrEnum):
    """Where a challenge is, by the clock."""

    COMING = "coming"
    RUNNING = "running"
    JUDGING = "judging"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ChallengeDraft:
    """A challenge as its host wants it. Entries are taken until `ends_at`, chosen among until `judged_at`."""

    topic: str
    title: str
    rules: str
    prize: str
    winner_count: int
    method: str
    starts_at: datetime
    ends_at: datetime
    judged_at: datetime
    judge_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ChallengeCard:
    """A challenge as lists show it."""

    code: str
    title: str
    topic: str
    prize: str
    stage: str
    method: str
    starts_at: datetime
    ends_at: datetime
    judged_at: datetime
    entry_count: int
    called_off: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with its points; they are None while they are nobody's business."""

    code: str
    note_id: int
    author_id: int
    points: int | None
    rank: int | None
    my_points: int | None


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """A challenge as one viewer sees it."""

    card: ChallengeCard
    rules: str
    host: PersonCard | None
    winner_count: int
    judges: tuple[PersonCard, ...]
    is_judge: bool
    is_host: bool
    has_entered: bool
    may_vote: bool
    voted_today: bool
    entries: tuple[EntryView, ...]


@dataclass(frozen=True, slots=True)
class BoardLine:
    """An entry as operators see it: with its points whatever the stage, and how many voices gave them."""

    code: str
    note_id: int
    author: PersonCard | None
    points: int
    voices: int
    rank: int | None
    my_points: int | None
    is_standing: bool


@dataclass(frozen=True, slots=True)
class ChallengeDesk:
    """A challenge as operators see it, hidden or not."""

    card: ChallengeCard
    rules: str
    winner_count: int
    judges: tuple[PersonCard, ...]
    is_judge: bool
    is_host: bool
    board: tuple[BoardLine, ...]
