"""Counting what was shown, under limits that the database holds; and what people do with it.

Invariant: whether something may be shown once more is decided by the statement that counts it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jishi.growth.merchandising import rules
from jishi.growth.merchandising.contracts import NOTHING, USUAL, Popup, Viewer
from jishi.growth.merchandising.models import Chosen, Pace, Seen
from jishi.growth.merchandising.queries import filling
from jishi.growth.merchandising.queries.viewers import day_of, key_of
from jishi.kernel import clock

KEPT = timedelta(days=90)
"""How long it is remembered who saw a placement that has ended."""

SHOW = """
INSERT INTO merchandising_seen AS s
  (placement_id, viewer, person_id, on_day, today, total, per_day, in_all, last_at)
SELECT p.id, %(viewer)s, %(person)s, %(day)s, 1, 1, p.per_day, p.in_all, %(at)s
FROM merchandising_placement p
WHERE p.code = %(code)s AND p.state = 'on' AND p.starts_at <= %(at)s AND p.ends_at > %(at)s
ON CONFLICT (placement_id, viewer) DO UPDATE SET
  today = CASE WHEN s.on_day = EXCLUDED.on_day THEN s.today + 1 ELSE 1 END,
  on_day = EXCLUDED.on_day, total = s.total + 1, last_at = EXCLUDED.last_at,
  per_day = EXCLUDED.per_day, in_all = EXCLUDED.in_all
WHERE s.dismissed_at IS NULL
  AND (EXCLUDED.in_all = 0 OR s.total < EXCLUDED.in_all)
  AND (EXCLUDED.per_day = 0 OR s.on_day <> EXCLUDED.on_day OR s.today < EXCLUDED.per_day)
"""

MARK = """
INSERT INTO merchandising_seen AS s
  (placement_id, viewer, person_id, on_day, today, total, per_day, in_all, last_at, {column})
SELECT p.id, %(viewer)s, %(person)s, %(day)s, 0, 0, p.per_day, p.in_all, %(at)s, %(at)s
FROM merchandising_placement p WHERE p.code = %(code)s
ON CONFLICT (placement_id, viewer) DO UPDATE SET {column} = COALESCE(s.{column}, EXCLUDED.{column})
"""

PACE = """
INSERT INTO merchandising_pace AS c (slot, viewer, on_day, person_id, shown, most)
VALUES (%(slot)s, %(viewer)s, %(day)s, %(person)s, 1, %(most)s)
ON CONFLICT (slot, viewer, on_day) DO UPDATE SET shown = c.shown + 1 WHERE c.shown < c.most
"""

FORGET = """
DELETE FROM merchandising_seen s USING merchandising_placement p
WHERE p.id = s.placement_id AND p.ends_at < %(before)s
"""


def record_shown(*, placement_code: str, viewer: Viewer, at: datetime | None = None) -> bool:
    """Count one showing; False when there is a limit and it is used up (then it must not be shown)."""
    return _run(SHOW, viewer, clock.at_or_now(at), code=placement_code)


def record_clicked(*, placement_code: str, viewer: Viewer, at: datetime | None = None) -> bool:
    """Note that somebody followed it; only the first time counts."""
    return _run(MARK.format(column="clicked_at"), viewer, clock.at_or_now(at), code=placement_code)


def record_dismissed(*, placement_code: str, viewer: Viewer, at: datetime | None = None) -> bool:
    """Note that somebody closed it: they never see it again."""
    return _run(MARK.format(column="dismissed_at"), viewer, clock.at_or_now(at), code=placement_code)


def claim_popup(
    *, viewer: Viewer, region: str = "", language: str, shows: str = USUAL, at: datetime | None = None
) -> Popup | None:
    """The pop-up that may come up before somebody now, counted at once; None when there is none.

    Two tabs that ask in one moment get one between them: the row of the day is taken first. `shows` is what
    an experiment wants: where it wants nothing, the moment passes empty, and counts for the day like any, so
    that every arm meets the same people at the same moments and nobody sees more than without it.
    """
    moment = clock.at_or_now(at)
    if not key_of(viewer):
        return None
    could, offers = filling.offer(
        "popup", viewer=viewer, region=region, language=language, shows=shows, at=moment
    )
    if not could:
        return None
    with transaction.atomic():
        if not _run(PACE, viewer, moment, slot="popup", most=rules.POPUPS_A_DAY):
            return None
        if shows == NOTHING:
            return Popup(None)
        found = next(
            (one for one in offers if record_shown(placement_code=one.code, viewer=viewer, at=moment)), None
        )
        if found is None:
            transaction.set_rollback(True)
            return None
    return Popup(found)


def forget_old(at: datetime) -> int:
    """Forget who saw what has ended long ago, and the pace of past days."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FORGET, {"before": at - KEPT})
        gone = int(cursor.rowcount)
    Pace.objects.filter(on_day__lt=day_of(at - timedelta(days=2))).delete()
    return gone


def forget_seen(*, person_id: int) -> None:
    """Remove what was shown to a person, and what was chosen for them."""
    with transaction.atomic():
        Seen.objects.filter(person_id=person_id).delete()
        Pace.objects.filter(person_id=person_id).delete()
        Chosen.objects.filter(person_id=person_id).delete()


def _run(text: str, viewer: Viewer, at: datetime, **more: object) -> bool:
    name = key_of(viewer)
    if not name:
        return False
    params: dict[str, Any] = {"viewer": name, "person": viewer.person_id, "day": day_of(at), "at": at, **more}
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return int(cursor.rowcount) > 0
