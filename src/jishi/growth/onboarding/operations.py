"""Laying out the path, taking newcomers onto it, counting what they do, closing the card, forgetting.

Locks: the newcomer's row; everything about one newcomer happens one after the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from jishi.growth.onboarding import ports, queries, rules
from jishi.growth.onboarding.contracts import WINDOW, Gift, Step
from jishi.growth.onboarding.errors import PathInvalid
from jishi.growth.onboarding.models import Done, Mark, Newcomer, Path, Purse, Reward
from jishi.kernel import audit, clock
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.people.notifications import operations as notifications

OVERLAP = 5000
"""How many numbers below the newest newcomer are looked at again: people who registered at the same time."""

ENROL = """
INSERT INTO onboarding_newcomer (person_id, path_number, joined_at)
SELECT u.id, (SELECT COALESCE(max(number), 0) FROM onboarding_path), u.joined_at
FROM accounts_user u
WHERE {which} AND u.is_active AND NOT u.is_operator AND u.joined_at > %(since)s AND u.joined_at <= %(at)s
ORDER BY u.id
ON CONFLICT (person_id) DO NOTHING
"""
NEW = "u.id > (SELECT COALESCE(max(person_id), 0) FROM onboarding_newcomer) - %(overlap)s"
ONE = "u.id = %(person)s"


def lay_out(
    *, steps: Sequence[Step], by: int | None, budget_minor: int = 0, at: datetime | None = None
) -> int:
    """Make a new path for everybody who joins from now on; returns its number. The same steps again change
    the budget at most; whoever is on their way stays on the path they began with.

    :raises PathInvalid: something about it cannot be; `field` and `row` say what.
    """
    field, row = rules.fault(steps, gifts=_known_gifts(), budget_minor=budget_minor)
    if field:
        raise PathInvalid(field=field, row=row)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE onboarding_path IN SHARE ROW EXCLUSIVE MODE")
        newest = queries.get_path()
        if tuple(newest.steps) == tuple(steps):
            _set_budget(newest.number, budget_minor, by)
            return newest.number
        number = queries.newest_number() + 1
        Path.objects.create(
            number=number, steps=rules.to_rows(steps), owner_id=by, made_at=clock.at_or_now(at)
        )
        audit.record(actor_id=by, action="onboarding.lay_out", subject=f"path:{number}")
        _set_budget(number, budget_minor, by)
    return number


def _set_budget(number: int, budget_minor: int, by: int | None) -> None:
    """Write what gifts of a path may cost.

    :raises PathInvalid: less than they cost already.
    """
    purse, _ = Purse.objects.select_for_update().get_or_create(path_number=number)
    if budget_minor < purse.spent_minor:
        raise PathInvalid(field="budget", row=-1)
    if budget_minor != purse.budget_minor:
        Purse.objects.filter(pk=number).update(budget_minor=budget_minor)
        audit.record(
            actor_id=by, action="onboarding.budget", subject=f"path:{number}", detail={"minor": budget_minor}
        )


def _known_gifts() -> frozenset[str]:
    found = ports.find_gifts()
    return frozenset(found.kinds()) if found else frozenset()


def enrol_new(at: datetime) -> int:
    """Take everybody who joined lately onto the path; returns how many. Reads the people of accounts in one
    statement."""
    return _enrol(NEW, at, overlap=OVERLAP)


def advance(*, person_id: int, kind: str, subject: str, at: datetime) -> bool:
    """Count something a newcomer did towards a step; the same thing counts once. True if a step was done by
    it. Whoever joined longer ago is no newcomer, and nothing happens.
    """
    with transaction.atomic():
        row = Newcomer.objects.select_for_update().filter(person_id=person_id).first()
        if row is None and _enrol(ONE, max(at, clock.now()), person=person_id):
            row = Newcomer.objects.select_for_update().get(person_id=person_id)
        if row is None or at >= row.joined_at + WINDOW:
            return False
        steps = queries.get_path(row.path_number).steps if row.path_number else rules.SHIPPED
        step = next((one for one in steps if one.kind == kind), None)
        if step is None:
            return False
        _, is_new = Mark.objects.get_or_create(
            person_id=person_id, kind=kind, subject=subject[:40], defaults={"at": at}
        )
        if not is_new or Mark.objects.filter(person_id=person_id, kind=kind).count() < step.needed:
            return False
        _, is_done = Done.objects.get_or_create(person_id=person_id, kind=kind, defaults={"at": at})
        done = set(Done.objects.filter(person_id=person_id).values_list("kind", flat=True))
        if row.finished_at is None and {str(one.kind) for one in steps} <= done:
            Newcomer.objects.filter(person_id=person_id).update(finished_at=at)
        if is_done and step.gift is not None:
            _reward(row, step, at)
    return is_done


def _reward(row: Newcomer, step: Step, at: datetime) -> None:
    """Give what belongs to a step, in the transaction that marks it done; what cannot be given is noted."""
    gift, gifts = step.gift, ports.find_gifts()
    assert gift is not None, "only asked for steps with a gift"
    outcome, purse = "refused", None
    if gift.cost_minor:
        purse = Purse.objects.select_for_update().filter(pk=row.path_number).first()
        if purse is None or purse.budget_minor - purse.spent_minor < gift.cost_minor:
            outcome = "over"
    if outcome != "over" and gifts is not None:
        outcome = _give(gifts, gift, row.person_id, step.kind, at)
    cost = gift.cost_minor if outcome == "given" else 0
    if cost:
        Purse.objects.filter(pk=row.path_number).update(spent_minor=F("spent_minor") + cost)
    Reward.objects.create(
        person_id=row.person_id,
        kind=step.kind,
        path_number=row.path_number,
        gift=f"{gift.kind}:{gift.value}"[:40],
        outcome=outcome,
        cost_minor=cost,
        at=at,
    )
    if outcome == "given":
        notifications.notify(
            person_id=row.person_id,
            kind="step_rewarded",
            params={"step": pick(step.title, "zh-hans")},
            url="/start/",
            natural_key=f"onboarding:{step.kind}",
            at=at,
        )


def _give(gifts: ports.Gifts, gift: Gift, person_id: int, step: str, at: datetime) -> str:
    try:
        with transaction.atomic():
            gifts.give(
                kind=gift.kind,
                key=gift.value,
                person_id=person_id,
                natural_key=f"onboarding:{person_id}:{step}",
                at=at,
            )
    except DomainError:
        return "refused"
    return "given"


def put_away(*, person_id: int, at: datetime | None = None) -> None:
    """Close the card for good; steps go on being counted."""
    rows = Newcomer.objects.filter(person_id=person_id, put_away_at=None)
    rows.update(put_away_at=clock.at_or_now(at))


def forget(*, person_id: int) -> None:
    """Remove how somebody began."""
    with transaction.atomic():
        for model in (Mark, Done, Reward, Newcomer):
            model.objects.filter(person_id=person_id).delete()
        Path.objects.filter(owner_id=person_id).update(owner=None)


def _enrol(which: str, at: datetime, **more: int) -> int:
    params: dict[str, Any] = {"since": at - WINDOW, "at": at + timedelta(seconds=5), **more}
    with connection.cursor() as cursor:
        cursor.execute(ENROL.format(which=which), params)
        return int(cursor.rowcount)
