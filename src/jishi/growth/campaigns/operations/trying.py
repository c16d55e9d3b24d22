"""Trying a campaign out on oneself: every step is done for real, for one member of staff, without waiting."""

from datetime import datetime

from django.db import transaction

from jishi.growth.campaigns.contracts import Arm, Flow, State
from jishi.growth.campaigns.errors import CampaignInvalid, WrongState
from jishi.growth.campaigns.models import Enrolment
from jishi.growth.campaigns.operations import advancing
from jishi.growth.campaigns.operations.writing import draft_version, locked, record
from jishi.kernel import clock, limits
from jishi.people.accounts import queries as people


def try_out(*, code: str, person_id: int, by: int, at: datetime | None = None) -> int:
    """Lead somebody who works here through the steps as they are written now; returns the way's number.

    Waiting takes no time, caps and quiet hours do not hold, nothing is spent, and no figure counts it.

    :raises CampaignNotFound: there is none.
    :raises WrongState: it has ended.
    :raises CampaignInvalid: there are no steps, or the person does not work here.
    :raises RateLimited: too many trials in an hour.
    """
    moment = clock.at_or_now(at)
    limits.hit(bucket="campaigns.try", key=str(by), limit=20, window_s=3600)
    if not people.is_operator(person_id):
        raise CampaignInvalid(field="person")
    with transaction.atomic():
        row = locked(code)
        if row.state == State.ENDED:
            raise WrongState(state=row.state)
        version = draft_version(row, moment)
        if not version.steps:
            raise CampaignInvalid(field="steps")
        way = Enrolment.objects.create(
            campaign=row,
            version=version,
            person_id=person_id,
            key=f"test:{moment:%Y%m%d%H%M%S%f}",
            arm=Arm.TEST,
            state=Flow.ACTIVE,
            step=version.steps[0]["key"],
            step_at=moment,
            due_at=moment,
            entered_at=moment,
        )
        advancing.run_test(way.pk, moment)
        record(row, "try", by, {"person": person_id})
    return way.pk
