"""What ran by the clock is written down: when, how long, how much, and how often it failed in a row."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jishi.kernel import clock, lastruns, sweeps
from jishi.kernel.models import LastRun

pytestmark = pytest.mark.django_db(transaction=True)


def _turns(run: object, *, times: int = 1, diary: lastruns.Diary | None = None) -> lastruns.Diary:
    diary = diary or lastruns.Diary()
    sweep = sweeps.Sweep("tests.work", run, 0.0)  # type: ignore[arg-type]
    for _ in range(times):
        sweeps.run_turn([sweep], diary=diary)
    return diary


def _known() -> lastruns.Run:
    return lastruns.list_runs({"tests.work": 5.0})[0]


def _fail(at: datetime) -> int:
    raise ConnectionError("words that name somebody")


def test_a_run_is_written_with_its_figures() -> None:
    assert _known().ran_at is None and not _known().is_well

    _turns(lambda at: 7)

    run = _known()
    assert run.ran_at is not None and (run.worked, run.failures, run.is_well) == (7, 0, True)


def test_failures_are_counted_in_a_row_by_kind_and_end_with_a_good_run() -> None:
    diary = _turns(_fail, times=1)
    assert (_known().failures, _known().failure, _known().is_well) == (1, "ConnectionError", False)

    diary._written_at = 0.0
    _turns(_fail, times=1, diary=diary)
    assert _known().failures == 2

    _turns(lambda at: 0, diary=diary)
    assert (_known().failures, _known().failure, _known().is_well) == (0, "", True)


def test_runs_are_written_together_not_one_by_one() -> None:
    diary = _turns(lambda at: 1)
    first = _known().ran_at

    _turns(lambda at: 1, times=20, diary=diary)

    assert _known().ran_at == first


def test_work_that_silently_stopped_is_late() -> None:
    _turns(lambda at: 1)
    LastRun.objects.update(ran_at=clock.now() - timedelta(seconds=5 * 5 + 61))

    assert _known().is_late and not _known().is_well


def test_an_older_note_never_hides_a_newer_run() -> None:
    late = lastruns.Diary()
    late.note("tests.work", seconds=0.1, worked=1, failure="")
    LastRun.objects.create(name="tests.work", ran_at=clock.now() + timedelta(hours=1), seconds=0, worked=9)

    late.write_due()

    assert _known().worked == 9
