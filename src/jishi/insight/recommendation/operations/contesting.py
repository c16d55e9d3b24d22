"""Two mixes of the home page against each other, one contest at a time, on the record."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from jishi.insight.recommendation.contracts import ContestState, MixName
from jishi.insight.recommendation.errors import ContestInvalid, ContestRunning, ContestUnknown
from jishi.insight.recommendation.models import Contest
from jishi.kernel import audit, clock

NAME_MOST = 80


def start_contest(*, name: str, one: int, two: int, by: int, at: datetime | None = None) -> str:
    """Interleave two mixes on the home page from now on; returns the contest's code.

    :raises ContestInvalid: no name, or not two different mixes.
    :raises ContestRunning: another contest runs.
    """
    words, mixes = " ".join(name.split())[:NAME_MOST], {mix.value for mix in MixName}
    if not words or one == two or not {one, two} <= mixes:
        raise ContestInvalid()
    try:
        with transaction.atomic():
            row = Contest.objects.create(
                name=words, one=one, two=two, started_at=clock.at_or_now(at), started_by_id=by
            )
            audit.record(
                actor_id=by,
                action="contests.start",
                subject=f"contest:{row.code}",
                detail={"one": one, "two": two},
            )
    except IntegrityError as error:
        raise ContestRunning() from error
    return row.code


def end_contest(*, code: str, by: int, at: datetime | None = None) -> bool:
    """Show everybody the standard mix again; false when it was over already.

    :raises ContestUnknown: there is no such contest.
    """
    with transaction.atomic():
        row = Contest.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise ContestUnknown()
        if row.state == ContestState.ENDED:
            return False
        row.state, row.ended_at = ContestState.ENDED, clock.at_or_now(at)
        row.save(update_fields=["state", "ended_at"])
        audit.record(actor_id=by, action="contests.end", subject=f"contest:{code}")
    return True
