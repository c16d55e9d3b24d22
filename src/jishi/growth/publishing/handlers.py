"""What the content plan does when notes move."""

from jishi.growth.publishing import operations as content
from jishi.social.notes.events import NotePublished


def on_note_published(event: NotePublished) -> None:
    """A note that waited for the moderators is out: so is its piece."""
    content.note_published(note_code=event.code, at=event.at)
