"""What people say about messages: no more of them, please again, or that one was a nuisance. And clicks."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from jishi.growth.campaigns import values, variables
from jishi.growth.campaigns.errors import CampaignNotFound
from jishi.growth.campaigns.models import (
    Campaign,
    Click,
    Effect,
    Enrolment,
    JourneyVersion,
    Objection,
    Pressure,
)
from jishi.growth.campaigns.queries.finding import draft_of
from jishi.kernel import clock, limits


def object_to(*, person_id: int, kind: str, campaign_code: str = "", at: datetime | None = None) -> bool:
    """Note that somebody wants no more messages of campaigns (`stop`), or complains about one (`complaint`).

    Returns whether it was new.

    :raises CampaignNotFound: a complaint about a campaign that is not theirs.
    :raises RateLimited: too many in an hour.
    """
    limits.hit(bucket="campaigns.object", key=str(person_id), limit=30, window_s=3600)
    campaign = None
    if campaign_code:
        mine = Enrolment.objects.filter(person_id=person_id, campaign__code=campaign_code)
        found = mine.select_related("campaign").first()
        if found is None:
            raise CampaignNotFound
        campaign = found.campaign
    row = Objection(person_id=person_id, campaign=campaign, kind=kind, at=clock.at_or_now(at))
    with transaction.atomic():
        before = Objection.objects.filter(person_id=person_id, kind=kind, lifted_at=None).count()
        Objection.objects.bulk_create([row], ignore_conflicts=True)
        return Objection.objects.filter(person_id=person_id, kind=kind, lifted_at=None).count() > before


def allow_again(*, person_id: int, at: datetime | None = None) -> bool:
    """Take an objection to all messages back; returns whether there was one."""
    mine = Objection.objects.filter(person_id=person_id, kind="stop", lifted_at=None)
    return bool(mine.update(lifted_at=clock.at_or_now(at)))


def record_click(*, campaign_code: str, step: str, person_id: int | None, at: datetime | None = None) -> str:
    """Note that somebody followed a message's link; returns the page it leads to.

    Only whom the step reached counts. The page is what the version of that person says, or of the newest.

    :raises CampaignNotFound: there is no such campaign or step.
    """
    campaign = Campaign.objects.filter(code=campaign_code).first()
    if campaign is None:
        raise CampaignNotFound
    ways = Enrolment.objects.filter(campaign=campaign, person_id=person_id).order_by("-pk")
    way = ways.first() if person_id is not None else None
    versions = JourneyVersion.objects.filter(campaign=campaign).order_by("-number")
    version = versions.filter(pk=way.version_id).first() if way else versions.first()
    url = (
        next((one["params"].get("url", "") for one in version.steps if one["key"] == step), "")
        if version
        else ""
    )
    if not url:
        raise CampaignNotFound
    if link := variables.link_of(str(url)):
        url = variables.address(str(url), _values(campaign, way, link, clock.at_or_now(at)))
    if way is not None and Effect.objects.filter(enrolment__in=ways, step=step, outcome="sent").exists():
        row = Click(campaign=campaign, step=step, person_id=way.person_id, at=clock.at_or_now(at))
        Click.objects.bulk_create([row], ignore_conflicts=True)
    return str(url)


def _values(
    campaign: Campaign, way: Enrolment | None, name: str, at: datetime
) -> Mapping[str, variables.Value | None]:
    """What the link of a message is for whoever follows it; nothing for somebody it was not made for."""
    if way is None:
        return {}
    asked = values.Asked(way.person_id, way.key, way.entered_at)
    return values.read({name}, [asked], values.Scene(draft_of(campaign), (), at))[way.person_id]


def forget(*, person_id: int) -> None:
    """Delete a person's ways, and take their name off the campaigns they answered for."""
    with transaction.atomic():
        for name in ("owner", "edited_by"):
            Campaign.objects.filter(**{name: person_id}).update(**{name: None})
        asked = Campaign.objects.filter(asked_by_id=person_id)
        asked.filter(state="approval").update(state="draft")
        asked.update(asked_verb="", asked_by=None, asked_at=None)
        Click.objects.filter(person_id=person_id).delete()
        Objection.objects.filter(person_id=person_id).delete()
        Pressure.objects.filter(person_id=person_id).delete()
        Effect.objects.filter(enrolment__person_id=person_id).delete()
        Enrolment.objects.filter(person_id=person_id).delete()
