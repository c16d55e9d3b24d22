"""Messages as what a report is about. A moderator reads the reported line and nothing around it."""

from collections.abc import Sequence
from datetime import datetime

from jishi.kernel import media
from jishi.social.messaging import operations as messaging
from jishi.social.messaging import queries as messages
from jishi.trust.moderation.contracts import Kind, Subject


class MessageDesk:
    """Reports about one line of a conversation, by somebody who is in it."""

    kind = Kind.MESSAGE.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The line as it was sent."""
        found = messages.find_reported(code)
        if found is None or found.sender_id is None:
            return None
        return Subject(
            kind=self.kind,
            code=code,
            author_id=found.sender_id,
            title="",
            text=found.text,
            url="",
            state="hidden" if found.is_hidden else "published",
            picture_urls=(media.view(found.picture).url,) if found.picture else (),
        )

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer is in the conversation."""
        return messages.can_see_message(code, viewer_id=viewer_id)

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Messages are never held: they are rate-limited instead."""
        return ()

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take the line out of the conversation."""
        messaging.hide(message_code=code, at=at)

    def restore(self, code: str, *, at: datetime) -> None:
        """Put it back."""
        messaging.restore(message_code=code, at=at)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """A line that was sent is hidden."""
        messaging.hide(message_code=code, at=at)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """A line that was sent is hidden."""
        messaging.hide(message_code=code, at=at)
