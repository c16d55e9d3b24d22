"""Asking for metrics, computing what was asked, saving views and boards.

A page never computes: it asks, and the heavy process claims the question, answers it and keeps the answer. A
question that is open is joined, and one answered from the same data is not computed again.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from jishi.insight.behavior import queries as behavior
from jishi.insight.metrics import catalogue, engines, queries, rules
from jishi.insight.metrics.contracts import Question, Result, RunState, Unit
from jishi.insight.metrics.errors import (
    BoardMissing,
    CellInvalid,
    NameMissing,
    NameTaken,
    ViewMissing,
)
from jishi.insight.metrics.models import Board, Run, Tile, View
from jishi.kernel import clock

FRESH_S = 60
TIMEOUT_S = 60.0
LEASE = timedelta(seconds=150)
ATTEMPTS = 3
KEPT = timedelta(days=7)
MOST_ROWS = 5000

log = structlog.get_logger("metrics")


def ask(
    *,
    metric: str,
    params: Mapping[str, str],
    person_id: int | None,
    section: str = "result",
    cell: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> str:
    """Have a metric computed, or the list behind one cell of it; returns the code of the computation.

    :raises MetricUnknown: there is no such metric.
    :raises ParamInvalid: a value that the metric cannot use.
    :raises StepsInvalid: a funnel of one step, of nine, or with a step twice.
    :raises PeriodInvalid: the period ends before it begins, or is too long.
    :raises CellInvalid: the list or the cell is not one of this metric.
    """
    now = clock.at_or_now(at)
    question = check(metric=metric, params=params, section=section, cell=cell or {}, at=now)
    asked = rules.fingerprint(metric, question.params, section, question.cell)
    version = queries.version()
    found = _usable(asked, version, now)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Run.objects.create(
                metric=metric,
                params=dict(question.params),
                section=section,
                cell=dict(question.cell),
                fingerprint=asked,
                asked_by_id=person_id,
                asked_at=now,
            ).code
    except IntegrityError:
        # Somebody asked the same in this very moment; theirs is ours.
        return Run.objects.filter(fingerprint=asked).latest("id").code


def check(
    *,
    metric: str,
    params: Mapping[str, str],
    section: str = "result",
    cell: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Question:
    """Read and check a question without asking it.

    :raises MetricUnknown: there is no such metric.
    :raises ParamInvalid: a value that the metric cannot use.
    :raises StepsInvalid: a funnel of one step, of nine, or with a step twice.
    :raises PeriodInvalid: the period ends before it begins, or is too long.
    :raises CellInvalid: the list or the cell is not one of this metric.
    """
    found = catalogue.get(metric)
    today = clock.at_or_now(at).astimezone(rules.ZONE).date()
    question = Question(metric, rules.clean(found, params, today=today), section, dict(cell or {}))
    if section != "result" and (section not in found.drills or set(question.cell) != set(found.keys)):
        raise CellInvalid()
    rules.written(found, question.params, question.cell)
    return question


def _usable(asked: str, version: str, now: datetime) -> str | None:
    """An open computation of the same question, or a finished one whose data is still what there is."""
    newest = Run.objects.filter(fingerprint=asked).exclude(state=RunState.FAILED).order_by("-id").first()
    if newest is None:
        return None
    if newest.state in (RunState.WAITING, RunState.RUNNING):
        return newest.code
    assert newest.computed_at is not None
    young = now - newest.computed_at < timedelta(seconds=FRESH_S)
    return newest.code if young or newest.version == version else None


def statement(question: Question) -> str:
    """The SQL that answers a checked question, the same for every engine."""
    return engines.statement(catalogue.get(question.metric), question)


def compute(question: Question, *, engine: str = "duckdb") -> tuple[Result, int]:
    """Answer a checked question now, in this process, and say how many events the lake has. Heavy.

    :raises EngineMissing: the engine is not installed.
    """
    metric = catalogue.get(question.metric)
    lake = behavior.lake()
    limits = {
        "memory": getattr(settings, "JISHI_METRICS_MEMORY", "1GB"),
        "threads": getattr(settings, "JISHI_METRICS_THREADS", 2),
        "timeout_s": TIMEOUT_S,
    }
    files = engines.files_for(metric, question.params, lake.files)
    return engines.load(engine).run(statement(question), limits, files), lake.rows


def compute_due(*, at: datetime | None = None, limit: int = 10) -> int:
    """Claim questions that wait, one after the other, and answer them. Runs in the heavy process only."""
    done = 0
    while done < limit:
        run = _claim(clock.at_or_now(at))
        if run is None:
            break
        _answer(run, at)
        done += 1
    return done


def _claim(now: datetime) -> Run | None:
    """Take the oldest open question; one whose worker died is taken over after its lease."""
    with transaction.atomic():
        waiting = Run.objects.select_for_update(skip_locked=True).filter(state=RunState.WAITING)
        run = waiting.order_by("id").first()
        if run is None:
            lost = Run.objects.select_for_update(skip_locked=True).filter(
                state=RunState.RUNNING, started_at__lt=now - LEASE
            )
            run = lost.order_by("id").first()
        if run is None:
            return None
        run.attempts += 1
        run.state = RunState.RUNNING if run.attempts <= ATTEMPTS else RunState.FAILED
        run.error = "" if run.attempts <= ATTEMPTS else "lost"
        run.started_at = now
        run.save(update_fields=["attempts", "state", "error", "started_at"])
    return run if run.state == RunState.RUNNING else _claim(now)


def _answer(run: Run, at: datetime | None) -> None:
    began = time.monotonic()
    version = queries.version()
    question = Question(run.metric, run.params, run.section, run.cell)
    changes: dict[str, Any]
    try:
        result, events = compute(question)
        rows = [list(row) for row in result.rows[:MOST_ROWS]]
        changes = {
            "state": RunState.DONE,
            "result": {"columns": list(result.columns), "rows": rows},
            "events": events,
            "version": version,
        }
    except Exception as error:
        word = "timeout" if type(error).__name__ == "InterruptException" else type(error).__name__
        log.warning("metrics.run_failed", run=run.code, metric=run.metric, exc_info=error)
        changes = {"state": RunState.FAILED, "error": word[:200]}
    Run.objects.filter(pk=run.pk, attempts=run.attempts).update(
        **changes, computed_at=clock.at_or_now(at), seconds=round(time.monotonic() - began, 3)
    )


def forget_old(at: datetime | None = None) -> int:
    """Throw away computations that are older than a week."""
    gone, _ = Run.objects.filter(asked_at__lt=clock.at_or_now(at) - KEPT).delete()
    return gone


@transaction.atomic
def forget_person(*, person_id: int) -> None:
    """Sever what a person asked and saved, and throw away every result that names people by number."""
    named = [
        metric.code
        for metric in catalogue.METRICS.values()
        if any(column.unit is Unit.PERSON for column in metric.columns)
    ]
    Run.objects.exclude(section="result").delete()
    Run.objects.filter(metric__in=named).delete()
    Run.objects.filter(asked_by_id=person_id).update(asked_by_id=None)
    View.objects.filter(owner_id=person_id).update(owner_id=None)
    Board.objects.filter(owner_id=person_id).update(owner_id=None)


def save_view(
    *, name: str, metric: str, params: Mapping[str, str], person_id: int, at: datetime | None = None
) -> str:
    """Give a question a name; a relative first or last day ("-29") stays relative. Returns the code.

    :raises NameMissing: no name, or a too long one.
    :raises NameTaken: another view has this name.
    :raises MetricUnknown: there is no such metric.
    :raises ParamInvalid: a value that the metric cannot use.
    """
    now = clock.at_or_now(at)
    check(metric=metric, params=params, at=now)
    known = {param.code for param in catalogue.get(metric).params}
    kept = {code: value for code, value in params.items() if code in known and value != ""}
    try:
        with transaction.atomic():
            return View.objects.create(
                name=_name(name), metric=metric, params=kept, owner_id=person_id, created_at=now
            ).code
    except IntegrityError as error:
        raise NameTaken() from error


def delete_view(*, code: str) -> None:
    """Take a saved view away, also from its boards. One that is gone already is fine."""
    View.objects.filter(code=code).delete()


def save_board(*, name: str, person_id: int, at: datetime | None = None) -> str:
    """Open an empty board; returns its code.

    :raises NameMissing: no name, or a too long one.
    :raises NameTaken: another board has this name.
    """
    try:
        with transaction.atomic():
            return Board.objects.create(
                name=_name(name), owner_id=person_id, created_at=clock.at_or_now(at)
            ).code
    except IntegrityError as error:
        raise NameTaken() from error


@transaction.atomic
def place(*, board_code: str, view_code: str) -> None:
    """Put a view at the end of a board; one that is there already stays where it is.

    :raises BoardMissing: there is no such board.
    :raises ViewMissing: there is no such view.
    """
    board = Board.objects.select_for_update().filter(code=board_code).first()
    if board is None:
        raise BoardMissing()
    view = View.objects.filter(code=view_code).first()
    if view is None:
        raise ViewMissing()
    last = Tile.objects.filter(board=board).order_by("-place").values_list("place", flat=True).first()
    Tile.objects.get_or_create(board=board, view=view, defaults={"place": (last or 0) + 1})


def take_off(*, board_code: str, view_code: str) -> None:
    """Take a view off a board; it stays saved."""
    Tile.objects.filter(board__code=board_code, view__code=view_code).delete()


def delete_board(*, code: str) -> None:
    """Take a board away; its views stay saved."""
    Board.objects.filter(code=code).delete()


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 0 < len(cleaned) <= 60:
        raise NameMissing()
    return cleaned
