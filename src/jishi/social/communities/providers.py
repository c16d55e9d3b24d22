"""Members of a community as an audience: the kind `community` of the port `Audience`."""

from jishi.social.communities import queries
from jishi.social.communities.contracts import AUDIENCE


class MembersAudience:
    """The kind `community`; its key is the slug."""

    kind = AUDIENCE

    def contains(self, *, key: str, person_id: int) -> bool:
        """Tell whether somebody is a member of the community now."""
        return queries.is_member(key, person_id)
