"""Work that is due by the clock, for the wiring to register."""

from datetime import datetime

from jishi.social.communities import operations as communities


def remove_inactive(at: datetime) -> int:
    """Take members off the list whose notice has run out."""
    return communities.remove_inactive(at)
