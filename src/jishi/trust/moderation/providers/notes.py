"""Notes and comments as what a report is about, and the suspension of their authors."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from jishi.kernel.errors import NotFound
from jishi.social.notes import operations as notes
from jishi.social.notes import queries as written
from jishi.social.notes.contracts import ContentRef
from jishi.trust.moderation.contracts import Kind, Subject

COMMUNITY = "community"
# Reads the tables of the domain below: what waits is asked for every few seconds, by one statement.
HELD_NOTES = "SELECT code FROM notes_note WHERE state = 'in_review' ORDER BY id LIMIT %s"
HELD_COMMENTS = "SELECT code FROM notes_comment WHERE state = 'in_review' ORDER BY id LIMIT %s"


class NoteDesk:
    """Reports about notes. What is removed stays refused as long as an appeal may bring it back."""

    kind = Kind.NOTE.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The note, whatever its state."""
        return _subject(written.find_content(self.kind, code))

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer can read it."""
        return written.find_note_id(code, viewer_id=viewer_id) is not None

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Notes that wait for review."""
        return _codes(HELD_NOTES, limit)

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it out of sight."""
        notes.hide(code=code, reason=reason, note=note, at=at)

    def restore(self, code: str, *, at: datetime) -> None:
        """Show it again, or publish what was held."""
        notes.approve(code=code, at=at)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it."""
        notes.reject(code=code, reason=reason, note=note, at=at)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it for good."""
        notes.reject(code=code, reason=reason, note=note, at=at)


class CommentDesk:
    """Reports about comments."""

    kind = Kind.COMMENT.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The comment, whatever its state."""
        return _subject(written.find_content(self.kind, code))

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer can read it."""
        try:
            written.get_comment(code, viewer_id=viewer_id)
        except NotFound:
            return False
        return True

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Comments that wait for review."""
        return _codes(HELD_COMMENTS, limit)

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it out of sight."""
        notes.hide_comment(code=code, reason=reason, note=note, at=at)

    def restore(self, code: str, *, at: datetime) -> None:
        """Show it again, or publish what was held."""
        notes.approve_comment(code=code, at=at)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it."""
        notes.reject_comment(code=code, reason=reason, note=note, at=at)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it for good."""
        notes.reject_comment(code=code, reason=reason, note=note, at=at)


class NoteAuthors:
    """Hides what a suspended person wrote, and shows it again."""

    def hide_author(self, person_id: int, *, reason: str, at: datetime) -> None:
        """Take it out of sight on every surface."""
        notes.hide_author(person_id=person_id, reason=reason, at=at)

    def restore_author(self, person_id: int, *, at: datetime) -> None:
        """Show it again."""
        notes.restore_author(person_id=person_id, at=at)


def _subject(found: ContentRef | None) -> Subject | None:
    if found is None:
        return None
    audience = found.audience
    return Subject(
        kind=found.kind,
        code=found.code,
        author_id=found.author_id,
        title=found.title,
        text=found.text,
        url=f"/notes/{found.note_code}/",
        state=found.state,
        picture_urls=found.picture_urls,
        community=audience.key if audience is not None and audience.kind == COMMUNITY else "",
    )


def _codes(sql: str, limit: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return [row[0] for row in cursor.fetchall()]
