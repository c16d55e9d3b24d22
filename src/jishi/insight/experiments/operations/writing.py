"""Drafts of experiments: made, changed, thrown away. Nothing here touches one that started."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from jishi.insight.experiments import measures, ports, rows, rules
from jishi.insight.experiments.contracts import Draft, State
from jishi.insight.experiments.errors import ExperimentInvalid, ExperimentNotFound, ExperimentStarted
from jishi.insight.experiments.models import Experiment
from jishi.kernel import audit, clock


def create(*, draft: Draft, owner_id: int | None, at: datetime | None = None) -> str:
    """Make a draft; returns its code.

    :raises ExperimentInvalid: something about it cannot be.
    """
    values = _checked(draft)
    with transaction.atomic():
        row = Experiment.objects.create(
            **values, salt=secrets.token_hex(16), owner_id=owner_id, created_at=clock.at_or_now(at)
        )
        audit.record(actor_id=owner_id, action="experiments.create", subject=f"experiment:{row.code}")
    return row.code


def edit(*, code: str, draft: Draft, by: int | None) -> None:
    """Change a draft; what somebody asked to confirm has to be asked for again.

    :raises ExperimentNotFound: there is none.
    :raises ExperimentInvalid: something about it cannot be.
    :raises ExperimentStarted: it is no draft any more.
    """
    values = _checked(draft)
    with transaction.atomic():
        row = locked(code)
        if row.state != State.DRAFT:
            raise ExperimentStarted
        Experiment.objects.filter(pk=row.pk).update(
            **values, asked_verb="", asked_by=None, asked_at=None, asked_detail={}
        )
        audit.record(actor_id=by, action="experiments.edit", subject=f"experiment:{code}")


def discard(*, code: str, by: int | None) -> None:
    """Throw a draft away.

    :raises ExperimentNotFound: there is none.
    :raises ExperimentStarted: it is no draft any more.
    """
    with transaction.atomic():
        row = locked(code)
        if row.state != State.DRAFT:
            raise ExperimentStarted
        row.delete()
        audit.record(actor_id=by, action="experiments.discard", subject=f"experiment:{code}")


def locked(code: str) -> Experiment:
    """The experiment, for this transaction alone.

    :raises ExperimentNotFound: there is none.
    """
    row = Experiment.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise ExperimentNotFound
    return row


def _checked(draft: Draft) -> dict[str, Any]:
    if field := rules.fault(draft, slots=ports.slots(), measures=measures.known()):
        raise ExperimentInvalid(field=field)
    return {
        "name": draft.name.strip(),
        "hypothesis": draft.hypothesis.strip(),
        "slot": draft.slot,
        "arms": rows.keep_arms(draft.arms),
        "measures": list(draft.measures),
        "guardrails": rows.keep_guardrails(draft.guardrails),
        "unit": draft.unit,
        "layer": draft.layer,
        "share": draft.share,
        "audience_kind": draft.audience_kind,
        "audience_key": draft.audience_key,
        "window_h": draft.window_h,
        "before_days": draft.before_days,
        "planned_n": draft.planned_n,
    }
