"""Reads of strategies, their costs and results, and the people behind a result.

The counts of people read portraits, and the people behind a figure read orders: one statement each.
"""

from typing import Any

from django.db import connection

from jishi.growth.strategies import rules, templates
from jishi.growth.strategies.contracts import (
    Change,
    Choice,
    CostView,
    Move,
    Outcome,
    StrategyDraft,
    StrategyView,
    Sums,
)
from jishi.growth.strategies.errors import StrategyNotFound, SubjectUnknown
from jishi.growth.strategies.models import Cost, Result, Strategy
from jishi.insight.portraits import queries as portraits

_SIZES = """
SELECT 'stage:' || stage, count(*) FROM portraits_stage WHERE shop_id IS NULL GROUP BY 1
UNION ALL
SELECT 'rfm:' || (tags->>'rfm'), count(*) FROM portraits_portrait WHERE tags->>'rfm' <> '' GROUP BY 1
UNION ALL
SELECT 'segment:' || code, count FROM portraits_segment WHERE archived_at IS NULL
"""
_BEHIND = """
SELECT m.person_id FROM strategies_member m
LEFT JOIN portraits_stage s ON s.person_id = m.person_id AND s.shop_id IS NULL
WHERE m.strategy_id = %(strategy)s AND m.person_id > %(after)s
    AND (%(stage)s = '' OR s.stage = %(stage)s)
    AND (SELECT count(*) FROM orders_order o WHERE o.buyer_id = m.person_id
        AND o.state IN ('paid', 'shipped', 'received')
        AND o.paid_at >= %(since)s AND o.paid_at < %(until)s) >= %(least)s
ORDER BY m.person_id LIMIT %(limit)s
"""

template_for = templates.for_subject
shipped_names = templates.names


def choices() -> dict[str, tuple[Choice, ...]]:
    """What can be done on each side, with English names."""
    return dict(rules.CHOICES)


def find(subject: str) -> StrategyView | None:
    """The strategy for some people, if somebody wrote one."""
    row = Strategy.objects.filter(subject=subject).first()
    return view(row) if row else None


def get(code: str) -> StrategyView:
    """One strategy.

    :raises StrategyNotFound: there is none.
    """
    row = Strategy.objects.filter(code=code).first()
    if row is None:
        raise StrategyNotFound
    return view(row)


def list_strategies(*, state: str = "") -> tuple[StrategyView, ...]:
    """Every strategy by its subject, of one state or all."""
    rows = Strategy.objects.order_by("subject")
    return tuple(view(row) for row in (rows.filter(state=state) if state else rows)[:500])


def sizes() -> dict[str, int]:
    """How many people each subject has now, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES)
        return {subject: int(count) for subject, count in cursor.fetchall()}


def name_of(subject: str) -> tuple[str, str]:
    """The English name and meaning of the people of a subject; names of segments are as they were written.

    :raises SubjectUnknown: there is no such stage, class or segment.
    """
    parts = rules.split(subject)
    if parts is None:
        raise SubjectUnknown
    if parts[0] == "segment":
        found = portraits.get_segment(parts[1])
        return found.name, found.meaning or found.words
    known = templates.names()
    if subject not in known:
        raise SubjectUnknown
    return known[subject]


def outcomes(*, code: str, limit: int = 90) -> tuple[Outcome, ...]:
    """The results of the round that runs (or ran last), the newest first."""
    row = Strategy.objects.filter(code=code).only("pk", "round").first()
    if row is None:
        return ()
    rows = Result.objects.filter(strategy_id=row.pk, round=row.round).order_by("-on")[:limit]
    return tuple(_outcome(one) for one in rows)


def newest_outcomes() -> dict[str, Outcome]:
    """The newest result of every strategy, by subject, in one statement."""
    rows = Result.objects.order_by("strategy_id", "-round", "-on").distinct("strategy_id")
    return {row.strategy.subject: _outcome(row) for row in rows.select_related("strategy")}


def changes(found: Outcome) -> dict[str, Change]:
    """How the figures of a result changed, beside everybody else's."""
    return rules.changes(found.before, found.after, found.else_before, found.else_after)


def moved(found: Outcome) -> tuple[int, int, int]:
    """How many people stand higher, where they were, and lower."""
    return rules.moved(found.moves)


def list_costs(*, code: str, limit: int = 50) -> tuple[CostView, ...]:
    """What was spent, the newest first."""
    rows = Cost.objects.filter(strategy__code=code).order_by("-pk")[:limit]
    return tuple(CostView(row.natural_key, row.amount_minor, row.reason, row.by_id, row.at) for row in rows)


def people_behind(
    *, code: str, figure: str = "people", stage: str = "", after: int = 0, limit: int = 50
) -> tuple[int, ...]:
    """Numbers of the people behind a figure: all, those who bought, those who bought twice, those at a stage.

    :raises StrategyNotFound: there is none.
    """
    row = Strategy.objects.filter(code=code).first()
    if row is None:
        raise StrategyNotFound
    newest = Result.objects.filter(strategy=row, round=row.round).order_by("-on").first()
    until = newest.measured_at if newest else row.updated_at
    params: dict[str, Any] = {
        "strategy": row.pk,
        "after": after,
        "stage": stage,
        "since": row.begun_at or until,
        "until": until,
        "least": {"buyers": 1, "repeat": 2}.get(figure, 0),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, params)
        return tuple(one for (one,) in cursor.fetchall())


def view(row: Strategy) -> StrategyView:
    """A stored strategy as others see it."""
    return StrategyView(
        code=row.code,
        subject=row.subject,
        state=row.state,
        draft=StrategyDraft(
            name=row.name,
            goal=row.goal,
            sides=rules.from_row(row.sides),
            owner_id=row.owner_id,
            budget_minor=row.budget_minor,
            currency=row.currency,
        ),
        spent_minor=row.spent_minor,
        version=row.version,
        round=row.round,
        template=row.template,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        cohort=row.cohort,
        updated_at=row.updated_at,
    )


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what a person looks after, and which strategies were for them."""
    mine = Strategy.objects.filter(owner_id=person_id).order_by("pk")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.subject, m.stage FROM strategies_member m JOIN strategies_strategy s"
            " ON s.id = m.strategy_id WHERE m.person_id = %s ORDER BY 1",
            [person_id],
        )
        meant = [{"subject": subject, "stage": stage} for subject, stage in cursor.fetchall()]
    return {"responsible_for": [row.subject for row in mine], "meant_for_me": meant}


def _outcome(row: Result) -> Outcome:
    sums = {name: Sums(**row.figures[name]) for name in ("before", "after", "else_before", "else_after")}
    return Outcome(
        on=row.on,
        round=row.round,
        hours=row.hours,
        moves=tuple(Move(*one) for one in row.moves),
        currency=row.currency,
        measured_at=row.measured_at,
        **sums,
    )
