"""How the code that confirms a deletion reaches its person; the wiring connects what stands above."""

from collections.abc import Callable

MailSender = Callable[..., None]
TextSender = Callable[..., None]

_senders: dict[str, Callable[..., None]] = {}


def connect(*, mail: MailSender, text: TextSender) -> None:
    """Make these the ways to send a mail `(to, subject, text)` and a text message `(phone, text)`."""
    _senders.update(mail=mail, text=text)


def send_mail(*, to: str, subject: str, text: str) -> None:
    """Send a mail.

    :raises LookupError: the wiring connected nothing.
    """
    _senders["mail"](to=to, subject=subject, text=text)


def send_text(*, phone: str, text: str) -> None:
    """Send a text message.

    :raises LookupError: the wiring connected nothing.
    """
    _senders["text"](phone=phone, text=text)
