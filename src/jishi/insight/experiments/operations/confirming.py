"""What takes two people: one asks, another confirms, and until then it can be taken back.

For every row that has a state and a question of somebody (`asked_verb`, `asked_by`, `asked_at`,
`asked_detail`). The caller holds the row's lock and its transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jishi.insight.experiments.contracts import State, Verb
from jishi.insight.experiments.errors import ExperimentInvalid, NothingAsked, SecondPersonNeeded, WrongState
from jishi.insight.experiments.models import Experiment, Switchback
from jishi.kernel import audit, clock

Row = Experiment | Switchback

FROM: Mapping[str, tuple[str, ...]] = {
    Verb.START: (State.DRAFT,),
    Verb.RESUME: (State.PAUSED,),
    Verb.DECIDE: (State.STOPPED,),
}
REASON_MOST = 500


def ask(row: Row, *, verb: str, by: int, detail: Mapping[str, Any], at: datetime | None) -> None:
    """Note what somebody asks for, instead of what was asked before.

    :raises WrongState: it is not in a state for this.
    """
    must_be(row, *FROM[verb])
    change(row, asked_verb=verb, asked_by_id=by, asked_at=clock.at_or_now(at), asked_detail=dict(detail))
    record(row, f"ask_{verb}", by)


def withdraw(row: Row, *, by: int) -> None:
    """Take back what waits for a second person.

    :raises NothingAsked: nothing waits.
    """
    if not row.asked_verb:
        raise NothingAsked
    change(row, **unasked())
    record(row, "withdraw", by)


def take(row: Row, *, by: int) -> str:
    """Return what another person asked for, to be done now.

    :raises NothingAsked: nothing waits.
    :raises SecondPersonNeeded: the same person asked.
    :raises WrongState: it has moved on.
    """
    if not row.asked_verb:
        raise NothingAsked
    if row.asked_by_id == by:
        raise SecondPersonNeeded
    must_be(row, *FROM[row.asked_verb])
    return row.asked_verb


def reasoned(reason: str) -> dict[str, Any]:
    """Return a reason as it is kept.

    :raises ExperimentInvalid: there is none.
    """
    if not reason.strip():
        raise ExperimentInvalid(field="reason")
    return {"reason": reason.strip()[:REASON_MOST]}


def accepted(row: Row, body: Mapping[str, Any] | None) -> dict[str, float]:
    """Return the harms that are accepted when somebody goes on: those before, and what the guardrail saw.

    :param body: the newest reading; only what is certainly worse than it says pauses again.
    """
    known = dict(row.accepted)
    for one in body["guarded"] if body and row.pause_reason else ():
        if one["measure"] == row.pause_reason and one["state"] == "passed":
            known[one["measure"]] = max(one["harm"], known.get(one["measure"], 0.0))
    return known


def must_be(row: Row, *states: str) -> None:
    """Refuse what a state does not allow.

    :raises WrongState: it is in another one.
    """
    if row.state not in states:
        raise WrongState(state=row.state)


def change(row: Row, **values: Any) -> None:
    """Write columns of a locked row."""
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def unasked() -> dict[str, Any]:
    """Return the columns of a row that nobody asks anything of."""
    return {"asked_verb": "", "asked_by_id": None, "asked_at": None, "asked_detail": {}}


def record(row: Row, act: str, by: int | None, detail: Mapping[str, Any] | None = None) -> None:
    """Write what was done, and by whom, into the audit."""
    subject = f"{row._meta.model_name}:{row.code}"
    audit.record(actor_id=by, action=f"experiments.{act}", subject=subject, detail=dict(detail or {}))
