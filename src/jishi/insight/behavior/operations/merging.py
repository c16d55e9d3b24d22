"""Many small files become few, sorted ones; unnamed events get their person; old ones go.

Invariant: a rewrite neither adds nor loses a row, and becomes true in one transaction: the new file enters
the manifest as the old ones leave it. Only one process rewrites at a time; compactors go on meanwhile.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q

from jishi.insight.behavior import engine, lakefiles, queries, rules
from jishi.insight.behavior.contracts import Merged
from jishi.insight.behavior.models import DeadLetter, Erasure, File, Identity, Seen
from jishi.insight.behavior.operations import compacting, resolving
from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose

HOT_MOST = 30
HOT_FOR = timedelta(hours=1)
CALM = timedelta(hours=1)
FULL_ROWS = 500_000
RELABEL_AFTER = timedelta(minutes=10)
RELABEL_MOST = 2000
ORPHAN_AFTER_S = 600.0
ONE_REWRITER = 727011  # an advisory lock
log = structlog.get_logger("behavior")


def try_alone() -> bool:
    """Take the right to rewrite until the transaction ends; false when somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_REWRITER])
        return bool(cursor.fetchone()[0])


def merge_hours(*, at: datetime | None = None) -> Merged:
    """Merge the small files of days that have many of them, or have had some for an hour."""
    now = clock.at_or_now(at)
    hot = File.objects.filter(replaced_at=None, level=File.Level.HOT).values("dt")
    due = hot.annotate(n=Count("pk"), oldest=Min("created_at")).filter(
        Q(n__gte=HOT_MOST) | Q(n__gt=1, oldest__lte=now - HOT_FOR)
    )
    return _merge([row["dt"] for row in due.order_by("dt")], File.Level.HOUR, now)


def merge_days(*, at: datetime | None = None) -> Merged:
    """Make one file of each day that is over and calm, and give named people their earlier events."""
    now = clock.at_or_now(at)
    named = relabel(at=now)
    live = File.objects.filter(replaced_at=None, dt__lt=rules.day_of(now)).values("dt")
    due = live.annotate(newest=Max("created_at"), rough=Count("pk", filter=~Q(level=File.Level.DAY))).filter(
        rough__gt=0, newest__lte=now - CALM
    )
    done = _merge([row["dt"] for row in due.order_by("dt")], File.Level.DAY, now)
    return Merged(
        done.days + named.days,
        done.files_before + named.files_before,
        done.files_after + named.files_after,
        done.relabelled + named.relabelled,
    )


def relabel(*, at: datetime | None = None) -> Merged:
    """Rewrite the days on which browsers acted that somebody has signed in with since."""
    now = clock.at_or_now(at)
    new = Identity.objects.filter(applied_at=None, linked_at__lte=now - RELABEL_AFTER).order_by("pk")
    found = list(new.values_list("pk", "visitor")[:RELABEL_MOST])
    if not found:
        return Merged()
    users = sorted({rules.visitor_number(visitor) for _, visitor in found})
    files = File.objects.filter(replaced_at=None, min_user__lte=users[-1], max_user__gte=users[0])
    paths = [queries.root() / name for name in files.values_list("path", flat=True)]
    days: list[date] = []
    if paths:
        with engine.opened() as duck:
            days = engine.days_of(duck, paths, users)
    done = _merge(days, None, now)
    if done.days == len(days):
        Identity.objects.filter(pk__in=[pk for pk, _ in found]).update(applied_at=now)
    return done


def _merge(days: Sequence[date], level: int | None, now: datetime) -> Merged:
    """Merge some days; without a level each keeps its roughest one."""
    merged = before = after = relabelled = 0
    for day in days:
        with transaction.atomic():
            if not try_alone():
                break
            old = _files(day, level)
            if not old:
                continue
            changed = rewrite(day, old, old[0].level if level is None else level, now)
        merged, before, after = merged + 1, before + len(old), after + 1
        relabelled += changed
    return Merged(merged, before, after, relabelled)


def _files(day: date, level: int | None) -> list[File]:
    """Lock what is merged: of an open day the small files and the last one that is not full yet."""
    live = File.objects.select_for_update().filter(replaced_at=None, dt=day).order_by("level", "pk")
    files = list(live)
    if level == File.Level.HOUR:
        hot = [one for one in files if one.level == File.Level.HOT]
        open_ones = [one for one in files if one.level == File.Level.HOUR and one.rows < FULL_ROWS]
        return hot + open_ones[:1]
    return files


def rewrite(day: date, old: Sequence[File], level: int, now: datetime) -> int:
    """Replace files by one with the same events; returns for how many (day, user) they read differently.

    :raises InvariantBroken: the new file has another number of rows; nothing is changed then.
    """
    folder = queries.root()
    paths = [folder / one.path for one in old]
    with engine.opened() as duck:
        engine.prepare(duck, paths, _links(engine.unnamed_visitors(duck, paths)))
        changed = engine.changed_users(duck)
        written = engine.write(duck, folder, day, level, "SELECT * FROM counted")
    rows = sum(one.rows for one in old)
    if written is None or written.rows != rows:
        raise InvariantBroken(f"{rows} rows of {day} became {written.rows if written else 0}")
    replace(old, [written], level=level, now=now)
    compacting.mark_dirty(changed)
    return len(changed)


def replace(old: Sequence[File], new: Sequence[lakefiles.Written], *, level: int, now: datetime) -> None:
    """Let files take the place of others, with the caller's transaction."""
    File.objects.filter(pk__in=[one.pk for one in old]).update(replaced_at=now)
    compacting.enter(new, level=level)


def _links(visitors: Sequence[str]) -> list[engine.Link]:
    """Return who has signed in with these browsers and allows to be known, and was not forgotten."""
    known = queries.persons_of(visitors) if visitors else {}
    people = sorted({person_id for links in known.values() for person_id, _ in links})
    said = dict(resolving.fetch(resolving.SAID, Purpose.ANALYTICS.value, people)) if people else {}
    default = privacy.default(Purpose.ANALYTICS)
    gone = set(Erasure.objects.filter(pk__in=people).values_list("pk", flat=True))
    return [
        (visitor, person_id, at)
        for visitor, links in known.items()
        for person_id, at in links
        if person_id not in gone and said.get(person_id, default)
    ]


def forget_old(*, at: datetime | None = None) -> int:
    """Remove what is past its keeping: days, replaced files, ids, dead letters, and files nobody entered."""
    now = clock.at_or_now(at)
    today = rules.day_of(now)
    with transaction.atomic():
        if not try_alone():
            return 0
        past = File.objects.filter(dt__lt=today - rules.RETENTION) | File.objects.filter(
            replaced_at__lt=now - rules.READER_GRACE
        )
        gone = dict(past.values_list("pk", "path"))
        File.objects.filter(pk__in=list(gone)).delete()
    # After the commit: a file without an entry is harmless, an entry without a file is not.
    removed = lakefiles.remove(queries.root(), list(gone.values()))
    removed += len(sweep_orphans())
    Seen.objects.filter(on_day__lt=today - timedelta(days=rules.SEEN_DAYS)).delete()
    DeadLetter.objects.filter(at__lt=now - rules.DEAD_RETENTION).delete()
    return removed


def sweep_orphans(*, older_than_s: float = ORPHAN_AFTER_S) -> list[str]:
    """Remove files that no manifest knows: a crash left them between the disk and the commit."""
    folder, edge = queries.root(), clock.now().timestamp() - older_than_s
    if not folder.is_dir():
        return []
    old = [str(path.relative_to(folder)) for path in folder.glob("dt=*/*") if path.stat().st_mtime < edge]
    known = set(File.objects.filter(path__in=old).values_list("path", flat=True))
    orphans = [name for name in old if name not in known]
    lakefiles.remove(folder, orphans)
    if orphans:
        log.info("behavior.orphans_removed", files=len(orphans), lake=str(settings.JISHI_LAKE_ROOT))
    return orphans
