"""People as what a report is about: they can be warned and suspended, not hidden."""

from collections.abc import Sequence
from datetime import datetime

from jishi.kernel.errors import InvariantBroken
from jishi.people.accounts import queries as people
from jishi.trust.moderation.contracts import Kind, Subject


class PersonDesk:
    """Reports about a person as a whole, by the code of their page."""

    kind = Kind.PERSON.value
    can_hide = False

    def find(self, code: str) -> Subject | None:
        """The person, if they exist."""
        card = people.find_person_by_code(code)
        if card is None:
            return None
        return Subject(
            kind=self.kind,
            code=code,
            author_id=card.id,
            title=card.nickname,
            text="",
            url=f"/u/{code}/",
            picture_urls=(card.avatar_url,) if card.avatar_url else (),
        )

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Everybody may report everybody."""
        return people.find_person_by_code(code) is not None

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Nobody waits to be published."""
        return ()

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Never asked for: see ``can_hide``."""
        raise InvariantBroken("a person is suspended, not hidden")

    def restore(self, code: str, *, at: datetime) -> None:
        """Never asked for: see ``can_hide``."""
        raise InvariantBroken("a person is suspended, not hidden")

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Never asked for: see ``can_hide``."""
        raise InvariantBroken("a person is suspended, not hidden")

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Never asked for: see ``can_hide``."""
        raise InvariantBroken("a person is suspended, not hidden")
