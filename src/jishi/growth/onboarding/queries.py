"""How far somebody is, and where newcomers stop. Every figure of the board comes from two statements.

Invariant: arrived and stopped fit together: whoever arrived at a step stopped at a later one or finished.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max

from jishi.growth.onboarding import ports, rules
from jishi.growth.onboarding.contracts import (
    WINDOW,
    Board,
    PathView,
    Progress,
    Spent,
    Step,
    StepLine,
    StepProgress,
    Week,
)
from jishi.growth.onboarding.models import Done, Mark, Newcomer, Path, Reward
from jishi.kernel import clock

PROGRESS_SQL = """
SELECT jsonb_build_object(
  'joined_at', n.joined_at,
  'steps', (SELECT p.steps FROM onboarding_path p WHERE p.number = n.path_number),
  'done', (SELECT jsonb_agg(d.kind) FROM onboarding_done d WHERE d.person_id = n.person_id),
  'marks', (SELECT jsonb_object_agg(m.kind, m.n) FROM (
     SELECT k.kind, count(*) AS n FROM onboarding_mark k WHERE k.person_id = n.person_id GROUP BY k.kind) m))
FROM onboarding_newcomer n
WHERE n.person_id = %(person)s AND n.finished_at IS NULL AND n.put_away_at IS NULL
  AND n.joined_at > %(at)s - interval '30 days'
"""
"""A scalar expression for whoever asks the database anyway; `read` makes a view of it."""

COHORT = "SELECT * FROM onboarding_newcomer WHERE path_number = %(path)s AND joined_at >= %(since)s"

SETS = f"""
SELECT done, count(*) FROM (
  SELECT p.person_id, array_remove(array_agg(d.kind ORDER BY d.kind), NULL) AS done
  FROM ({COHORT}) p LEFT JOIN onboarding_done d ON d.person_id = p.person_id GROUP BY p.person_id) x
GROUP BY done
"""  # noqa: S608 - our own words only

MEDIANS = f"""
SELECT d.kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM d.at - p.joined_at))
FROM ({COHORT}) p JOIN onboarding_done d ON d.person_id = p.person_id GROUP BY d.kind
"""  # noqa: S608

WEEKS = f"""
SELECT date_trunc('week', p.joined_at), count(*), count(p.finished_at), count(p.put_away_at)
FROM ({COHORT}) p GROUP BY 1 ORDER BY 1
"""  # noqa: S608

SPENT = """
SELECT COALESCE(max(p.budget_minor), 0), COALESCE(max(p.spent_minor), 0),
       count(*) FILTER (WHERE r.outcome = 'given'), count(*) FILTER (WHERE r.outcome = 'refused'),
       count(*) FILTER (WHERE r.outcome = 'over')
FROM (VALUES (%(path)s::int)) AS wanted(number)
LEFT JOIN onboarding_purse p ON p.path_number = wanted.number
LEFT JOIN onboarding_reward r ON r.path_number = wanted.number
"""

STOPPED = f"""
SELECT p.person_id FROM ({COHORT}) p
WHERE NOT EXISTS (SELECT 1 FROM onboarding_done d WHERE d.person_id = p.person_id AND d.kind = %(kind)s)
  AND (SELECT count(*) FROM onboarding_done d
       WHERE d.person_id = p.person_id AND d.kind = ANY(%(before)s)) = cardinality(%(before)s::text[])
ORDER BY p.joined_at DESC, p.person_id DESC LIMIT %(limit)s
"""  # noqa: S608


def get_path(number: int | None = None) -> PathView:
    """A path; the newest one without a number."""
    rows = Path.objects.order_by("-number")
    row = rows.first() if number is None else rows.filter(number=number).first()
    if row is None:
        return PathView(0, rules.SHIPPED)
    return PathView(row.number, rules.from_rows(row.steps), row.made_at)


def list_gifts() -> tuple[tuple[str, str, ports.Choices], ...]:
    """What can be given for a step now: kind, name (English), and what there is of it."""
    found = ports.find_gifts()
    return tuple((kind, name, choices()) for kind, (name, choices) in found.kinds().items()) if found else ()


def get_spent(number: int) -> Spent:
    """What gifts of a path may cost, and cost."""
    with connection.cursor() as cursor:
        cursor.execute(SPENT, {"path": number})
        return Spent(*cursor.fetchone())


def newest_number() -> int:
    """The number of the path that newcomers begin now."""
    return int(Path.objects.aggregate(n=Max("number"))["n"] or 0)


def list_numbers() -> tuple[int, ...]:
    """Every path there ever was, the newest first."""
    return (*Path.objects.order_by("-number").values_list("number", flat=True), 0)


def read(row: Mapping[str, Any] | None) -> Progress | None:
    """The view of what `PROGRESS_SQL` gave; None for everybody who is no newcomer on the way."""
    if row is None:
        return None
    done, marks = set(row["done"] or ()), row["marks"] or {}
    steps = rules.from_rows(row["steps"]) if row["steps"] else rules.SHIPPED
    joined = datetime.fromisoformat(row["joined_at"])
    shown = tuple(
        StepProgress(one, min(int(marks.get(one.kind, 0)), one.needed), one.kind in done) for one in steps
    )
    return Progress(shown, joined, joined + WINDOW)


def find_progress(person_id: int, *, at: datetime | None = None) -> Progress | None:
    """How far a newcomer is; None when they are none, have finished or closed the card."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({PROGRESS_SQL})::text", {"person": person_id, "at": clock.at_or_now(at)})
        found = cursor.fetchone()
    return read(_loaded(found[0])) if found and found[0] else None


def board(*, days: int = 28, path: int | None = None, at: datetime | None = None) -> Board:
    """Where newcomers of the last days stop, on one path (the newest, if none is named)."""
    moment = clock.at_or_now(at)
    chosen = get_path(path)
    params: dict[str, Any] = {"path": chosen.number, "since": moment - timedelta(days=days)}
    with connection.cursor() as cursor:
        cursor.execute(SETS, params)
        sets = [(frozenset(done), int(count)) for done, count in cursor.fetchall()]
        cursor.execute(MEDIANS, params)
        medians = {kind: float(seconds) / 3600 for kind, seconds in cursor.fetchall()}
        cursor.execute(WEEKS, params)
        weeks = cursor.fetchall()
    return Board(
        path=chosen,
        days=days,
        people=sum(count for _, count in sets),
        finished=sum(row[2] for row in weeks),
        put_away=sum(row[3] for row in weeks),
        lines=_lines(chosen.steps, sets, medians),
        weeks=tuple(Week(begins, people, finished) for begins, people, finished, _ in weeks),
    )


def list_stopped(
    kind: str, *, days: int = 28, path: int | None = None, limit: int = 200, at: datetime | None = None
) -> tuple[int, ...]:
    """The people for whom a step is the first one missing, the newest first."""
    chosen = get_path(path)
    kinds = [str(one.kind) for one in chosen.steps]
    if kind not in kinds:
        return ()
    params: dict[str, Any] = {
        "path": chosen.number,
        "since": clock.at_or_now(at) - timedelta(days=days),
        "kind": kind,
        "before": kinds[: kinds.index(kind)],
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(STOPPED, params)
        return tuple(row[0] for row in cursor.fetchall())


def export_person(*, person_id: int) -> dict[str, Any]:
    """How somebody began."""
    row = Newcomer.objects.filter(person_id=person_id).first()
    return {
        "began": [
            {
                "path": row.path_number,
                "at": row.joined_at.isoformat(),
                "finished": row.finished_at.isoformat() if row.finished_at else None,
                "closed": row.put_away_at.isoformat() if row.put_away_at else None,
            }
        ]
        if row is not None
        else [],
        "steps": [
            {"step": one.kind, "at": one.at.isoformat()}
            for one in Done.objects.filter(person_id=person_id).order_by("at", "kind")
        ],
        "gifts": [
            {"step": one.kind, "gift": one.gift, "outcome": one.outcome, "at": one.at.isoformat()}
            for one in Reward.objects.filter(person_id=person_id).order_by("at", "kind")
        ],
        "counted": [
            {"step": one.kind, "what": one.subject, "at": one.at.isoformat()}
            for one in Mark.objects.filter(person_id=person_id).order_by("at", "kind", "subject")
        ],
    }


def _lines(
    steps: Sequence[Step], sets: Sequence[tuple[frozenset[str], int]], medians: Mapping[str, float]
) -> tuple[StepLine, ...]:
    lines, before = [], set[str]()
    for step in steps:
        upto = before | {step.kind}
        arrived = sum(count for done, count in sets if upto <= done)
        came = sum(count for done, count in sets if before <= done)
        lines.append(
            StepLine(
                step=step,
                done=sum(count for done, count in sets if step.kind in done),
                arrived=arrived,
                stopped=came - arrived,
                median_h=medians.get(step.kind),
            )
        )
        before = upto
    return tuple(lines)


def _loaded(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
