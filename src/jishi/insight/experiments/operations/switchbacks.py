"""Price trials: a plan, the shop's yes, two people for the start, a pause at any time, a decision by two.

Locks: the trial's row, then the timed price's. The price itself knows nothing of experiments; it has windows,
and they were all written down before the first began.
"""

import secrets
from datetime import datetime

from django.db import transaction

from jishi.insight.experiments import blocks, queries, rows, switching
from jishi.insight.experiments.contracts import State, SwitchDraft, Verb
from jishi.insight.experiments.errors import (
    ExperimentInvalid,
    ExperimentNotFound,
    ExperimentStarted,
    ShopHasNotAgreed,
    StartIsPast,
)
from jishi.insight.experiments.models import Switchback, SwitchReadOutRow
from jishi.insight.experiments.operations import confirming
from jishi.insight.experiments.operations.running import FIRST_READING
from jishi.kernel import clock
from jishi.promotions.timed_prices import operations as timed_prices
from jishi.promotions.timed_prices import queries as timed_queries
from jishi.promotions.timed_prices.contracts import PriceState, Proposal, Window
from jishi.promotions.timed_prices.errors import TimedPriceInvalid, TimedPriceWrongState

BUDGET = "budget"
"""The pause reason when what came off reached the budget."""


def create_switchback(
    *, draft: SwitchDraft, owner_id: int | None, seed: str = "", at: datetime | None = None
) -> str:
    """Draw the plan and ask the shop for its yes; returns the code. A plan is never changed: make another
    one.

    :raises ExperimentInvalid: something about it cannot be.
    """
    moment = clock.at_or_now(at)
    if field := switching.fault(draft, measures=blocks.MEASURES, at=moment):
        raise ExperimentInvalid(field=field)
    seed = seed or secrets.token_hex(8)
    plan = switching.schedule(draft, seed)
    with transaction.atomic():
        try:
            price = timed_prices.propose(
                proposal=Proposal(
                    title=draft.name,
                    shop_id=draft.shop_id,
                    product_ids=draft.product_ids,
                    off_bps=draft.off_bps,
                    windows=[Window(*one) for one in switching.windows(plan)],
                ),
                by=owner_id,
                at=moment,
            )
        except TimedPriceInvalid as error:
            raise ExperimentInvalid(field=str(error.fields.get("field", ""))) from error
        row = Switchback.objects.create(
            name=draft.name.strip(),
            hypothesis=draft.hypothesis.strip(),
            plan=rows.keep_plan(draft, plan),
            seed=seed,
            digest=switching.digest(plan),
            price_code=price,
            owner_id=owner_id,
            created_at=moment,
        )
        confirming.record(row, "create", owner_id, {"plan": row.digest})
    return row.code


def discard_switchback(*, code: str, by: int | None) -> None:
    """Throw a plan away before it started.

    :raises ExperimentNotFound: there is none.
    :raises ExperimentStarted: it is no draft any more.
    """
    with transaction.atomic():
        row = locked(code)
        if row.state != State.DRAFT:
            raise ExperimentStarted
        timed_prices.end(code=row.price_code, by=by)
        confirming.record(row, "discard", by)
        row.delete()


def ask_switchback(
    *, code: str, verb: str, by: int, decision: str = "", reason: str = "", at: datetime | None = None
) -> None:
    """Ask for the start, for going on, or for a decision (`on` or `off`); another person confirms it.

    :raises ExperimentNotFound: there is none.
    :raises ExperimentInvalid: an unknown verb or decision, or no reason for a decision or for going on.
    :raises WrongState: it is not in a state for this.
    """
    if verb not in confirming.FROM:
        raise ExperimentInvalid(field="verb")
    with transaction.atomic():
        row = locked(code)
        detail = {} if verb == Verb.START else confirming.reasoned(reason)
        if verb == Verb.DECIDE:
            if decision not in ("on", "off", "none"):
                raise ExperimentInvalid(field="decision")
            detail["decision"] = decision
        confirming.ask(row, verb=verb, by=by, detail=detail, at=at)


def withdraw_switchback(*, code: str, by: int) -> None:
    """Take back what waits for a second person.

    :raises ExperimentNotFound: there is none.
    :raises NothingAsked: nothing waits.
    """
    with transaction.atomic():
        confirming.withdraw(locked(code), by=by)


def confirm_switchback(*, code: str, by: int, at: datetime | None = None) -> None:
    """Do what another person asked for.

    :raises ExperimentNotFound: there is none.
    :raises NothingAsked: nothing waits.
    :raises SecondPersonNeeded: the same person asked.
    :raises WrongState: it has moved on.
    :raises ShopHasNotAgreed: the shop has not said yes.
    :raises StartIsPast: the first block has begun.
    :raises GoodsTaken: another timed price has some of the goods then.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = locked(code)
        verb = confirming.take(row, by=by)
        if verb == Verb.START:
            _start(row, by, moment)
        elif verb == Verb.RESUME:
            _resume(row, by, moment)
        else:
            confirming.change(
                row, state=State.DECIDED, decided_at=moment, **row.asked_detail, **confirming.unasked()
            )
        confirming.record(row, verb, by, {"reason": row.asked_detail.get("reason", "")})


def pause_switchback(*, code: str, by: int | None, reason: str = "", at: datetime | None = None) -> bool:
    """Nobody gets the price for now; pairs with a block that this touches are left out. Returns whether it
    ran.

    :raises ExperimentNotFound: there is none.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = locked(code)
        if row.state != State.RUNNING:
            return False
        timed_prices.pause(code=row.price_code, by=by)
        begun = [*row.gaps, [moment.isoformat(), None]]
        confirming.change(row, state=State.PAUSED, pause_reason=reason[:40], gaps=begun, read_due_at=None)
        confirming.record(row, "pause", by, {"reason": reason[:40]})
    return True


def stop_switchback(*, code: str, by: int | None, at: datetime | None = None) -> None:
    """End it: nobody gets the price again, and one more reading follows.

    :raises ExperimentNotFound: there is none.
    :raises WrongState: it does not run.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = locked(code)
        confirming.must_be(row, State.RUNNING, State.PAUSED)
        timed_prices.end(code=row.price_code, by=by)
        last = moment + switching.SETTLES
        gaps = _closed(row, moment) if row.state == State.PAUSED else row.gaps
        ended = [*gaps, [moment.isoformat(), None]]
        confirming.change(
            row, state=State.STOPPED, stopped_at=moment, gaps=ended, read_due_at=last, **confirming.unasked()
        )
        confirming.record(row, "stop", by)


def locked(code: str) -> Switchback:
    """The trial, for this transaction alone.

    :raises ExperimentNotFound: there is none.
    """
    row = Switchback.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise ExperimentNotFound
    return row


def _start(row: Switchback, by: int, moment: datetime) -> None:
    """Fix what the readings lean on from the time before, and open the windows that were written down."""
    draft = rows.switch_draft(row)
    if draft.starts_at <= moment:
        raise StartIsPast
    if timed_queries.get_price(row.price_code).state != PriceState.READY:
        raise ShopHasNotAgreed
    try:
        timed_prices.open_windows(code=row.price_code, by=by, at=moment)
    except TimedPriceWrongState as error:
        raise ShopHasNotAgreed from error
    confirming.change(
        row,
        state=State.RUNNING,
        started_at=moment,
        scale=queries.scale_of(draft, rows.switch_blocks(row), at=moment),
        read_due_at=draft.starts_at + FIRST_READING,
        **confirming.unasked(),
    )


def _resume(row: Switchback, by: int, moment: datetime) -> None:
    newest = SwitchReadOutRow.objects.filter(switchback=row).order_by("-id").first()
    accepted = confirming.accepted(row, newest.body if newest else None)
    if row.pause_reason == BUDGET:
        accepted[BUDGET] = 1.0
    timed_prices.resume(code=row.price_code, by=by)
    confirming.change(
        row,
        state=State.RUNNING,
        pause_reason="",
        gaps=_closed(row, moment),
        accepted=accepted,
        read_due_at=moment,
        **confirming.unasked(),
    )


def _closed(row: Switchback, moment: datetime) -> list[list[str | None]]:
    return [[begun, over or moment.isoformat()] for begun, over in row.gaps]
