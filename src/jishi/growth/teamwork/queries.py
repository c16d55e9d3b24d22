"""Reads of tasks and comments."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, F, Q

from jishi.growth.teamwork.contracts import ChangeView, CommentView, TaskState, TaskView
from jishi.growth.teamwork.errors import TaskNotFound
from jishi.growth.teamwork.models import Change, Comment, Task

OPEN = (TaskState.OPEN, TaskState.DOING)


def get_task(code: str) -> TaskView:
    """Return one task.

    :raises TaskNotFound: there is none.
    """
    row = Task.objects.filter(code=code).first()
    if row is None:
        raise TaskNotFound
    return view(row)


def list_tasks(
    *, subject: str | None = None, owner_id: int | None = None, state: str | None = None, limit: int = 200
) -> tuple[TaskView, ...]:
    """Return tasks, what is open and due first on top; `state` may also be `active`: not closed yet."""
    rows = Task.objects.order_by(
        F("closed_at").desc(nulls_first=True), F("due_at").asc(nulls_last=True), "pk"
    )
    if subject is not None:
        rows = rows.filter(subject=subject)
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    if state == "active":
        rows = rows.filter(state__in=OPEN)
    elif state is not None:
        rows = rows.filter(state=state)
    return tuple(view(row) for row in rows[:limit])


def count_states(*, owner_id: int | None = None) -> dict[str, int]:
    """Count tasks by state, of one owner or of everybody."""
    rows = Task.objects.all() if owner_id is None else Task.objects.filter(owner_id=owner_id)
    return dict(rows.values_list("state").annotate(Count("pk")))


def count_open(subjects: Iterable[str]) -> dict[str, int]:
    """Count what is not closed yet, by subject, in one statement."""
    rows = Task.objects.filter(subject__in=set(subjects), state__in=OPEN)
    return dict(rows.values_list("subject").annotate(Count("pk")))


def list_changes(codes: Sequence[str]) -> dict[str, tuple[ChangeView, ...]]:
    """Return the lives of tasks, oldest step first, in one statement."""
    found: dict[str, list[ChangeView]] = {}
    for row in Change.objects.filter(task__code__in=codes).select_related("task").order_by("pk"):
        found.setdefault(row.task.code, []).append(
            ChangeView(row.verb, row.before, row.after, row.before_owner_id, row.owner_id, row.by_id, row.at)
        )
    return {code: tuple(steps) for code, steps in found.items()}


def list_comments(*, subject: str, limit: int = 100) -> tuple[CommentView, ...]:
    """Return what was said about a subject, the newest last."""
    rows = list(Comment.objects.filter(subject=subject).order_by("-pk")[:limit])
    return tuple(CommentView(row.code, row.subject, row.text, row.by_id, row.at) for row in reversed(rows))


def view(row: Task) -> TaskView:
    """A stored task as others see it."""
    return TaskView(
        code=row.code,
        subject=row.subject,
        title=row.title,
        state=row.state,
        owner_id=row.owner_id,
        by_id=row.by_id,
        due_at=row.due_at,
        created_at=row.created_at,
        closed_at=row.closed_at,
    )


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what a member of the team was given to do and said."""
    tasks = Task.objects.filter(Q(owner_id=person_id) | Q(by_id=person_id)).order_by("pk")
    said = Comment.objects.filter(by_id=person_id).order_by("pk")
    return {
        "tasks": [
            {"code": row.code, "subject": row.subject, "title": row.title, "state": row.state}
            for row in tasks
        ],
        "comments": [{"subject": row.subject, "text": row.text, "at": row.at.isoformat()} for row in said],
    }
