"""Mail and text messages through the configured backends. These talk to the network."""

from collections.abc import Mapping
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from jishi.people.notifications.errors import MailUnavailable
from jishi.people.notifications.providers import text_gateway


def send_mail(*, to: str, subject: str, text: str, headers: Mapping[str, str] | None = None) -> None:
    """Send a plain mail through the configured backend.

    :raises MailUnavailable: the server refused or could not be reached.
    """
    message = EmailMessage(
        " ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, [to], headers=dict(headers or {})
    )
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise MailUnavailable(retry_after_s=60) from error


def send_sms(*, phone: str, text: str) -> None:
    """Send a text message through the configured gateway.

    :raises TextsUnavailable: there is no gateway, or it refused.
    """
    text_gateway().send(phone=phone, text=text)
