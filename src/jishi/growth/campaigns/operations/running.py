"""Starting, pausing, ending, and putting a new version into use. Reaching people takes two: one asks, and
somebody else, who did not write it last, confirms. Ending takes one, because waiting would be the danger.

Every batch of the runner holds a share of the campaign's row, so once a pause is committed nothing follows.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from jishi.growth.campaigns import queries
from jishi.growth.campaigns.contracts import Flow, State, Trigger, Verb
from jishi.growth.campaigns.errors import (
    AdministratorNeeded,
    CampaignInvalid,
    NothingAsked,
    NotReady,
    SecondPersonNeeded,
    WrongState,
)
from jishi.growth.campaigns.models import Campaign, Enrolment, JourneyVersion
from jishi.growth.campaigns.operations.writing import (
    HOLDOUT_LEAST_BPS,
    HOLDOUT_MOST_BPS,
    locked,
    put,
    record,
    unasked,
)
from jishi.kernel import clock
from jishi.people.accounts import queries as people
from jishi.people.notifications import operations as notifications

FROM: Mapping[str, tuple[str, ...]] = {
    Verb.START: (State.DRAFT,),
    Verb.RESUME: (State.PAUSED,),
    Verb.VERSION: (State.RUNNING, State.PAUSED),
}
FIRST_READING = timedelta(hours=1)
LAST_READINGS = timedelta(days=1)


def ask(*, code: str, verb: str, by: int, at: datetime | None = None) -> None:
    """Ask for a start, for going on, or for new steps; another person confirms it.

    :raises CampaignNotFound: there is none.
    :raises CampaignInvalid: there is no such verb.
    :raises WrongState: it is not in a state for this, or there are no new steps.
    :raises NotReady: a check of the run sheet stands in the way.
    """
    if verb not in FROM:
        raise CampaignInvalid(field="verb")
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = locked(code)
        _must_be(row, *FROM[verb])
        if verb == Verb.VERSION and not _drafts(row).exists():
            raise WrongState(state=row.state)
        _check_sheet(code, moment)
        put(row, asked_verb=verb, asked_by_id=by, asked_at=moment)
        if verb == Verb.START:
            put(row, state=State.APPROVAL)
        record(row, f"ask_{verb}", by)


def withdraw(*, code: str, by: int) -> None:
    """Take back what waits for a second person.

    :raises CampaignNotFound: there is none.
    :raises NothingAsked: nothing waits.
    """
    with transaction.atomic():
        row = locked(code)
        if not row.asked_verb:
            raise NothingAsked
        put(row, **unasked())
        if row.state == State.APPROVAL:
            put(row, state=State.DRAFT)
        record(row, "withdraw", by)


def confirm(*, code: str, by: int, at: datetime | None = None) -> None:
    """Confirm what another person asked for, and do it.

    :raises CampaignNotFound: there is none.
    :raises NothingAsked: nothing waits.
    :raises SecondPersonNeeded: the same person asked, or changed it last.
    :raises NotReady: a check of the run sheet has come to stand in the way.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = locked(code)
        if not row.asked_verb:
            raise NothingAsked
        if by in (row.asked_by_id, row.edited_by_id):
            raise SecondPersonNeeded
        _check_sheet(code, moment)
        verb = row.asked_verb
        if verb == Verb.START:
            _start(row, moment)
        elif verb == Verb.RESUME:
            put(row, state=State.RUNNING, pause_reason="", read_due_at=moment)
        if verb in (Verb.START, Verb.VERSION):
            _publish(row, moment)
        put(row, **unasked())
        record(row, verb, by)


def pause(*, code: str, by: int | None, reason: str = "", at: datetime | None = None) -> bool:
    """Let nobody in and lead nobody on for now; returns whether it ran.

    :raises CampaignNotFound: there is none.
    """
    with transaction.atomic():
        row = locked(code)
        if row.state != State.RUNNING:
            return False
        put(row, state=State.PAUSED, pause_reason=reason[:40], **unasked())
        record(row, "pause", by, {"reason": reason[:40]})
        if by is None and row.owner_id is not None:
            moment = clock.at_or_now(at)
            notifications.notify(
                person_id=row.owner_id,
                kind="campaign_paused",
                params={"name": row.name},
                url=f"/ops/campaigns/{row.code}/",
                natural_key=f"campaign_paused:{row.code}:{moment:%Y%m%d%H%M}",
                at=moment,
            )
    return True


def stop(*, code: str, by: int | None, at: datetime | None = None) -> int:
    """End it for good: everybody on the way stops where they are; returns how many.

    :raises CampaignNotFound: there is none.
    :raises WrongState: it does not run.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = locked(code)
        _must_be(row, State.RUNNING, State.PAUSED)
        left = Enrolment.objects.filter(campaign=row, state=Flow.ACTIVE).update(
            state=Flow.STOPPED, due_at=None, ended_at=moment
        )
        put(
            row,
            state=State.ENDED,
            ended_at=moment,
            enrol_due_at=None,
            read_due_at=moment + LAST_READINGS,
            **unasked(),
        )
        record(row, "stop", by, {"left": left})
    return left


def set_holdout(*, code: str, bps: int, reason: str, by: int) -> None:
    """Say how many of ten thousand get nothing, to compare with. Nobody at all takes an administrator.

    :raises CampaignNotFound: there is none.
    :raises WrongState: it has started.
    :raises CampaignInvalid: less than one percent or more than ninety, or no reason to give it up.
    :raises AdministratorNeeded: somebody else gives it up.
    """
    said = reason.strip()[:300]
    with transaction.atomic():
        row = locked(code)
        if row.started_at is not None:
            raise WrongState(state=row.state)
        if bps == 0:
            if not people.is_administrator(by):
                raise AdministratorNeeded
            if not said:
                raise CampaignInvalid(field="holdout_reason")
        elif not HOLDOUT_LEAST_BPS <= bps <= HOLDOUT_MOST_BPS:
            raise CampaignInvalid(field="holdout_bps")
        put(row, holdout_bps=bps, holdout_reason=said, edited_by_id=by, state=State.DRAFT, **unasked())
        record(row, "holdout", by, {"bps": bps, "before": row.holdout_bps, "reason": said})


def end_due(at: datetime) -> int:
    """End the campaigns whose time is over; returns how many."""
    over = Campaign.objects.filter(state__in=[State.RUNNING, State.PAUSED], ends_at__lte=at)
    codes = list(over.order_by("pk").values_list("code", flat=True))
    for code in codes:
        stop(code=code, by=None, at=at)
    return len(codes)


def _start(row: Campaign, moment: datetime) -> None:
    begins = max(moment, row.starts_at or moment)
    is_whole = row.trigger in (Trigger.SEGMENT, Trigger.FESTIVAL)
    if row.trigger == Trigger.FESTIVAL:
        # No morning of any clock, so that the first look takes everybody whose day it is already.
        begins += timedelta(microseconds=1)
    put(
        row,
        state=State.RUNNING,
        started_at=moment,
        enrol_due_at=begins if is_whole else None,
        enrol_after=0,
        read_due_at=moment + FIRST_READING,
    )


def _publish(row: Campaign, moment: datetime) -> None:
    """From here on who comes is led by the newest version; who is on the way keeps theirs."""
    draft = _drafts(row).first()
    if draft is None:
        return
    JourneyVersion.objects.filter(pk=draft.pk).update(published_at=moment)
    put(row, live_id=draft.pk)


def _drafts(row: Campaign) -> QuerySet[JourneyVersion]:
    return JourneyVersion.objects.filter(campaign=row, published_at=None)


def _check_sheet(code: str, moment: datetime) -> None:
    if any(one.level == "stop" for one in queries.run_sheet(code, at=moment)):
        raise NotReady


def _must_be(row: Campaign, *states: str) -> None:
    if row.state not in states:
        raise WrongState(state=row.state)
