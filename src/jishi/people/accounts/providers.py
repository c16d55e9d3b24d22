"""The way text messages leave the house: a sender that wiring connects. Mail goes through Django's backend.

Accounts sends codes but stands below notifications, which knows the gateways.
"""

from typing import Protocol


class TextSender(Protocol):
    """Sends one text message."""

    def __call__(self, *, phone: str, text: str) -> None:
        """Hand the text to the gateway, or raise."""
        ...


_senders: list[TextSender] = []


def connect_texts(sender: TextSender) -> None:
    """Make this the one way text messages are sent."""
    _senders[:] = [sender]


def send_text(*, phone: str, text: str) -> None:
    """Send a text message.

    :raises LookupError: wiring connected no sender, which is a mistake in the program.
    """
    if not _senders:
        raise LookupError("no text sender is connected")
    _senders[0](phone=phone, text=text)
