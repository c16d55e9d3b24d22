"""The desks of the kinds of content: each translates moderation's verbs into one lower domain's."""

from jishi.trust.moderation import ports
from jishi.trust.moderation.providers.messages import MessageDesk
from jishi.trust.moderation.providers.people import PersonDesk


def connect() -> None:
    """Take reports about everything that can be reported."""
    for desk in (MessageDesk(), PersonDesk()):
        ports.register_desk(desk)
