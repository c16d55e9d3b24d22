"""From a notice to the channels: planned once per notice, sent with retries, buried after the last try.

Planning and claiming are short transactions that skip what others hold; the network is talked to between
them. Claiming moves the due time five minutes on, so whatever a crash leaves behind is tried again: a
delivery is sent at least once, and a repeat carries the same Message-ID or push topic, which mail programs
and push services fold into one.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from jishi.kernel import clock, crypto, notices
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import ProfileView
from jishi.people.accounts.errors import PersonNotFound
from jishi.people.notifications import queries, rules
from jishi.people.notifications.errors import PushGone
from jishi.people.notifications.models import Choice, Delivery, Notice, PushTarget, Reach
from jishi.people.notifications.operations import digests, outgoing
from jishi.people.notifications.providers import push

PLAN_MOST = 200
SEND_MOST = 20
STALE = timedelta(days=1)
LEASE = timedelta(minutes=5)
UNSUBSCRIBE_PURPOSE = "notifications.unsubscribe"
UNSUBSCRIBE_TTL_S = 365 * 24 * 3600

log = structlog.get_logger("notifications")


def plan_due(at: datetime | None = None) -> int:
    """Decide for new notices where they go; returns how many were looked at. Open pages are told as well."""
    moment = clock.at_or_now(at)
    with transaction.atomic():
        due = Notice.objects.filter(plan_due_at__lte=moment).order_by("plan_due_at", "pk")
        found = list(due.select_for_update(skip_locked=True)[:PLAN_MOST])
        fresh = [one for one in found if one.read_at is None and moment - one.created_at < STALE]
        if fresh:
            _plan(fresh, moment)
        Notice.objects.filter(pk__in=[one.pk for one in found]).update(plan_due_at=None)
    number = int(moment.timestamp() * 1000)
    notices.send([(f"person:{one}", number) for one in sorted({one.person_id for one in fresh})])
    return len(found)


def _plan(fresh: Sequence[Notice], at: datetime) -> None:
    people = {one.person_id for one in fresh}
    chosen: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    for choice in Choice.objects.filter(person_id__in=people):
        chosen[choice.person_id][choice.topic, choice.channel] = choice.mode
    reach = Reach.objects.in_bulk(list(people))
    browsers = set(PushTarget.objects.filter(person_id__in=people).values_list("person_id", flat=True))
    recent = Delivery.objects.filter(person_id__in=people, created_at__gt=at - timedelta(days=1))
    sent = list(recent.exclude(state="dropped").values_list("person_id", "channel", "created_at"))
    used = Counter(
        (person_id, channel)
        for person_id, channel, created_at in sent
        if created_at > at - rules.CAPS[channel][1]
    )
    deliveries, collected = [], set()
    for notice in fresh:
        topic = rules.topic_of(notice.kind)
        for channel in rules.CHANNELS:
            mode = rules.mode_of(chosen[notice.person_id], topic, channel)
            is_over = (
                used[notice.person_id, channel] >= rules.CAPS[channel][0] and topic not in rules.UNCAPPED
            )
            if mode == "digest" and notice.is_listed:
                collected.add(notice.person_id)
            if mode != "now" or is_over or (channel == "push" and notice.person_id not in browsers):
                continue
            used[notice.person_id, channel] += 1
            due_at = _due(reach.get(notice.person_id), channel, at)
            deliveries.append(
                Delivery(
                    notice=notice, person_id=notice.person_id, channel=channel, due_at=due_at, created_at=at
                )
            )
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    digests.await_digest(sorted(collected), at)


def _due(reach: Reach | None, channel: str, at: datetime) -> datetime:
    if reach is None or channel not in rules.QUIET_CHANNELS:
        return at
    return rules.after_quiet(at, quiet_from=reach.quiet_from, quiet_to=reach.quiet_to, zone=reach.time_zone)


def deliver_due(at: datetime | None = None) -> int:
    """Send what is due; returns how many were tried. Never called inside a transaction."""
    moment = clock.at_or_now(at)
    with transaction.atomic():
        due = Delivery.objects.filter(state="pending", due_at__lte=moment).order_by("due_at", "pk")
        claimed = list(due.select_for_update(skip_locked=True)[:SEND_MOST])
        Delivery.objects.filter(pk__in=[one.pk for one in claimed]).update(due_at=moment + LEASE)
    for one in claimed:
        _try(one, moment)
    return len(claimed)


def _try(delivery: Delivery, at: datetime) -> None:
    attempts = delivery.attempts + 1
    mine = Delivery.objects.filter(pk=delivery.pk, state="pending")
    try:
        is_sent = _send(delivery)
    except DomainError as error:
        is_dead = attempts >= rules.ATTEMPTS_MOST
        mine.update(
            attempts=attempts,
            error=error.code[:200],
            state="dead" if is_dead else "pending",
            due_at=at + rules.retry_after(attempts),
        )
        log.warning("notifications.not_sent", delivery=delivery.pk, attempts=attempts, dead=is_dead)
        return
    mine.update(attempts=attempts, state="sent" if is_sent else "dropped", sent_at=at, error="")


def _send(delivery: Delivery) -> bool:
    """Send one; False when there is nobody to send to, or it was read meanwhile."""
    notice = Notice.objects.filter(pk=delivery.notice_id).first() if delivery.notice_id else None
    if delivery.notice_id and (notice is None or notice.read_at is not None):
        return False
    try:
        person = accounts.get_profile(delivery.person_id)
    except PersonNotFound:
        return False
    with translation.override(person.language):
        if notice is None:
            return _mail_digest(delivery, person)
        text = queries.worded(notice.kind, notice.params)
        if delivery.channel == "mail":
            return _mail(person, text, notice)
        if delivery.channel == "push":
            return _push(delivery, text, notice)
        return _text(person, text)


def _mail(person: ProfileView, text: str, notice: Notice) -> bool:
    if not person.email:
        return False
    topic = rules.topic_of(notice.kind)
    body = [text, "", f"{settings.JISHI_BASE_URL}{notice.url or '/me/news/'}", "", *_foot(person.id, topic)]
    outgoing.send_mail(
        to=person.email,
        subject=text[:120],
        text="\n".join(body),
        headers=_headers(person.id, topic, f"n{notice.pk}"),
    )
    return True


def _mail_digest(delivery: Delivery, person: ProfileView) -> bool:
    entries = digests.entries_of(delivery)
    if not person.email or not entries:
        return False
    rows = [f"· {queries.worded(one.kind, one.params)}" for one in entries]
    subject = gettext("What is new on Jishi")
    link = f"{settings.JISHI_BASE_URL}/me/news/"
    body = [subject, "", *rows, "", link, "", *_foot(person.id, "")]
    headers = _headers(person.id, "", f"d{delivery.pk}")
    outgoing.send_mail(to=person.email, subject=subject, text="\n".join(body), headers=headers)
    return True


def _push(delivery: Delivery, text: str, notice: Notice) -> bool:
    payload = {
        "title": gettext("Jishi"),
        "text": text,
        "url": notice.url or "/me/news/",
        "tag": f"n{notice.pk}",
    }
    topic = hashlib.sha256(f"delivery:{delivery.pk}".encode()).hexdigest()[:32]
    sent, last_error = 0, None
    for row in PushTarget.objects.filter(person_id=delivery.person_id).order_by("pk"):
        target = push.Target(row.endpoint, row.p256dh, row.auth)
        try:
            push.push_gateway().send(target, payload, topic=topic)
            sent += 1
        except PushGone:
            PushTarget.objects.filter(pk=row.pk).delete()
        except DomainError as error:
            last_error = error
    if not sent and last_error is not None:
        raise last_error
    return sent > 0


def _text(person: ProfileView, text: str) -> bool:
    phone = accounts.find_phone(person.id)
    if not phone:
        return False
    outgoing.send_sms(phone=phone, text=text)
    return True


def unsubscribe_url(person_id: int, topic: str) -> str:
    """Return the signed address that ends mails of a topic, or all with an empty one, without sign-in."""
    token = crypto.sign_token(
        {"p": person_id, "t": topic}, purpose=UNSUBSCRIBE_PURPOSE, ttl_s=UNSUBSCRIBE_TTL_S
    )
    return f"{settings.JISHI_BASE_URL}/mail/off/{token}/"


def _headers(person_id: int, topic: str, key: str) -> dict[str, str]:
    host = settings.JISHI_BASE_URL.split("://")[-1].split(":")[0]
    return {
        "Message-ID": f"<{crypto.blind_index(key, purpose='notifications.mail')[:32]}@{host}>",
        "List-Unsubscribe": f"<{unsubscribe_url(person_id, topic)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _foot(person_id: int, topic: str) -> list[str]:
    return [
        gettext("No more mails like this:"),
        unsubscribe_url(person_id, topic),
    ]
