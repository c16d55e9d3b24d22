"""Reading definitions, computations, views and boards. Nothing here computes a metric."""

import hashlib
from collections.abc import Mapping
from typing import Any

from jishi.insight.behavior import queries as behavior
from jishi.insight.metrics import catalogue, rules
from jishi.insight.metrics import contracts as shown
from jishi.insight.metrics.contracts import Metric, Result, RunState, RunView
from jishi.insight.metrics.errors import BoardMissing, ViewMissing
from jishi.insight.metrics.models import Board, Run, Tile, View

# What pages work out from an answer that they hold already.
bucket_text = rules.bucket_text
decompose = rules.decompose
period_before = rules.before


def list_metrics() -> tuple[Metric, ...]:
    """Every metric of the catalogue."""
    return tuple(catalogue.METRICS.values())


def get_metric(code: str) -> Metric:
    """One metric.

    :raises MetricUnknown: there is none of this name.
    """
    return catalogue.get(code)


def list_kinds() -> dict[str, str]:
    """The groups of metrics with their English names, as the console's pages show them."""
    return dict(catalogue.KINDS)


def of_kind(kind: str) -> tuple[Metric, ...]:
    """The metrics of one group."""
    return catalogue.of_kind(kind)


def event_names() -> dict[str, str]:
    """The kinds of events with their English names."""
    return dict(catalogue.EVENT_NAMES)


def version() -> str:
    """What data there is: the same while no event came and no file was rewritten."""
    lake = behavior.lake()
    return hashlib.sha256("\n".join(lake.files).encode()).hexdigest()[:32]


def find_run(code: str) -> RunView | None:
    """One computation, or None when it was thrown away."""
    row = Run.objects.filter(code=code).first()
    return _seen(row) if row else None


def latest(metric: str, params: Mapping[str, str]) -> RunView | None:
    """The newest finished computation of a question; ``params`` must be clean (see ``rules.clean``)."""
    asked = rules.fingerprint(metric, params, "result", {})
    row = Run.objects.filter(fingerprint=asked, state=RunState.DONE).order_by("-id").first()
    return _seen(row) if row else None


def count_open() -> int:
    """How many computations wait or run."""
    return Run.objects.filter(state__in=[RunState.WAITING, RunState.RUNNING]).count()


def list_views(*, metrics: tuple[str, ...] = ()) -> tuple[shown.SavedView, ...]:
    """Saved views by name, of some metrics or all."""
    rows = View.objects.order_by("name")
    if metrics:
        rows = rows.filter(metric__in=metrics)
    return tuple(_view(row) for row in rows[:200])


def get_view(code: str) -> shown.SavedView:
    """One saved view.

    :raises ViewMissing: there is none.
    """
    row = View.objects.filter(code=code).first()
    if row is None:
        raise ViewMissing()
    return _view(row)


def list_boards() -> tuple[shown.Board, ...]:
    """Boards by name, with their views."""
    rows = list(Board.objects.order_by("name")[:100])
    tiles: dict[int, list[shown.SavedView]] = {row.pk: [] for row in rows}
    for tile in Tile.objects.filter(board__in=rows).select_related("view"):
        tiles[tile.board_id].append(_view(tile.view))
    return tuple(
        shown.Board(row.code, row.name, row.owner_id, tuple(tiles[row.pk]), row.created_at) for row in rows
    )


def get_board(code: str) -> shown.Board:
    """One board with its views.

    :raises BoardMissing: there is none.
    """
    row = Board.objects.filter(code=code).first()
    if row is None:
        raise BoardMissing()
    views = tuple(_view(tile.view) for tile in Tile.objects.filter(board=row).select_related("view"))
    return shown.Board(row.code, row.name, row.owner_id, views, row.created_at)


def _view(row: View) -> shown.SavedView:
    return shown.SavedView(row.code, row.name, row.metric, row.params, row.owner_id, row.created_at)


def _seen(row: Run) -> RunView:
    return RunView(
        code=row.code,
        metric=row.metric,
        params=row.params,
        section=row.section,
        cell=row.cell,
        state=row.state,
        result=_result(row.result) if row.result is not None else None,
        asked_at=row.asked_at,
        computed_at=row.computed_at,
        seconds=row.seconds,
        error=row.error,
        events=row.events,
    )


def _result(kept: Mapping[str, Any]) -> Result:
    return Result(tuple(kept["columns"]), tuple(tuple(row) for row in kept["rows"]))
