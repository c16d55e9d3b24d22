"""What other parts see of team work: tasks, what became of them, and comments, each about one subject."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_TITLE = 160
MAX_TEXT = 2000
MAX_SUBJECT = 80
MAX_KEY = 120
KINDS = frozenset(
    {
        *("segment", "stage", "rfm", "strategy", "campaign", "feedback", "piece", "landing", "placement"),
        *("onboarding", "report", "finding", "case", "experiment", "survey"),
    }
)
"""What can be worked on; a subject is a kind and a code: `segment:abc`."""


class TaskState(StrEnum):
    """From open to done; dropped means it is not needed any more. All of them can be left again."""

    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task as the team sees it."""

    code: str
    subject: str
    title: str
    state: str
    owner_id: int | None
    by_id: int | None
    due_at: datetime | None
    created_at: datetime
    closed_at: datetime | None

    @property
    def kind(self) -> str:
        """What sort of thing it is about."""
        return self.subject.partition(":")[0]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do something."""
        return self.state in (TaskState.OPEN, TaskState.DOING)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One step in the life of a task: a state, or a new pair of hands."""

    verb: str
    before: str
    after: str
    before_owner_id: int | None
    owner_id: int | None
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CommentView:
    """What somebody said about a subject."""

    code: str
    subject: str
    text: str
    by_id: int | None
    at: datetime
