"""What the wiring plugs in: the audience `community`, and work that is due by the clock."""

from datetime import datetime

from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.contracts import AUDIENCE


def remove_inactive(at: datetime) -> int:
    """Take members off the list whose notice has run out."""
    return communities.remove_inactive(at)


class MembersAudience:
    """The kind `community`; its key is the slug."""

    kind = AUDIENCE

    def contains(self, *, key: str, person_id: int) -> bool:
        """Tell whether somebody is a member of the community now."""
        return queries.is_member(key, person_id)
