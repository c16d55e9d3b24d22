"""Figures that come by themselves: each account is asked when it is due, and its table goes a file's way.

Nothing is asked inside a transaction: the next moment is written first, so that an account is asked once
however many processes look, and a source that fails is asked again when it is due next.
"""

from datetime import datetime, timedelta

from django.db import transaction

from jishi.growth.publishing import ports
from jishi.growth.publishing.errors import ChannelInvalid, ChannelNotFound, PlatformRefused
from jishi.growth.publishing.models import Channel
from jishi.growth.publishing.operations import figures
from jishi.kernel import audit, clock
from jishi.kernel.errors import N_

RHYTHMS = (0, 6, 24, 168)
"""Never by itself, four times a day, daily, weekly: in hours."""
AT_ONCE = 20
NOTHING = N_("There was no table yet.")
FAULTY = N_("The table has faults, so nothing was taken. Import it by hand to see them.")
TAKEN = N_("The newest table is in.")
REFUSED = N_("The platform could not be asked.")


def set_rhythm(*, code: str, hours: int, by: int, at: datetime | None = None) -> None:
    """Say how often the figures of an account are fetched; 0 for never.

    :raises ChannelNotFound: there is none.
    :raises ChannelInvalid: there is no such rhythm, or nothing its figures could come from.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = Channel.objects.select_for_update().filter(code=code[:12]).first()
        if row is None:
            raise ChannelNotFound
        if hours not in RHYTHMS or (hours and ports.find_source(row.platform) is None):
            raise ChannelInvalid(field="rhythm")
        due = now if hours else None
        Channel.objects.filter(pk=row.pk).update(fetch_hours=hours, fetch_due_at=due)
        audit.record(
            actor_id=by, action="publishing.rhythm", subject=f"channel:{code}", detail={"hours": hours}
        )


def fetch_due(at: datetime) -> int:
    """Fetch the figures of accounts that are due; returns how many were asked."""
    with transaction.atomic():
        due = Channel.objects.select_for_update(skip_locked=True).filter(
            is_active=True, fetch_hours__gt=0, fetch_due_at__lte=at
        )
        found = list(due.order_by("fetch_due_at")[:AT_ONCE])
        for row in found:
            Channel.objects.filter(pk=row.pk).update(fetch_due_at=at + timedelta(hours=row.fetch_hours))
    for row in found:
        said = _fetch(row, at)
        fields = {"fetch_said": said} | ({"fetched_at": at} if said == TAKEN else {})
        Channel.objects.filter(pk=row.pk).update(**fields)
    return len(found)


def _fetch(row: Channel, at: datetime) -> str:
    source = ports.find_source(row.platform)
    if source is None:
        return REFUSED
    try:
        data = source.fetch(channel_code=row.code, handle=row.handle)
    except PlatformRefused:
        return REFUSED
    if data is None:
        return NOTHING
    done = figures.import_figures(channel_code=row.code, data=data, by=None, at=at)
    return FAULTY if done.faults else TAKEN
