"""Mail and text messages through the configured backends. These talk to the network.

A refusal is told apart from a silence: whoever must not send twice tries again only after the first.
"""

import contextlib
from collections.abc import Mapping, Sequence
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from jishi.people.notifications.errors import MailOutcomeUnknown, MailUnavailable
from jishi.people.notifications.providers import text_gateway


def send_mail(
    *,
    to: str,
    subject: str,
    text: str,
    headers: Mapping[str, str] | None = None,
    html: str = "",
    files: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Send a mail through the configured backend; ``files`` are (name, content, kind of content).

    :raises MailUnavailable: the server refused or could not be reached; nothing has left.
    :raises MailOutcomeUnknown: the line broke while the mail was handed over.
    """
    server = get_connection()
    message = EmailMultiAlternatives(
        " ".join(subject.split()),
        text,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers=dict(headers or {}),
        connection=server,
    )
    if html:
        message.attach_alternative(html, "text/html")
    for name, content, kind in files:
        message.attach(name, content, kind)
    try:
        server.open()
    except (SMTPException, OSError) as error:
        raise MailUnavailable(retry_after_s=60) from error
    try:
        message.send()
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        raise MailUnavailable(retry_after_s=60) from error
    except (SMTPException, OSError) as error:
        raise MailOutcomeUnknown(retry_after_s=60) from error
    finally:
        # What was accepted is accepted, however the goodbye goes.
        with contextlib.suppress(SMTPException, OSError):
            server.close()


def send_sms(*, phone: str, text: str, message_id: str = "") -> None:
    """Send a text message through the configured gateway, which may fold repeats of a `message_id`.

    :raises TextsUnavailable: there is no gateway, or it refused.
    :raises TextsOutcomeUnknown: it was given the message and did not answer.
    """
    text_gateway().send(phone=phone, text=text, message_id=message_id)
