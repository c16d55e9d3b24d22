"""Noting what was shown: the first time counts, however often and from however many processes it is said."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from jishi.insight.experiments import rules
from jishi.insight.experiments.contracts import Assignment
from jishi.insight.experiments.models import Experiment, Load, Switchback
from jishi.kernel import clock

SLOWEST_MS = 60_000
LOADS_KEPT = timedelta(days=120)

# Joined with the experiment, so that what is said about one that is over, or never was, adds nothing. In the
# order of the key, so that two batches that meet wait for each other and never in a circle.
_EXPOSE = """
INSERT INTO experiments_exposure (experiment_id, unit, arm, person_id, first_at)
SELECT e.id, s.unit, s.arm, s.person_id, %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) AS s(code, unit, arm, person_id)
JOIN experiments_experiment e ON e.code = s.code AND e.state IN ('running', 'paused')
ORDER BY e.id, s.unit
ON CONFLICT DO NOTHING
"""
_FORGET = """
UPDATE experiments_exposure SET unit = 'x:' || replace(gen_random_uuid()::text, '-', ''), person_id = NULL
WHERE person_id = %s OR unit = %s
"""


def expose(shown: Iterable[Assignment], *, at: datetime | None = None) -> int:
    """Note that people were really shown their arm; returns how many it was the first time for.

    One statement for any number of them. Say it for every arm at the same place of the code, for the control
    and for a hold-out too: a place that only notes the variant makes the arms incomparable.
    """
    rows = list(shown)
    if not rows:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _EXPOSE,
            [
                clock.at_or_now(at),
                [one.experiment for one in rows],
                [one.unit for one in rows],
                [one.arm for one in rows],
                [one.person_id for one in rows],
            ],
        )
        return cursor.rowcount


def record_load(shown: Assignment, *, ms: int, at: datetime | None = None) -> bool:
    """Note how long a page took that shows somebody an arm; returns whether it was noted.

    Nothing is noted of browsers that nobody signed in with, and no time that cannot be (a tab that slept).
    """
    if shown.person_id is None or not 0 < ms <= SLOWEST_MS:
        return False
    Load.objects.create(person_id=shown.person_id, at=clock.at_or_now(at), ms=ms)
    return True


def forget_loads(at: datetime | None = None) -> int:
    """Forget times that no reading looks at any more; returns how many."""
    return Load.objects.filter(at__lt=clock.at_or_now(at) - LOADS_KEPT).delete()[0]


def forget_person(*, person_id: int) -> int:
    """Take somebody's name out of what they were shown; the arm's size stays true. Returns how many rows."""
    with transaction.atomic():
        Experiment.objects.filter(owner_id=person_id).update(owner=None)
        Experiment.objects.filter(asked_by_id=person_id).update(
            asked_verb="", asked_by=None, asked_at=None, asked_detail={}
        )
        Switchback.objects.filter(owner_id=person_id).update(owner=None)
        Switchback.objects.filter(asked_by_id=person_id).update(
            asked_verb="", asked_by=None, asked_at=None, asked_detail={}
        )
        Load.objects.filter(person_id=person_id).delete()
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [person_id, rules.person_unit(person_id)])
            return cursor.rowcount
