"""What people choose: topic by channel, quiet hours, browsers; and the way out of mails without sign-in."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from jishi.kernel import crypto
from jishi.people.notifications import rules
from jishi.people.notifications.errors import ChoiceInvalid, PushTargetInvalid, QuietHoursInvalid
from jishi.people.notifications.models import Choice, PushTarget, Reach
from jishi.people.notifications.operations.composing import UNSUBSCRIBE_PURPOSE
from jishi.people.notifications.providers import push

ENDPOINT_PURPOSE = "notifications.endpoint"
BROWSERS_MOST = 10
MINUTES = 24 * 60


def choose(*, person_id: int, modes: Mapping[tuple[str, str], str]) -> None:
    """Remember how topics reach somebody: (topic, channel) to "now", "digest" (mail only) or "off".

    :raises ChoiceInvalid: no such topic, channel or way; nothing is changed then.
    """
    for (topic, channel), mode in modes.items():
        known = topic in rules.TOPIC_NAMES and channel in rules.CHANNELS and mode in rules.MODES
        if not known or (mode == "digest" and channel != "mail"):
            raise ChoiceInvalid
    rows = [
        Choice(person_id=person_id, topic=topic, channel=channel, mode=mode)
        for (topic, channel), mode in sorted(modes.items())
    ]
    Choice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "topic", "channel"], update_fields=["mode"]
    )


def set_quiet_hours(
    *, person_id: int, time_zone: str, quiet_from: int | None, quiet_to: int | None, digest_minute: int = 510
) -> None:
    """Remember when somebody may be disturbed; minutes since midnight where they live, both or none.

    :raises QuietHoursInvalid: no such time or zone.
    """
    minutes = [one for one in (quiet_from, quiet_to, digest_minute) if one is not None]
    if (quiet_from is None) != (quiet_to is None) or not all(0 <= one < MINUTES for one in minutes):
        raise QuietHoursInvalid
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise QuietHoursInvalid from None
    fields = {
        "time_zone": time_zone,
        "quiet_from": quiet_from,
        "quiet_to": quiet_to,
        "digest_minute": digest_minute,
    }
    Reach.objects.update_or_create(person_id=person_id, defaults=fields)


def subscribe_browser(*, person_id: int, endpoint: str, p256dh: str, auth: str) -> None:
    """Remember a browser; one that another person used before now belongs to this one.

    :raises PushTargetInvalid: its description cannot be used.
    """
    if not push.is_target(push.Target(endpoint, p256dh, auth)):
        raise PushTargetInvalid
    fields = {"person_id": person_id, "endpoint": endpoint, "p256dh": p256dh, "auth": auth}
    with transaction.atomic():
        PushTarget.objects.update_or_create(endpoint_index=_index(endpoint), defaults=fields)
        kept = PushTarget.objects.filter(person_id=person_id).order_by("-pk").values_list("pk", flat=True)
        PushTarget.objects.filter(pk__in=list(kept[BROWSERS_MOST:])).delete()


def forget_browser(*, person_id: int, endpoint: str) -> None:
    """Forget a browser of a person."""
    PushTarget.objects.filter(person_id=person_id, endpoint_index=_index(endpoint)).delete()


def unsubscribe(*, token: str) -> str:
    """End mails as a signed link says; returns the topic ("" for all). Safe to repeat.

    :raises TokenInvalid: the link was not made by us, or is too old.
    """
    payload = crypto.read_token(token, purpose=UNSUBSCRIBE_PURPOSE)
    topic = str(payload["t"])
    topics = [topic] if topic else [one for one in rules.TOPIC_NAMES if one != "system"]
    choose(person_id=int(payload["p"]), modes={(one, "mail"): "off" for one in topics})
    return topic


def _index(endpoint: str) -> str:
    return crypto.blind_index(endpoint, purpose=ENDPOINT_PURPOSE)
