"""Sending messages out of the house and telling people things inside it.

Sending talks to the network, so it is never called inside a transaction of the business; notices are rows
and may be.
"""

from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from jishi.kernel import clock
from jishi.people.notifications.errors import MailUnavailable
from jishi.people.notifications.models import InboxMessage, Notice
from jishi.people.notifications.providers import recipient_index, text_gateway

INBOX_KEPT = timedelta(days=7)


def send_mail(*, to: str, subject: str, text: str) -> None:
    """Send a plain mail through the configured backend.

    :raises MailUnavailable: the server refused or could not be reached.
    """
    message = EmailMessage(" ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, [to])
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise MailUnavailable(retry_after_s=60) from error


def send_sms(*, phone: str, text: str) -> None:
    """Send a text message through the configured gateway.

    :raises TextsUnavailable: there is no gateway, or it refused.
    """
    text_gateway().send(phone=phone, text=text)


def notify(
    *,
    person_id: int,
    kind: str,
    params: dict[str, Any],
    url: str = "",
    natural_key: str | None = None,
    at: datetime | None = None,
) -> bool:
    """Tell a person something; the same `natural_key` tells it once. Returns whether it was new."""
    notice = Notice(
        person_id=person_id,
        kind=kind[:60],
        params=params,
        url=url[:200],
        natural_key=natural_key,
        created_at=clock.at_or_now(at),
    )
    with transaction.atomic():
        if natural_key and Notice.objects.filter(person_id=person_id, natural_key=natural_key).exists():
            return False
        Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return True


def mark_read(*, person_id: int, at: datetime | None = None) -> int:
    """Mark everything a person was told as seen; returns how much was new."""
    return Notice.objects.filter(person_id=person_id, read_at__isnull=True).update(
        read_at=clock.at_or_now(at)
    )


def forget_inbox(at: datetime | None = None) -> int:
    """Delete caught messages after a week; returns how many."""
    deleted, _ = InboxMessage.objects.filter(sent_at__lt=clock.at_or_now(at) - INBOX_KEPT).delete()
    return deleted


def erase(*, person_id: int, contacts: tuple[str, ...] = ()) -> None:
    """Delete what a person was told, and caught messages to these addresses."""
    with transaction.atomic():
        Notice.objects.filter(person_id=person_id).delete()
        InboxMessage.objects.filter(recipient_index__in=[recipient_index(c) for c in contacts]).delete()
