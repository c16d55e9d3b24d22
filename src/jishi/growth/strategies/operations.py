"""Writing strategies, beginning and ending them, booking costs, measuring what came of them.

Measuring runs in the heavy process: it takes the people of a beginning (INSERT … SELECT over portraits) and
adds up orders of a lower domain, each in one set-based statement. A strategy's row is the lock for all of it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q

from jishi.growth.strategies import queries, rules, templates
from jishi.growth.strategies.contracts import MOST_DAYS, State, StrategyDraft, StrategyView
from jishi.growth.strategies.errors import BudgetSpent, NotRunning, StrategyInvalid, StrategyNotFound
from jishi.growth.strategies.models import Cost, Member, Result, Strategy, Version
from jishi.kernel import clock
from jishi.people.accounts import queries as people

EVERY = timedelta(hours=1)
_TAKE = """
INSERT INTO strategies_member (strategy_id, person_id, stage)
SELECT %(strategy)s, w.person_id, coalesce(s.stage, '') FROM ({who}) w
JOIN accounts_user u ON u.id = w.person_id AND u.is_active
LEFT JOIN portraits_stage s ON s.person_id = w.person_id AND s.shop_id IS NULL
ON CONFLICT DO NOTHING
"""
_WHO = {
    "segment": (
        "SELECT m.person_id FROM portraits_membership m JOIN portraits_segment g ON g.id = m.segment_id"
        " WHERE g.code = %(key)s"
    ),
    "stage": "SELECT person_id FROM portraits_stage WHERE shop_id IS NULL AND stage = %(key)s",
    "rfm": "SELECT person_id FROM portraits_portrait WHERE tags->>'rfm' = %(key)s",
}
_SUMS = """
SELECT inside, coalesce(sum(b), 0), coalesce(sum(a), 0), coalesce(sum(gb), 0), coalesce(sum(ga), 0),
    count(*) FILTER (WHERE b > 0), count(*) FILTER (WHERE a > 0),
    count(*) FILTER (WHERE b > 1), count(*) FILTER (WHERE a > 1)
FROM (
    SELECT m.person_id IS NOT NULL AS inside,
        count(*) FILTER (WHERE o.paid_at < %(at)s) AS b, count(*) FILTER (WHERE o.paid_at >= %(at)s) AS a,
        sum(o.total_minor) FILTER (WHERE o.paid_at < %(at)s AND o.currency = %(currency)s) AS gb,
        sum(o.total_minor) FILTER (WHERE o.paid_at >= %(at)s AND o.currency = %(currency)s) AS ga
    FROM orders_order o
    LEFT JOIN strategies_member m ON m.person_id = o.buyer_id AND m.strategy_id = %(strategy)s
    WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s AND o.state IN ('paid', 'shipped', 'received')
    GROUP BY o.buyer_id, m.person_id
) each_person GROUP BY inside
"""
_MOVES = """
SELECT m.stage, s.stage, count(*) FROM strategies_member m
JOIN portraits_stage s ON s.person_id = m.person_id AND s.shop_id IS NULL
WHERE m.strategy_id = %s GROUP BY 1, 2 ORDER BY 1, 2
"""


def save(
    *, subject: str, draft: StrategyDraft, template: str = "", by: int | None, at: datetime | None = None
) -> StrategyView:
    """Write or change the strategy for some people; what it said before is kept as a version.

    :raises SubjectUnknown: there are no such people.
    :raises StrategyInvalid: something cannot be.
    """
    moment = clock.at_or_now(at)
    queries.name_of(subject)
    if field := rules.fault(draft):
        raise StrategyInvalid(field=field)
    if draft.owner_id is not None and not people.is_operator(draft.owner_id):
        raise StrategyInvalid(field="owner")
    fields = _fields(draft)
    with transaction.atomic():
        row = Strategy.objects.select_for_update().filter(subject=subject).first()
        if row is None:
            try:
                with transaction.atomic():
                    row = Strategy.objects.create(
                        subject=subject, template=template, created_at=moment, updated_at=moment, **fields
                    )
            except IntegrityError:
                # Somebody wrote it in this very moment; ours changes theirs.
                return save(subject=subject, draft=draft, template=template, by=by, at=at)
            _keep_version(row, by, moment)
            return queries.view(row)
        if draft.budget_minor < row.spent_minor:
            raise StrategyInvalid(field="budget")
        if all(getattr(row, name) == value for name, value in fields.items()):
            return queries.view(row)
        for name, value in fields.items():
            setattr(row, name, value)
        row.version, row.updated_at = row.version + 1, moment
        row.save(update_fields=[*fields, "version", "updated_at"])
        _keep_version(row, by, moment)
    return queries.view(row)


def adopt(*, subject: str, owner_id: int | None, by: int | None, at: datetime | None = None) -> StrategyView:
    """Take the shipped template of a stage or class as it is; where there is a strategy, it stays.

    :raises SubjectUnknown: there are no such people.
    :raises StrategyInvalid: no template fits, or the owner does not work here.
    """
    if found := queries.find(subject):
        return found
    shipped = templates.for_subject(subject)
    if shipped is None:
        raise StrategyInvalid(field="template")
    draft = StrategyDraft(shipped.name, shipped.goal, shipped.sides, owner_id=owner_id)
    return save(subject=subject, draft=draft, template=subject, by=by, at=at)


def begin(*, code: str, by: int | None = None, at: datetime | None = None) -> StrategyView:
    """Begin to act and to measure; a running one goes on as it is. The heavy process takes the people.

    :raises StrategyNotFound: there is none.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(code)
        if row.state != State.RUNNING:
            Member.objects.filter(strategy_id=row.pk).delete()
            row.state, row.round, row.cohort = State.RUNNING, row.round + 1, None
            row.begun_at, row.ended_at, row.measured_at = moment, None, None
            row.updated_at = moment
            row.save()
    return queries.view(row)


def end(*, code: str, by: int | None = None, at: datetime | None = None) -> StrategyView:
    """Stop acting; what came of it stays and is measured once more.

    :raises StrategyNotFound: there is none.
    :raises NotRunning: it does not run.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(code)
        if row.state != State.RUNNING:
            raise NotRunning
        row.state, row.ended_at, row.updated_at = State.ENDED, moment, moment
        row.save(update_fields=["state", "ended_at", "updated_at"])
    return queries.view(row)


def spend(
    *,
    code: str,
    natural_key: str,
    amount_minor: int,
    reason: str = "",
    by: int | None = None,
    at: datetime | None = None,
) -> bool:
    """Book a cost against the budget; the same natural key is booked once. Returns whether it was new.

    :raises StrategyNotFound: there is none.
    :raises NotRunning: it never began.
    :raises StrategyInvalid: nothing, or less, was spent.
    :raises BudgetSpent: the budget does not reach so far.
    """
    moment = clock.at_or_now(at)
    if not 0 < amount_minor < 10**13 or not 0 < len(natural_key) <= 120:
        raise StrategyInvalid(field="amount")
    with transaction.atomic():
        row = _locked(code)
        if Cost.objects.filter(natural_key=natural_key).exists():
            return False
        if row.state == State.DRAFT:
            raise NotRunning
        if row.spent_minor + amount_minor > row.budget_minor:
            raise BudgetSpent
        Cost.objects.create(
            strategy=row,
            natural_key=natural_key,
            amount_minor=amount_minor,
            reason=reason.strip()[:160],
            by_id=by,
            at=moment,
        )
        Strategy.objects.filter(pk=row.pk).update(spent_minor=F("spent_minor") + amount_minor)
    return True


def take_in(*, code: str, people: Mapping[int, str], at: datetime | None = None) -> int:
    """Say for whom a running strategy began, where a list of theirs exists already: person to stage then.

    :raises StrategyNotFound: there is none.
    :raises NotRunning: it does not run.
    """
    with transaction.atomic():
        row = _locked(code)
        if row.state != State.RUNNING:
            raise NotRunning
        rows = [Member(strategy_id=row.pk, person_id=one, stage=stage) for one, stage in people.items()]
        Member.objects.bulk_create(rows, ignore_conflicts=True)
        row.cohort = Member.objects.filter(strategy_id=row.pk).count()
        row.save(update_fields=["cohort"])
    return row.cohort


def measure_due(*, at: datetime | None = None, limit: int = 50) -> int:
    """Take the people of new beginnings and measure what is older than an hour. Heavy process only."""
    moment, done = clock.at_or_now(at), 0
    running = Q(state=State.RUNNING) & (Q(measured_at__isnull=True) | Q(measured_at__lt=moment - EVERY))
    last = Q(state=State.ENDED) & (Q(measured_at__isnull=True) | Q(measured_at__lt=F("ended_at")))
    while done < limit:
        with transaction.atomic():
            due = Strategy.objects.select_for_update(skip_locked=True).filter(running | last)
            row = due.order_by("measured_at", "pk").first()
            if row is None or row.begun_at is None:
                break
            if row.cohort is None:
                row.cohort = _take(row)
            _measure(row, min(moment, row.ended_at or moment))
            row.measured_at = moment
            row.save(update_fields=["cohort", "measured_at"])
        done += 1
    return done


def forget(*, person_id: int) -> None:
    """Take a person out of everything they looked after or were counted in; sums of groups stay."""
    with transaction.atomic():
        Strategy.objects.filter(owner_id=person_id).update(owner=None)
        Version.objects.filter(by_id=person_id).update(by=None)
        Cost.objects.filter(by_id=person_id).update(by=None)
        Member.objects.filter(person_id=person_id).delete()


def _take(row: Strategy) -> int:
    kind, key = row.subject.split(":", 1)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(who=_WHO[kind]), {"strategy": row.pk, "key": key})
        return int(cursor.rowcount)


def _measure(row: Strategy, until: datetime) -> None:
    """Add up equally long spans before and after the beginning."""
    assert row.begun_at is not None
    length = min(until - row.begun_at, timedelta(days=MOST_DAYS))
    params: dict[str, Any] = {
        "strategy": row.pk,
        "at": row.begun_at,
        "since": row.begun_at - length,
        "until": row.begun_at + length,
        "currency": row.currency,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, params)
        sums = {bool(line[0]): [int(one) for one in line[1:]] for line in cursor.fetchall()}
        cursor.execute(_MOVES, [row.pk])
        moves = [list(line) for line in cursor.fetchall()]
    everybody = people.count_people()
    figures: dict[str, Any] = {}
    sizes = ((True, "", row.cohort or 0), (False, "else_", max(0, everybody - (row.cohort or 0))))
    for inside, prefix, count in sizes:
        found = sums.get(inside, [0] * 8)
        for place, name in enumerate(("before", "after")):
            keys = ("orders", "gmv_minor", "buyers", "repeat")
            values = dict(zip(keys, found[place::2], strict=True))
            figures[f"{prefix}{name}"] = {"people": count, **values}
    Result.objects.update_or_create(
        strategy=row,
        round=row.round,
        on=clock.at_or_now(until).date(),
        defaults={
            "hours": int(length.total_seconds() // 3600),
            "figures": figures,
            "moves": moves,
            "currency": row.currency,
            "measured_at": until,
        },
    )


def _fields(draft: StrategyDraft) -> dict[str, Any]:
    return {
        "name": dict(draft.name),
        "goal": draft.goal,
        "sides": rules.to_row(draft.sides),
        "owner_id": draft.owner_id,
        "budget_minor": draft.budget_minor,
        "currency": draft.currency,
    }


def _keep_version(row: Strategy, by: int | None, at: datetime) -> None:
    Version.objects.create(
        strategy=row,
        number=row.version,
        name=row.name,
        goal=row.goal,
        sides=row.sides,
        budget_minor=row.budget_minor,
        by_id=by,
        at=at,
    )


def _locked(code: str) -> Strategy:
    row = Strategy.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise StrategyNotFound
    return row
