"""Polls and challenges as what a report is about. What is hidden is neither answered nor ended meanwhile."""

from collections.abc import Sequence
from datetime import datetime

from jishi.kernel.errors import NotFound
from jishi.social.challenges import operations as challenges
from jishi.social.challenges import queries as challenge_queries
from jishi.social.polls import operations as polls
from jishi.social.polls import queries as poll_queries
from jishi.trust.moderation.contracts import Kind, Subject


class PollDesk:
    """Reports about a poll or prize quiz; the note it stands under is a case of its own."""

    kind = Kind.POLL.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The poll, hidden or not."""
        found = poll_queries.find_content(code)
        if found is None:
            return None
        return Subject(
            kind=self.kind,
            code=code,
            author_id=found.author_id,
            title=found.question,
            text=found.text,
            url=f"/polls/{code}/",
            state="hidden" if found.is_hidden else "published",
        )

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer may see the poll."""
        try:
            poll_queries.get_poll(code, viewer_id=viewer_id)
        except NotFound:
            return False
        return True

    def list_held(self, *, limit: int) -> Sequence[str]:
        """A poll that a guard would hold is refused."""
        return ()

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it out of sight."""
        polls.hide(code=code, at=at)

    def restore(self, code: str, *, at: datetime) -> None:
        """Show it again."""
        polls.restore(code=code)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """What stands there is hidden."""
        polls.hide(code=code, at=at)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Hidden, as long as an appeal may bring it back."""
        polls.hide(code=code, at=at)


class ChallengeDesk:
    """Reports about a challenge; an entry is a note and is reported as one."""

    kind = Kind.CHALLENGE.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The challenge, hidden or not; its host answers for it."""
        found = challenge_queries.find_content(code)
        if found is None:
            return None
        host_id, title, text, is_hidden = found
        return Subject(
            kind=self.kind,
            code=code,
            author_id=host_id,
            title=title,
            text=text,
            url=f"/challenges/{code}/",
            state="hidden" if is_hidden else "published",
        )

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer finds it."""
        try:
            challenge_queries.get_challenge(code, viewer_id=viewer_id)
        except NotFound:
            return False
        return True

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Challenges are announced by the house and never held."""
        return ()

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Take it out of sight."""
        challenges.hide(code=code, at=at)

    def restore(self, code: str, *, at: datetime) -> None:
        """Show it again."""
        challenges.restore(code=code)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """What stands there is hidden."""
        challenges.hide(code=code, at=at)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Hidden, as long as an appeal may bring it back."""
        challenges.hide(code=code, at=at)
