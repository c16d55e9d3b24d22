"""Giving work, moving it on, handing it over, talking about it, forgetting who did it.

A change locks its task, so that two people who move it at once leave a history that reads in one order.
"""

from datetime import datetime

from django.db import transaction

from jishi.growth.teamwork import queries
from jishi.growth.teamwork.contracts import (
    KINDS,
    MAX_KEY,
    MAX_SUBJECT,
    MAX_TEXT,
    MAX_TITLE,
    CommentView,
    TaskState,
    TaskView,
)
from jishi.growth.teamwork.errors import OwnerNotStaff, TaskInvalid, TaskNotFound
from jishi.growth.teamwork.models import Change, Comment, Task
from jishi.kernel import clock, limits
from jishi.people.accounts import queries as people
from jishi.people.notifications import operations as notifications

COMMENTS_MOST = 60


def assign(
    *,
    subject: str,
    title: str,
    owner_id: int | None = None,
    due_at: datetime | None = None,
    natural_key: str = "",
    by: int | None = None,
    at: datetime | None = None,
) -> TaskView:
    """Give somebody something to do; the same natural key gives the same task again, unchanged.

    :raises TaskInvalid: no title, or no such kind of subject.
    :raises OwnerNotStaff: the owner does not work here.
    """
    moment, words = clock.at_or_now(at), _line(title)
    _check_subject(subject)
    if not words or len(words) > MAX_TITLE:
        raise TaskInvalid(field="title")
    if len(natural_key) > MAX_KEY:
        raise TaskInvalid(field="natural_key")
    _check_owner(owner_id)
    task = Task(
        subject=subject,
        title=words,
        owner_id=owner_id,
        by_id=by,
        due_at=due_at,
        natural_key=natural_key or None,
        created_at=moment,
    )
    with transaction.atomic():
        if natural_key:
            Task.objects.bulk_create([task], ignore_conflicts=True)
            kept = Task.objects.get(natural_key=natural_key)
            if kept.code != task.code:
                return queries.view(kept)
            task = kept
        else:
            task.save()
        Change.objects.create(
            task_id=task.pk, verb="assign", after=task.state, owner_id=owner_id, by_id=by, at=moment
        )
        _tell(task, by, moment)
    return queries.view(task)


def move(*, code: str, state: str, by: int | None = None, at: datetime | None = None) -> TaskView:
    """Bring a task into another state; into its own changes nothing.

    :raises TaskNotFound: there is none.
    :raises TaskInvalid: there is no such state.
    """
    moment = clock.at_or_now(at)
    if state not in tuple(TaskState):
        raise TaskInvalid(field="state")
    with transaction.atomic():
        row = _locked(code)
        if row.state == state:
            return queries.view(row)
        before, row.state = row.state, state
        row.closed_at = moment if state in (TaskState.DONE, TaskState.DROPPED) else None
        row.save(update_fields=["state", "closed_at"])
        Change.objects.create(
            task=row,
            verb="move",
            before=before,
            after=state,
            before_owner_id=row.owner_id,
            owner_id=row.owner_id,
            by_id=by,
            at=moment,
        )
    return queries.view(row)


def hand_over(
    *, code: str, owner_id: int | None, by: int | None = None, at: datetime | None = None
) -> TaskView:
    """Give a task into other hands, or into nobody's; the new owner is told.

    :raises TaskNotFound: there is none.
    :raises OwnerNotStaff: the new owner does not work here.
    """
    moment = clock.at_or_now(at)
    _check_owner(owner_id)
    with transaction.atomic():
        row = _locked(code)
        if row.owner_id == owner_id:
            return queries.view(row)
        before, row.owner_id = row.owner_id, owner_id
        row.save(update_fields=["owner"])
        Change.objects.create(
            task=row,
            verb="hand_over",
            before=row.state,
            after=row.state,
            before_owner_id=before,
            owner_id=owner_id,
            by_id=by,
            at=moment,
        )
        _tell(row, by, moment)
    return queries.view(row)


def comment(*, subject: str, text: str, by: int | None, at: datetime | None = None) -> CommentView:
    """Say something about a subject; the same words of the same person again within the hour are one.

    :raises TaskInvalid: nothing was said, too much, or the subject is of no known kind.
    :raises RateLimited: too much in an hour.
    """
    moment, words = clock.at_or_now(at), text.replace("\x00", "").strip()
    _check_subject(subject)
    if not words or len(words) > MAX_TEXT:
        raise TaskInvalid(field="text")
    newest = Comment.objects.filter(subject=subject).order_by("-pk").first()
    if newest and newest.by_id == by and newest.text == words and (moment - newest.at).total_seconds() < 3600:
        return CommentView(newest.code, newest.subject, newest.text, newest.by_id, newest.at)
    limits.hit(bucket="teamwork.comment", key=str(by), limit=COMMENTS_MOST, window_s=3600)
    row = Comment.objects.create(subject=subject, text=words, by_id=by, at=moment)
    return CommentView(row.code, row.subject, row.text, row.by_id, row.at)


def forget(*, person_id: int) -> None:
    """Take a person's name off what they did; the work itself stays."""
    with transaction.atomic():
        for field in ("owner", "by"):
            Task.objects.filter(**{f"{field}_id": person_id}).update(**{field: None})
        for field in ("before_owner", "owner", "by"):
            Change.objects.filter(**{f"{field}_id": person_id}).update(**{field: None})
        Comment.objects.filter(by_id=person_id).update(by=None)


def _locked(code: str) -> Task:
    row = Task.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise TaskNotFound
    return row


def _check_subject(subject: str) -> None:
    kind, _, code = subject.partition(":")
    if kind not in KINDS or not code or len(subject) > MAX_SUBJECT:
        raise TaskInvalid(field="subject")


def _check_owner(owner_id: int | None) -> None:
    if owner_id is not None and not people.is_operator(owner_id):
        raise OwnerNotStaff


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _tell(task: Task, by: int | None, at: datetime) -> None:
    """The new owner hears of it, unless they took it themselves."""
    if task.owner_id is None or task.owner_id == by:
        return
    notifications.notify(
        person_id=task.owner_id,
        kind="task_assigned",
        params={"title": task.title},
        url=f"/ops/teamwork/tasks/{task.code}/",
        natural_key=f"teamwork:{task.code}:{task.owner_id}:{at:%Y%m%d%H%M%S}",
        at=at,
    )
