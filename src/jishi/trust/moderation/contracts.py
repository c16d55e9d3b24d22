"""What other parts see of reports, cases and decisions: frozen views and the words for their states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from jishi.people.accounts.contracts import PersonCard


class Kind(StrEnum):
    """What can be reported."""

    NOTE = "note"
    COMMENT = "comment"
    REVIEW = "review"
    QUESTION = "question"
    ANSWER = "answer"
    MESSAGE = "message"
    PERSON = "person"
    COMMUNITY = "community"
    POLL = "poll"
    CHALLENGE = "challenge"


class Reason(StrEnum):
    """Why something is reported or decided against; the codes are public and append-only."""

    SPAM = "spam"
    SCAM = "scam"
    COUNTERFEIT = "counterfeit"
    FALSE_CLAIMS = "false_claims"
    HARASSMENT = "harassment"
    HATE = "hate"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    MINORS = "minors"
    PRIVACY = "privacy"
    RIGHTS = "rights"
    ILLEGAL = "illegal"
    OTHER = "other"


class CaseState(StrEnum):
    """Where a case is; `seconding` waits for a second moderator, `appealed` for one who did not decide."""

    OPEN = "open"
    SECONDING = "seconding"
    DECIDED = "decided"
    APPEALED = "appealed"
    CLOSED = "closed"


class Action(StrEnum):
    """What a moderator decides."""

    APPROVE = "approve"
    HIDE = "hide"
    REJECT = "reject"
    REMOVE = "remove"
    WARN = "warn"
    SUSPEND = "suspend"


class AppealOutcome(StrEnum):
    """What the second look at a decision led to."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about, as it is now."""

    kind: str
    code: str
    author_id: int
    title: str
    text: str
    url: str
    state: str = ""
    picture_urls: tuple[str, ...] = ()
    community: str = ""


@dataclass(frozen=True, slots=True)
class ReportReceipt:
    """What a reporter gets back."""

    code: str
    case_code: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as its reporter and the moderators see it."""

    code: str
    kind: str
    object_code: str
    reason: str
    text: str
    state: str
    is_trusted: bool
    created_at: datetime
    closed_at: datetime | None
    reporter: PersonCard | None = None


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A case as the queue lists it."""

    code: str
    kind: str
    object_code: str
    state: str
    source: str
    community: str
    excerpt: str
    reasons: tuple[str, ...]
    report_count: int
    is_hidden: bool
    author: PersonCard | None
    claimed_by: PersonCard | None
    opened_at: datetime
    proposed: str = ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One step in the life of a case."""

    act: str
    actor: PersonCard | None
    detail: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """What was decided about an author before."""

    decided: int
    against: int
    warned: int
    suspended: int
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and why; shown to the author without naming anybody."""

    case_code: str
    kind: str
    object_code: str
    excerpt: str
    state: str
    action: str
    reason: str
    note: str
    decided_at: datetime | None
    is_hidden: bool
    may_appeal: bool
    appeal_text: str
    appealed_at: datetime | None
    appeal_outcome: str
    appeal_note: str
    url: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything a moderator needs on one page."""

    card: CaseCard
    subject: Subject | None
    snapshot: str
    decision: Decision
    reports: tuple[ReportView, ...]
    log: tuple[LogEntry, ...]
    record: AuthorRecord
    actions: tuple[str, ...]
    decided_by_id: int | None
    claimed_by_id: int | None
    claimed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Stats:
    """How moderation is doing in a span of time."""

    opened: int
    waiting: int
    appeals_waiting: int
    decided: int
    against: int
    appealed: int
    overturned: int
    median_minutes: int
    by_reason: Mapping[str, int]
