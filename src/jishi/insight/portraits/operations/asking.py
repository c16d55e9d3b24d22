"""Long work that a page asks for and the heavy process does: rebuilds and clusterings, with their progress.

Invariant: of each kind at most one piece waits or runs; the database sees to it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from jishi.insight.portraits import yardsticks
from jishi.insight.portraits.errors import ClustersInvalid
from jishi.insight.portraits.models import Run
from jishi.insight.portraits.operations import clustering, rebuilding
from jishi.kernel import clock, locks

NIGHTLY_HOUR = 3


def ask_rebuild(*, at: datetime | None = None) -> str:
    """Have everything made again by the heavy process; returns the code of the work. One at a time."""
    return _ask("rebuild", {}, at)


def ask_clusters(*, k: int | None = None, at: datetime | None = None) -> str:
    """Have people grouped by the heavy process; without `k` the data decide how many groups there are.

    :raises ClustersInvalid: a number of groups that cannot be made.
    """
    if k is not None and not clustering.FEWEST <= k <= clustering.MOST:
        raise ClustersInvalid()
    return _ask("cluster", {} if k is None else {"k": k}, at)


@transaction.atomic
def _ask(kind: str, params: dict[str, int], at: datetime | None) -> str:
    locks.advisory("portraits", kind)
    row = Run.objects.filter(kind=kind, state__in=["waiting", "running"]).first()
    if row is None:
        row = Run.objects.create(kind=kind, params=params, asked_at=clock.at_or_now(at))
    return row.code


def work_asked(*, at: datetime | None = None) -> int:
    """Do the oldest piece of work that waits, the night's rebuild among it. For the heavy process only."""
    now = clock.at_or_now(at)
    if _is_night_due(now):
        ask_rebuild(at=now)
    with transaction.atomic():
        # One process works this line: what still says "running" was killed, and is done again.
        waiting = Run.objects.select_for_update(skip_locked=True).filter(state__in=["waiting", "running"])
        row = waiting.order_by("pk").first()
        if row is None:
            return 0
        row.state = "running"
        row.save(update_fields=["state"])
    try:
        _do(row, now)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:200]
        Run.objects.filter(pk=row.pk).update(state="failed", error=said, ended_at=clock.now())
        raise
    Run.objects.filter(pk=row.pk).update(state="done", ended_at=clock.now())
    return 1


def _do(row: Run, now: datetime) -> None:
    if row.kind == "cluster":
        clustering.cluster(k=row.params.get("k"), at=now)
        return

    def progress(done: int, total: int) -> None:
        Run.objects.filter(pk=row.pk).update(done=done, total=total)

    rebuilding.rebuild(progress=progress, at=now)


def _is_night_due(now: datetime) -> bool:
    """Whether no rebuild was asked for since the last night's hour, or none ever."""
    newest = Run.objects.filter(kind="rebuild").order_by("-pk").first()
    if newest is None:
        return True
    local = now.astimezone(yardsticks.ZONE)
    night = local.replace(hour=NIGHTLY_HOUR, minute=0, second=0, microsecond=0)
    night = night if local >= night else night - timedelta(days=1)
    return newest.asked_at < night
