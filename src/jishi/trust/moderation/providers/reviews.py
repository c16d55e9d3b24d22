"""Reviews, questions and answers as what a report is about, and the suspension of their authors."""

from collections.abc import Sequence
from datetime import datetime

from jishi.kernel.errors import NotFound
from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries as written
from jishi.social.reviews.contracts import ContentRef
from jishi.trust.moderation.contracts import Kind, Subject


class ReviewDesk:
    """Reports about reviews. What is removed stays refused as long as an appeal may bring it back."""

    kind = Kind.REVIEW.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The review, whatever its state."""
        return _subject(written.find_content(code))

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer can read it."""
        try:
            written.get_review(code, viewer_id=viewer_id)
        except NotFound:
            return False
        return True

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Reviews that wait, or whose follow-up waits."""
        return written.list_held(limit=limit)

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it out of sight."""
        reviews.hide(code=code, reason=reason, note=note, at=at)

    def restore(self, code: str, *, at: datetime) -> None:
        """Show it again, or publish what was held."""
        reviews.approve(code=code, at=at)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it."""
        reviews.reject(code=code, reason=reason, note=note, at=at)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Hide it for good."""
        reviews.hide(code=code, reason=reason, note=note, at=at)


class QuestionDesk:
    """Reports about questions on goods."""

    kind = Kind.QUESTION.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The question, whatever its state."""
        return _subject(written.find_talk(self.kind, code))

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer can read it."""
        try:
            written.get_question(code, viewer_id=viewer_id)
        except NotFound:
            return False
        return True

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Questions that wait for review."""
        return written.list_held_talk(self.kind, limit=limit)

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it out of sight."""
        reviews.hide_question(code=code, reason=reason, note=note)

    def restore(self, code: str, *, at: datetime) -> None:
        """Show it again, or publish what was held."""
        reviews.approve_question(code=code, at=at)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it."""
        reviews.reject_question(code=code, reason=reason, note=note)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it for good."""
        reviews.reject_question(code=code, reason=reason, note=note)


class AnswerDesk:
    """Reports about answers."""

    kind = Kind.ANSWER.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The answer, whatever its state."""
        return _subject(written.find_talk(self.kind, code))

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer can read it."""
        try:
            written.find_question_of_answer(code, viewer_id=viewer_id)
        except NotFound:
            return False
        return True

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Answers that wait for review."""
        return written.list_held_talk(self.kind, limit=limit)

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it out of sight."""
        reviews.hide_answer(code=code, reason=reason, note=note)

    def restore(self, code: str, *, at: datetime) -> None:
        """Show it again, or publish what was held."""
        reviews.approve_answer(code=code, at=at)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it."""
        reviews.reject_answer(code=code, reason=reason, note=note)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Refuse it for good."""
        reviews.reject_answer(code=code, reason=reason, note=note)


class ReviewAuthors:
    """Hides what a suspended person wrote about goods, and shows it again."""

    def hide_author(self, person_id: int, *, reason: str, at: datetime) -> None:
        """Take it out of sight on every surface."""
        reviews.hide_author(person_id=person_id, at=at)

    def restore_author(self, person_id: int, *, at: datetime) -> None:
        """Show it again."""
        reviews.restore_author(person_id=person_id, at=at)


def _subject(found: ContentRef | None) -> Subject | None:
    if found is None:
        return None
    return Subject(
        kind=found.kind,
        code=found.code,
        author_id=found.author_id,
        title=found.title,
        text=found.text,
        url=found.url,
        state=found.state,
        picture_urls=found.picture_urls,
    )
