"""Team work beside anything a console page is about: tasks, who has them, and what was said.

A page merges :func:`panel` into its context and includes ``ops/teamwork/panel.html``; three statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from jishi.growth.teamwork import queries
from jishi.growth.teamwork.contracts import CommentView, TaskState, TaskView
from jishi.kernel import clock
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import PersonCard
from jishi.surfaces.ops.gate import person

PLACES: Mapping[str, str] = {
    "campaign": "ops:campaign",
    "feedback": "ops:feedback",
    "piece": "ops:content_piece",
    "landing": "ops:landing",
    "placement": "ops:slot",
    "experiment": "ops:experiment",
    "survey": "ops:survey",
    "case": "ops:moderation_case",
    "report": "ops:report",
    "finding": "ops:report_note",
}
"""Where a subject can be looked at: the page of its kind, asked with its code."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task with the faces of its people and what can be done with it."""

    task: TaskView
    owner: PersonCard | None
    by: PersonCard | None
    tone: str
    state: str
    is_late: bool
    href: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One comment with its author."""

    comment: CommentView
    by: PersonCard | None


@dataclass(frozen=True, slots=True)
class Panel:
    """What ``ops/teamwork/panel.html`` shows."""

    subject: str
    tasks: tuple[TaskLine, ...]
    comments: tuple[Said, ...]
    team: tuple[PersonCard, ...]
    states: tuple[tuple[str, str], ...]
    back: str
    viewer_id: int


def panel(request: HttpRequest, subject: str) -> dict[str, Any]:
    """Tasks and comments of a subject, for the context of a console page."""
    team = people.list_operators()
    cards = {one.id: one for one in team}
    me = person(request)
    return {
        "teamwork": Panel(
            subject=subject,
            tasks=tuple(line(one, cards, me) for one in queries.list_tasks(subject=subject, limit=50)),
            comments=tuple(
                Said(one, cards.get(one.by_id or 0)) for one in queries.list_comments(subject=subject)
            ),
            team=team,
            states=tuple((code, name) for code, (name, _) in states().items()),
            back=request.get_full_path(),
            viewer_id=me,
        )
    }


def line(task: TaskView, cards: Mapping[int, PersonCard], me: int, at: datetime | None = None) -> TaskLine:
    """A task as the console shows it."""
    name, tone = states()[task.state]
    late = task.is_open and task.due_at is not None and task.due_at < clock.at_or_now(at)
    return TaskLine(
        task=task,
        owner=cards.get(task.owner_id or 0),
        by=cards.get(task.by_id or 0),
        tone=tone,
        state=name,
        is_late=late,
        href=address(task.subject),
        is_mine=task.owner_id == me,
    )


def address(subject: str) -> str:
    """Where a subject can be looked at; empty when its kind has no page of its own."""
    kind, _, code = subject.partition(":")
    try:
        if kind in ("stage", "rfm", "segment"):
            return reverse("ops:strategy_of", args=[kind, code])
        return reverse(PLACES[kind], args=[code]) if kind in PLACES else ""
    except NoReverseMatch:
        return ""


def states() -> dict[str, tuple[str, str]]:
    """The states of a task in words, with their tones."""
    return {
        TaskState.OPEN: (gettext("To do"), "gold"),
        TaskState.DOING: (gettext("In hand"), "hot"),
        TaskState.DONE: (gettext("Finished"), "ok"),
        TaskState.DROPPED: (gettext("Not needed"), ""),
    }


def kinds() -> dict[str, str]:
    """What can be worked on, in words."""
    return {
        "segment": gettext("Segment"),
        "stage": gettext("Stage of life"),
        "rfm": gettext("Class of buyers"),
        "strategy": gettext("Strategy"),
        "campaign": gettext("Campaign"),
        "feedback": gettext("Feedback"),
        "piece": gettext("Piece of content"),
        "landing": gettext("Landing page"),
        "placement": gettext("Storefront slot"),
        "onboarding": gettext("Steps of newcomers"),
        "report": gettext("Scheduled report"),
        "finding": gettext("Note of a report"),
        "case": gettext("Case"),
        "experiment": gettext("Experiment"),
        "survey": gettext("Survey"),
    }
