"""Drafts of campaigns and of their steps: made, changed, thrown away. Nobody is led by anything here yet."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from jishi.growth.campaigns import mornings, ports, rows, rules, variables
from jishi.growth.campaigns.contracts import Draft, Kind, Part, State, Step, Trigger
from jishi.growth.campaigns.errors import (
    CampaignInvalid,
    CampaignNotFound,
    StepInvalid,
    VariableNotProvided,
    VariableUnknown,
    VariableWithoutPage,
    WrongState,
)
from jishi.growth.campaigns.models import Campaign, JourneyVersion, Purse
from jishi.growth.campaigns.models import Part as PartRow
from jishi.growth.campaigns.queries.finding import draft_of
from jishi.kernel import audit, clock

HOLDOUT_LEAST_BPS, HOLDOUT_MOST_BPS = 100, 9000


def create(
    *, draft: Draft, steps: Sequence[Step] = (), owner_id: int | None, at: datetime | None = None
) -> str:
    """Make a draft, with steps to begin with; returns its code.

    :raises CampaignInvalid: something about it cannot be.
    :raises StepInvalid: one of the steps cannot be.
    :raises VariableUnknown: a message names what no message knows.
    :raises VariableNotProvided: a message names what is not known of whoever comes in this way.
    :raises VariableWithoutPage: the link of a message is a variable that has no page.
    """
    values, moment = _checked(draft), clock.at_or_now(at)
    _check_steps(steps, draft)
    with transaction.atomic():
        row = Campaign.objects.create(
            **values,
            salt=secrets.token_hex(16),
            owner_id=owner_id,
            edited_by_id=owner_id,
            created_at=moment,
        )
        Purse.objects.create(campaign=row, budget_minor=draft.budget_minor)
        JourneyVersion.objects.create(campaign=row, number=1, steps=rows.keep_steps(steps), made_at=moment)
        record(row, "create", owner_id)
    return row.code


def edit(*, code: str, draft: Draft, by: int | None) -> None:
    """Change what a campaign is about; one that runs only gets another end, budget or quiet hours.

    :raises CampaignNotFound: there is none.
    :raises CampaignInvalid: something about it cannot be, or the budget is below what is spent.
    :raises WrongState: it has ended.
    """
    values = _checked(draft)
    with transaction.atomic():
        row = locked(code)
        if row.state == State.ENDED:
            raise WrongState(state=row.state)
        if row.started_at is not None:
            kept = ("ends_at", "budget_minor", "quiet_from", "quiet_to", "name", "goal", "fixed_cost_minor")
            values = {name: values[name] for name in kept}
        purses = Purse.objects.filter(campaign=row, spent_minor__lte=draft.budget_minor)
        if not purses.update(budget_minor=draft.budget_minor):
            raise CampaignInvalid(field="budget_minor")
        put(row, **values, edited_by_id=by)
        if row.started_at is None:
            put(row, state=State.DRAFT, **unasked())
        record(row, "edit", by)


def set_steps(*, code: str, steps: Sequence[Step], by: int | None, at: datetime | None = None) -> int:
    """Write the steps of the version that nobody is led by yet; returns its number.

    What somebody asked to confirm has to be asked for again. People on their way stay on their version.

    :raises CampaignNotFound: there is none.
    :raises StepInvalid: one of the steps cannot be.
    :raises VariableUnknown: a message names what no message knows.
    :raises VariableNotProvided: a message names what is not known of whoever comes in this way.
    :raises VariableWithoutPage: the link of a message is a variable that has no page.
    :raises WrongState: it has ended.
    """
    with transaction.atomic():
        row = locked(code)
        _check_steps(steps, draft_of(row))
        if row.state == State.ENDED:
            raise WrongState(state=row.state)
        version = draft_version(row, clock.at_or_now(at))
        JourneyVersion.objects.filter(pk=version.pk).update(steps=rows.keep_steps(steps))
        put(row, edited_by_id=by)
        if row.state == State.APPROVAL:
            put(row, state=State.DRAFT, **unasked())
        elif row.asked_verb == "version":
            put(row, **unasked())
        record(row, "steps", by, {"version": version.number})
    return version.number


def set_parts(*, code: str, parts: Sequence[Part], by: int | None) -> None:
    """Say what belongs to a festival.

    :raises CampaignNotFound: there is none.
    :raises CampaignInvalid: it is no festival, or there is no such kind of part.
    """
    wanted = list(dict.fromkeys(parts))
    with transaction.atomic():
        row = locked(code)
        is_known = all(one.kind in rules.PART_KINDS and 0 < len(one.code) <= 60 for one in wanted)
        if row.kind != Kind.FESTIVAL or not is_known or len(wanted) > 40:
            raise CampaignInvalid(field="parts")
        PartRow.objects.filter(campaign=row).delete()
        PartRow.objects.bulk_create(PartRow(campaign=row, kind=one.kind, code=one.code) for one in wanted)
        record(row, "parts", by, {"count": len(wanted)})


def discard(*, code: str, by: int | None) -> None:
    """Throw a draft away.

    :raises CampaignNotFound: there is none.
    :raises WrongState: it has started.
    """
    with transaction.atomic():
        row = locked(code)
        if row.started_at is not None:
            raise WrongState(state=row.state)
        record(row, "discard", by)
        Purse.objects.filter(campaign=row).delete()
        row.delete()


def draft_version(row: Campaign, at: datetime) -> JourneyVersion:
    """The version of a locked campaign that may still change; begun from the newest where there is none."""
    newest = JourneyVersion.objects.filter(campaign=row).order_by("-number").first()
    if newest is not None and newest.published_at is None:
        return newest
    number, steps = (newest.number + 1, newest.steps) if newest else (1, [])
    return JourneyVersion.objects.create(campaign=row, number=number, steps=steps, made_at=at)


def locked(code: str) -> Campaign:
    """The campaign, for this transaction alone.

    :raises CampaignNotFound: there is none.
    """
    row = Campaign.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise CampaignNotFound
    return row


def put(row: Campaign, **values: Any) -> None:
    """Write columns of a locked campaign."""
    Campaign.objects.filter(pk=row.pk).update(**values)


def spend(row: Campaign, cost_minor: int) -> None:
    """Count money of a campaign as spent; the database refuses more than the budget."""
    Purse.objects.filter(campaign=row).update(spent_minor=F("spent_minor") + cost_minor)


def unasked() -> dict[str, Any]:
    """Nothing waits for a second person."""
    return {"asked_verb": "", "asked_by_id": None, "asked_at": None}


def record(row: Campaign, act: str, by: int | None, detail: dict[str, Any] | None = None) -> None:
    """Write down who did what."""
    audit.record(actor_id=by, action=f"campaigns.{act}", subject=f"campaign:{row.code}", detail=detail)


def _check_steps(steps: Sequence[Step], draft: Draft) -> None:
    place, field = rules.steps_fault(steps, grants=ports.grants())
    if place:
        raise StepInvalid(place=place, field=field)
    place, name, why = variables.fault(draft, steps)
    if why == "unknown":
        raise VariableUnknown(place=place, name=name)
    if why:
        raise (VariableNotProvided if why == "not_provided" else VariableWithoutPage)(place=place, name=name)


def _checked(draft: Draft) -> dict[str, Any]:
    if field := rules.draft_fault(draft):
        raise CampaignInvalid(field=field)
    festival = rules.read_festival(draft.trigger_key) if draft.trigger == Trigger.FESTIVAL else None
    if festival is not None and not mornings.is_known(festival):
        raise CampaignInvalid(field="trigger_key")
    names = (
        "goal", "kind", "trigger", "trigger_key", "segment", "starts_at", "ends_at", "repeat_days",
        "reentry_days", "budget_minor", "fixed_cost_minor", "currency", "quiet_from", "quiet_to",
        "goal_kind", "goal_days", "exits_on_goal", "strategy_code",
    )  # fmt: skip
    return {"name": draft.name.strip(), **{name: getattr(draft, name) for name in names}}
