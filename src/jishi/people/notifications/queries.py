"""Reads of the demo inbox, of a person's notices, and of what they have chosen."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext, ngettext

from jishi.kernel.errors import fill
from jishi.people.accounts import queries as accounts
from jishi.people.notifications import rules
from jishi.people.notifications.contracts import (
    InboxView,
    NoticeView,
    ReachView,
    TopicChoice,
    TroubledDelivery,
)
from jishi.people.notifications.models import Choice, Delivery, InboxMessage, Notice, PushTarget, Reach
from jishi.people.notifications.providers import push, recipient_index


def list_inbox(*, limit: int = 50, recipient: str | None = None) -> tuple[InboxView, ...]:
    """Return the newest caught messages, of one recipient if given."""
    rows = InboxMessage.objects.order_by("-sent_at", "-pk")
    if recipient is not None:
        rows = rows.filter(recipient_index=recipient_index(recipient))
    return tuple(
        InboxView(
            id=row.pk,
            channel=row.channel,
            recipient=row.recipient,
            subject=row.subject,
            text=row.text,
            code=rules.find_code(row.text),
            sent_at=row.sent_at,
        )
        for row in rows[:limit]
    )


def list_notices(*, person_id: int, limit: int = 50) -> tuple[NoticeView, ...]:
    """Return what a person was told, newest first; the same about the same thing in a row is one entry."""
    rows = Notice.objects.filter(person_id=person_id, is_listed=True).order_by("-created_at", "-pk")
    groups: dict[tuple[str, str, bool], list[Notice]] = {}
    for row in rows[: limit * 4]:
        key = (row.kind, row.url or str(row.pk), row.read_at is None)
        groups.setdefault(key, []).append(row)
    return tuple(_view(group) for group in list(groups.values())[:limit])


def count_unread(*, person_id: int) -> int:
    """Count what a person has not seen yet."""
    return Notice.objects.filter(person_id=person_id, read_at__isnull=True, is_listed=True).count()


def worded(kind: str, params: Mapping[str, Any], others: int = 0) -> str:
    """Return a notice in the active language; `others` said the same about the same thing."""
    known = rules.with_amount(params, get_language() or "en")
    text = fill(gettext(rules.wording(kind)), {"kind": kind, **known})
    if not others:
        return text
    more = ngettext("and %(others)s more like it", "and %(others)s more like it", others)
    return f"{text} · {more % {'others': others}}"


def get_reach(person_id: int) -> ReachView:
    """Return what somebody has chosen, with defaults where they have not."""
    chosen = {(one.topic, one.channel): one.mode for one in Choice.objects.filter(person_id=person_id)}
    row = Reach.objects.filter(person_id=person_id).first() or Reach(person_id=person_id)
    topics = tuple(
        TopicChoice(
            topic, name, {channel: rules.mode_of(chosen, topic, channel) for channel in rules.CHANNELS}
        )
        for topic, name in rules.TOPIC_NAMES.items()
    )
    return ReachView(
        topics=topics,
        time_zone=row.time_zone,
        quiet_from=_clock(row.quiet_from),
        quiet_to=_clock(row.quiet_to),
        digest_at=_clock(row.digest_minute),
        browsers=PushTarget.objects.filter(person_id=person_id).count(),
        has_phone=bool(accounts.find_phone(person_id)),
    )


def push_key() -> str:
    """Return the public key with which browsers subscribe."""
    return push.public_key()


def list_troubled(*, limit: int = 50) -> tuple[TroubledDelivery, ...]:
    """Return deliveries that were given up or of which nobody knows whether they left, newest first."""
    rows = Delivery.objects.filter(state__in=("dead", "unknown")).select_related("notice").order_by("-pk")
    return tuple(
        TroubledDelivery(
            id=row.pk,
            channel=row.channel,
            kind=row.notice.kind if row.notice else "digest",
            state=row.state,
            error=row.error,
            attempts=row.attempts,
            message_id=row.message_id,
            at=row.claimed_at or row.created_at,
        )
        for row in rows[:limit]
    )


def export_notices(*, person_id: int) -> dict[str, Any]:
    """Return what a person was told."""
    rows = Notice.objects.filter(person_id=person_id).order_by("pk")
    choices = Choice.objects.filter(person_id=person_id).order_by("pk")
    return {
        "notices": [{"kind": r.kind, "params": r.params, "at": r.created_at.isoformat()} for r in rows],
        "notification_choices": [{"topic": c.topic, "channel": c.channel, "mode": c.mode} for c in choices],
        "browsers": PushTarget.objects.filter(person_id=person_id).count(),
    }


def _view(group: list[Notice]) -> NoticeView:
    row = group[0]
    return NoticeView(
        id=row.pk,
        kind=row.kind,
        message=rules.wording(row.kind),
        params={"kind": row.kind, **row.params},
        url=row.url,
        created_at=row.created_at,
        is_read=row.read_at is not None,
        others=len(group) - 1,
    )


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
