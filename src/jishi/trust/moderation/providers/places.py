"""Communities as what a report is about: the operators' business, never that of their own moderators."""

from collections.abc import Sequence
from datetime import datetime

from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.errors import CommunityNotFound
from jishi.trust.moderation.contracts import Kind, Subject


class CommunityDesk:
    """Reports about a community as a whole, by its address."""

    kind = Kind.COMMUNITY.value
    can_hide = True

    def find(self, code: str) -> Subject | None:
        """The community, hidden or not; its owner answers for it."""
        found = queries.find_content(code)
        if found is None:
            return None
        name, text, owner_id, is_hidden = found
        return Subject(
            kind=self.kind,
            code=code,
            author_id=owner_id,
            title=name,
            text=text,
            url=f"/k/{code}/",
            state="hidden" if is_hidden else "published",
        )

    def is_visible(self, code: str, *, viewer_id: int) -> bool:
        """Whether the viewer finds it."""
        try:
            queries.get_community(code, viewer_id=viewer_id)
        except CommunityNotFound:
            return False
        return True

    def list_held(self, *, limit: int) -> Sequence[str]:
        """Communities are never held before they open."""
        return ()

    def hide(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Close its doors until somebody has looked."""
        communities.hide(slug=code, at=at)

    def restore(self, code: str, *, at: datetime) -> None:
        """Open them again."""
        communities.restore(slug=code)

    def reject(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """What is open is hidden."""
        communities.hide(slug=code, at=at)

    def remove(self, code: str, *, reason: str, note: str, at: datetime) -> None:
        """Hidden, as long as an appeal may bring it back."""
        communities.hide(slug=code, at=at)
