"""The outside world of messages: text gateways, the demo's mail backend, push services."""

from jishi.people.notifications.providers.gateways import (
    HttpTexts,
    InboxMailBackend,
    InboxTexts,
    NoTexts,
    TextGateway,
    keep,
    recipient_index,
    text_gateway,
)

__all__ = [
    "HttpTexts",
    "InboxMailBackend",
    "InboxTexts",
    "NoTexts",
    "TextGateway",
    "keep",
    "recipient_index",
    "text_gateway",
]
