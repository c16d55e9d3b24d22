"""Starting, pausing, stopping, deciding. Showing something to people, and deciding for all of them, take two
(:mod:`.confirming`). Ending takes one, because waiting would be the danger.

Locks: the experiment's row, then the layer by an advisory lock; the key of `Claim` refuses a second holder
whatever happens.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jishi.insight.experiments import queries, rules
from jishi.insight.experiments.contracts import State, Verb
from jishi.insight.experiments.errors import ExperimentInvalid, LayerFull, SlotBusy
from jishi.insight.experiments.models import Claim, Experiment, ReadOutRow
from jishi.insight.experiments.operations import confirming
from jishi.insight.experiments.operations.writing import locked
from jishi.kernel import clock

FIRST_READING = timedelta(hours=1)


def ask(
    *,
    code: str,
    verb: str,
    by: int,
    decision: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Ask for a start, for going on after a pause, or for a decision; another person confirms it.

    :raises ExperimentNotFound: there is none.
    :raises ExperimentInvalid: an unknown verb or arm, or no reason for a decision or for going on after a
        guardrail.
    :raises WrongState: it is not in a state for this.
    """
    if verb not in confirming.FROM:
        raise ExperimentInvalid(field="verb")
    with transaction.atomic():
        row = locked(code)
        detail: dict[str, Any] = {}
        if verb == Verb.DECIDE:
            if decision != "none" and decision not in {arm["key"] for arm in row.arms}:
                raise ExperimentInvalid(field="decision")
            detail = {"decision": decision, **confirming.reasoned(reason)}
        elif verb == Verb.RESUME and row.pause_reason:
            detail = confirming.reasoned(reason)
        confirming.ask(row, verb=verb, by=by, detail=detail, at=at)


def withdraw(*, code: str, by: int) -> None:
    """Take back what waits for a second person.

    :raises ExperimentNotFound: there is none.
    :raises NothingAsked: nothing waits.
    """
    with transaction.atomic():
        confirming.withdraw(locked(code), by=by)


def confirm(*, code: str, by: int, at: datetime | None = None) -> None:
    """Do what another person asked for.

    :raises ExperimentNotFound: there is none.
    :raises NothingAsked: nothing waits.
    :raises SecondPersonNeeded: the same person asked.
    :raises WrongState: it has moved on.
    :raises LayerFull: other experiments hold too much of the layer.
    :raises SlotBusy: an experiment of another layer runs at this place.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = locked(code)
        verb = confirming.take(row, by=by)
        if verb == Verb.START:
            _start(row, moment)
        elif verb == Verb.RESUME:
            _resume(row, moment)
        else:
            confirming.change(
                row, state=State.DECIDED, decided_at=moment, **row.asked_detail, **confirming.unasked()
            )
        confirming.record(row, verb, by, {"reason": row.asked_detail.get("reason", "")})
        transaction.on_commit(queries.forget_running)


def pause(*, code: str, by: int | None, reason: str = "", at: datetime | None = None) -> bool:
    """Show it to nobody for now; its buckets stay. Returns whether it ran.

    :raises ExperimentNotFound: there is none.
    """
    with transaction.atomic():
        row = locked(code)
        if row.state != State.RUNNING:
            return False
        confirming.change(row, state=State.PAUSED, pause_reason=reason[:40], read_due_at=None)
        confirming.record(row, "pause", by, {"reason": reason[:40]})
        transaction.on_commit(queries.forget_running)
    return True


def stop(*, code: str, by: int | None, at: datetime | None = None) -> None:
    """End it: nobody is shown it again, its buckets are free, one more reading follows.

    :raises ExperimentNotFound: there is none.
    :raises WrongState: it does not run.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = locked(code)
        confirming.must_be(row, State.RUNNING, State.PAUSED)
        Claim.objects.filter(experiment=row).delete()
        last = moment + timedelta(hours=row.window_h)
        confirming.change(
            row, state=State.STOPPED, stopped_at=moment, read_due_at=last, **confirming.unasked()
        )
        confirming.record(row, "stop", by)
        transaction.on_commit(queries.forget_running)


def _start(row: Experiment, moment: datetime) -> None:
    """Take buckets and freeze. One start of a layer and place at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('experiments.start'))")
    live = Experiment.objects.filter(state__in=[State.RUNNING, State.PAUSED])
    other = live.filter(slot=row.slot).exclude(layer=row.layer).first()
    if other is not None:
        raise SlotBusy(layer=other.layer)
    taken = set(Claim.objects.filter(layer=row.layer).values_list("bucket", flat=True))
    buckets = rules.free_buckets(taken, row.share)
    if buckets is None:
        raise LayerFull(free=100 - len(taken), layer=row.layer)
    Claim.objects.bulk_create(Claim(layer=row.layer, bucket=bucket, experiment=row) for bucket in buckets)
    confirming.change(
        row,
        state=State.RUNNING,
        started_at=moment,
        buckets=buckets,
        read_due_at=moment + FIRST_READING,
        **confirming.unasked(),
    )


def _resume(row: Experiment, moment: datetime) -> None:
    """Go on. What the guardrail saw is accepted from here on; anything certainly worse pauses again."""
    newest = ReadOutRow.objects.filter(experiment=row).order_by("-id").first()
    accepted = confirming.accepted(row, newest.body if newest else None)
    confirming.change(
        row,
        state=State.RUNNING,
        pause_reason="",
        read_due_at=moment,
        accepted=accepted,
        **confirming.unasked(),
    )
