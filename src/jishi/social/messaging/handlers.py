"""What conversations do when their own facts are told: those who are away get a nudge."""

from jishi.social.messaging import operations as messaging
from jishi.social.messaging.events import MessageSent


def on_message_sent(event: MessageSent) -> None:
    """Nudge whoever has nothing unread from this conversation yet."""
    messaging.nudge(
        conversation_code=event.conversation_code,
        sender_id=event.sender_id,
        recipients=event.recipients,
        is_request=event.is_request,
        at=event.sent_at,
    )
