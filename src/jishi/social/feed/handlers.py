"""What feeds do when notes move."""

from jishi.social.feed import operations as feed
from jishi.social.notes.events import NoteEdited, NoteHidden, NotePublished, NoteRemoved


def on_note_published(event: NotePublished) -> None:
    """Make the note findable."""
    feed.index_notes(note_ids=[event.note_id])


def on_note_edited(event: NoteEdited) -> None:
    """Find it by what it says now."""
    feed.index_notes(note_ids=[event.note_id])


def on_note_hidden(event: NoteHidden) -> None:
    """Nobody finds it any more."""
    feed.unindex(note_ids=[event.note_id])


def on_note_removed(event: NoteRemoved) -> None:
    """Nobody finds it any more."""
    feed.unindex(note_ids=[event.note_id])
