"""What each kind of step does, for everybody who stands at it, in the transaction of the batch.

Messages obey, in this order: the objection of the person, their consent, quiet hours of the campaign and of
the person where they live, the caps over all campaigns, the budget. Who may not be reached now waits; who may
not be reached at all passes the step with the reason as its outcome.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from jishi.growth.campaigns import ports, reading, rules
from jishi.growth.campaigns.contracts import Step, StepKind
from jishi.growth.campaigns.models import Purse
from jishi.growth.campaigns.operations import reaching
from jishi.growth.campaigns.operations.ways import Batch, Way
from jishi.growth.campaigns.operations.writing import spend
from jishi.growth.merchandising import operations as merchandising
from jishi.growth.teamwork import operations as teamwork
from jishi.kernel.errors import DomainError

PATIENCE = timedelta(days=3)
"""So long a message waits for the caps; then the step is passed without it."""
NO_MONEY = timedelta(hours=1)


def act(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    """Do a step for everybody who stands at it."""
    _ACTS[step.kind](batch, step, here)


def _wait(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    for way in here:
        until = batch.at if way.is_test else rules.wait_until(step, way.step_at, way.zone)
        if until > batch.at:
            way.due_at = until
        else:
            batch.go(way, step, "waited")


def _condition(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    holds = reading.who_holds(
        campaign_id=batch.campaign.pk,
        test=step.params["test"],
        value=str(step.params.get("value", "")),
        since={way.person_id: way.entered_at for way in here},
    )
    for way in here:
        if way.person_id in holds:
            batch.go(way, step, "yes")
        else:
            batch.go(way, step, "no", to=str(step.params.get("otherwise", "")))


def _split(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    arms = step.params["arms"]
    for way in here:
        arm = reading.arm_of(batch.campaign.salt, step.key, way.person_id, arms)
        batch.go(way, step, arm["key"], to=str(arm.get("to", "")))


def _goal(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    """Wait for what the campaign is for, at most so long."""
    for way in here:
        until = rules.wait_until(step, way.step_at, way.zone)
        if way.goal_at is not None:
            way.reached = True
            batch.go(way, step, "reached")
        elif until > batch.at and not way.is_test:
            way.due_at = until
        else:
            batch.go(way, step, "missed", to=str(step.params.get("otherwise", "")))


def _exit(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    for way in here:
        batch.go(way, step, "left", to="end")


def _send(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    barred = reading.who_is_barred([way.person_id for way in here if not way.is_test])
    ready = []
    for way in here:
        reason = barred.get(way.person_id, "")
        if reason:
            batch.go(way, step, reason)
        elif (later := _after_quiet(batch, way)) > batch.at and not way.is_test:
            way.due_at = later
        else:
            ready.append(way)
    payable = _payable(batch, step, ready)
    allowed = reaching.take_pressure([way.person_id for way in payable if not way.is_test], batch.at)
    sent = []
    for way in payable:
        if way.is_test or way.person_id in allowed.taken:
            sent.append(way)
        elif batch.at - way.step_at >= PATIENCE:
            batch.go(way, step, "capped")
        else:
            way.due_at = max(allowed.free_at.get(way.person_id, batch.at), batch.at + timedelta(minutes=5))
    reaching.tell(batch, step, sent)
    _pay(batch, step, sent)
    for way in sent:
        batch.go(way, step, "sent", cost=_cost(step, way))


def _after_quiet(batch: Batch, way: Way) -> datetime:
    spans = [(batch.campaign.quiet_from, batch.campaign.quiet_to), (way.quiet_from, way.quiet_to)]
    return rules.after_quiet(batch.at, spans=spans, zone=way.zone)


def _place(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    """Show somebody a placement; it is theirs until it ends, once per way."""
    barred = reading.who_is_barred([way.person_id for way in here if not way.is_test])
    until = batch.at + timedelta(days=int(step.params["days"]))
    shown = {f"campaign:{way.id}:{step.key}": way.person_id for way in here if way.person_id not in barred}
    outcome = _try(
        lambda: merchandising.place_for_many(
            people=shown, placement_code=str(step.params["placement"]), until=until, at=batch.at
        ),
        "placed",
    )
    for way in here:
        batch.go(way, step, barred.get(way.person_id) or outcome)


def _task(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    """Give the owner of the campaign something to do about these people: one task for each."""
    due = batch.at + timedelta(days=int(step.params["due_days"]))
    for way in here:
        outcome = _try(
            partial(
                teamwork.assign,
                subject=f"campaign:{batch.campaign.code}",
                title=str(step.params["title"]),
                owner_id=batch.campaign.owner_id,
                due_at=due,
                natural_key=f"campaign:{way.id}:{step.key}",
                at=batch.at,
            ),
            "assigned",
        )
        batch.go(way, step, outcome)


def _grant(batch: Batch, step: Step, here: Sequence[Way]) -> None:
    found = ports.grants().get(str(step.params["kind"]))
    given = []
    for way in _payable(batch, step, here):
        outcome = "gone"
        if found is not None:
            outcome = _try(
                partial(
                    found.give,
                    key=str(step.params["value"]),
                    person_id=way.person_id,
                    natural_key=f"campaign:{way.id}:{step.key}",
                    at=batch.at,
                ),
                "granted",
            )
        if outcome == "granted":
            given.append(way)
        batch.go(way, step, outcome, cost=_cost(step, way) if outcome == "granted" else 0)
    _pay(batch, step, given)


def _try(do: Callable[[], object], outcome: str) -> str:
    """Do something of another domain's; a refusal is an outcome, and leaves nothing behind."""
    try:
        with transaction.atomic():
            do()
    except DomainError:
        return "refused"
    return outcome


def _cost(step: Step, way: Way) -> int:
    return 0 if way.is_test else int(step.params.get("cost_minor", 0))


def _payable(batch: Batch, step: Step, ways: Sequence[Way]) -> list[Way]:
    """Those for whom the budget reaches; the others wait, and the campaign pauses. The purse stays locked."""
    cost = int(step.params.get("cost_minor", 0))
    if not cost or not ways:
        return list(ways)
    purse = Purse.objects.select_for_update().get(pk=batch.campaign.pk)
    left = (purse.budget_minor - purse.spent_minor) // cost
    found = []
    for way in ways:
        if way.is_test or left > 0:
            left -= 0 if way.is_test else 1
            found.append(way)
        else:
            way.due_at, batch.trouble = batch.at + NO_MONEY, "budget"
    return found


def _pay(batch: Batch, step: Step, ways: Sequence[Way]) -> None:
    total = sum(_cost(step, way) for way in ways)
    if total:
        spend(batch.campaign, total)


_ACTS: Mapping[str, Callable[[Batch, Step, Sequence[Way]], None]] = {
    StepKind.WAIT: _wait,
    StepKind.CONDITION: _condition,
    StepKind.SEND: _send,
    StepKind.PLACE: _place,
    StepKind.TASK: _task,
    StepKind.GRANT: _grant,
    StepKind.SPLIT: _split,
    StepKind.GOAL: _goal,
    StepKind.EXIT: _exit,
}
